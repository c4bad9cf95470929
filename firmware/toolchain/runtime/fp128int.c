/* Conversions between floating point and integers that the core does not have: 128 bits, and 64 bits to float. */
#include <stdint.h>

typedef unsigned __int128 u128;
typedef __int128 s128;

/*
 * Through double, which holds 53 bits: what lies below is folded into the lowest of them, far under the float's last
 * bit, so that the second rounding is the only one that counts.
 */
#define FOLDED 0x7ffull

float __floatundisf(uint64_t x)
{
	if (x >> 53)
		x = (x & ~FOLDED) | ((x & FOLDED) ? FOLDED + 1 : 0);
	return (float)(double)x;
}

float __floatdisf(int64_t x) { return x < 0 ? -__floatundisf(-(uint64_t)x) : __floatundisf((uint64_t)x); }

/*
 * Rounds to nearest, ties to even: keep 64 leading bits, fold the rest into a sticky bit, and let the hardware round
 * the 64-bit value once; the scaling by a power of two is exact (float: 2^127 is the largest finite power).
 */
static double scaled(u128 x, int *exponent)
{
	const int shift = 64 - __builtin_clzll((uint64_t)(x >> 64));
	const uint64_t rest = (uint64_t)(x << (128 - shift) != 0);

	*exponent = shift;
	return (double)((uint64_t)(x >> shift) | rest);
}

static double power_of_two(int n)
{
	const union {
		uint64_t bits;
		double value;
	} u = {(uint64_t)(1023 + n) << 52};

	return u.value;
}

double __floatuntidf(u128 x)
{
	int exponent;

	if (!(uint64_t)(x >> 64))
		return (double)(uint64_t)x;
	const double value = scaled(x, &exponent);
	return value * power_of_two(exponent);
}

float __floatuntisf(u128 x)
{
	if (!(uint64_t)(x >> 64))
		return (float)(uint64_t)x;
	const int shift = 64 - __builtin_clzll((uint64_t)(x >> 64));
	const uint64_t rest = (uint64_t)(x << (128 - shift) != 0);
	const float value = (float)((uint64_t)(x >> shift) | rest);

	return shift == 64 ? value * 0x1p32f * 0x1p32f : value * (float)power_of_two(shift);
}

double __floattidf(s128 x) { return x < 0 ? -__floatuntidf(-(u128)x) : __floatuntidf((u128)x); }
float __floattisf(s128 x) { return x < 0 ? -__floatuntisf(-(u128)x) : __floatuntisf((u128)x); }

/* Truncation; what does not fit saturates, a NaN gives 0. */
u128 __fixunsdfti(double x)
{
	const union {
		double value;
		uint64_t bits;
	} u = {x};
	const int exponent = (int)(u.bits >> 52 & 0x7ff) - 1075;
	const u128 mantissa = (u.bits & 0xfffffffffffffull) | 1ull << 52;

	if (!(x >= 1.0))
		return 0;
	if (exponent < 0)
		return exponent > -64 ? mantissa >> -exponent : 0;
	return exponent > 128 - 53 ? ~(u128)0 : mantissa << exponent;
}

s128 __fixdfti(double x)
{
	const u128 limit = (u128)1 << 127;
	const u128 magnitude = __fixunsdfti(x < 0 ? -x : x);

	if (x < 0)
		return magnitude >= limit ? (s128)limit : -(s128)magnitude;
	return magnitude >= limit ? (s128)(limit - 1) : (s128)magnitude;
}

u128 __fixunssfti(float x) { return __fixunsdfti(x); }
s128 __fixsfti(float x) { return __fixdfti(x); }
