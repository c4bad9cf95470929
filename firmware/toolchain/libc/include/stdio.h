/*
 * Console and host files over the simulator's services. A stream has a fixed buffer, nothing here allocates memory; the
 * printf family formats straight into the destination.
 */
#ifndef _STDIO_H
#define _STDIO_H

#define __need_size_t
#define __need_NULL
#include <stddef.h>
#define __need___va_list
#include <stdarg.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct __file FILE;
typedef long fpos_t;

#define EOF (-1)
#define BUFSIZ 512
#define FOPEN_MAX 16
#define FILENAME_MAX 256
#define L_tmpnam 20
#define TMP_MAX 1000
#define SEEK_SET 0
#define SEEK_CUR 1
#define SEEK_END 2
#define _IOFBF 0
#define _IOLBF 1
#define _IONBF 2

extern FILE *const stdin, *const stdout, *const stderr;
#define stdin stdin
#define stdout stdout
#define stderr stderr

int printf(const char *format, ...) __attribute__((format(printf, 1, 2)));
int fprintf(FILE *stream, const char *format, ...) __attribute__((format(printf, 2, 3)));
int dprintf(int fd, const char *format, ...) __attribute__((format(printf, 2, 3)));
int sprintf(char *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
int snprintf(char *text, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));
int vprintf(const char *format, __gnuc_va_list arguments) __attribute__((format(printf, 1, 0)));
int vfprintf(FILE *stream, const char *format, __gnuc_va_list arguments) __attribute__((format(printf, 2, 0)));
int vsprintf(char *text, const char *format, __gnuc_va_list arguments) __attribute__((format(printf, 2, 0)));
int vsnprintf(char *text, size_t size, const char *format, __gnuc_va_list arguments)
	__attribute__((format(printf, 3, 0)));
int scanf(const char *format, ...) __attribute__((format(scanf, 1, 2)));
int fscanf(FILE *stream, const char *format, ...) __attribute__((format(scanf, 2, 3)));
int sscanf(const char *text, const char *format, ...) __attribute__((format(scanf, 2, 3)));
int vscanf(const char *format, __gnuc_va_list arguments) __attribute__((format(scanf, 1, 0)));
int vfscanf(FILE *stream, const char *format, __gnuc_va_list arguments) __attribute__((format(scanf, 2, 0)));
int vsscanf(const char *text, const char *format, __gnuc_va_list arguments) __attribute__((format(scanf, 2, 0)));

FILE *fopen(const char *path, const char *mode);
FILE *freopen(const char *path, const char *mode, FILE *stream);
FILE *tmpfile(void);
char *tmpnam(char *name);
int fclose(FILE *stream);
int fflush(FILE *stream);
int setvbuf(FILE *stream, char *buffer, int mode, size_t size);
void setbuf(FILE *stream, char *buffer);
int fputc(int c, FILE *stream);
int putc(int c, FILE *stream);
int putchar(int c);
int fputs(const char *text, FILE *stream);
int puts(const char *text);
int fgetc(FILE *stream);
int getc(FILE *stream);
int getchar(void);
int ungetc(int c, FILE *stream);
char *fgets(char *text, int size, FILE *stream);
size_t fread(void *data, size_t size, size_t count, FILE *stream);
size_t fwrite(const void *data, size_t size, size_t count, FILE *stream);
int fseek(FILE *stream, long offset, int whence);
long ftell(FILE *stream);
void rewind(FILE *stream);
int feof(FILE *stream);
int ferror(FILE *stream);
void clearerr(FILE *stream);
int fileno(FILE *stream);
int remove(const char *path);
void perror(const char *text);

#ifdef __cplusplus
}
#endif
#endif
