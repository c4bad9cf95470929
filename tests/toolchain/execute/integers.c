/* Integer arithmetic of all widths against slow reference code. */
#include "check.h"
#include <limits.h>
#include <stdint.h>

static uint64_t state = 88172645463325252u;
static uint64_t next(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	/* Often small or with long runs of equal bits. */
	switch (state & 7) {
	case 0:
		return state >> 40;
	case 1:
		return -(state >> 40);
	case 2:
		return state & (state << 9) & (state >> 5);
	case 3:
		return 1ull << (state >> 58);
	case 4:
		return (1ull << (state >> 58)) - 1;
	default:
		return state;
	}
}

/* Restoring division, one bit at a time. */
static NOINLINE void slow_divide(uint64_t n, uint64_t d, uint64_t *q, uint64_t *r)
{
	uint64_t rest = 0, quotient = 0;
	for (int i = 63; i >= 0; i--) {
		int carry = rest >> 63;
		rest = rest << 1 | (n >> i & 1);
		quotient <<= 1;
		if (carry || rest >= d)
			rest -= d, quotient |= 1;
	}
	*q = quotient, *r = rest;
}
static NOINLINE uint64_t udiv(uint64_t a, uint64_t b) { return a / b; }
static NOINLINE uint64_t umod(uint64_t a, uint64_t b) { return a % b; }
static NOINLINE int64_t sdiv(int64_t a, int64_t b) { return a / b; }
static NOINLINE int64_t smod(int64_t a, int64_t b) { return a % b; }
static NOINLINE uint32_t udivw(uint32_t a, uint32_t b) { return a / b; }
static NOINLINE uint32_t umodw(uint32_t a, uint32_t b) { return a % b; }
static NOINLINE int32_t sdivw(int32_t a, int32_t b) { return a / b; }
static NOINLINE int32_t smodw(int32_t a, int32_t b) { return a % b; }
static NOINLINE short sdivh(short a, short b) { return a / b; }
static NOINLINE unsigned char udivb(unsigned char a, unsigned char b) { return a / b; }

static void divisions(void)
{
	for (int i = 0; i < 300; i++) {
		uint64_t a = next(), b = next(), q, r;
		if (!b)
			continue;
		slow_divide(a, b, &q, &r);
		CHECK(udiv(a, b) == q && umod(a, b) == r);
		int64_t x = (int64_t)a, y = (int64_t)b;
		if (!(x == INT64_MIN && y == -1)) {
			slow_divide(x < 0 ? -a : a, y < 0 ? -b : b, &q, &r);
			CHECK(sdiv(x, y) == (int64_t)((x < 0) != (y < 0) ? -q : q));
			CHECK(smod(x, y) == (int64_t)(x < 0 ? -r : r));
		}
		uint32_t c = (uint32_t)a, d = (uint32_t)b;
		if (!d)
			continue;
		slow_divide(c, d, &q, &r);
		CHECK(udivw(c, d) == q && umodw(c, d) == r);
		int32_t s = (int32_t)a, t = (int32_t)b;
		if (!(s == INT32_MIN && t == -1)) {
			CHECK(sdivw(s, t) == (int32_t)sdiv(s, t));
			CHECK(smodw(s, t) == (int32_t)smod(s, t));
		}
		if ((short)b)
			CHECK(sdivh((short)a, (short)b) == (short)sdiv((short)a, (short)b));
		if ((unsigned char)b)
			CHECK(udivb((unsigned char)a, (unsigned char)b) == udiv((unsigned char)a, (unsigned char)b));
	}
}

#define BY(T, c) (a / (T)(c) == (T)slow_signed(a, c, 0) && a % (T)(c) == (T)slow_signed(a, c, 1))
static NOINLINE int64_t slow_signed(int64_t a, int64_t b, int rest)
{
	uint64_t q, r;
	slow_divide(a < 0 ? -(uint64_t)a : (uint64_t)a, b < 0 ? -(uint64_t)b : (uint64_t)b, &q, &r);
	return rest ? (int64_t)(a < 0 ? -r : r) : (int64_t)((a < 0) != (b < 0) ? -q : q);
}
static NOINLINE void constants32(int32_t a)
{
	CHECK(BY(int32_t, 3) && BY(int32_t, 7) && BY(int32_t, -5) && BY(int32_t, 10) && BY(int32_t, 16) &&
	      BY(int32_t, 641));
	CHECK(BY(int32_t, 1000000007) && BY(int32_t, -64) && BY(int32_t, 100));
}
static NOINLINE void constants64(int64_t a)
{
	CHECK(BY(int64_t, 3) && BY(int64_t, 7) && BY(int64_t, -5) && BY(int64_t, 10) && BY(int64_t, 16) &&
	      BY(int64_t, 641));
	CHECK(BY(int64_t, 1000000000039) && BY(int64_t, -1024) && BY(int64_t, 255));
}
static NOINLINE void constants_unsigned(uint32_t a, uint64_t b)
{
	uint64_t q, r;
#define U(c)                                                                                                           \
	slow_divide(a, c, &q, &r);                                                                                     \
	CHECK(a / c == q && a % c == r);                                                                               \
	slow_divide(b, c, &q, &r);                                                                                     \
	CHECK(b / c == q && b % c == r);
	U(3u) U(5u) U(7u) U(10u) U(13u) U(255u) U(641u) U(65537u) U(0x80000001u) U(4294967295u)
}

