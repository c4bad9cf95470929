/* The scanf family: one engine that reads character by character with one character of look-ahead. */
#include "stream.h"

#include <ctype.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Longest number that is looked at as a whole. */
#define NUMBER_MAX 512

struct source {
	const char *text; /* or NULL: stream */
	FILE *stream;
	int ahead; /* next character, EOF at the end */
	long consumed;
};

static int read_one(struct source *s)
{
	if (!s->text)
		return fgetc(s->stream);
	return *s->text ? (unsigned char)*s->text++ : EOF;
}

static void advance(struct source *s)
{
	s->ahead = read_one(s);
	s->consumed++;
}

static void skip_space(struct source *s)
{
	while (s->ahead != EOF && isspace(s->ahead))
		advance(s);
}

/* One conversion specification. */
struct conversion {
	bool discard;
	size_t width; /* 0 = none */
	enum { SIZE_CHAR, SIZE_SHORT, SIZE_INT, SIZE_LONG } size;
	char kind;
	const char *set, *set_end; /* of %[ */
	bool inverted;
};

/* `at` is behind the percent sign; returns the character behind the specification. */
static const char *parse_conversion(const char *at, struct conversion *c)
{
	*c = (struct conversion){.size = SIZE_INT};
	if (*at == '*')
		c->discard = true, at++;
	while (isdigit((unsigned char)*at))
		c->width = c->width * 10 + (size_t)(*at++ - '0');
	switch (*at) {
	case 'h':
		c->size = at[1] == 'h' ? SIZE_CHAR : SIZE_SHORT;
		at += at[1] == 'h' ? 2 : 1;
		break;
	case 'l':
		c->size = SIZE_LONG;
		at += at[1] == 'l' ? 2 : 1;
		break;
	case 'j':
	case 'z':
	case 't':
	case 'L':
		c->size = SIZE_LONG;
		at++;
		break;
	}
	c->kind = *at;
	if (*at)
		at++;
	if (c->kind != '[')
		return at;
	if (*at == '^')
		c->inverted = true, at++;
	c->set = at;
	if (*at == ']')
		at++;
	while (*at && *at != ']')
		at++;
	c->set_end = at;
	return *at ? at + 1 : at;
}

static bool in_set(const struct conversion *c, int character)
{
	bool found = false;

	for (const char *p = c->set; p < c->set_end; p++) {
		if (p + 2 < c->set_end && p[1] == '-') {
			found |= character >= (unsigned char)p[0] && character <= (unsigned char)p[2];
			p += 2;
		} else {
			found |= character == (unsigned char)*p;
		}
	}
	return found != c->inverted;
}

/* Gathers what looks like a number of the given base (0: decide by the prefix). */
static size_t gather_integer(struct source *s, size_t width, int *base, char *text)
{
	size_t n = 0;
	int digits = 0;

	for (; n < width; advance(s)) {
		const int c = s->ahead;
		const bool sign = (c == '+' || c == '-') && n == 0;
		const bool prefix =
			(c | 0x20) == 'x' && digits == 1 && text[n - 1] == '0' && (*base == 0 || *base == 16);

		if (prefix) {
			*base = 16;
		} else if (!sign) {
			const int effective = *base ? *base : digits && text[n - digits] == '0' ? 8 : 10;
			const int value = isdigit(c) ? c - '0' : isalpha(c) ? (c | 0x20) - 'a' + 10 : 99;

			if (c == EOF || value >= effective)
				break;
			digits++;
		}
		text[n++] = (char)c;
	}
	text[n] = 0;
	return digits ? n : 0;
}

static size_t gather_float(struct source *s, size_t width, char *text)
{
	size_t n = 0;

	/* strtod decides; these are the characters that a number, inf, nan or a hexadecimal number may have. */
	for (; n < width && s->ahead != EOF; advance(s)) {
		const int c = s->ahead;
		const bool sign = c == '+' || c == '-';
		const char before = n ? (char)(text[n - 1] | 0x20) : 0;

		if (sign ? n && before != 'e' && before != 'p' : !isalnum(c) && c != '.')
			break;
		text[n++] = (char)c;
	}
	text[n] = 0;
	return n;
}

static void store_integer(const struct conversion *c, uint64_t value, void *to)
{
	switch (c->size) {
	case SIZE_CHAR:
		*(uint8_t *)to = (uint8_t)value;
		break;
	case SIZE_SHORT:
		*(uint16_t *)to = (uint16_t)value;
		break;
	case SIZE_INT:
		*(uint32_t *)to = (uint32_t)value;
		break;
	case SIZE_LONG:
		*(uint64_t *)to = value;
		break;
	}
}

