/* The engine of the printf family: formats into a sink, on the stack, without heap and without shared state. */
#ifndef LIBC_FORMAT_H
#define LIBC_FORMAT_H

#include <stdarg.h>
#include <stddef.h>

/* Where characters go. `put` receives runs of characters in order. */
struct format_sink {
	void (*put)(struct format_sink *sink, const char *text, size_t length);
	size_t total; /* characters produced, whether or not they fit */
};

/* Number of characters, or -1 for a count above INT_MAX. */
int format_to(struct format_sink *sink, const char *format, va_list arguments);

/* One conversion after parsing. */
struct format_spec {
	unsigned left : 1, plus : 1, space : 1, alternate : 1, zero : 1, upper : 1;
	int width;     /* 0 = none */
	int precision; /* -1 = none */
	char conversion;
};

/* Emits sign/prefix, zero padding and body with the padding the specification asks for. */
void format_field(struct format_sink *sink, const struct format_spec *spec, const char *prefix, size_t prefix_length,
		  size_t zeros, const char *body, size_t body_length, size_t tail_zeros, const char *tail,
		  size_t tail_length);

/* %e %f %g %a (either case). */
void format_double(struct format_sink *sink, const struct format_spec *spec, double value);

#endif
