/* Text to floating point, correctly rounded (nearest, ties to even) for any number of digits. */
#include "decimal.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

typedef unsigned __int128 u128;

/* A binary format: bits of the significand with the hidden one, and the exponent of the smallest subnormal's unit. */
struct binary {
	int precision, minimum, maximum;
};
static const struct binary kDouble = {53, -1074, 971}, kFloat = {24, -149, 104};

/* A positive number: mantissa * 2^exponent, inexact below if sticky. */
struct scaled {
	uint64_t mantissa; /* top bit set, or 0 */
	int exponent;
	bool sticky;
};

static double power_of_two(int n) /* -1074..1023 */
{
	const uint64_t bits = n < -1022 ? 1ull << (n + 1074) : (uint64_t)(n + 1023) << 52;
	double x;

	memcpy(&x, &bits, sizeof x);
	return x;
}

/* Rounds to the format; the result is exact as a double. */
static double round_to(const struct scaled *s, const struct binary *format)
{
	if (!s->mantissa)
		return 0;
	int drop = 64 - format->precision, unit = s->exponent + drop;

	if (unit < format->minimum) {
		drop += format->minimum - unit;
		unit = format->minimum;
	}
	uint64_t kept = 0, rest = s->mantissa, half = 0;

	if (drop < 64) {
		kept = s->mantissa >> drop;
		rest = s->mantissa & ((1ull << drop) - 1);
		half = 1ull << (drop - 1);
	} else if (drop == 64) {
		half = 1ull << 63;
	} else {
		half = ~0ull; /* less than half of the unit */
		rest = 0;
	}
	kept += rest > half || (rest == half && (s->sticky || (kept & 1)));
	if (kept >> format->precision) {
		kept >>= 1;
		unit++;
	}
	if (unit > format->maximum) {
		errno = ERANGE;
		return __builtin_inf();
	}
	if (unit == format->minimum && kept < 1ull << (format->precision - 1) && (rest || s->sticky))
		errno = ERANGE;
	return (double)kept * power_of_two(unit);
}

static struct scaled normalised(u128 value, int exponent, bool sticky)
{
	if (!value)
		return (struct scaled){0, 0, sticky};
	const uint64_t high = (uint64_t)(value >> 64);
	const int shift = high ? 64 - __builtin_clzll(high) : -__builtin_clzll((uint64_t)value);

	if (shift > 0)
		return (struct scaled){(uint64_t)(value >> shift), exponent + shift,
				       sticky || (uint64_t)(value << (128 - shift) >> 64) ||
					       (shift == 64 && (uint64_t)value)};
	return (struct scaled){(uint64_t)value << -shift, exponent + shift, sticky};
}

