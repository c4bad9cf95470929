/*
 * Division and square root, correctly rounded to nearest-even. KV3 has no such instructions, only 24-bit seeds.
 *
 * double: a quotient (root) of the normalised mantissas is computed in double arithmetic to within a few units, turned
 * into an integer with two more bits than the result needs, and corrected by its exact remainder. The remainder is
 * small, so 64-bit arithmetic modulo 2^64 holds it exactly. Rounding is then an integer operation, subnormal results
 * included.
 * float: the double value is accurate to better than 2^-50, and no quotient or root of 24-bit numbers is that close to
 * the middle of two floats without being exact; so rounding it once more is right.
 *
 * The rounding mode of CS is not looked at and no exception flag is raised.
 */
#include <stdint.h>

#define FRACTION 0xfffffffffffffull
#define HIDDEN (1ull << 52)
#define SIGN (1ull << 63)
#define INFINITY_BITS 0x7ff0000000000000ull
#define NAN_BITS 0x7ff8000000000000ull

static inline uint64_t bits_of(double x)
{
	uint64_t bits;

	__builtin_memcpy(&bits, &x, sizeof bits);
	return bits;
}

static inline double double_of(uint64_t bits)
{
	double x;

	__builtin_memcpy(&x, &bits, sizeof x);
	return x;
}

/* 24-bit approximations of 1/x and 1/sqrt(x). */
static inline float reciprocal_seed(float x)
{
	float y;

	__asm__("frecw.rn.s %0 = %1" : "=r"(y) : "r"(x));
	return y;
}

static inline float rsqrt_seed(float x)
{
	float y;

	__asm__("frsrw.rn.s %0 = %1" : "=r"(y) : "r"(x));
	return y;
}

/* Mantissa of a finite nonzero number in [2^52, 2^53), and the exponent that goes with it (value = m * 2^(e - 1075)).
 */
static inline uint64_t normalise(uint64_t magnitude, int *exponent)
{
	const int e = (int)(magnitude >> 52);
	const uint64_t fraction = magnitude & FRACTION;

	if (e) {
		*exponent = e;
		return fraction | HIDDEN;
	}
	const int shift = __builtin_clzll(fraction) - 11;
	*exponent = 1 - shift;
	return fraction << shift;
}

/* Value m * 2^(e - 1077), m in [2^54, 2^55] with its lowest bit sticky, rounded to a double's bits (no sign). */
static inline uint64_t round_pack(uint64_t m, int e)
{
	if (e >= 2047)
		return INFINITY_BITS;
	if (e <= 0) {
		const int shift = 1 - e;

		if (shift > 55)
			return 0;
		m = m >> shift | ((m & ((1ull << shift) - 1)) != 0);
		e = 0;
	} else {
		e -= 1; /* the hidden bit adds one to the exponent field */
	}
	/* Two guard bits: round to nearest, ties to even; a carry runs into the exponent as it should. */
	const uint64_t kept = m >> 2, guard = m & 3;

	return ((uint64_t)e << 52) + kept + (guard > 2 || (guard == 2 && (kept & 1)));
}

static double divide_special(uint64_t a, uint64_t b, uint64_t sign)
{
	if (a > INFINITY_BITS)
		return double_of(a | 1ull << 51);
	if (b > INFINITY_BITS)
		return double_of(b | 1ull << 51);
	if (a == b) /* 0/0 or inf/inf */
		return double_of(NAN_BITS);
	return double_of(sign | (a == INFINITY_BITS || b == 0 ? INFINITY_BITS : 0));
}

/* 1/b for b in [1, 2), to about 2^-52. */
static inline double reciprocal(double b)
{
	double y = (double)reciprocal_seed((float)b);

	y = __builtin_fma(y, __builtin_fma(-b, y, 1.0), y);
	return __builtin_fma(y, __builtin_fma(-b, y, 1.0), y);
}

