#include "format.h"

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static void put(struct format_sink *sink, const char *text, size_t length)
{
	if (!length)
		return;
	sink->put(sink, text, length);
	sink->total += length;
}

static void put_repeated(struct format_sink *sink, char c, size_t count)
{
	char run[32];

	memset(run, c, count < sizeof run ? count : sizeof run);
	while (count) {
		const size_t n = count < sizeof run ? count : sizeof run;

		put(sink, run, n);
		count -= n;
	}
}

void format_field(struct format_sink *sink, const struct format_spec *spec, const char *prefix, size_t prefix_length,
		  size_t zeros, const char *body, size_t body_length, size_t tail_zeros, const char *tail,
		  size_t tail_length)
{
	const size_t length = prefix_length + zeros + body_length + tail_zeros + tail_length;
	const size_t padding = (size_t)spec->width > length ? (size_t)spec->width - length : 0;

	if (!spec->left && !spec->zero)
		put_repeated(sink, ' ', padding);
	put(sink, prefix, prefix_length);
	if (!spec->left && spec->zero)
		put_repeated(sink, '0', padding);
	put_repeated(sink, '0', zeros);
	put(sink, body, body_length);
	put_repeated(sink, '0', tail_zeros);
	put(sink, tail, tail_length);
	if (spec->left)
		put_repeated(sink, ' ', padding);
}

static size_t digits_of(uint64_t value, unsigned base, bool upper, char *end)
{
	const char *digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
	char *at = end;

	if (base == 10)
		for (; value; value /= 10)
			*--at = (char)('0' + value % 10);
	else
		for (const unsigned shift = base == 16 ? 4 : base == 8 ? 3 : 1; value; value >>= shift)
			*--at = digits[value & (base - 1)];
	return (size_t)(end - at);
}

static void format_integer(struct format_sink *sink, struct format_spec *spec, uint64_t magnitude, const char *sign)
{
	char digits[64], prefix[3];
	size_t prefix_length = 0, zeros = 0;
	const unsigned base = strchr("xXp", spec->conversion) ? 16
			      : spec->conversion == 'o'	      ? 8
			      : spec->conversion == 'b'	      ? 2
							      : 10;
	const size_t length = digits_of(magnitude, base, spec->upper, digits + sizeof digits);

	if (*sign)
		prefix[prefix_length++] = *sign;
	if (spec->conversion == 'p' || (spec->alternate && magnitude && (base == 16 || base == 2))) {
		prefix[prefix_length++] = '0';
		prefix[prefix_length++] = base == 2 ? 'b' : spec->upper ? 'X' : 'x';
	}
	if (spec->precision >= 0) {
		spec->zero = 0; /* a precision overrides the 0 flag */
		if ((size_t)spec->precision > length)
			zeros = (size_t)spec->precision - length;
	} else if (!length) {
		zeros = 1;
	}
	if (spec->alternate && base == 8 && zeros == 0 && (length || spec->precision == 0))
		zeros = 1;
	format_field(sink, spec, prefix, prefix_length, zeros, digits + sizeof digits - length, length, 0, "", 0);
}

static void format_text(struct format_sink *sink, struct format_spec *spec, const char *text, size_t length)
{
	spec->zero = 0;
	format_field(sink, spec, "", 0, 0, text, length, 0, "", 0);
}

static int parse_number(const char **at)
{
	int value = 0;

	for (; **at >= '0' && **at <= '9'; ++*at)
		if (value < INT_MAX / 10 - 10)
			value = value * 10 + (**at - '0');
	return value;
}

enum length { LENGTH_CHAR, LENGTH_SHORT, LENGTH_INT, LENGTH_LONG };

static enum length parse_length(const char **at)
{
	enum length length = LENGTH_INT;

	for (;; ++*at) {
		switch (**at) {
		case 'h':
			length = length == LENGTH_SHORT ? LENGTH_CHAR : LENGTH_SHORT;
			break;
		case 'l':
		case 'j':
		case 'z':
		case 't':
		case 'L':
		case 'q':
			length = LENGTH_LONG;
			break;
		default:
			return length;
		}
	}
}

static int64_t signed_argument(uint64_t word, enum length length)
{
	switch (length) {
	case LENGTH_CHAR:
		return (signed char)word;
	case LENGTH_SHORT:
		return (short)word;
	case LENGTH_INT:
		return (int)word;
	default:
		return (int64_t)word;
	}
}

static uint64_t unsigned_argument(uint64_t word, enum length length)
{
	switch (length) {
	case LENGTH_CHAR:
		return (unsigned char)word;
	case LENGTH_SHORT:
		return (unsigned short)word;
	case LENGTH_INT:
		return (unsigned)word;
	default:
		return word;
	}
}