static bool scan_integer(struct source *s, const struct conversion *c, size_t width, void *to)
{
	char text[NUMBER_MAX + 1];
	int base = c->kind == 'i'					? 0
		   : c->kind == 'o'					? 8
		   : c->kind == 'x' || c->kind == 'X' || c->kind == 'p' ? 16
									: 10;

	if (!gather_integer(s, width, &base, text))
		return false;
	if (to)
		store_integer(c,
			      c->kind == 'd' || c->kind == 'i' ? (uint64_t)strtol(text, NULL, base)
							       : strtoul(text, NULL, base),
			      to);
	return true;
}

static bool scan_float(struct source *s, const struct conversion *c, size_t width, void *to)
{
	char text[NUMBER_MAX + 1], *end;

	if (!gather_float(s, width, text))
		return false;
	const double value = c->size == SIZE_LONG ? strtod(text, &end) : (double)strtof(text, &end);

	if (*end)
		return false;
	if (to && c->size == SIZE_LONG)
		*(double *)to = value;
	else if (to)
		*(float *)to = (float)value;
	return true;
}

static bool scan_text(struct source *s, const struct conversion *c, char *to)
{
	const size_t width = c->width ? c->width : c->kind == 'c' ? 1 : SIZE_MAX;
	size_t n = 0;

	for (; n < width && s->ahead != EOF; n++, advance(s)) {
		if (c->kind == 's' ? isspace(s->ahead) != 0 : c->kind == '[' && !in_set(c, s->ahead))
			break;
		if (to)
			to[n] = (char)s->ahead;
	}
	if (c->kind == 'c')
		return n == width;
	if (to && n)
		to[n] = 0;
	return n > 0;
}

static bool scan_one(struct source *s, const struct conversion *c, void *to)
{
	const size_t width = c->width && c->width < NUMBER_MAX ? c->width : NUMBER_MAX;

	switch (c->kind) {
	case 'd':
	case 'i':
	case 'u':
	case 'o':
	case 'x':
	case 'X':
		return scan_integer(s, c, width, to);
	case 'p': {
		struct conversion address = *c;
		address.size = SIZE_LONG;
		return scan_integer(s, &address, width, to);
	}
	case 'a':
	case 'A':
	case 'e':
	case 'E':
	case 'f':
	case 'F':
	case 'g':
	case 'G':
		return scan_float(s, c, width, to);
	case 's':
	case 'c':
	case '[':
		return scan_text(s, c, to);
	}
	return false;
}

/* Number of results stored, EOF if the input ended before the first conversion. */
static int scan(struct source *s, const char *at, va_list arguments)
{
	int stored = 0;
	bool converted = false;

	while (*at) {
		if (isspace((unsigned char)*at)) {
			skip_space(s);
			at++;
			continue;
		}
		if (*at != '%' || at[1] == '%') {
			if (*at == '%') {
				at++;
				skip_space(s);
			}
			if (s->ahead != (unsigned char)*at)
				return s->ahead == EOF && !converted ? EOF : stored;
			advance(s);
			at++;
			continue;
		}
		struct conversion c;

		at = parse_conversion(at + 1, &c);
		void *to = c.discard ? NULL : va_arg(arguments, void *);
		if (c.kind == 'n') {
			if (to)
				store_integer(&c, (uint64_t)s->consumed, to);
			continue;
		}
		if (c.kind != 'c' && c.kind != '[')
			skip_space(s);
		if (s->ahead == EOF)
			return converted ? stored : EOF;
		if (!scan_one(s, &c, to))
			return stored;
		converted = true;
		stored += to != NULL;
	}
	return stored;
}

int vsscanf(const char *text, const char *format, va_list arguments)
{
	struct source s = {.text = text};

	s.ahead = read_one(&s);
	return scan(&s, format, arguments);
}

int vfscanf(FILE *stream, const char *format, va_list arguments)
{
	struct source s = {.stream = stream};

	s.ahead = read_one(&s);
	const int stored = scan(&s, format, arguments);
	ungetc(s.ahead, stream);
	return stored;
}

int vscanf(const char *format, va_list arguments) { return vfscanf(stdin, format, arguments); }

int sscanf(const char *text, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	const int stored = vsscanf(text, format, arguments);
	va_end(arguments);
	return stored;
}

int fscanf(FILE *stream, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	const int stored = vfscanf(stream, format, arguments);
	va_end(arguments);
	return stored;
}

int scanf(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	const int stored = vfscanf(stdin, format, arguments);
	va_end(arguments);
	return stored;
}