static NOINLINE unsigned rotl(unsigned x, int n) { return x << (n & 31) | x >> (-n & 31); }
static NOINLINE uint64_t rotr64(uint64_t x, int n) { return x >> (n & 63) | x << (-n & 63); }

static void shifts_and_bits(void)
{
	for (int i = 0; i < 200; i++) {
		uint64_t a = next();
		int n = (int)(next() & 63);
		uint64_t slow = a;
		for (int k = 0; k < n; k++)
			slow = slow << 1;
		CHECK(OPAQUE(a) << n == slow);
		CHECK(rotr64(rotr64(a, n), 64 - n) == a);
		CHECK(rotl(rotl((unsigned)a, n & 31), 32 - (n & 31)) == (unsigned)a);
		CHECK((int64_t)a >> n == ((int64_t)a < 0 ? ~(~(int64_t)a >> n) : (int64_t)(a >> n)));
		int population = 0, leading = 64, trailing = 64;
		for (int k = 0; k < 64; k++)
			if (a >> k & 1) {
				population++;
				leading = 63 - k;
				if (trailing == 64)
					trailing = k;
			}
		CHECK(__builtin_popcountll(OPAQUE(a)) == population);
		if (a) {
			CHECK(__builtin_clzll(OPAQUE(a)) == leading && __builtin_ctzll(OPAQUE(a)) == trailing);
			CHECK(__builtin_ffsll(OPAQUE(a)) == trailing + 1);
		}
		CHECK(__builtin_parityll(OPAQUE(a)) == (population & 1));
		if ((unsigned)a)
			CHECK(__builtin_clz((unsigned)OPAQUE(a)) == __builtin_clzll((unsigned)a) - 32);
		uint64_t swapped = 0;
		for (int k = 0; k < 8; k++)
			swapped |= (a >> 8 * k & 255) << (56 - 8 * k);
		CHECK(__builtin_bswap64(OPAQUE(a)) == swapped);
		CHECK(__builtin_bswap32((unsigned)OPAQUE(a)) == __builtin_bswap64(a << 32));
		CHECK(__builtin_bswap16((unsigned short)OPAQUE(a)) ==
		      (unsigned short)((a & 255) << 8 | (a >> 8 & 255)));
		CHECK(__builtin_clrsbll((int64_t)OPAQUE(a)) ==
		      __builtin_clzll(((int64_t)a < 0 ? ~a : a) | (((int64_t)a < 0 ? ~a : a) == 0)) - 1 +
			      (((int64_t)a < 0 ? ~a : a) == 0));
	}
}

static void overflow(void)
{
	int i;
	long l;
	unsigned u;
	signed char c;
	CHECK(__builtin_add_overflow(OPAQUE(INT_MAX), 1, &i) && i == INT_MIN);
	CHECK(!__builtin_add_overflow(OPAQUE(1), 2, &i) && i == 3);
	CHECK(__builtin_sub_overflow(OPAQUE(0u), 1u, &u) && u == UINT_MAX);
	CHECK(__builtin_mul_overflow(OPAQUE(1L << 40), 1L << 30, &l));
	CHECK(!__builtin_mul_overflow(OPAQUE(-(1L << 40)), 1L << 22, &l) && l == -(1L << 62));
	CHECK(__builtin_mul_overflow(OPAQUE(0x10000), 0x10000, &i) && i == 0);
	CHECK(__builtin_add_overflow(OPAQUE(100), 100, &c));
	CHECK(__builtin_mul_overflow(OPAQUE(INT_MIN), -1, &i));
}

static void mixed_widths(void)
{
	volatile signed char c = -1;
	volatile unsigned char uc = 255;
	volatile short s = -32768;
	volatile unsigned short us = 65535;
	volatile int i = -1;
	volatile unsigned u = 0xffffffffu;
	CHECK((long)c == -1 && (unsigned long)c == ULONG_MAX && uc == 255 && (long)s == -32768 && us == 65535);
	CHECK((long)u == 4294967295L && (unsigned long)i == ULONG_MAX && (unsigned)c == u && i < 0 &&
	      (long)i + u == 4294967294L);
	CHECK((u > (unsigned)i) == 0 && (i == (int)u) && (long)i != (long)u);
	u += 1;
	CHECK(u == 0 && (long)u == 0);
	i = INT_MIN;
	CHECK(-(long)i == 2147483648L && (i >> 31) == -1 && ((unsigned)i >> 31) == 1);
	CHECK((char)OPAQUE(200) == -56 && (short)OPAQUE(40000) == -25536 && (unsigned char)OPAQUE(-1) == 255);
	_Bool b = OPAQUE(256);
	CHECK(b == 1 && (_Bool)OPAQUE(0.5) && !(_Bool)OPAQUE(0.0) && (_Bool)(void *)&i);
}

int main(void)
{
	divisions();
	for (int i = 0; i < 60; i++) {
		constants32((int32_t)next());
		constants64((int64_t)next());
		constants_unsigned((uint32_t)next(), next());
	}
	constants32(INT32_MIN);
	constants64(INT64_MIN);
	shifts_and_bits();
	overflow();
	mixed_widths();
	return 0;
}
