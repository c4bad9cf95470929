/* Half precision as 16-bit patterns, for code that does not use the FP16 instructions. */
#include <stdint.h>

static float from_half(uint16_t h)
{
	const uint32_t sign = (uint32_t)(h & 0x8000) << 16, fraction = h & 0x3ff;
	const int exponent = h >> 10 & 31;
	uint32_t bits;
	float x;

	if (exponent == 31) {
		bits = sign | 0x7f800000 | fraction << 13 | (fraction ? 0x400000 : 0);
	} else if (exponent) {
		bits = sign | (uint32_t)(exponent + 112) << 23 | fraction << 13;
	} else {
		x = (float)fraction * 0x1p-24f;
		return sign ? -x : x;
	}
	__builtin_memcpy(&x, &bits, sizeof x);
	return x;
}

/* From a double, so that a float too is rounded only once. Nearest, ties to even. */
static uint16_t to_half(double x)
{
	uint64_t bits;

	__builtin_memcpy(&bits, &x, sizeof bits);
	const uint16_t sign = (uint16_t)(bits >> 48 & 0x8000);
	const uint64_t magnitude = bits & ~(1ull << 63);
	const int exponent = (int)(magnitude >> 52) - 1008; /* half's biased exponent */
	uint64_t mantissa = (magnitude & 0xfffffffffffffull) | 1ull << 52;
	int shift = 42;

	if (magnitude > 0x7ff0000000000000ull)
		return (uint16_t)(sign | 0x7e00 | (magnitude >> 42 & 0x1ff));
	if (exponent >= 31)
		return sign | 0x7c00;
	if (exponent <= 0) {
		shift += 1 - exponent;
		if (shift > 54)
			return sign;
	}
	const uint64_t kept = mantissa >> shift, rest = mantissa & ((1ull << shift) - 1), half = 1ull << (shift - 1);
	const uint64_t field = (exponent > 0 ? (uint64_t)(exponent - 1) << 10 : 0) + kept;

	return (uint16_t)(sign | (field + (rest > half || (rest == half && (kept & 1)))));
}

float __gnu_h2f_ieee(uint16_t h) { return from_half(h); }
uint16_t __gnu_f2h_ieee(float x) { return to_half(x); }

/* The ABI passes a half in the low 16 bits of a register: the same as an integer. */
float __extendhfsf2(uint16_t h) { return from_half(h); }
double __extendhfdf2(uint16_t h) { return from_half(h); }
uint16_t __truncsfhf2(float x) { return to_half(x); }
uint16_t __truncdfhf2(double x) { return to_half(x); }
