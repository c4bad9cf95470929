/* C start-up after crt0.S: memory, thread block, constructors, main. */
#include "startup.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

extern char __bss_start[], __bss_end[];
extern char __tls_image[], __tls_blocks[];
extern char __tls_image_size[], __tls_size[]; /* absolute symbols: the address is the value */
extern void (*__init_array_start[])(int, char **, char **), (*__init_array_end[])(int, char **, char **);

extern int main(int, char **, char **);

/* Written by the loader of an image (simulator or host tool). */
struct boot_arguments {
	uint32_t magic, spawn_type, spawner_id, remote_console, frequency, argc, envc, reserved;
	uint64_t argv, envp;
};
#define BOOT_ARGUMENTS_MAGIC 0xdeadbeefu
extern struct boot_arguments MPPA_ARGAREA_START;

char **environ;

/* Firmware that uses the processing cores defines this; otherwise any core may run main (single-core runs). */
extern void kvx_pe_main(unsigned pid) __attribute__((weak));

#define RM_PID 16

static void init_thread_block(unsigned pid)
{
	char *block = __tls_blocks + pid * (uintptr_t)__tls_size;

	memcpy(block, __tls_image, (uintptr_t)__tls_image_size);
	memset(block + (uintptr_t)__tls_image_size, 0, (uintptr_t)__tls_size - (uintptr_t)__tls_image_size);
}

static int run_main(void)
{
	static char *default_argv[] = {"main", NULL}, *default_envp[] = {NULL};
	const struct boot_arguments *boot = &MPPA_ARGAREA_START;
	int argc = 1;
	char **argv = default_argv;

	environ = default_envp;
	if (boot->magic == BOOT_ARGUMENTS_MAGIC) {
		argc = (int)boot->argc;
		argv = (char **)boot->argv;
		if (boot->envp)
			environ = (char **)boot->envp;
	}
	for (void (**init)(int, char **, char **) = __init_array_start; init != __init_array_end; init++)
		(*init)(argc, argv, environ);
	return main(argc, argv, environ);
}

void __kvx_startup(unsigned pid)
{
	if (pid != RM_PID && kvx_pe_main) {
		init_thread_block(pid);
		kvx_pe_main(pid);
		for (;;)
			__asm__ volatile("sleep" ::: "memory");
	}
	memset(__bss_start, 0, (size_t)(__bss_end - __bss_start));
	init_thread_block(pid);
	exit(run_main());
}