double __divdf3(double x, double y)
{
	const uint64_t sign = (bits_of(x) ^ bits_of(y)) & SIGN;
	const uint64_t a = bits_of(x) & ~SIGN, b = bits_of(y) & ~SIGN;
	int ea, eb;

	if (a - 1 >= INFINITY_BITS - 1 || b - 1 >= INFINITY_BITS - 1) {
		const int zero_over_finite = a == 0 && b - 1 < INFINITY_BITS - 1;
		const int finite_over_infinity = a < INFINITY_BITS && b == INFINITY_BITS;

		if (zero_over_finite || finite_over_infinity)
			return double_of(sign);
		return divide_special(a, b, sign);
	}
	uint64_t ma = normalise(a, &ea);
	const uint64_t mb = normalise(b, &eb);
	int e = ea - eb + 1023;

	if (ma < mb) {
		ma <<= 1;
		e--;
	}
	/* q = ma / mb in [1, 2), scaled by 2^54; the estimate is off by a few units. */
	const double mantissa_b = double_of((mb & FRACTION) | 1023ull << 52);
	uint64_t q = (uint64_t)((double)ma * 0x1p-52 * reciprocal(mantissa_b) * 0x1p54);
	int64_t rest = (int64_t)((ma << 54) - q * mb);

	while (rest < 0) {
		q--;
		rest += (int64_t)mb;
	}
	while (rest >= (int64_t)mb) {
		q++;
		rest -= (int64_t)mb;
	}
	return double_of(sign | round_pack(q | (rest != 0), e));
}

float __divsf3(float x, float y)
{
	const uint64_t b = bits_of((double)y);
	const int eb = (int)(b >> 52 & 0x7ff);

	if (eb == 0 || eb == 0x7ff) /* zero, infinity, NaN: the double routine knows them */
		return (float)__divdf3(x, y);
	const double scaled = double_of((b & (SIGN | FRACTION)) | 1023ull << 52); /* y without its power of two */
	const double seed = (double)reciprocal_seed((float)scaled);
	double r = __builtin_fma(seed, __builtin_fma(-scaled, seed, 1.0), seed);

	r = __builtin_fma(r, __builtin_fma(-scaled, r, 1.0), r);
	const double a = (double)x;
	double q = a * r;

	if (q != 0 && q - q == 0) /* neither a zero (its sign) nor an infinity */
		q = __builtin_fma(__builtin_fma(-scaled, q, a), r, q);
	return (float)(q * double_of((uint64_t)(2046 - eb) << 52));
}

/* sqrt of m in [1, 4) to about 2^-52. */
static inline double root(double m)
{
	double y = (double)rsqrt_seed((float)m);
	double s = m * y, h = 0.5 * y, r = __builtin_fma(-s, h, 0.5);

	s = __builtin_fma(s, r, s);
	h = __builtin_fma(h, r, h);
	r = __builtin_fma(-s, h, 0.5);
	s = __builtin_fma(s, r, s);
	h = __builtin_fma(h, r, h);
	return __builtin_fma(__builtin_fma(-s, s, m), h, s);
}

double sqrt(double x)
{
	const uint64_t a = bits_of(x);
	int e;

	if (a == 0 || a == SIGN || a == INFINITY_BITS)
		return x;
	if ((a & ~SIGN) > INFINITY_BITS)
		return double_of(a | 1ull << 51);
	if (a & SIGN)
		return double_of(NAN_BITS);
	uint64_t m = normalise(a, &e);

	e -= 1023;
	if (e & 1) {
		m <<= 1;
		e--;
	}
	/* x = m * 2^(e - 52) with even e; the root of m * 2^56 lies in [2^54, 2^55). */
	uint64_t s = (uint64_t)(root((double)m * 0x1p-52) * 0x1p54);
	int64_t rest = (int64_t)((m << 56) - s * s);

	while (rest < 0) {
		s--;
		rest += (int64_t)(2 * s + 1);
	}
	while (rest > (int64_t)(2 * s)) {
		rest -= (int64_t)(2 * s + 1);
		s++;
	}
	return double_of(round_pack(s | (rest != 0), e / 2 + 1023));
}

float sqrtf(float x)
{
	if (!(x > 0.0f) || x == __builtin_inff())
		return x == 0.0f || x > 0.0f ? x : __builtin_nanf("");
	const double a = (double)x;
	const uint64_t bits = bits_of(a);
	const int e = ((int)(bits >> 52) - 1023) & ~1;
	const double m = double_of(bits - ((uint64_t)(int64_t)e << 52)); /* in [1, 4) */

	return (float)(root(m) * double_of((uint64_t)(1023 + e / 2) << 52));
}
