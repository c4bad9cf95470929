/* __int128: arithmetic, division, conversions, comparison, passing. */
#include "check.h"
#include <stdint.h>

typedef __int128 s128;
typedef unsigned __int128 u128;
#define U(hi, lo) ((u128)(hi) << 64 | (uint64_t)(lo))

static uint64_t state = 12345;
static uint64_t next(void)
{
	state = state * 6364136223846793005u + 1442695040888963407u;
	return state ^ state >> 29;
}
static u128 wide(void)
{
	u128 x = U(next(), next());
	return x >> (next() & 127);
}
static NOINLINE u128 udiv(u128 a, u128 b) { return a / b; }
static NOINLINE u128 umod(u128 a, u128 b) { return a % b; }
static NOINLINE s128 sdiv(s128 a, s128 b) { return a / b; }
static NOINLINE s128 smod(s128 a, s128 b) { return a % b; }
static NOINLINE u128 mul(u128 a, u128 b) { return a * b; }
static NOINLINE u128 shl(u128 a, int n) { return a << n; }
static NOINLINE u128 shr(u128 a, int n) { return a >> n; }
static NOINLINE s128 sar(s128 a, int n) { return a >> n; }
static NOINLINE u128 many(int a, u128 b, char c, u128 d, u128 e, u128 f, u128 g, int h, u128 i)
{
	CHECK(a == 1 && c == 3 && h == 8);
	return b + 2 * d + 3 * e + 4 * f + 5 * g + 6 * i;
}

int main(void)
{
	for (int i = 0; i < 150; i++) {
		u128 a = wide(), b = wide();
		if (!b)
			continue;
		u128 q = udiv(a, b), r = umod(a, b);
		CHECK(r < b && mul(q, b) + r == a);
		s128 sq = sdiv((s128)a, (s128)b), sr = smod((s128)a, (s128)b);
		CHECK((u128)(sq * (s128)b + sr) == a);
		CHECK((sr < 0 ? -(u128)sr : (u128)sr) < ((s128)b < 0 ? -b : b));
		CHECK(sr == 0 || (sr < 0) == ((s128)a < 0));
		int n = (int)(next() & 127);
		u128 doubled = a;
		for (int k = 0; k < n; k++)
			doubled += doubled;
		CHECK(shl(a, n) == doubled && shr(shl(a, n), n) == (a & (~(u128)0 >> n)));
		CHECK(sar((s128)a, n) == ((s128)a < 0 ? (s128) ~(~a >> n) : (s128)(a >> n)));
		CHECK((a < b) == ((uint64_t)(a >> 64) < (uint64_t)(b >> 64) ||
				  ((a >> 64) == (b >> 64) && (uint64_t)a < (uint64_t)b)));
		CHECK(a - b == a + ~b + 1);
		double d = (double)(uint64_t)(a >> 64) * 0x1p64 + (double)(uint64_t)a, e = (double)a;
		CHECK(e - d <= e * 0x1p-51 && d - e <= e * 0x1p-51);
		if (a >> 53 == 0)
			CHECK((u128)(double)a == a && (s128) - (double)a == -(s128)a);
	}
	CHECK((double)U(1, 0) == 0x1p64 && (float)U(1ull << 63, 0) == 0x1p127f && (double)-(s128)U(1, 0) == -0x1p64);
	CHECK((double)(U(1, 0) + 1) == 0x1p64 && (double)((U(1, 0) << 50) + 1) == 0x1p114);
	CHECK((double)U(1, (1ull << 11)) == 0x1p64 &&
	      (double)U(1, (1ull << 11) + 1) > 0x1p64); /* half-way and just above */
	CHECK((u128)OPAQUE(0x1p100) == (u128)1 << 100 && (s128)OPAQUE(-0x1p100) == -((s128)1 << 100) &&
	      (u128)OPAQUE(1.9f) == 1);
	CHECK(many(1, 2, 3, 4, 5, 6, 7, 8, 9) == 2 + 8 + 15 + 24 + 35 + 54);
	s128 x;
	CHECK(__builtin_mul_overflow((s128)U(1, 0), (s128)U(1, 0), &x));
	CHECK(!__builtin_mul_overflow(OPAQUE((s128)-3), (s128)U(1, 0), &x) && x == -3 * (s128)U(1, 0));
	return 0;
}
