#include "stream.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CLOSED {.fd = -1, .pushed_back = -1}

static FILE files[FOPEN_MAX] = {
	{.fd = 0, .mode = _IOLBF, .pushed_back = -1},
	{.fd = 1, .mode = _IOLBF, .pushed_back = -1},
	{.fd = 2, .mode = _IONBF, .pushed_back = -1},
	CLOSED,
	CLOSED,
	CLOSED,
	CLOSED,
	CLOSED,
	CLOSED,
	CLOSED,
	CLOSED,
	CLOSED,
	CLOSED,
	CLOSED,
	CLOSED,
	CLOSED,
};

#undef stdin
#undef stdout
#undef stderr
FILE *const stdin = &files[0], *const stdout = &files[1], *const stderr = &files[2];

void stream_lock(FILE *stream)
{
	while (__atomic_exchange_n(&stream->lock, 1, __ATOMIC_ACQUIRE))
		;
}

void stream_unlock(FILE *stream) { __atomic_store_n(&stream->lock, 0, __ATOMIC_RELEASE); }

static int write_out(FILE *stream, const char *data, size_t length)
{
	while (length) {
		const ssize_t n = write(stream->fd, data, length);

		if (n <= 0) {
			stream->error = 1;
			return EOF;
		}
		data += n;
		length -= (size_t)n;
	}
	return 0;
}

int stream_flush(FILE *stream)
{
	int result = 0;

	if (!stream->reading && stream->end)
		result = write_out(stream, stream->buffer, stream->end);
	stream->begin = stream->end = 0;
	return result;
}

static int start_writing(FILE *stream)
{
	if (stream->reading) {
		lseek(stream->fd, (off_t)stream->begin - (off_t)stream->end, SEEK_CUR);
		stream->reading = 0;
		stream->begin = stream->end = 0;
	}
	return 0;
}

int stream_write(FILE *stream, const char *data, size_t length)
{
	start_writing(stream);
	if (stream->mode == _IONBF)
		return write_out(stream, data, length);
	if (stream->end + length > BUFSIZ && stream_flush(stream))
		return EOF;
	if (length > BUFSIZ)
		return write_out(stream, data, length);
	memcpy(stream->buffer + stream->end, data, length);
	stream->end += length;
	if (stream->mode == _IOLBF && memchr(data, '\n', length))
		return stream_flush(stream);
	return 0;
}

void stream_flush_all(void)
{
	for (size_t i = 0; i < FOPEN_MAX; i++)
		if (files[i].fd >= 0)
			stream_flush(&files[i]);
}

static int flags_of(const char *mode)
{
	const bool update = strchr(mode, '+') != NULL;

	switch (*mode) {
	case 'r':
		return update ? O_RDWR : O_RDONLY;
	case 'w':
		return (update ? O_RDWR : O_WRONLY) | O_CREAT | O_TRUNC;
	case 'a':
		return (update ? O_RDWR : O_WRONLY) | O_CREAT | O_APPEND;
	default:
		return -1;
	}
}

static FILE *open_into(FILE *stream, const char *path, const char *mode)
{
	const int flags = flags_of(mode);

	if (flags < 0) {
		errno = EINVAL;
		return NULL;
	}
	const int fd = open(path, flags, 0666);

	if (fd < 0)
		return NULL;
	memset(stream, 0, sizeof *stream);
	stream->fd = fd;
	stream->pushed_back = -1;
	return stream;
}

FILE *fopen(const char *path, const char *mode)
{
	for (size_t i = 3; i < FOPEN_MAX; i++)
		if (files[i].fd < 0)
			return open_into(&files[i], path, mode);
	errno = ENOMEM;
	return NULL;
}

FILE *freopen(const char *path, const char *mode, FILE *stream)
{
	fclose(stream);
	return path ? open_into(stream, path, mode) : NULL;
}

/* A name in the current directory: the simulator confines programs to a directory. */
char *tmpnam(char *name)
{
	static char own[L_tmpnam];
	static unsigned counter;
	char *result = name ? name : own;

	snprintf(result, L_tmpnam, "kvx%06u.tmp", counter++ % 1000000u);
	return result;
}

FILE *tmpfile(void)
{
	char name[L_tmpnam];
	FILE *stream = fopen(tmpnam(name), "w+");

	if (stream)
		unlink(name);
	return stream;
}

int fclose(FILE *stream)
{
	stream_lock(stream);
	int result = stream_flush(stream);

	if (close(stream->fd))
		result = EOF;
	stream->fd = -1;
	stream->pushed_back = -1;
	stream_unlock(stream);
	return result;
}

int fflush(FILE *stream)
{
	if (!stream) {
		for (size_t i = 0; i < FOPEN_MAX; i++)
			if (files[i].fd >= 0)
				fflush(&files[i]);
		return 0;
	}
	stream_lock(stream);
	const int result = stream->reading ? 0 : stream_flush(stream);
	stream_unlock(stream);
	return result;
}