static void store_count(void *target, enum length length, size_t count)
{
	switch (length) {
	case LENGTH_CHAR:
		*(signed char *)target = (signed char)count;
		break;
	case LENGTH_SHORT:
		*(short *)target = (short)count;
		break;
	case LENGTH_INT:
		*(int *)target = (int)count;
		break;
	default:
		*(long *)target = (long)count;
	}
}

/* Wide text: characters above 127 become '?'; there is no multibyte encoding. */
static void format_wide_text(struct format_sink *sink, struct format_spec *spec, const int *text)
{
	char narrow[128];
	size_t length = 0;

	while (length < sizeof narrow && text[length] && (spec->precision < 0 || (int)length < spec->precision)) {
		narrow[length] = (unsigned)text[length] < 128 ? (char)text[length] : '?';
		length++;
	}
	format_text(sink, spec, narrow, length);
}

/* Handles one conversion; `at` is after its letter. */
static void convert(struct format_sink *sink, struct format_spec *spec, enum length length, va_list *arguments)
{
	static const char null_text[] = "(null)";
	char character;

	switch (spec->conversion) {
	case 'd':
	case 'i': {
		const int64_t value = signed_argument(va_arg(*arguments, uint64_t), length);

		format_integer(sink, spec, value < 0 ? -(uint64_t)value : (uint64_t)value,
			       value < 0     ? "-"
			       : spec->plus  ? "+"
			       : spec->space ? " "
					     : "");
		break;
	}
	case 'X':
		spec->upper = 1;
		/* fall through */
	case 'u':
	case 'x':
	case 'o':
	case 'b':
		format_integer(sink, spec, unsigned_argument(va_arg(*arguments, uint64_t), length), "");
		break;
	case 'p':
		format_integer(sink, spec, va_arg(*arguments, uint64_t), "");
		break;
	case 'c':
		character = (char)va_arg(*arguments, int);
		format_text(sink, spec, &character, 1);
		break;
	case 's': {
		const char *text = va_arg(*arguments, const char *);

		if (!text)
			text = null_text;
		else if (length == LENGTH_LONG) {
			format_wide_text(sink, spec, (const int *)(const void *)text);
			break;
		}
		format_text(sink, spec, text,
			    spec->precision >= 0 ? strnlen(text, (size_t)spec->precision) : strlen(text));
		break;
	}
	case 'n':
		store_count(va_arg(*arguments, void *), length, sink->total);
		break;
	case 'A':
	case 'E':
	case 'F':
	case 'G':
		spec->upper = 1;
		/* fall through */
	case 'a':
	case 'e':
	case 'f':
	case 'g':
		format_double(sink, spec, va_arg(*arguments, double));
		break;
	case '%':
		put(sink, "%", 1);
		break;
	default: /* unknown: shown as it is */
		put(sink, "%", 1);
		put(sink, &spec->conversion, 1);
	}
}

static void parse_flags(struct format_spec *spec, const char **at)
{
	for (;; ++*at) {
		switch (**at) {
		case '-':
			spec->left = 1;
			break;
		case '+':
			spec->plus = 1;
			break;
		case ' ':
			spec->space = 1;
			break;
		case '#':
			spec->alternate = 1;
			break;
		case '0':
			spec->zero = 1;
			break;
		default:
			return;
		}
	}
}

int format_to(struct format_sink *sink, const char *format, va_list arguments)
{
	va_list rest;

	va_copy(rest, arguments);
	while (*format) {
		const char *percent = format;

		while (*percent && *percent != '%')
			percent++;
		put(sink, format, (size_t)(percent - format));
		if (!*percent)
			break;
		format = percent + 1;
		struct format_spec spec = {.precision = -1};

		parse_flags(&spec, &format);
		if (*format == '*') {
			spec.width = va_arg(rest, int);
			format++;
			if (spec.width < 0) {
				spec.left = 1;
				spec.width = spec.width == INT_MIN ? 0 : -spec.width;
			}
		} else {
			spec.width = parse_number(&format);
		}
		if (*format == '.') {
			format++;
			if (*format == '*') {
				spec.precision = va_arg(rest, int);
				format++;
				if (spec.precision < 0)
					spec.precision = -1;
			} else {
				spec.precision = parse_number(&format);
			}
		}
		const enum length length = parse_length(&format);

		if (!*format)
			break;
		spec.conversion = *format++;
		if (spec.left)
			spec.zero = 0;
		convert(sink, &spec, length, &rest);
	}
	va_end(rest);
	return sink->total > INT_MAX ? -1 : (int)sink->total;
}