static int parse_exponent(const char **at)
{
	const char *p = *at + 1;
	bool negative = false;
	int value = 0;

	if (*p == '+' || *p == '-')
		negative = *p++ == '-';
	if (!isdigit((unsigned char)*p))
		return 0;
	for (; isdigit((unsigned char)*p); p++)
		if (value < 100000)
			value = value * 10 + (*p - '0');
	*at = p;
	return negative ? -value : value;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* After "0x". False if there is no digit. */
static bool parse_hexadecimal(const char **at, struct scaled *out)
{
	const char *p = *at;
	uint64_t mantissa = 0;
	int exponent = 0;
	bool sticky = false, digits = false, point = false;

	for (;; p++) {
		if (*p == '.' && !point) {
			point = true;
			continue;
		}
		const int digit = hex_digit(*p);

		if (digit < 0)
			break;
		digits = true;
		if (mantissa >> 60) {
			sticky |= digit != 0;
			exponent += point ? 0 : 4;
		} else {
			mantissa = mantissa << 4 | (uint64_t)digit;
			exponent -= point ? 4 : 0;
		}
	}
	if (!digits)
		return false;
	if (*p == 'p' || *p == 'P')
		exponent += parse_exponent(&p);
	*out = normalised(mantissa, exponent, sticky);
	*at = p;
	return true;
}

/* Adds one digit at a decimal position (0 = units). */
static void place_digit(struct decimal *d, int position, unsigned digit)
{
	const int distance = position >= 0 ? position / LIMB_DIGITS : -((-position + LIMB_DIGITS - 1) / LIMB_DIGITS);
	const int limb = INTEGER_LIMBS - 1 - distance;

	if (!digit)
		return;
	if (limb >= TOTAL_LIMBS) {
		d->sticky = true;
		return;
	}
	d->limbs[limb] += digit * __decimal_powers_of_ten[position - distance * LIMB_DIGITS];
	if (limb < d->first)
		d->first = limb;
	if (limb >= d->last)
		d->last = limb + 1;
}

/* Integer part of a number below 10^27. */
static u128 integer_part(const struct decimal *d)
{
	return ((u128)d->limbs[INTEGER_LIMBS - 3] * LIMB + d->limbs[INTEGER_LIMBS - 2]) * LIMB +
	       d->limbs[INTEGER_LIMBS - 1];
}

static struct scaled to_binary(struct decimal *d)
{
	int exponent = 0;
	bool sticky = d->sticky;

	if (d->first >= d->last)
		return (struct scaled){0, 0, sticky};
	for (; d->first < INTEGER_LIMBS - 3; exponent += 9)
		__decimal_divide_by_power_of_two(d, 9);
	for (; d->last > INTEGER_LIMBS && !(integer_part(d) >> 64); exponent -= 25) /* 10^27 > 2^64 * 2^25 */
		__decimal_multiply_by_power_of_two(d, 25);
	for (int i = INTEGER_LIMBS; i < d->last; i++)
		sticky |= d->limbs[i] != 0;
	return normalised(integer_part(d), exponent, sticky || d->sticky);
}

/* False if there is no digit. */
static bool parse_decimal(const char **at, struct scaled *out)
{
	const char *p = *at, *first_digit = NULL;
	int point_at = 0, digits = 0; /* digits before the point from the first nonzero one; all digits */
	bool point = false, any = false;

	/* First pass: where the number starts and ends. */
	const char *q = p;
	for (; isdigit((unsigned char)*q) || (*q == '.' && !point); q++) {
		if (*q == '.') {
			point = true;
			continue;
		}
		any = true;
		if (!first_digit && *q != '0')
			first_digit = q;
		if (first_digit && digits < 100000)
			digits++;
		if (!point)
			point_at += first_digit && point_at < 100000;
		else if (!first_digit && point_at > -100000)
			point_at--;
	}
	if (!any)
		return false;
	const char *end = q;
	const int exponent = *q == 'e' || *q == 'E' ? parse_exponent(&q) : 0;

	*at = q;
	*out = (struct scaled){0, 0, false};
	if (!first_digit)
		return true;
	const int top = point_at - 1 + exponent; /* decimal position of the first digit */

	if (top > 310) {
		*out = (struct scaled){1ull << 63, 5000, false};
		return true;
	}
	if (top < -400) {
		*out = (struct scaled){1ull << 63, -5000, true};
		return true;
	}
	struct decimal d;
	int position = top;

	memset(&d, 0, sizeof d);
	d.first = TOTAL_LIMBS;
	for (p = first_digit; p != end; p++)
		if (*p != '.')
			place_digit(&d, position--, (unsigned)(*p - '0'));
	*out = to_binary(&d);
	return true;
}

static double convert(const char *text, char **end, const struct binary *format)
{
	const char *at = text;
	struct scaled value;
	bool negative = false;
	double result;

	while (isspace((unsigned char)*at))
		at++;
	if (*at == '+' || *at == '-')
		negative = *at++ == '-';
	if (strncasecmp(at, "inf", 3) == 0) {
		at += strncasecmp(at, "infinity", 8) == 0 ? 8 : 3;
		result = __builtin_inf();
	} else if (strncasecmp(at, "nan", 3) == 0) {
		at += 3;
		result = __builtin_nan("");
	} else {
		const char *hexadecimal = at + 2;

		if (*at == '0' && (at[1] | 0x20) == 'x' && parse_hexadecimal(&hexadecimal, &value)) {
			at = hexadecimal;
		} else if (!parse_decimal(&at, &value)) {
			at = text;
			value.mantissa = 0;
		}
		result = round_to(&value, format);
	}
	if (end)
		*end = (char *)at;
	return negative ? -result : result;
}

double strtod(const char *text, char **end) { return convert(text, end, &kDouble); }
float strtof(const char *text, char **end) { return (float)convert(text, end, &kFloat); }
long double strtold(const char *text, char **end) { return convert(text, end, &kDouble); }
double atof(const char *text) { return strtod(text, NULL); }
