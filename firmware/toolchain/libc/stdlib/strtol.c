/* Text to integers. */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'z' ? c - 'a' + 10 : 99;
}

/* Magnitude and sign; *overflow if the magnitude does not fit 64 bits. */
static unsigned long parse(const char *text, char **end, int base, bool *negative, bool *overflow)
{
	const char *at = text;
	unsigned long value = 0;
	bool digits = false;

	*negative = *overflow = false;
	while (isspace((unsigned char)*at))
		at++;
	if (*at == '+' || *at == '-')
		*negative = *at++ == '-';
	if ((base == 0 || base == 16) && *at == '0' && (at[1] | 0x20) == 'x' && digit_value(at[2]) < 16) {
		at += 2;
		base = 16;
	} else if (base == 0) {
		base = *at == '0' ? 8 : 10;
	}
	if (base < 2 || base > 36) {
		errno = EINVAL;
		if (end)
			*end = (char *)text;
		return 0;
	}
	for (int digit; (digit = digit_value(*at)) < base; at++) {
		digits = true;
		*overflow |= __builtin_mul_overflow(value, (unsigned long)base, &value);
		*overflow |= __builtin_add_overflow(value, (unsigned long)digit, &value);
	}
	if (end)
		*end = (char *)(digits ? at : text);
	return value;
}

long strtol(const char *text, char **end, int base)
{
	bool negative, overflow;
	const unsigned long value = parse(text, end, base, &negative, &overflow);

	if (overflow || value > (unsigned long)LONG_MAX + negative) {
		errno = ERANGE;
		return negative ? LONG_MIN : LONG_MAX;
	}
	return negative ? (long)-value : (long)value;
}

unsigned long strtoul(const char *text, char **end, int base)
{
	bool negative, overflow;
	const unsigned long value = parse(text, end, base, &negative, &overflow);

	if (overflow) {
		errno = ERANGE;
		return ULONG_MAX;
	}
	return negative ? -value : value;
}

long long strtoll(const char *text, char **end, int base) { return strtol(text, end, base); }
unsigned long long strtoull(const char *text, char **end, int base) { return strtoul(text, end, base); }
intmax_t strtoimax(const char *text, char **end, int base) { return strtol(text, end, base); }
uintmax_t strtoumax(const char *text, char **end, int base) { return strtoul(text, end, base); }
int atoi(const char *text) { return (int)strtol(text, NULL, 10); }
long atol(const char *text) { return strtol(text, NULL, 10); }
long long atoll(const char *text) { return strtol(text, NULL, 10); }
