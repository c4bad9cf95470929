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

cdouble __divdc3(double a, double b, double c, double d)
{
	/* Scale the divisor to about 1, so that the squares cannot overflow. */
	const double larger = __builtin_fmax(__builtin_fabs(c), __builtin_fabs(d));
	int scale = 0;

	if (larger > 0 && IS_FINITE(larger)) {
		scale = __builtin_ilogb(larger);
		c = __builtin_scalbn(c, -scale);
		d = __builtin_scalbn(d, -scale);
	}
	const double norm = c * c + d * d;
	double re = __builtin_scalbn((a * c + b * d) / norm, -scale);
	double im = __builtin_scalbn((b * c - a * d) / norm, -scale);

	if (IS_NAN(re) && IS_NAN(im)) {
		if (norm == 0 && (!IS_NAN(a) || !IS_NAN(b))) {
			re = __builtin_copysign(__builtin_inf(), c) * a;
			im = __builtin_copysign(__builtin_inf(), c) * b;
		} else if ((IS_INF(a) || IS_INF(b)) && IS_FINITE(c) && IS_FINITE(d)) {
			a = sign_of_inf(a), b = sign_of_inf(b);
			re = __builtin_inf() * (a * c + b * d);
			im = __builtin_inf() * (b * c - a * d);
		} else if (IS_INF(larger) && IS_FINITE(a) && IS_FINITE(b)) {
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
