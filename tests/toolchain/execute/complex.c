/* Complex numbers: arithmetic, passing, returning, conversions, integer complex types. */
#include "check.h"
#include <complex.h>
#include <math.h>

typedef _Complex double cd;
typedef _Complex float cf;

static NOINLINE cd mul(cd a, cd b) { return a * b; }
static NOINLINE cd div_(cd a, cd b) { return a / b; }
static NOINLINE cf mulf(cf a, cf b) { return a * b; }
static NOINLINE cf divf(cf a, cf b) { return a / b; }
static NOINLINE cd mixed(int n, cf a, cd b, float c) { return n * a + b - c; }
static NOINLINE _Complex int gauss(_Complex int a, _Complex int b) { return a * b + 1; }
static NOINLINE _Complex long glong(_Complex long a, _Complex char c) { return a - c; }
static int near(cd a, cd b) { return fabs(creal(a - b)) < 1e-12 && fabs(cimag(a - b)) < 1e-12; }

int main(void)
{
	cd a = 1.5 + 2.0 * I, b = -0.5 + 4.0 * I;
	CHECK(near(mul(a, b), -8.75 + 5.0 * I) && near(mul(div_(a, b), b), a));
	cf c = 3.0f - 1.0f * I, d = 0.5f + 0.25f * I;
	CHECK(mulf(c, d) == 1.75f + 0.25f * I && cabsf(divf(c, d) - (4.0f - 4.0f * I)) < 1e-5f);
	CHECK(mixed(2, c, b, 1.0f) == 4.5 + 2.0 * I);
	_Complex int g = gauss(1 + 2i, 3 - 1i);
	CHECK(__real__ g == 6 && __imag__ g == 5);
	_Complex long l = glong((1L << 40) + 5i, (char)3 + (char)-2 * 1i);
	CHECK(__real__ l == (1L << 40) - 3 && __imag__ l == 7);
	CHECK(~a == 1.5 - 2.0 * I && conj(a) == ~a && a != b && -a == -1.5 - 2.0 * I);
	double inf = INFINITY;
	cd z = mul(CMPLX(inf, NAN), CMPLX(1.0, 1.0));
	CHECK(isinf(creal(z)) || isinf(cimag(z)));
	z = div_(CMPLX(1.0, 1.0), CMPLX(0.0, 0.0));
	CHECK(isinf(creal(z)) || isinf(cimag(z)));
	z = div_(CMPLX(1e300, 1e300), CMPLX(1e300, 1e300));
	CHECK(near(z, 1));
	a += 1;
	__imag__ a *= 2;
	CHECK(creal(a) == 2.5 && cimag(a) == 4 && cabs(3.0 + 4.0 * I) == 5);
	cd array[3] = {1, 2 * I, 3 + 3 * I};
	cd sum = 0;
	for (int i = 0; i < 3; i++)
		sum += array[i] * (i + 1);
	CHECK(sum == 10 + 13 * I);
	return 0;
}
