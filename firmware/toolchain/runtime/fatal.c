/* The default exception handlers end here: one line on the console, exit status 128 + SIGSEGV-like code. */
#include "startup.h"

#include "kvx/semihosting.h"

#define FATAL_STATUS 139

static char *append(char *at, const char *text)
{
	while (*text)
		*at++ = *text++;
	return at;
}

static char *append_hex(char *at, uint64_t value)
{
	int shift = 60;

	while (shift && !(value >> shift))
		shift -= 4;
	for (; shift >= 0; shift -= 4)
		*at++ = "0123456789abcdef"[value >> shift & 15];
	return at;
}

void __kvx_fatal_exception(unsigned kind, uint64_t es, uint64_t spc, uint64_t ea)
{
	static const char *const names[] = {"debug exception", "hardware trap", "interrupt", "system call"};
	char line[160], *at = append(line, "kvx: unhandled ");

	at = append(at, names[kind & 3]);
	at = append(at, ": es=0x");
	at = append_hex(at, es);
	at = append(at, " pc=0x");
	at = append_hex(at, spc);
	at = append(at, " ea=0x");
	at = append_hex(at, ea);
	at = append(at, "\n");
	kvx_semihosting(KVX_SEMIHOSTING_WRITE, 2, (long)line, at - line);
	kvx_semihosting_exit(FATAL_STATUS);
}
