/* The printf family: sinks for the formatting engine. */
#include "format.h"
#include "stream.h"

#include <limits.h>
#include <string.h>
#include <unistd.h>

struct text_sink {
	struct format_sink base;
	char *at;
	size_t room; /* without the terminator */
};

static void put_text(struct format_sink *base, const char *text, size_t length)
{
	struct text_sink *sink = (struct text_sink *)base;

	if (length > sink->room)
		length = sink->room;
	memcpy(sink->at, text, length);
	sink->at += length;
	sink->room -= length;
}

int vsnprintf(char *text, size_t size, const char *format, va_list arguments)
{
	char nothing;
	struct text_sink sink = {{put_text, 0}, size ? text : &nothing, size ? size - 1 : 0};
	const int length = format_to(&sink.base, format, arguments);

	*sink.at = 0;
	return length;
}

int vsprintf(char *text, const char *format, va_list arguments)
{
	return vsnprintf(text, (size_t)1 << 62, format, arguments);
}

struct stream_sink {
	struct format_sink base;
	FILE *stream;
	int failed;
	size_t filled;
	char line[128]; /* gathers pieces, so that an unbuffered stream sees few writes */
};

static void empty_line(struct stream_sink *sink)
{
	if (sink->filled && stream_write(sink->stream, sink->line, sink->filled))
		sink->failed = 1;
	sink->filled = 0;
}

static void put_stream(struct format_sink *base, const char *text, size_t length)
{
	struct stream_sink *sink = (struct stream_sink *)base;

	if (sink->filled + length > sizeof sink->line)
		empty_line(sink);
	if (length > sizeof sink->line) {
		if (stream_write(sink->stream, text, length))
			sink->failed = 1;
		return;
	}
	memcpy(sink->line + sink->filled, text, length);
	sink->filled += length;
}

int vfprintf(FILE *stream, const char *format, va_list arguments)
{
	struct stream_sink sink;

	sink.base = (struct format_sink){put_stream, 0};
	sink.stream = stream;
	sink.failed = 0;
	sink.filled = 0;
	stream_lock(stream);
	const int length = format_to(&sink.base, format, arguments);
	empty_line(&sink);
	stream_unlock(stream);
	return sink.failed ? -1 : length;
}

int vprintf(const char *format, va_list arguments) { return vfprintf(stdout, format, arguments); }

int printf(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	const int length = vfprintf(stdout, format, arguments);
	va_end(arguments);
	return length;
}

int fprintf(FILE *stream, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	const int length = vfprintf(stream, format, arguments);
	va_end(arguments);
	return length;
}

int sprintf(char *text, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	const int length = vsprintf(text, format, arguments);
	va_end(arguments);
	return length;
}

int snprintf(char *text, size_t size, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	const int length = vsnprintf(text, size, format, arguments);
	va_end(arguments);
	return length;
}

struct fd_sink {
	struct format_sink base;
	int fd, failed;
};

static void put_fd(struct format_sink *base, const char *text, size_t length)
{
	struct fd_sink *sink = (struct fd_sink *)base;

	if (write(sink->fd, text, length) != (ssize_t)length)
		sink->failed = 1;
}

int dprintf(int fd, const char *format, ...)
{
	struct fd_sink sink = {{put_fd, 0}, fd, 0};
	va_list arguments;

	va_start(arguments, format);
	const int length = format_to(&sink.base, format, arguments);
	va_end(arguments);
	return sink.failed ? -1 : length;
}
