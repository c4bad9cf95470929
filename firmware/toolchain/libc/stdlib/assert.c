#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

void __assert_func(const char *file, int line, const char *function, const char *condition)
{
	fprintf(stderr, "%s:%d: %s: assertion \"%s\" failed\n", file, line, function, condition);
	abort();
}
