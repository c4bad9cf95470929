#include "cos/thread.h"

#include <string.h>

#include "cos/arena.h"
#include "cos/console.h"
#include "cos/cpu.h"
#include "cos/reactor.h"

#define STACK_ALIGNMENT 64
#define CANARY 0x5AFE57AC5AFE57ACul

struct cos_thread {
	uint64_t sp;
	struct cos_thread *next; /* in the list it is in */
	const char *name;
	void *(*fn)(void *arg);
	void *arg, *result;
	uint64_t *stack; /* lowest address: the canary */
	bool ended, detached;
	struct cos_wait_list joining;
	struct cos_poller *alarm;
};

/* What cos_thread_switch() expects on the stack of a thread that has not run yet. */
struct initial_frame {
	uint64_t r14, ra, r18_31[14], padding[4];
};
_Static_assert(sizeof(struct initial_frame) == 160, "switch.S knows the size");

void cos_thread_switch(uint64_t *save_sp, uint64_t load_sp);
void cos_thread_trampoline(void);

/* The threads of a core. */
static _Thread_local struct {
	struct cos_thread *running;
	struct cos_wait_list runnable;
	uint64_t reactor_sp;
	struct cos_poller *poller;
} core;

static void append(struct cos_wait_list *list, struct cos_thread *thread)
{
	thread->next = NULL;
	*(list->last ? &list->last->next : &list->first) = thread;
	list->last = thread;
}

static struct cos_thread *take_first(struct cos_wait_list *list)
{
	struct cos_thread *thread = list->first;

	if (thread) {
		list->first = thread->next;
		if (!list->first)
			list->last = NULL;
	}
	return thread;
}

static void wake_one(struct cos_wait_list *list)
{
	struct cos_thread *thread = take_first(list);

	if (thread)
		append(&core.runnable, thread);
}

static void wake_all(struct cos_wait_list *list)
{
	while (list->first)
		wake_one(list);
}

/* Back to the reactor; returns when the thread runs again. */
static void give_way(void)
{
	struct cos_thread *thread = core.running;

	if (!thread)
		cos_panic("only threads can wait");
	cos_thread_switch(&thread->sp, core.reactor_sp);
}

static void wait_in(struct cos_wait_list *list)
{
	if (core.running)
		append(list, core.running);
	give_way();
}

static void destroy(struct cos_thread *thread)
{
	cos_free(thread->stack);
	cos_free(thread);
}

/* Runs what is runnable now; threads that become runnable meanwhile have their turn in the next iteration. */
static int run_threads(void *arg)
{
	struct cos_wait_list now = core.runnable;

	(void)arg;
	if (!now.first)
		return COS_POLLER_IDLE;
	core.runnable = (struct cos_wait_list){NULL, NULL};
	for (struct cos_thread *thread; (thread = take_first(&now));) {
		core.running = thread;
		cos_thread_switch(&core.reactor_sp, thread->sp);
		core.running = NULL;
		if (thread->stack[0] != CANARY)
			cos_panic("thread %s has overflowed its stack", thread->name);
		if (thread->ended && thread->detached)
			destroy(thread);
	}
	return COS_POLLER_BUSY;
}

/* Called by the trampoline. */
void cos_thread_main(struct cos_thread *thread);
void cos_thread_main(struct cos_thread *thread)
{
	thread->result = thread->fn(thread->arg);
	thread->ended = true;
	wake_all(&thread->joining);
	give_way();
	cos_panic("thread %s runs after its end", thread->name);
}

struct cos_thread *cos_thread_create(const char *name, void *(*fn)(void *arg), void *arg, size_t stack_bytes)
{
	const size_t bytes =
		((stack_bytes ? stack_bytes : COS_THREAD_STACK) + STACK_ALIGNMENT - 1) & -(size_t)STACK_ALIGNMENT;
	struct cos_thread *thread = cos_zalloc(COS_SMEM, sizeof *thread, STACK_ALIGNMENT);

	if (thread)
		thread->stack = cos_alloc(COS_SMEM, bytes, STACK_ALIGNMENT);
	if (!core.poller) {
		core.poller = cos_poller_register(run_threads, NULL, 0);
		if (core.poller)
			cos_poller_set_wakeup(core.poller, -1);
	}
	if (!thread || !thread->stack || !core.poller) {
		cos_free(thread ? thread->stack : NULL);
		cos_free(thread);
		return NULL;
	}
	thread->name = name;
	thread->fn = fn;
	thread->arg = arg;
	thread->stack[0] = CANARY;
	struct initial_frame *frame = (struct initial_frame *)((char *)thread->stack + bytes) - 1;

	memset(frame, 0, sizeof *frame);
	frame->ra = (uint64_t)cos_thread_trampoline;
	frame->r18_31[0] = (uint64_t)thread;
	thread->sp = (uint64_t)frame;
	append(&core.runnable, thread);
	return thread;
}

void *cos_thread_join(struct cos_thread *thread)
{
	if (!thread->ended)
		wait_in(&thread->joining);
	void *result = thread->result;

	destroy(thread);
	return result;
}

void cos_thread_detach(struct cos_thread *thread)
{
	thread->detached = true;
	if (thread->ended)
		destroy(thread);
}

struct cos_thread *cos_thread_self(void) { return core.running; }
void cos_thread_yield(void) { wait_in(&core.runnable); }

static int alarm_rings(void *arg)
{
	struct cos_thread *thread = arg;

	cos_poller_unregister(&thread->alarm);
	append(&core.runnable, thread);
	return COS_POLLER_BUSY;
}

void cos_thread_sleep_us(uint64_t microseconds)
{
	struct cos_thread *thread = core.running;

	if (!microseconds) {
		cos_thread_yield();
		return;
	}
	if (thread) {
		thread->alarm = cos_poller_register(alarm_rings, thread, microseconds);
		if (!thread->alarm)
			cos_panic("no memory for the alarm of thread %s", thread->name);
	}
	give_way();
}

bool cos_mutex_trylock(struct cos_mutex *mutex)
{
	if (mutex->owner)
		return false;
	mutex->owner = core.running;
	return true;
}

void cos_mutex_lock(struct cos_mutex *mutex)
{
	if (mutex->owner && mutex->owner == core.running)
		cos_panic("thread %s locks a mutex twice", core.running->name);
	if (!cos_mutex_trylock(mutex))
		wait_in(&mutex->waiting); /* the one before hands it over */
}

void cos_mutex_unlock(struct cos_mutex *mutex)
{
	if (mutex->owner != core.running)
		cos_panic("a mutex is unlocked by somebody else than its owner");
	mutex->owner = mutex->waiting.first;
	wake_one(&mutex->waiting);
}

void cos_cond_wait(struct cos_cond *cond, struct cos_mutex *mutex)
{
	cos_mutex_unlock(mutex);
	wait_in(&cond->waiting);
	cos_mutex_lock(mutex);
}

void cos_cond_signal(struct cos_cond *cond) { wake_one(&cond->waiting); }
void cos_cond_broadcast(struct cos_cond *cond) { wake_all(&cond->waiting); }

void cos_semaphore_post(struct cos_semaphore *semaphore)
{
	if (semaphore->waiting.first)
		wake_one(&semaphore->waiting); /* it has what it waits for */
	else
		semaphore->count++;
}

void cos_semaphore_wait(struct cos_semaphore *semaphore)
{
	if (semaphore->count)
		semaphore->count--;
	else
		wait_in(&semaphore->waiting);
}
