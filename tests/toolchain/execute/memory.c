/* Unaligned and packed data, unions, aliasing through char, static initialisers, thread-local data, large frames. */
#include "check.h"
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct __attribute__((packed)) packed {
	char a;
	int b;
	double c;
	short d;
	long e;
};
static NOINLINE void touch(struct packed *p) { p->b += 1, p->c *= 2, p->d -= 1, p->e ^= -1; }
static int table[] = {1, 2, 3, [10] = 7, 8};
static struct {
	const char *name;
	int (*f)(int);
	int *p;
} entries[] = {{"x", NULL, &table[2]}, {.p = table + 10}};
static const char text[] = "a\0b"
			   "c",
		  *const words[] = {"one", "two", text + 2};
static _Thread_local int tls_zero;
static __thread long tls_value = 0x123456789a;
static _Thread_local char tls_text[20] = "thread";
int common_symbol;
extern int weak_missing(void) __attribute__((weak));
static NOINLINE int square(int x) { return x * x; }
int alias_target(int x) { return x + 1; }
int aliased(int) __attribute__((alias("alias_target")));
static int ctor_ran;
__attribute__((constructor)) static void ctor(void) { ctor_ran = 1; }

static NOINLINE long large_frame(int n)
{
	volatile long a[20000];
	for (int i = 0; i < 20000; i += 500)
		a[i] = i * n;
	long sum = 0;
	for (int i = 0; i < 20000; i += 500)
		sum += a[i];
	return sum;
}
static NOINLINE uint32_t load32(const void *p)
{
	uint32_t x;
	memcpy(&x, p, 4);
	return x;
}
static NOINLINE long realigned(int n)
{
	char pad[n];
	_Alignas(128) long x[4] = {n, n, n, n};
	memset(pad, 1, n);
	__asm__ volatile("" ::"r"(pad), "r"(x) : "memory");
	CHECK(((uintptr_t)x & 127) == 0);
	return x[0] + x[3] + pad[n - 1];
}

int main(void)
{
	struct packed p = {1, 2, 1.5, 4, 5};
	touch(&p);
	CHECK(p.b == 3 && p.c == 3 && p.d == 3 && p.e == ~5L && sizeof p == 23 && offsetof(struct packed, e) == 15);
	CHECK(sizeof table / sizeof *table == 12 && table[10] == 7 && table[11] == 8 && table[5] == 0);
	entries[0].f = square;
	CHECK(*entries[0].p == 3 && *entries[1].p == 7 && entries[0].f(5) == 25 && words[2][0] == 'b' &&
	      sizeof text == 5);
	CHECK(tls_zero == 0 && tls_value == 0x123456789a && !strcmp(tls_text, "thread"));
	tls_zero++, tls_value++;
	CHECK(tls_zero == 1 && tls_value == 0x123456789b && &tls_zero != (int *)&tls_value);
	CHECK(common_symbol == 0 && !weak_missing && aliased(1) == 2 && ctor_ran);
	CHECK(large_frame(2) == 2 * 500L * (39 * 40 / 2));
	unsigned char raw[12] = {0, 1, 2, 3, 4, 5, 6, 7, 8};
	for (int i = 0; i < 5; i++)
		CHECK(load32(raw + i) == (uint32_t)(i | (i + 1) << 8 | (i + 2) << 16 | (i + 3) << 24));
	union {
		float f;
		uint32_t u;
		unsigned char c[4];
	} u = {.f = 1.0f};
	CHECK(u.u == 0x3f800000 && u.c[3] == 0x3f);
	CHECK(realigned(33) == 67);
	volatile int v = 3;
	v++, v *= 2;
	CHECK(v == 8);
	int three[] = {1, 2, 3};
	CHECK(three[1] == 2 && ((struct { int a; }){5}).a == 5 && "abc"[1] == 'b' && 1 ["xyz"] == 'y');
	_Float16 h = (_Float16)OPAQUE(1.5f), k = h * (_Float16)3;
	CHECK((float)k == 4.5f && sizeof h == 2 && (_Float16)OPAQUE(65520.0) > (_Float16)65504 &&
	      (float)(_Float16)OPAQUE(0x1p-24f) == 0x1p-24f);
	return 0;
}
