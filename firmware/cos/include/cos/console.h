/* The console: UART 0 of the chip, shared by all cores of all clusters. Lines of different cores do not mix. */
#ifndef COS_CONSOLE_H
#define COS_CONSOLE_H

#include <stdarg.h>
#include <stddef.h>

/* Longest text of one call; the rest is cut off. */
#define COS_PRINTF_MAX 256

void cos_printf(const char *format, ...) __attribute__((format(printf, 1, 2)));
void cos_vprintf(const char *format, va_list arguments) __attribute__((format(printf, 1, 0)));
void cos_console_write(const char *text, size_t length);

/* Prints cluster, core and the text, then ends the run with status 134 (like abort). */
_Noreturn void cos_panic(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Ends the run by the simulation port; without one (silicon) the core stops. Status 0 = success, low 8 bits count. */
_Noreturn void cos_exit(int status);

#endif
