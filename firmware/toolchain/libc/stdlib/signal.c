#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#define SIGNALS 32

static __sighandler_t handlers[SIGNALS];

__sighandler_t signal(int number, __sighandler_t handler)
{
	if (number <= 0 || number >= SIGNALS) {
		errno = EINVAL;
		return SIG_ERR;
	}
	const __sighandler_t old = handlers[number];

	handlers[number] = handler;
	return old;
}

int raise(int number)
{
	if (number <= 0 || number >= SIGNALS) {
		errno = EINVAL;
		return -1;
	}
	const __sighandler_t handler = handlers[number];

	if (handler == SIG_IGN)
		return 0;
	if (handler == SIG_DFL)
		_exit(128 + number);
	handlers[number] = SIG_DFL;
	handler(number);
	return 0;
}
