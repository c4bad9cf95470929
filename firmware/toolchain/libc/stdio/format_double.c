/*
 * Exact decimal output of doubles. The value becomes an exact decimal (decimal.h); rounding happens once, on decimal
 * digits, to nearest with ties to even.
 */
#include "decimal.h"
#include "format.h"

#include <string.h>

static void decimal_from(struct decimal *d, uint64_t mantissa, int exponent)
{
	memset(d, 0, sizeof *d);
	d->limbs[INTEGER_LIMBS - 1] = (uint32_t)(mantissa % LIMB);
	d->limbs[INTEGER_LIMBS - 2] = (uint32_t)(mantissa / LIMB % LIMB);
	d->limbs[INTEGER_LIMBS - 3] = (uint32_t)(mantissa / LIMB / LIMB);
	d->first = INTEGER_LIMBS - 3;
	d->last = INTEGER_LIMBS;
	if (exponent > 0)
		__decimal_multiply_by_power_of_two(d, exponent);
	else
		__decimal_divide_by_power_of_two(d, -exponent);
	while (d->first < d->last && !d->limbs[d->first])
		d->first++;
}

#define powers_of_ten __decimal_powers_of_ten

/* Digit at decimal position p: 0 is the units digit, -1 the first decimal. */
static unsigned digit_at(const struct decimal *d, int p)
{
	const int distance = p >= 0 ? p / LIMB_DIGITS : -((-p + LIMB_DIGITS - 1) / LIMB_DIGITS);
	const int limb = INTEGER_LIMBS - 1 - distance;

	if (limb < 0 || limb >= TOTAL_LIMBS)
		return 0;
	return d->limbs[limb] / powers_of_ten[p - distance * LIMB_DIGITS] % 10;
}

/* Position of the leading digit; the number is not zero. */
static int leading_position(const struct decimal *d)
{
	int p = (INTEGER_LIMBS - 1 - d->first) * LIMB_DIGITS + LIMB_DIGITS - 1;

	while (digit_at(d, p) == 0)
		p--;
	return p;
}

static bool nonzero_below(const struct decimal *d, int p)
{
	const int distance = p >= 0 ? p / LIMB_DIGITS : -((-p + LIMB_DIGITS - 1) / LIMB_DIGITS);
	const int limb = INTEGER_LIMBS - 1 - distance;

	if (limb >= TOTAL_LIMBS)
		return false;
	if (limb >= 0 && d->limbs[limb] % powers_of_ten[p - distance * LIMB_DIGITS])
		return true;
	for (int i = limb + 1 > d->first ? limb + 1 : d->first; i < d->last; i++)
		if (d->limbs[i])
			return true;
	return false;
}

/* Writes the digits from position `top` down to `bottom`, correctly rounded; a carry out of the top gives one more
 * digit in front. Returns the number of digits written. */
static int write_digits(const struct decimal *d, int top, int bottom, char *out)
{
	const int count = top - bottom + 1;
	bool up = false;

	for (int i = 0; i < count; i++)
		out[1 + i] = (char)('0' + digit_at(d, top - i));
	const unsigned next = digit_at(d, bottom - 1);

	if (next > 5)
		up = true;
	else if (next == 5)
		up = nonzero_below(d, bottom - 1) || (count > 0 && ((out[count] - '0') & 1));
	out[0] = '0';
	for (int i = count; up; i--) {
		if (out[i] != '9') {
			out[i]++;
			up = false;
		} else {
			out[i] = '0';
		}
	}
	if (out[0] != '0')
		return count + 1;
	memmove(out, out + 1, (size_t)count);
	return count;
}

#define MAX_DIGITS 1100 /* digits beyond are zeros of the exact value */

/* What is left of the point and right of it, or an exponent form, is assembled here. */
struct text {
	char digits[1 + 310 + MAX_DIGITS];
	char tail[8];
	size_t length, tail_zeros, tail_length;
};

static size_t write_exponent(char *out, int exponent, char letter)
{
	unsigned value = exponent < 0 ? (unsigned)-exponent : (unsigned)exponent;
	size_t n = 0;

	out[n++] = letter;
	out[n++] = exponent < 0 ? '-' : '+';
	if (value >= 100)
		out[n++] = (char)('0' + value / 100);
	out[n++] = (char)('0' + value / 10 % 10);
	out[n++] = (char)('0' + value % 10);
	return n;
}

static void insert_point(struct text *t, size_t at)
{
	memmove(t->digits + at + 1, t->digits + at, t->length - at);
	t->digits[at] = '.';
	t->length++;
}

static void make_fixed(struct text *t, const struct decimal *d, bool zero, int precision, bool keep_point)
{
	const int exact = precision < MAX_DIGITS ? precision : MAX_DIGITS;
	int top = zero ? 0 : leading_position(d);

	if (top < 0)
		top = 0;
	if (zero) {
		memset(t->digits, '0', (size_t)exact + 1);
		t->length = (size_t)exact + 1;
	} else {
		t->length = (size_t)write_digits(d, top, -exact, t->digits);
	}
	t->tail_zeros = (size_t)(precision - exact);
	if (precision || keep_point)
		insert_point(t, t->length - (size_t)exact);
}

static int make_exponential(struct text *t, const struct decimal *d, bool zero, int precision, bool keep_point,
			    char letter)
{
	const int exact = precision < MAX_DIGITS ? precision : MAX_DIGITS;
	int exponent = zero ? 0 : leading_position(d);

	if (zero) {
		memset(t->digits, '0', (size_t)exact + 1);
		t->length = (size_t)exact + 1;
	} else {
		t->length = (size_t)write_digits(d, exponent, exponent - exact, t->digits);
		if ((int)t->length > exact + 1) { /* 9.99 became 10.0 */
			exponent++;
			t->length--;
		}
	}
	t->tail_zeros = (size_t)(precision - exact);
	if (precision || keep_point)
		insert_point(t, 1);
	t->tail_length = write_exponent(t->tail, exponent, letter);
	return exponent;
}

