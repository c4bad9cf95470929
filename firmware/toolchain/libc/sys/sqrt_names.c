/* newlib's functions call the root by these names; ours is in the runtime library. */
#include <math.h>

double __ieee754_sqrt(double x) { return sqrt(x); }
float __ieee754_sqrtf(float x) { return sqrtf(x); }
