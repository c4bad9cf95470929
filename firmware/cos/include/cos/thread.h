/*
 * Threads for the control plane: code that waits in the middle (management requests, start-up sequences), written as
 * one would with POSIX threads. They are cooperative and belong to the core that created them; its reactor runs each
 * runnable thread once per iteration. A thread gives way when it waits, sleeps, yields or ends - never in between, so
 * data that only threads and callbacks of one core touch needs no mutex unless it is held across such a point.
 *
 * All functions act on threads, mutexes and conditions of the calling core. Those that may wait can only be called by a
 * thread; those that wake may also be called by pollers and events.
 */
#ifndef COS_THREAD_H
#define COS_THREAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cos_thread;

/* Waiting threads, first come first served. Zero-initialised = nobody waits. */
struct cos_wait_list {
	struct cos_thread *first, *last;
};

#define COS_THREAD_STACK 8192 /* default, bytes */

/* Starts fn(arg); `stack_bytes` 0 = default. `name` must live as long. NULL if memory is exhausted. */
struct cos_thread *cos_thread_create(const char *name, void *(*fn)(void *arg), void *arg, size_t stack_bytes);
/* Waits until the thread ends and frees it; what fn returned. Every thread is joined or detached once. */
void *cos_thread_join(struct cos_thread *thread);
/* The thread frees itself when it ends. */
void cos_thread_detach(struct cos_thread *thread);
/* The calling thread, NULL outside of threads. */
struct cos_thread *cos_thread_self(void);
void cos_thread_yield(void);
void cos_thread_sleep_us(uint64_t microseconds);

struct cos_mutex {
	struct cos_thread *owner;
	struct cos_wait_list waiting;
};
#define COS_MUTEX_INIT {0}

void cos_mutex_lock(struct cos_mutex *mutex);
bool cos_mutex_trylock(struct cos_mutex *mutex);
/* Hands the mutex to the longest waiting thread. By the owner only. */
void cos_mutex_unlock(struct cos_mutex *mutex);

struct cos_cond {
	struct cos_wait_list waiting;
};
#define COS_COND_INIT {{0}}

/* Releases the mutex, waits for a signal, takes the mutex again. Wake-ups are never spurious. */
void cos_cond_wait(struct cos_cond *cond, struct cos_mutex *mutex);
void cos_cond_signal(struct cos_cond *cond);
void cos_cond_broadcast(struct cos_cond *cond);

/* A counter of things to take; the way for callbacks to tell a thread that something has happened. */
struct cos_semaphore {
	uint64_t count;
	struct cos_wait_list waiting;
};
#define COS_SEMAPHORE_INIT(n) {.count = (n)}

void cos_semaphore_post(struct cos_semaphore *semaphore);
void cos_semaphore_wait(struct cos_semaphore *semaphore);

#endif