static void strip_zeros(struct text *t)
{
	t->tail_zeros = 0;
	if (!memchr(t->digits, '.', t->length))
		return;
	while (t->digits[t->length - 1] == '0')
		t->length--;
	if (t->digits[t->length - 1] == '.')
		t->length--;
}

static void make_general(struct text *t, const struct decimal *d, bool zero, const struct format_spec *spec,
			 char letter)
{
	const int precision = spec->precision < 0 ? 6 : spec->precision ? spec->precision : 1;
	const int exponent = make_exponential(t, d, zero, precision - 1, spec->alternate, letter);

	if (exponent >= -4 && exponent < precision) {
		t->tail_length = 0;
		make_fixed(t, d, zero, precision - 1 - exponent, spec->alternate);
	}
	if (!spec->alternate)
		strip_zeros(t);
}

/* %a: the leading digit is the hidden bit, as other libraries print it. */
static void format_hexadecimal(struct format_sink *sink, struct format_spec *spec, uint64_t bits, char *prefix,
			       size_t prefix_length)
{
	const char *digits = spec->upper ? "0123456789ABCDEF" : "0123456789abcdef";
	uint64_t fraction = bits & 0xfffffffffffffull;
	int exponent = (int)(bits >> 52 & 0x7ff);
	char body[20], tail[8];
	size_t length = 0, n = 0;
	unsigned lead = exponent != 0;
	int count = 13;

	exponent = bits << 1 == 0 ? 0 : exponent ? exponent - 1023 : -1022;
	if (spec->precision >= 0 && spec->precision < 13) {
		const unsigned drop = 4 * (13 - (unsigned)spec->precision);
		const uint64_t all = (uint64_t)lead << 52 | fraction, rest = all & ((1ull << drop) - 1);
		uint64_t kept = all >> drop;

		kept += rest > 1ull << (drop - 1) || (rest == 1ull << (drop - 1) && (kept & 1));
		lead = (unsigned)(kept >> (52 - drop));
		fraction = kept << drop & 0xfffffffffffffull;
		count = spec->precision;
	}
	if (spec->precision < 0)
		while (count && !(fraction >> (52 - 4 * count) & 15))
			count--;
	prefix[prefix_length++] = '0';
	prefix[prefix_length++] = spec->upper ? 'X' : 'x';
	body[length++] = (char)('0' + lead);
	if (count || spec->precision > 0 || spec->alternate)
		body[length++] = '.';
	for (int i = 1; i <= count; i++)
		body[length++] = digits[fraction >> (52 - 4 * i) & 15];
	tail[n++] = spec->upper ? 'P' : 'p';
	tail[n++] = exponent < 0 ? '-' : '+';
	const unsigned value = exponent < 0 ? (unsigned)-exponent : (unsigned)exponent;
	for (unsigned power = value >= 1000 ? 1000 : value >= 100 ? 100 : value >= 10 ? 10 : 1; power; power /= 10)
		tail[n++] = (char)('0' + value / power % 10);
	format_field(sink, spec, prefix, prefix_length, 0, body, length,
		     spec->precision > 13 ? (size_t)spec->precision - 13 : 0, tail, n);
}

static void format_finite(struct format_sink *sink, const struct format_spec *spec, uint64_t bits, const char *prefix,
			  size_t prefix_length)
{
	const int biased = (int)(bits >> 52 & 0x7ff);
	uint64_t mantissa = bits & 0xfffffffffffffull;
	const int exponent = biased ? biased - 1075 : -1074;
	const int precision = spec->precision < 0 ? 6 : spec->precision;
	struct decimal d;
	struct text t;

	if (biased)
		mantissa |= 1ull << 52;
	t.tail_length = t.tail_zeros = 0;
	decimal_from(&d, mantissa, exponent);
	switch (spec->conversion | 0x20) {
	case 'f':
		make_fixed(&t, &d, !mantissa, precision, spec->alternate);
		break;
	case 'e':
		make_exponential(&t, &d, !mantissa, precision, spec->alternate, spec->upper ? 'E' : 'e');
		break;
	default:
		make_general(&t, &d, !mantissa, spec, spec->upper ? 'E' : 'e');
	}
	format_field(sink, spec, prefix, prefix_length, 0, t.digits, t.length, t.tail_zeros, t.tail, t.tail_length);
}

void format_double(struct format_sink *sink, const struct format_spec *given, double value)
{
	struct format_spec spec = *given;
	char prefix[4];
	size_t prefix_length = 0;
	uint64_t bits;

	memcpy(&bits, &value, sizeof bits);
	if (bits >> 63)
		prefix[prefix_length++] = '-';
	else if (spec.plus || spec.space)
		prefix[prefix_length++] = spec.plus ? '+' : ' ';
	if ((bits >> 52 & 0x7ff) == 0x7ff) {
		const bool infinite = bits << 12 == 0;
		const char *name = infinite ? (spec.upper ? "INF" : "inf") : (spec.upper ? "NAN" : "nan");

		spec.zero = 0;
		format_field(sink, &spec, prefix, prefix_length, 0, name, 3, 0, "", 0);
	} else if ((spec.conversion | 0x20) == 'a') {
		format_hexadecimal(sink, &spec, bits, prefix, prefix_length);
	} else {
		format_finite(sink, &spec, bits, prefix, prefix_length);
	}
}
