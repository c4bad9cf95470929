/* Streams: a file descriptor with one fixed buffer, used for reading or for writing. */
#ifndef LIBC_STREAM_H
#define LIBC_STREAM_H

#include <stdio.h>

struct __file {
	int fd;		    /* -1 = free slot */
	unsigned char mode; /* _IOFBF, _IOLBF, _IONBF */
	unsigned char reading, eof, error;
	short pushed_back; /* -1 = nothing */
	volatile unsigned lock;
	size_t begin, end; /* unread bytes, or (begin = 0) bytes to write */
	char buffer[BUFSIZ];
};

/* Cores share the streams. */
void stream_lock(FILE *stream);
void stream_unlock(FILE *stream);

/* The rest is for holders of the lock. Results: 0 or EOF. */
int stream_flush(FILE *stream);
int stream_write(FILE *stream, const char *data, size_t length);

/* Flushes every stream (at exit, without the locks: a lock holder may have died). */
void stream_flush_all(void);

#endif