/* A buffer of the caller's is not used: every stream has its own. */
int setvbuf(FILE *stream, char *buffer, int mode, size_t size)
{
	if (mode < _IOFBF || mode > _IONBF)
		return -1;
	fflush(stream);
	stream->mode = (unsigned char)mode;
	return 0;
}

void setbuf(FILE *stream, char *buffer) { setvbuf(stream, buffer, buffer ? _IOFBF : _IONBF, BUFSIZ); }

size_t fwrite(const void *data, size_t size, size_t count, FILE *stream)
{
	if (!size || !count)
		return 0;
	stream_lock(stream);
	const int result = stream_write(stream, data, size * count);
	stream_unlock(stream);
	return result ? 0 : count;
}

int fputs(const char *text, FILE *stream)
{
	const size_t length = strlen(text);

	return fwrite(text, 1, length, stream) == length ? 0 : EOF;
}

int fputc(int c, FILE *stream)
{
	const char byte = (char)c;

	return fwrite(&byte, 1, 1, stream) == 1 ? (unsigned char)c : EOF;
}

int putc(int c, FILE *stream) { return fputc(c, stream); }
int putchar(int c) { return fputc(c, stdout); }

int puts(const char *text)
{
	stream_lock(stdout);
	const int bad = stream_write(stdout, text, strlen(text)) | stream_write(stdout, "\n", 1);
	stream_unlock(stdout);
	return bad ? EOF : 0;
}

/* Bytes ready to be read after refilling if needed; 0 at the end or on an error. */
static size_t refill(FILE *stream)
{
	if (!stream->reading) {
		stream_flush(stream);
		stream->reading = 1;
	}
	if (stream->begin < stream->end)
		return stream->end - stream->begin;
	const ssize_t n = read(stream->fd, stream->buffer, BUFSIZ);

	stream->begin = 0;
	stream->end = n > 0 ? (size_t)n : 0;
	if (n == 0)
		stream->eof = 1;
	else if (n < 0)
		stream->error = 1;
	return stream->end;
}

size_t fread(void *data, size_t size, size_t count, FILE *stream)
{
	size_t wanted = size * count, done = 0;
	char *out = data;

	if (!wanted)
		return 0;
	stream_lock(stream);
	if (stream->pushed_back >= 0) {
		out[done++] = (char)stream->pushed_back;
		stream->pushed_back = -1;
	}
	while (done < wanted) {
		size_t n = refill(stream);

		if (!n)
			break;
		if (n > wanted - done)
			n = wanted - done;
		memcpy(out + done, stream->buffer + stream->begin, n);
		stream->begin += n;
		done += n;
	}
	stream_unlock(stream);
	return done / size;
}

int fgetc(FILE *stream)
{
	unsigned char c;

	return fread(&c, 1, 1, stream) == 1 ? c : EOF;
}

int getc(FILE *stream) { return fgetc(stream); }
int getchar(void) { return fgetc(stdin); }

int ungetc(int c, FILE *stream)
{
	if (c == EOF || stream->pushed_back >= 0)
		return EOF;
	stream->pushed_back = (unsigned char)c;
	stream->eof = 0;
	return (unsigned char)c;
}

char *fgets(char *text, int size, FILE *stream)
{
	int n = 0;

	while (n < size - 1) {
		const int c = fgetc(stream);

		if (c == EOF)
			break;
		text[n++] = (char)c;
		if (c == '\n')
			break;
	}
	if (!n)
		return NULL;
	text[n] = 0;
	return text;
}

int fseek(FILE *stream, long offset, int whence)
{
	stream_lock(stream);
	if (stream->reading && whence == SEEK_CUR)
		offset -= (long)(stream->end - stream->begin) + (stream->pushed_back >= 0);
	stream_flush(stream);
	stream->reading = stream->eof = 0;
	stream->pushed_back = -1;
	const off_t result = lseek(stream->fd, offset, whence);
	stream_unlock(stream);
	return result < 0 ? -1 : 0;
}

long ftell(FILE *stream)
{
	stream_lock(stream);
	long position = lseek(stream->fd, 0, SEEK_CUR);

	if (position >= 0)
		position += stream->reading ? -(long)(stream->end - stream->begin) - (stream->pushed_back >= 0)
					    : (long)stream->end;
	stream_unlock(stream);
	return position;
}

void rewind(FILE *stream)
{
	fseek(stream, 0, SEEK_SET);
	stream->error = 0;
}

int feof(FILE *stream) { return stream->eof; }
int ferror(FILE *stream) { return stream->error; }
void clearerr(FILE *stream) { stream->eof = stream->error = 0; }
int fileno(FILE *stream) { return stream->fd; }
int remove(const char *path) { return unlink(path); }

void perror(const char *text)
{
	const char *reason = strerror(errno);

	if (text && *text)
		fprintf(stderr, "%s: %s\n", text, reason);
	else
		fprintf(stderr, "%s\n", reason);
}
