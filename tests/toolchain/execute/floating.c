/* Floating point: division and root against exact remainders, conversions, comparisons, special values. */
#include "check.h"
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

static uint64_t state = 4711;
static uint64_t next(void)
{
	state = state * 6364136223846793005u + 1442695040888963407u;
	return state ^ state >> 31;
}
static double from_bits(uint64_t b)
{
	double d;
	memcpy(&d, &b, sizeof d);
	return d;
}
static uint64_t to_bits(double d)
{
	uint64_t b;
	memcpy(&b, &d, sizeof b);
	return b;
}
static float from_bits32(uint32_t b)
{
	float f;
	memcpy(&f, &b, sizeof f);
	return f;
}
static NOINLINE double divide(double a, double b) { return a / b; }
static NOINLINE float dividef(float a, float b) { return a / b; }

/* q is a/b rounded to nearest iff |a - q b| <= |a - q' b| for both neighbours; fma gives exact signs. */
static int nearest_quotient(double a, double b, double q)
{
	double r = fabs(fma(-q, b, a)), up = fabs(fma(-from_bits(to_bits(q) + 1), b, a)),
	       down = fabs(fma(-from_bits(to_bits(q) - 1), b, a));
	return r <= up && r <= down;
}
static void quotients(void)
{
	for (int i = 0; i < 400; i++) {
		/* exponents near 0, so that the residues are exact */
		double a = from_bits((next() & 0x800fffffffffffffull) | (1023 + next() % 40) << 52);
		double b = from_bits((next() & 0x800fffffffffffffull) | (1023 + next() % 40) << 52);
		CHECK(nearest_quotient(a, b, divide(a, b)));
		double s = sqrt(OPAQUE(fabs(a)));
		double r = fabs(fma(-s, s, fabs(a)));
		CHECK(r <= fabs(fma(-from_bits(to_bits(s) + 1), from_bits(to_bits(s) + 1), fabs(a))));
		CHECK(r <= fabs(fma(-from_bits(to_bits(s) - 1), from_bits(to_bits(s) - 1), fabs(a))));
		float fa = from_bits32((uint32_t)next()), fb = from_bits32((uint32_t)next());
		if (fa == fa && fb == fb)
			CHECK(dividef(fa, fb) == (float)divide(fa, fb) || isnan(dividef(fa, fb)));
		if (fa >= 0)
			CHECK(sqrtf(OPAQUE(fa)) == (float)sqrt(OPAQUE((double)fa)));
	}
	/* subnormal results: the scaled quotient rounds once */
	CHECK(divide(0x1.8p-1022, 0x1p1) == 0x1.8p-1023 && divide(0x1p-1074, 2.0) == 0);
	CHECK(divide(0x1.0000000000001p-1022, 2.0) == 0x1p-1023 &&
	      divide(0x1.0000000000003p-1022, 2.0) == 0x1.0000000000004p-1023);
	CHECK(divide(0x1p1023, 0x1p-10) == INFINITY && divide(-1.0, 0.0) == -INFINITY && isnan(divide(0.0, 0.0)));
	CHECK(isnan(divide(INFINITY, INFINITY)) && divide(5.0, INFINITY) == 0 && isnan(divide(NAN, 1.0)) &&
	      isnan(divide(1.0, NAN)));
	CHECK(signbit(divide(-0.0, 3.0)) && signbit(dividef(-0.0f, 3.0f)) && signbit(divide(1.0, -INFINITY)));
	CHECK(divide(0x1p-1074, 0x1p-1074) == 1 && divide(0x1p-1030, 0x1p-1060) == 0x1p30);
	CHECK(sqrt(OPAQUE(2.0)) == 0x1.6a09e667f3bcdp+0 && sqrt(OPAQUE(0x1p-1074)) == 0x1p-537 &&
	      isnan(sqrt(OPAQUE(-1.0))));
	CHECK(signbit(sqrt(OPAQUE(-0.0))) && sqrt(OPAQUE(INFINITY)) == INFINITY &&
	      sqrtf(OPAQUE(0x1p-149f)) == 0x1.6a09e6p-75f);
}
static void conversions(void)
{
	for (int i = 0; i < 200; i++) {
		int64_t x = (int64_t)next() >> (next() & 63);
		double d = (double)x;
		CHECK(fabs(d - (double)(x / 2) * 2) <= fabs(d) * 0x1p-51 + 1);
		if (x > -(1ll << 53) && x < 1ll << 53)
			CHECK((int64_t)d == x && d == (double)(int)(x >> 32) * 0x1p32 + (double)(unsigned)x);
		CHECK((float)(int)x == (float)(double)(int)x && (float)(unsigned)x == (float)(double)(unsigned)x);
	}
	CHECK((int)OPAQUE(-1.99) == -1 && (int)OPAQUE(1.99f) == 1 && (unsigned)OPAQUE(4294967295.0) == 4294967295u);
	CHECK((uint64_t)OPAQUE(0x1.8p63) == 3ull << 62 && (double)OPAQUE(UINT64_MAX) == 0x1p64 &&
	      (float)OPAQUE(UINT64_MAX) == 0x1p64f);
	CHECK((float)OPAQUE(0x1.000001p0) == 1.0f && (float)OPAQUE(0x1.0000011p0) == 0x1.000002p0f &&
	      (float)OPAQUE(1e300) == INFINITY);
	CHECK((short)OPAQUE(-300.7) == -300 && (unsigned char)OPAQUE(200.9f) == 200 &&
	      (float)OPAQUE((1ll << 62) + 1) == 0x1p62f);
	/* double rounding: 2^60 + 2^36 + 1 is just above the middle of two floats */
	CHECK((float)OPAQUE((1ll << 60) + (1ll << 36) + 1) == 0x1.000002p60f &&
	      (float)OPAQUE((1ll << 60) + (1ll << 36)) == 0x1p60f);
}
static NOINLINE int compare(double a, double b)
{
	return (a < b) | (a <= b) << 1 | (a > b) << 2 | (a >= b) << 3 | (a == b) << 4 | (a != b) << 5 | !(a < b) << 6 |
	       !(a >= b) << 7;
}
static NOINLINE int comparef(float a, float b)
{
	int r = 0;
	if (a < b)
		r |= 1;
	if (a <= b)
		r |= 2;
	if (a > b)
		r |= 4;
	if (a >= b)
		r |= 8;
	if (a == b)
		r |= 16;
	if (a != b)
		r |= 32;
	if (!(a < b))
		r |= 64;
	if (!(a >= b))
		r |= 128;
	return r;
}
static void comparisons(void)
{
	static const double v[] = {-INFINITY, -1, -0.0, 0.0, 0x1p-1074, 1, INFINITY, NAN};
	static const float w[] = {-INFINITY, -1, -0.0f, 0.0f, 0x1p-149f, 1, INFINITY, NAN};
	for (int i = 0; i < 8; i++)
		for (int j = 0; j < 8; j++) {
			int order =
				i == 7 || j == 7
					? 2
					: (i == 2 ? 3 : i)<(j == 2 ? 3 : j) ? -1 : (i == 2 ? 3 : i)>(j == 2 ? 3 : j);
			int expected = order == 2 ? 0xe0 : order < 0 ? 0xa3 : order > 0 ? 0x6c : 0x5a;
			CHECK(compare(v[i], v[j]) == expected);
			CHECK(comparef(w[i], w[j]) == expected);
			CHECK(isunordered(v[i], v[j]) == (order == 2) && isless(v[i], v[j]) == (order == -1));
			CHECK(islessgreater(w[i], w[j]) == (order == 1 || order == -1));
			if (order != 2)
				CHECK(fmax(v[i], v[j]) == (order > 0 ? v[i] : v[j]) &&
				      fminf(w[i], w[j]) == (order < 0 ? w[i] : w[j]));
		}
	CHECK(fmax(OPAQUE(NAN), 1.0) == 1 && fmin(2.0, OPAQUE((double)NAN)) == 2);
}
static void functions(void)
{
	CHECK(fabs(OPAQUE(-2.5)) == 2.5 && copysign(OPAQUE(3.0), -0.0) == -3 && signbit(-OPAQUE(0.0)) &&
	      !signbit(OPAQUE(0.0) - 0.0));
	CHECK(floor(OPAQUE(-1.5)) == -2 && ceil(OPAQUE(-1.5)) == -1 && trunc(OPAQUE(-1.5)) == -1 &&
	      round(OPAQUE(-1.5)) == -2);
	CHECK(rint(OPAQUE(2.5)) == 2 && nearbyint(OPAQUE(3.5)) == 4 && floorf(OPAQUE(1.75f)) == 1 &&
	      lrint(OPAQUE(2.5)) == 2);
	CHECK(fmod(OPAQUE(7.5), 2.0) == 1.5 && ldexp(OPAQUE(0.75), 4) == 12 && lround(OPAQUE(-2.5)) == -3);
	int e;
	CHECK(frexp(OPAQUE(12.0), &e) == 0.75 && e == 4 && hypot(OPAQUE(3.0), 4.0) == 5 && cbrt(OPAQUE(27.0)) == 3);
	CHECK(fabs(sin(OPAQUE(1.0)) - 0.8414709848078965) < 1e-15 &&
	      fabs(exp(OPAQUE(1.0)) - 2.718281828459045) < 1e-14);
	CHECK(fabs(log(OPAQUE(10.0)) - 2.302585092994046) < 1e-15 && pow(OPAQUE(2.0), 10.0) == 1024 &&
	      fabs(atan2(OPAQUE(1.0), 1.0) - 0.7853981633974483) < 1e-15);
	CHECK(pow(OPAQUE(10.0), -2.0) == 0.01 && fabsf(tanf(OPAQUE(0.5f)) - 0.5463025f) < 1e-6f &&
	      __builtin_powi(OPAQUE(2.0), -3) == 0.125);
	CHECK(fpclassify(OPAQUE(0x1p-1074)) == FP_SUBNORMAL && fpclassify(OPAQUE(1.0)) == FP_NORMAL &&
	      isinf(OPAQUE(-INFINITY)) && !isfinite(OPAQUE((double)NAN)));
}

int main(void)
{
	quotients();
	conversions();
	comparisons();
	functions();
	return 0;
}
