/* The gamma functions without the global `signgam` of newlib's wrappers. */
#include <math.h>

double __ieee754_lgamma_r(double x, int *sign);
float __ieee754_lgammaf_r(float x, int *sign);
double __ieee754_gamma_r(double x, int *sign);
float __ieee754_gammaf_r(float x, int *sign);

double lgamma(double x)
{
	int sign;

	return __ieee754_lgamma_r(x, &sign);
}

float lgammaf(float x)
{
	int sign;

	return __ieee754_lgammaf_r(x, &sign);
}

double tgamma(double x)
{
	int sign = 1;
	const double magnitude = __ieee754_gamma_r(x, &sign);

	return sign < 0 ? -magnitude : magnitude;
}

float tgammaf(float x)
{
	int sign = 1;
	const float magnitude = __ieee754_gammaf_r(x, &sign);

	return sign < 0 ? -magnitude : magnitude;
}
