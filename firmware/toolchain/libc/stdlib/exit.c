/* The end of a program: registered functions, destructors, buffers, then the simulator's exit service. */
#include <stdlib.h>
#include <unistd.h>

#include "kvx/semihosting.h"

#define MAX_FUNCTIONS 64

struct registered {
	void (*function)(void *);
	void *argument;
};

static struct registered at_exit[MAX_FUNCTIONS], at_quick_exit_[MAX_FUNCTIONS];
static unsigned at_exit_count, at_quick_exit_count;

extern void (*__fini_array_start[])(void), (*__fini_array_end[])(void);

/* Only present when a stream is used. */
void stream_flush_all(void) __attribute__((weak));

static int add(struct registered *list, unsigned *count, void (*function)(void *), void *argument)
{
	const unsigned slot = __atomic_fetch_add(count, 1, __ATOMIC_ACQ_REL);

	if (slot >= MAX_FUNCTIONS) {
		__atomic_fetch_sub(count, 1, __ATOMIC_ACQ_REL);
		return -1;
	}
	list[slot] = (struct registered){function, argument};
	return 0;
}

static void call_all(struct registered *list, unsigned *count)
{
	while (*count) {
		const struct registered last = list[--*count];

		last.function(last.argument);
	}
}

int __cxa_atexit(void (*function)(void *), void *argument, void *module)
{
	return add(at_exit, &at_exit_count, function, argument);
}

/* A function without parameter does not look at the argument register. */
int atexit(void (*function)(void)) { return __cxa_atexit((void (*)(void *))(void *)function, NULL, NULL); }
int at_quick_exit(void (*function)(void))
{
	return add(at_quick_exit_, &at_quick_exit_count, (void (*)(void *))(void *)function, NULL);
}

void exit(int status)
{
	call_all(at_exit, &at_exit_count);
	for (void (**fini)(void) = __fini_array_end; fini != __fini_array_start;)
		(*--fini)();
	if (stream_flush_all)
		stream_flush_all();
	_exit(status);
}

void quick_exit(int status)
{
	call_all(at_quick_exit_, &at_quick_exit_count);
	_exit(status);
}

void _Exit(int status) { _exit(status); }
void _exit(int status) { kvx_semihosting_exit(status); }

/* Status of a process that died of SIGABRT, as a shell shows it. */
void abort(void)
{
	if (stream_flush_all)
		stream_flush_all();
	_exit(134);
}
