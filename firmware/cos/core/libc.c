/* What the C library asks of its system. There are no files: formatted output goes through cos_printf(). */
#include <errno.h>
#include <stddef.h>
#include <time.h>
#include <unistd.h>

#include "cos/console.h"
#include "cos/cpu.h"

int *__errno(void);

int *__errno(void)
{
	static _Thread_local int error_number;

	return &error_number;
}

ssize_t write(int fd, const void *data, size_t size)
{
	if (fd != STDOUT_FILENO && fd != STDERR_FILENO) {
		errno = EBADF;
		return -1;
	}
	cos_console_write(data, size);
	return (ssize_t)size;
}

static long no_files(void)
{
	errno = EBADF;
	return -1;
}

ssize_t read(int fd, void *data, size_t size)
{
	(void)fd, (void)data, (void)size;
	return no_files();
}

off_t lseek(int fd, off_t offset, int whence)
{
	(void)fd, (void)offset, (void)whence;
	return no_files();
}

int close(int fd)
{
	(void)fd;
	return (int)no_files();
}

int isatty(int fd) { return fd >= STDIN_FILENO && fd <= STDERR_FILENO; }

time_t time(time_t *target)
{
	const time_t now = (time_t)(cos_timestamp() / cos_timestamp_hz());

	if (target)
		*target = now;
	return now;
}

clock_t clock(void) { return (clock_t)(cos_timestamp() * CLOCKS_PER_SEC / cos_timestamp_hz()); }
