#ifndef _STRINGS_H
#define _STRINGS_H

#define __need_size_t
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

int bcmp(const void *a, const void *b, size_t size) __attribute__((pure));
void bcopy(const void *from, void *to, size_t size);
void bzero(void *to, size_t size);
char *index(const char *text, int c) __attribute__((pure));
char *rindex(const char *text, int c) __attribute__((pure));
int strcasecmp(const char *a, const char *b) __attribute__((pure));
int strncasecmp(const char *a, const char *b, size_t size) __attribute__((pure));
int ffs(int x) __attribute__((const));
int ffsl(long x) __attribute__((const));
int ffsll(long long x) __attribute__((const));

#ifdef __cplusplus
}
#endif
#endif
