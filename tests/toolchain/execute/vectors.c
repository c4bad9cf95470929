/* GNU vector types of 8, 16 and 32 bytes: arithmetic, comparison, shuffles, passing and returning. */
#include "check.h"
#include <string.h>

typedef int v2si __attribute__((vector_size(8)));
typedef int v4si __attribute__((vector_size(16)));
typedef short v8hi __attribute__((vector_size(16)));
typedef unsigned char v16qi __attribute__((vector_size(16)));
typedef long v4di __attribute__((vector_size(32)));
typedef float v4sf __attribute__((vector_size(16)));
typedef double v2df __attribute__((vector_size(16)));
typedef double v4df __attribute__((vector_size(32)));
typedef int v16si __attribute__((vector_size(64)));

static NOINLINE v4si add(v4si a, v4si b) { return a + b; }
static NOINLINE v8hi mul(v8hi a, v8hi b) { return a * b - (v8hi){1, 1, 1, 1, 1, 1, 1, 1}; }
static NOINLINE v16qi mix(v16qi a, v16qi b) { return (a & b) | (a ^ 15); }
static NOINLINE v4di shift(v4di a, int n) { return a << n; }
static NOINLINE v4sf fdiv(v4sf a, v4sf b) { return a / b; }
static NOINLINE v4df fma_(int k, v4df a, char c, v4df b, v2df d) { return a * b + (v4df){d[0], d[1], k, c}; }
static NOINLINE v4si compare(v4si a, v4si b) { return a > b; }
static NOINLINE v16si big(v16si a, v16si b) { return a - b; }
static NOINLINE v2si divide(v2si a, v2si b) { return a / b; }
static NOINLINE int get(v4si v, int i) { return v[i]; }
static NOINLINE v4si set(v4si v, int i, int x)
{
	v[i] = x;
	return v;
}

int main(void)
{
	v4si a = {1, -2, 3, 0x7fffffff}, b = {10, 20, 30, 1}, c = add(a, b);
	CHECK(c[0] == 11 && c[1] == 18 && c[2] == 33 && c[3] == (int)0x80000000);
	v8hi h = mul((v8hi){1, 2, 3, 4, 5, 6, 7, 300}, (v8hi){2, 2, 2, 2, 2, 2, 2, 300});
	CHECK(h[0] == 1 && h[6] == 13 && h[7] == (short)(90000 - 1));
	v16qi q;
	for (int i = 0; i < 16; i++)
		q[i] = (unsigned char)(i * 17);
	v16qi r = mix(q, q);
	for (int i = 0; i < 16; i++)
		CHECK(r[i] == (unsigned char)((i * 17) | ((i * 17) ^ 15)));
	v4di l = shift((v4di){1, -1, 5, 1L << 62}, 1);
	CHECK(l[0] == 2 && l[1] == -2 && l[2] == 10 && l[3] == (long)(1ul << 63));
	v4sf f = fdiv((v4sf){1, 2, 3, 4}, (v4sf){2, 4, -3, 0.5f});
	CHECK(f[0] == 0.5f && f[1] == 0.5f && f[2] == -1 && f[3] == 8);
	v4df d = fma_(7, (v4df){1, 2, 3, 4}, 9, (v4df){2, 2, 2, 2}, (v2df){0.5, 0.25});
	CHECK(d[0] == 2.5 && d[1] == 4.25 && d[2] == 13 && d[3] == 17);
	v4si m = compare(a, b);
	CHECK(m[0] == 0 && m[3] == -1);
	v16si x, y;
	for (int i = 0; i < 16; i++)
		x[i] = i * i, y[i] = i;
	x = big(x, y);
	for (int i = 0; i < 16; i++)
		CHECK(x[i] == i * i - i);
	v2si s = divide((v2si){-7, 100}, (v2si){2, 7});
	CHECK(s[0] == -3 && s[1] == 14 && sizeof(v2si) == 8);
	for (int i = 0; i < 4; i++)
		CHECK(get(b, i) == b[i] && set(b, i, 99)[i] == 99);
	v4si sh = __builtin_shufflevector(a, b, 3, 4, 1, 6);
	CHECK(sh[0] == 0x7fffffff && sh[1] == 10 && sh[2] == -2 && sh[3] == 30);
	v4sf cv = __builtin_convertvector(b, v4sf);
	CHECK(cv[1] == 20.0f);
	return 0;
}
