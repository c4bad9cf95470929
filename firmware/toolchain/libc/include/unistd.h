#ifndef _UNISTD_H
#define _UNISTD_H

#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

#define STDIN_FILENO 0
#define STDOUT_FILENO 1
#define STDERR_FILENO 2

extern char **environ;
ssize_t read(int fd, void *data, size_t size);
ssize_t write(int fd, const void *data, size_t size);
off_t lseek(int fd, off_t offset, int whence);
int close(int fd);
int unlink(const char *path);
int isatty(int fd);
__attribute__((noreturn)) void _exit(int status);

#ifdef __cplusplus
}
#endif
#endif
