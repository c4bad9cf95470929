/* Each test program checks itself: a failed CHECK prints its line and the program ends with status 1. */
#ifndef CHECK_H
#define CHECK_H

#include <stdio.h>
#include <stdlib.h>

#define CHECK(condition)                                                                                               \
	do {                                                                                                           \
		if (!(condition)) {                                                                                    \
			printf("%s:%d: %s\n", __FILE__, __LINE__, #condition);                                         \
			exit(1);                                                                                       \
		}                                                                                                      \
	} while (0)

#define NOINLINE __attribute__((noinline))

/* Hides a value from the optimiser. */
#define OPAQUE(x)                                                                                                      \
	({                                                                                                             \
		__typeof__(x) opaque_ = (x);                                                                           \
		__asm__ volatile("" : "+m"(opaque_));                                                                  \
		opaque_;                                                                                               \
	})

#endif
