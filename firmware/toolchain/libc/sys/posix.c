/* Files and time: the simulator's services. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <time.h>
#include <unistd.h>

#include "kvx/semihosting.h"

static _Thread_local int error_number;

int *__errno(void) { return &error_number; }

/* Negative results are error numbers. */
static long checked(long result)
{
	if (result < 0 && result > -4096) {
		errno = (int)-result;
		return -1;
	}
	return result;
}

ssize_t write(int fd, const void *data, size_t size)
{
	return checked(kvx_semihosting(KVX_SEMIHOSTING_WRITE, fd, (long)data, (long)size));
}

ssize_t read(int fd, void *data, size_t size)
{
	return checked(kvx_semihosting(KVX_SEMIHOSTING_READ, fd, (long)data, (long)size));
}

off_t lseek(int fd, off_t offset, int whence)
{
	return checked(kvx_semihosting(KVX_SEMIHOSTING_LSEEK, fd, offset, whence));
}

int open(const char *path, int flags, ...)
{
	va_list arguments;

	va_start(arguments, flags);
	const int mode = flags & O_CREAT ? va_arg(arguments, int) : 0;
	va_end(arguments);
	return (int)checked(kvx_semihosting(KVX_SEMIHOSTING_OPEN, (long)path, flags, mode));
}

int close(int fd) { return (int)checked(kvx_semihosting(KVX_SEMIHOSTING_CLOSE, fd, 0, 0)); }
int unlink(const char *path) { return (int)checked(kvx_semihosting(KVX_SEMIHOSTING_UNLINK, (long)path, 0, 0)); }

int isatty(int fd)
{
	const long result = kvx_semihosting(KVX_SEMIHOSTING_ISATTY, fd, 0, 0);

	return result > 0;
}

struct timeval_words {
	int64_t seconds, microseconds;
};

time_t time(time_t *target)
{
	struct timeval_words now = {0, 0};

	kvx_semihosting(KVX_SEMIHOSTING_GETTIMEOFDAY, (long)&now, 0, 0);
	if (target)
		*target = now.seconds;
	return now.seconds;
}

clock_t clock(void)
{
	struct timeval_words now = {0, 0};

	kvx_semihosting(KVX_SEMIHOSTING_GETTIMEOFDAY, (long)&now, 0, 0);
	return now.seconds * CLOCKS_PER_SEC + now.microseconds;
}
