/* 128-bit integers. One quotient bit per step is fast enough only for short quotients; the rest goes by 32-bit digits.
 */
#include <stdint.h>

typedef unsigned __int128 u128;
typedef __int128 s128;

#define HI(x) ((uint64_t)((x) >> 64))
#define LO(x) ((uint64_t)(x))
#define MAKE(hi, lo) ((u128)(hi) << 64 | (lo))

/* Shifts by halves: the compiler's own expansion of a 128-bit shift may be a call to one of these. */
u128 __ashlti3(u128 x, int n)
{
	if (n & 64)
		return MAKE(LO(x) << (n & 63), 0);
	return n ? MAKE(HI(x) << n | LO(x) >> (64 - n), LO(x) << n) : x;
}

u128 __lshrti3(u128 x, int n)
{
	if (n & 64)
		return MAKE(0, HI(x) >> (n & 63));
	return n ? MAKE(HI(x) >> n, LO(x) >> n | HI(x) << (64 - n)) : x;
}

s128 __ashrti3(s128 x, int n)
{
	const int64_t hi = (int64_t)HI(x);

	if (n & 64)
		return (s128)MAKE((uint64_t)(hi >> 63), (uint64_t)(hi >> (n & 63)));
	return n ? (s128)MAKE((uint64_t)(hi >> n), LO(x) >> n | (uint64_t)hi << (64 - n)) : x;
}

/* 64 x 64 -> 128 by 32-bit halves, then the cross terms. */
s128 __multi3(s128 a, s128 b)
{
	const uint64_t al = LO(a) & 0xffffffff, ah = LO(a) >> 32, bl = LO(b) & 0xffffffff, bh = LO(b) >> 32;
	const uint64_t ll = al * bl, lh = al * bh, hl = ah * bl, hh = ah * bh;
	const uint64_t middle = (ll >> 32) + (lh & 0xffffffff) + (hl & 0xffffffff);
	const uint64_t low = (ll & 0xffffffff) | middle << 32;
	const uint64_t high = hh + (lh >> 32) + (hl >> 32) + (middle >> 32);

	return (s128)MAKE(high + HI(a) * LO(b) + LO(a) * HI(b), low);
}

/* (hi:lo) / d for hi < d, by two 32-bit quotient digits (Knuth's algorithm D in base 2^32). */
static uint64_t divide_wide(uint64_t hi, uint64_t lo, uint64_t d, uint64_t *remainder)
{
	const int shift = __builtin_clzll(d);
	uint64_t digits[2];

	d <<= shift;
	if (shift) {
		hi = hi << shift | lo >> (64 - shift);
		lo <<= shift;
	}
	const uint64_t d1 = d >> 32, d0 = d & 0xffffffff;
	for (int i = 1; i >= 0; i--) {
		const uint64_t next = i ? lo >> 32 : lo & 0xffffffff;
		uint64_t q = hi / d1, r = hi % d1;

		while (q >> 32 || q * d0 > (r << 32 | next)) {
			q--;
			r += d1;
			if (r >> 32)
				break;
		}
		hi = (hi << 32 | next) - q * d;
		digits[i] = q;
	}
	*remainder = hi >> shift;
	return digits[1] << 32 | digits[0];
}

u128 __udivmodti4(u128 n, u128 d, u128 *remainder)
{
	u128 quotient = 0;

	if (n < d || d == 0) { /* a division by zero gives quotient 0 and remainder n */
		*remainder = n;
		return 0;
	}
	if (HI(n) == 0) {
		*remainder = LO(n) % LO(d);
		return LO(n) / LO(d);
	}
	if (HI(d) == 0) {
		uint64_t rest;
		const uint64_t high = HI(n) / LO(d);
		const uint64_t low = divide_wide(HI(n) % LO(d), LO(n), LO(d), &rest);

		*remainder = rest;
		return MAKE(high, low);
	}
	/* Both have high words: the quotient has at most clz(d) - clz(n) + 1 bits. */
	int bits = __builtin_clzll(HI(d)) - __builtin_clzll(HI(n));
	for (d <<= bits; bits >= 0; bits--, d >>= 1) {
		quotient <<= 1;
		if (n >= d) {
			n -= d;
			quotient |= 1;
		}
	}
	*remainder = n;
	return quotient;
}

u128 __udivti3(u128 n, u128 d)
{
	u128 remainder;

	return __udivmodti4(n, d, &remainder);
}

u128 __umodti3(u128 n, u128 d)
{
	u128 remainder;

	__udivmodti4(n, d, &remainder);
	return remainder;
}

static u128 magnitude(s128 x) { return x < 0 ? -(u128)x : (u128)x; }

s128 __divti3(s128 n, s128 d)
{
	const u128 q = __udivti3(magnitude(n), magnitude(d));

	return (n < 0) != (d < 0) ? (s128)-q : (s128)q;
}

s128 __modti3(s128 n, s128 d)
{
	const u128 r = __umodti3(magnitude(n), magnitude(d));

	return n < 0 ? (s128)-r : (s128)r;
}

/* Multiplication with overflow flag, for __builtin_mul_overflow and -ftrapv. */
s128 __muloti4(s128 a, s128 b, int *overflow)
{
	const u128 x = magnitude(a), y = magnitude(b);
	const int negative = (a < 0) != (b < 0);
	const u128 limit = ((u128)1 << 127) - !negative;

	*overflow = x && y > limit / x;
	return (s128)(u128)a * b;
}

int64_t __mulodi4(int64_t a, int64_t b, int *overflow)
{
	const s128 wide = (s128)a * b;

	*overflow = wide != (int64_t)wide;
	return (int64_t)wide;
}

/* Counting, comparison and byte order. */
int __clzti2(u128 x) { return HI(x) ? __builtin_clzll(HI(x)) : 64 + __builtin_clzll(LO(x)); }
int __ctzti2(u128 x) { return LO(x) ? __builtin_ctzll(LO(x)) : 64 + __builtin_ctzll(HI(x)); }
int __popcountdi2(uint64_t x) { return __builtin_popcountll(x); }
int __popcountti2(u128 x) { return __builtin_popcountll(HI(x)) + __builtin_popcountll(LO(x)); }
int __parityti2(u128 x) { return __popcountti2(x) & 1; }
int __ffsti2(u128 x) { return x ? __ctzti2(x) + 1 : 0; }
s128 __negti2(s128 x) { return (s128) - (u128)x; }
int __cmpti2(s128 a, s128 b) { return (a > b) - (a < b) + 1; }
int __ucmpti2(u128 a, u128 b) { return (a > b) - (a < b) + 1; }
