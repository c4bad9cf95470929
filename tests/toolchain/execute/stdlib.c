/* Conversions, sorting, allocation, exit handlers. */
#include "check.h"
#include <errno.h>
#include <float.h>
#include <limits.h>
#include <malloc.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

static int ascending(const void *a, const void *b)
{
	return (*(const int *)a > *(const int *)b) - (*(const int *)a < *(const int *)b);
}
struct record {
	char name[5];
	short key;
};
static int by_key(const void *a, const void *b)
{
	return ((const struct record *)a)->key - ((const struct record *)b)->key;
}

static void numbers(void)
{
	char *end;
	CHECK(strtol("  -123abc", &end, 10) == -123 && !strcmp(end, "abc") && strtol("0x1F", NULL, 0) == 31 &&
	      strtol("0777", NULL, 0) == 511 && strtol("zz", NULL, 36) == 1295);
	errno = 0;
	CHECK(strtol("99999999999999999999", NULL, 10) == LONG_MAX && errno == ERANGE &&
	      strtoul("18446744073709551615", NULL, 10) == ULONG_MAX &&
	      strtol("-9223372036854775808", NULL, 10) == LONG_MIN);
	CHECK(strtol("x", &end, 10) == 0 && *end == 'x' && atoi("42") == 42 && strtol("0x", &end, 16) == 0 &&
	      *end == 'x');
	CHECK(strtod("1.5e3xyz", &end) == 1500 && !strcmp(end, "xyz") && strtod("-0x1.8p1", NULL) == -3 &&
	      strtod("inf", NULL) == INFINITY && isnan(strtod("nan", NULL)));
	CHECK(strtod("0.1", NULL) == 0.1 && strtod("1e23", NULL) == 1e23 &&
	      strtod("9007199254740993", NULL) == 9007199254740992.0 &&
	      strtod("9007199254740993.0000000000000000000000001", NULL) == 9007199254740994.0);
	CHECK(strtod("2.2250738585072011e-308", NULL) == 0x0.fffffffffffffp-1022 &&
	      strtod("4.9406564584124654e-324", NULL) == 0x1p-1074 && strtod("2.4703282292062327e-324", NULL) == 0 &&
	      strtod("2.4703282292062328e-324", NULL) == 0x1p-1074);
	CHECK(strtod("1.7976931348623157e308", NULL) == DBL_MAX && strtod("1e309", NULL) == INFINITY &&
	      strtod("1e-400", NULL) == 0 && strtod(".5", NULL) == 0.5 && strtod("5.", NULL) == 5 &&
	      strtod("00000000000000000000012e-1", NULL) == 1.2);
	CHECK(strtof("16777217", NULL) == 16777216.0f && strtof("16777219", NULL) == 16777220.0f &&
	      strtof("3.4028235e38", NULL) == FLT_MAX && strtof("1e-45", NULL) == 0x1p-149f);
	CHECK(strtod("1e", &end) == 1 && *end == 'e' && strtod(".", &end) == 0 && *end == '.');
	/* text -> double -> text, exactly */
	uint64_t state = 1;
	for (int i = 0; i < 60; i++) {
		state = state * 6364136223846793005u + 1442695040888963407u;
		uint64_t bits = (state ^ state >> 33) & 0x7fefffffffffffffull;
		double d;
		memcpy(&d, &bits, 8);
		char text[40];
		sprintf(text, "%.17g", d);
		CHECK(strtod(text, NULL) == d);
	}
}
static void sorting(void)
{
	int v[200];
	unsigned state = 7;
	for (int i = 0; i < 200; i++)
		v[i] = (int)((state = state * 1664525u + 1013904223u) >> 16) % 100;
	qsort(v, 200, sizeof v[0], ascending);
	for (int i = 1; i < 200; i++)
		CHECK(v[i - 1] <= v[i]);
	struct record r[] = {{"c", 3}, {"a", -1}, {"b", 2}, {"d", 40}};
	qsort(r, 4, sizeof r[0], by_key);
	CHECK(r[0].name[0] == 'a' && r[1].name[0] == 'b' && r[3].key == 40);
	struct record key = {"", 40};
	CHECK(bsearch(&key, r, 4, sizeof r[0], by_key) == &r[3]);
	key.key = 5;
	CHECK(bsearch(&key, r, 4, sizeof r[0], by_key) == NULL);
	CHECK(abs(-3) == 3 && labs(-3L) == 3 && div(-7, 2).quot == -3 && div(-7, 2).rem == -1 &&
	      ldiv(1L << 40, 3).rem == 1);
}
static void allocation(void)
{
	void *p[50];
	struct malloc_arena *arena = malloc_arena_create(malloc(20000), 20000);
	size_t before = malloc_arena_available(arena);
	for (int round = 0; round < 5; round++) {
		for (int i = 0; i < 50; i++) {
			size_t size = (size_t)(i * 37 + round * 11) % 300;
			p[i] = malloc_arena_alloc(arena, size);
			CHECK(p[i] && ((uintptr_t)p[i] & 31) == 0 && malloc_usable_size(p[i]) >= size);
			memset(p[i], i, size);
		}
		for (int i = 0; i < 50; i++) {
			size_t size = (size_t)(i * 37 + round * 11) % 300;
			for (size_t k = 0; k < size; k++)
				CHECK(((unsigned char *)p[i])[k] == i);
		}
		for (int i = 0; i < 50; i += 2)
			malloc_arena_free(arena, p[i]);
		for (int i = 49; i > 0; i -= 2)
			malloc_arena_free(arena, p[i]);
		CHECK(malloc_arena_available(arena) == before);
	}
	CHECK(malloc_arena_alloc(arena, 20000) == NULL && malloc_arena_alloc_aligned(arena, 1024, 10) != NULL);
	char *grown = malloc(10);
	strcpy(grown, "123456789");
	grown = realloc(grown, 5000);
	CHECK(!strcmp(grown, "123456789"));
	grown = realloc(grown, 100);
	CHECK(!strcmp(grown, "123456789"));
	free(grown);
	int *zeros = calloc(100, sizeof *zeros);
	for (int i = 0; i < 100; i++)
		CHECK(zeros[i] == 0);
	free(zeros);
	void *impossible = malloc(OPAQUE((size_t)1 << 60));
	CHECK(OPAQUE(impossible) == NULL && errno == ENOMEM);
	impossible = calloc(OPAQUE((size_t)1 << 33), (size_t)1 << 33);
	CHECK(OPAQUE(impossible) == NULL);
	void *aligned = aligned_alloc(4096, 100);
	CHECK(aligned && ((uintptr_t)aligned & 4095) == 0);
	free(aligned);
}
static int order;
static void last(void)
{
	if (order != 1)
		_Exit(5);
	_Exit(0);
}
static void first(void) { order++; }

int main(void)
{
	numbers();
	sorting();
	allocation();
	atexit(last);
	atexit(first);
	return 3; /* last() makes it 0 */
}
