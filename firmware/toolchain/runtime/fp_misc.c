/* Complex arithmetic (C11 annex G), integer powers, half precision, thread-safe nothing: pure functions. */
#include <stdint.h>

typedef _Complex double cdouble;
typedef _Complex float cfloat;

#define IS_NAN(x) ((x) != (x))
#define IS_INF(x) (__builtin_fabs(x) == __builtin_inf())
#define IS_FINITE(x) ((x) - (x) == 0)

static double sign_of_inf(double x) { return __builtin_copysign(IS_INF(x) ? 1.0 : 0.0, x); }
static double zero_if_nan(double x) { return IS_NAN(x) ? __builtin_copysign(0.0, x) : x; }

static cdouble pack(double re, double im)
{
	cdouble z;

	__real__ z = re;
	__imag__ z = im;
	return z;
}

/* Products that came out as NaN + NaN i although an operand is infinite. */
static cdouble recover_product(double a, double b, double c, double d, cdouble z)
{
	const double ac = a * c, bd = b * d, ad = a * d, bc = b * c;
	int recalculate = 0;

	if (IS_INF(a) || IS_INF(b)) {
		a = sign_of_inf(a), b = sign_of_inf(b);
		c = zero_if_nan(c), d = zero_if_nan(d);
		recalculate = 1;
	}
	if (IS_INF(c) || IS_INF(d)) {
		c = sign_of_inf(c), d = sign_of_inf(d);
		a = zero_if_nan(a), b = zero_if_nan(b);
		recalculate = 1;
	}
	if (!recalculate && (IS_INF(ac) || IS_INF(bd) || IS_INF(ad) || IS_INF(bc))) {
		a = zero_if_nan(a), b = zero_if_nan(b);
		c = zero_if_nan(c), d = zero_if_nan(d);
		recalculate = 1;
	}
	if (!recalculate)
		return z;
	return pack(__builtin_inf() * (a * c - b * d), __builtin_inf() * (a * d + b * c));
}

cdouble __muldc3(double a, double b, double c, double d)
{
	const double re = a * c - b * d, im = a * d + b * c;

	if (IS_NAN(re) && IS_NAN(im))
		return recover_product(a, b, c, d, pack(re, im));
	return pack(re, im);
}

cfloat __mulsc3(float a, float b, float c, float d)
{
	const float re = a * c - b * d, im = a * d + b * c;
	cfloat z;

	__real__ z = re;
	__imag__ z = im;
	if (IS_NAN(re) && IS_NAN(im))
		return (cfloat)recover_product(a, b, c, d, pack(re, im));
	return z;
}

/* mantissa * 2^exponent, the mantissa's magnitude in [1, 2) or zero, infinite or NaN */
struct scaled {
	double mantissa;
	int exponent;
};

static struct scaled split(double x)
{
	if (x == 0 || !IS_FINITE(x))
		return (struct scaled){x, 0};
	const int exponent = __builtin_ilogb(x);

	return (struct scaled){__builtin_scalbn(x, -exponent), exponent};
}

/* a * b + c * d: the products are exact, nothing overflows, and what underflows is too small to matter. */
static struct scaled sum_of_products(struct scaled a, struct scaled b, struct scaled c, struct scaled d)
{
	const double ab = a.mantissa * b.mantissa, cd = c.mantissa * d.mantissa;
	const int at_ab = a.exponent + b.exponent, at_cd = c.exponent + d.exponent;
	const int at = cd == 0 || (ab != 0 && at_ab > at_cd) ? at_ab : at_cd;
	const double low_ab = __builtin_fma(a.mantissa, b.mantissa, -ab),
		     low_cd = __builtin_fma(c.mantissa, d.mantissa, -cd);
	const double high = __builtin_scalbn(ab, at_ab - at) + __builtin_scalbn(cd, at_cd - at);
	const double low = __builtin_scalbn(low_ab, at_ab - at) + __builtin_scalbn(low_cd, at_cd - at);

	return (struct scaled){high + low, at};
}

static double quotient(struct scaled x, struct scaled y)
{
	return __builtin_scalbn(x.mantissa / y.mantissa, x.exponent - y.exponent);
}

cdouble __divdc3(double a, double b, double c, double d)
{
	const struct scaled sa = split(a), sb = split(b), sc = split(c), sd = split(d);
	const struct scaled minus_a = {-sa.mantissa, sa.exponent}, norm = sum_of_products(sc, sc, sd, sd);
	double re = quotient(sum_of_products(sa, sc, sb, sd), norm);
	double im = quotient(sum_of_products(sb, sc, minus_a, sd), norm);

	if (IS_NAN(re) && IS_NAN(im)) {
		if (norm.mantissa == 0 && (!IS_NAN(a) || !IS_NAN(b))) {
			re = __builtin_copysign(__builtin_inf(), c) * a;
			im = __builtin_copysign(__builtin_inf(), c) * b;
		} else if ((IS_INF(a) || IS_INF(b)) && IS_FINITE(c) && IS_FINITE(d)) {
			a = sign_of_inf(a), b = sign_of_inf(b);
			re = __builtin_inf() * (a * c + b * d);
			im = __builtin_inf() * (b * c - a * d);
		} else if ((IS_INF(c) || IS_INF(d)) && IS_FINITE(a) && IS_FINITE(b)) {
			c = sign_of_inf(c), d = sign_of_inf(d);
			re = 0.0 * (a * c + b * d);
			im = 0.0 * (b * c - a * d);
		}
	}
	return pack(re, im);
}

/* In double, nothing of a float quotient can overflow or lose precision. */
cfloat __divsc3(float a, float b, float c, float d) { return (cfloat)__divdc3(a, b, c, d); }

double __powidf2(double x, int n)
{
	unsigned rest = n < 0 ? -(unsigned)n : (unsigned)n;
	double result = 1;

	for (; rest; rest >>= 1, x *= x)
		if (rest & 1)
			result *= x;
	return n < 0 ? 1 / result : result;
}

float __powisf2(float x, int n)
{
	unsigned rest = n < 0 ? -(unsigned)n : (unsigned)n;
	float result = 1;

	for (; rest; rest >>= 1, x *= x)
		if (rest & 1)
			result *= x;
	return n < 0 ? 1 / result : result;
}
