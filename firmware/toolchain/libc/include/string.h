#ifndef _STRING_H
#define _STRING_H

#define __need_size_t
#define __need_NULL
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

void *memcpy(void *__restrict to, const void *__restrict from, size_t size);
void *mempcpy(void *__restrict to, const void *__restrict from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int byte, size_t size);
int memcmp(const void *a, const void *b, size_t size) __attribute__((pure));
void *memchr(const void *memory, int byte, size_t size) __attribute__((pure));
void *memrchr(const void *memory, int byte, size_t size) __attribute__((pure));
void *memccpy(void *__restrict to, const void *__restrict from, int byte, size_t size);
void *memmem(const void *memory, size_t size, const void *pattern, size_t length) __attribute__((pure));

size_t strlen(const char *text) __attribute__((pure));
size_t strnlen(const char *text, size_t limit) __attribute__((pure));
char *strcpy(char *__restrict to, const char *__restrict from);
char *strncpy(char *__restrict to, const char *__restrict from, size_t size);
char *stpcpy(char *__restrict to, const char *__restrict from);
char *stpncpy(char *__restrict to, const char *__restrict from, size_t size);
size_t strlcpy(char *to, const char *from, size_t size);
char *strcat(char *__restrict to, const char *__restrict from);
char *strncat(char *__restrict to, const char *__restrict from, size_t size);
size_t strlcat(char *to, const char *from, size_t size);
int strcmp(const char *a, const char *b) __attribute__((pure));
int strncmp(const char *a, const char *b, size_t size) __attribute__((pure));
int strcoll(const char *a, const char *b) __attribute__((pure));
size_t strxfrm(char *to, const char *from, size_t size);
char *strchr(const char *text, int c) __attribute__((pure));
char *strchrnul(const char *text, int c) __attribute__((pure));
char *strrchr(const char *text, int c) __attribute__((pure));
size_t strspn(const char *text, const char *set) __attribute__((pure));
size_t strcspn(const char *text, const char *set) __attribute__((pure));
char *strpbrk(const char *text, const char *set) __attribute__((pure));
char *strstr(const char *text, const char *pattern) __attribute__((pure));
char *strcasestr(const char *text, const char *pattern) __attribute__((pure));
char *strtok(char *text, const char *separators);
char *strtok_r(char *text, const char *separators, char **state);
char *strsep(char **text, const char *separators);
char *strdup(const char *text);
char *strndup(const char *text, size_t limit);
char *strerror(int error);

#include <strings.h>

#ifdef __cplusplus
}
#endif
#endif
