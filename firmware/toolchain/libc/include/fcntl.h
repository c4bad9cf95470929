#ifndef _FCNTL_H
#define _FCNTL_H

#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Numbers of the simulator's open service (KV3-1 C ABI, 8). */
#define O_RDONLY 0x1
#define O_WRONLY 0x2
#define O_RDWR 0x4
#define O_APPEND 0x8
#define O_CREAT 0x10
#define O_TRUNC 0x20
#define O_EXCL 0x40

int open(const char *path, int flags, ...);

#ifdef __cplusplus
}
#endif
#endif
