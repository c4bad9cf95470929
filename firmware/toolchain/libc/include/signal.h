/* There are no signals; raise() ends the program as an unhandled signal would (status 128 + number). */
#ifndef _SIGNAL_H
#define _SIGNAL_H

#ifdef __cplusplus
extern "C" {
#endif

#define SIGINT 2
#define SIGILL 4
#define SIGABRT 6
#define SIGFPE 8
#define SIGKILL 9
#define SIGSEGV 11
#define SIGTERM 15

typedef int sig_atomic_t;
typedef void (*__sighandler_t)(int);
#define SIG_DFL ((__sighandler_t)0)
#define SIG_IGN ((__sighandler_t)1)
#define SIG_ERR ((__sighandler_t) - 1)

__sighandler_t signal(int number, __sighandler_t handler); /* handlers are called by raise() only */
int raise(int number);

#ifdef __cplusplus
}
#endif
#endif
