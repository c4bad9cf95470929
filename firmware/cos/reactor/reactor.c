/*
 * The reactor of a core. What others write - the attention word, the event ring, the inbox - is only loaded while it
 * stays the same; everything else is private to the core.
 */
#include "cos/reactor.h"

#include <string.h>

#include "../core/internal.h"
#include "cos/arena.h"
#include "cos/cluster.h"
#include "cos/console.h"
#include "cos/cpu.h"
#include "cos/doorbell.h"
#include "cos/ring.h"
#include "cos/timer.h"
#include "poller.h"

#define EVENT_SLOTS 256
#define INBOX_SLOTS 32
#define EVENTS_AT_ONCE 16
/* Idle iterations before a core sleeps: longer than most answers take. */
#define IDLE_ITERATIONS 64
/* A full event ring for so long is a deadlock. */
#define EVENT_RING_PATIENCE 100000000ul

enum attention { ATTENTION_TIMER = 1, ATTENTION_STOP = 2, ATTENTION_ALIVE = 4 };

struct event {
	uint64_t sequence; /* as in struct cos_mpsc_slot */
	cos_event_fn fn;
	void *arg1, *arg2;
};

struct reactor {
	/* Written by others. */
	uint32_t attention;
	uint32_t sleeping;
	uint64_t event_head;
	uint8_t pad[COS_CACHE_LINE - 16];
	/* Private. */
	uint64_t event_tail;
	struct cos_msgq *inbox;
	struct cos_poller_list pollers;
	struct cos_reactor_stats stats;
	struct event event[EVENT_SLOTS];
} __attribute__((aligned(COS_CACHE_LINE)));

static struct reactor reactors[MPPA_CORES] __attribute__((section(".cos_frames")));
static _Thread_local struct reactor *self;

/* At the same place in the shared area of every image: other clusters write here. */
static union inbox {
	struct cos_msgq queue;
	uint8_t bytes[COS_MSGQ_BYTES(INBOX_SLOTS)];
} inbox[MPPA_CORES] __attribute__((section(".cos_shared.inbox"), aligned(COS_CACHE_LINE)));

static struct {
	cos_msg_fn fn;
	void *arg;
} handlers[COS_MSG_TYPES];

void cos_reactor_init_core(unsigned core)
{
	struct reactor *r = &reactors[core];

	self = r;
	memset(r, 0, sizeof *r);
	r->inbox = &inbox[core].queue;
	for (unsigned i = 0; i < EVENT_SLOTS; i++)
		r->event[i].sequence = i;
	cos_msgq_init(r->inbox, INBOX_SLOTS);
}

struct cos_poller_list *cos_reactor_pollers(void) { return &self->pollers; }

static void attract(struct reactor *r, unsigned core, uint32_t bits)
{
	__atomic_fetch_or(&r->attention, bits, __ATOMIC_RELEASE);
	cos_doorbell_ring(cos_cluster_id(), core);
}

void cos_reactor_stop(unsigned core) { attract(&reactors[core], core, ATTENTION_STOP); }

/* Interrupt handler. */
static void timer_expired(void *reactor)
{
	__atomic_fetch_or(&((struct reactor *)reactor)->attention, ATTENTION_TIMER, __ATOMIC_RELEASE);
}

bool cos_reactor_request_sign_of_life(void)
{
	return !(__atomic_fetch_or(&self->attention, ATTENTION_ALIVE, __ATOMIC_RELAXED) & ATTENTION_ALIVE);
}

void cos_reactor_set_timer(uint64_t cycles) { cos_timer_start(cycles, timer_expired, &reactors[cos_core_id()]); }

void cos_event_call(unsigned core, cos_event_fn fn, void *arg1, void *arg2)
{
	struct reactor *r = &reactors[core];
	uint64_t head = cos_load_acquire(&r->event_head), start = 0;
	struct event *slot;

	for (;;) {
		slot = &r->event[head % EVENT_SLOTS];
		const uint64_t sequence = cos_load_acquire(&slot->sequence);

		if (sequence == head && __atomic_compare_exchange_n(&r->event_head, &head, head + 1, false,
								    __ATOMIC_RELAXED, __ATOMIC_RELAXED))
			break;
		if (sequence < head) { /* full */
			if (!start)
				start = cos_cycles();
			else if (cos_cycles() - start > EVENT_RING_PATIENCE)
				cos_panic("the event ring of core %u stays full", core);
		}
		head = cos_load_acquire(&r->event_head);
	}
	slot->fn = fn;
	slot->arg1 = arg1;
	slot->arg2 = arg2;
	__atomic_store_n(&slot->sequence, head + 1, __ATOMIC_RELEASE);
	/* Either the sleeper sees the event or we see that it sleeps. */
	kvx_fence();
	if (cos_load_acquire(&r->sleeping))
		cos_doorbell_ring(cos_cluster_id(), core);
}

static bool event_pending(const struct reactor *r)
{
	const uint64_t tail = r->event_tail;

	return cos_load_acquire(&r->event[tail % EVENT_SLOTS].sequence) == tail + 1;
}

static void run_events(struct reactor *r)
{
	for (unsigned n = 0; n < EVENTS_AT_ONCE && event_pending(r); n++) {
		const uint64_t tail = r->event_tail;
		struct event *slot = &r->event[tail % EVENT_SLOTS];
		const struct event event = *slot;

		cos_store_after_loads(&slot->sequence, tail + EVENT_SLOTS);
		r->event_tail = tail + 1;
		r->stats.events++;
		event.fn(event.arg1, event.arg2);
	}
}

void cos_msg_register(unsigned type, cos_msg_fn fn, void *arg)
{
	handlers[type].arg = arg;
	__atomic_store_n(&handlers[type].fn, fn, __ATOMIC_RELEASE);
}

bool cos_msg_send(unsigned cluster, unsigned core, unsigned type, const void *data, uint32_t length)
{
	struct cos_msg message = {.type = (uint16_t)type,
				  .cluster = (uint8_t)cos_cluster_id(),
				  .core = (uint8_t)cos_core_id(),
				  .length = length};

	if (length > COS_MSG_BYTES)
		cos_panic("message of %u bytes", length);
	memcpy(message.data, data, length);
	if (!cos_msgq_put(&cos_remote(cluster, &inbox[core])->queue, &message))
		return false;
	kvx_fence();
	cos_doorbell_ring(cluster, core);
	return true;
}

static void run_messages(struct reactor *r)
{
	struct cos_msg message;

	for (unsigned n = 0; n < EVENTS_AT_ONCE && cos_msgq_get(r->inbox, &message); n++) {
		r->stats.messages++;
		if (message.type >= COS_MSG_TYPES || !handlers[message.type].fn)
			cos_panic("message of unknown type %u from cluster %u core %u", message.type, message.cluster,
				  message.core);
		handlers[message.type].fn(&message, handlers[message.type].arg);
	}
}

/* What others have asked for since the last time. Apart, so that an idle iteration saves few registers. */
static __attribute__((noinline)) void serve_others(struct reactor *r)
{
	const uint32_t attention =
		__atomic_fetch_and(&r->attention, ~(uint32_t)(ATTENTION_TIMER | ATTENTION_ALIVE), __ATOMIC_ACQUIRE);

	if (attention & ATTENTION_TIMER) {
		r->stats.timer_expirations++;
		cos_pollers_run_timed(&r->pollers);
	}
	run_events(r);
	run_messages(r);
}

bool cos_reactor_poll(void)
{
	struct reactor *r = self;
	bool busy = false;

	if ((cos_load_acquire(&r->attention) & (ATTENTION_TIMER | ATTENTION_ALIVE)) || event_pending(r) ||
	    !cos_msgq_empty(r->inbox)) {
		serve_others(r);
		busy = true;
	}
	if (r->pollers.first && cos_pollers_run(&r->pollers))
		busy = true;
	if (busy)
		r->stats.busy_iterations++;
	return busy;
}

/* Sleeps until something happens, unless it has happened since the last iteration. */
static void sleep_once(struct reactor *r)
{
	__atomic_store_n(&r->sleeping, 1, __ATOMIC_RELAXED);
	kvx_fence();
	cos_idle_arm();
	if (!cos_reactor_poll() && !cos_load_acquire(&r->attention)) {
		r->stats.sleeps++;
		cos_idle_wait();
	}
	__atomic_store_n(&r->sleeping, 0, __ATOMIC_RELAXED);
}

void cos_reactor_run(void)
{
	struct reactor *r = self;

	while (!(cos_load_acquire(&r->attention) & ATTENTION_STOP)) {
		if (cos_reactor_poll() || r->pollers.always)
			continue;
		/* All pollers can be woken: stay awake a little longer, then sleep. */
		unsigned idle = 1;

		while (idle < IDLE_ITERATIONS && !cos_reactor_poll())
			idle++;
		if (idle == IDLE_ITERATIONS)
			sleep_once(r);
	}
	__atomic_fetch_and(&r->attention, ~(uint32_t)ATTENTION_STOP, __ATOMIC_RELAXED);
}

struct cos_reactor_stats cos_reactor_stats(unsigned core) { return reactors[core].stats; }

struct round {
	cos_event_fn fn, done;
	void *arg1, *arg2;
	unsigned origin;
};

static void round_step(void *arg1, void *arg2);

static void round_next(struct round *round, unsigned pe)
{
	while (pe < MPPA_PES && !(cos_running_pes() >> pe & 1))
		pe++;
	if (pe < MPPA_PES) {
		cos_event_call(pe, round_step, round, (void *)(uintptr_t)pe);
		return;
	}
	cos_event_call(round->origin, round->done, round->arg1, round->arg2);
	cos_free(round);
}

static void round_step(void *arg1, void *arg2)
{
	struct round *round = arg1;

	round->fn(round->arg1, round->arg2);
	round_next(round, (unsigned)(uintptr_t)arg2 + 1);
}

void cos_for_each_reactor(cos_event_fn fn, void *arg1, void *arg2, cos_event_fn done)
{
	struct round *round = cos_alloc(COS_SMEM, sizeof *round, COS_CACHE_LINE);

	if (!round)
		cos_panic("no memory for a round of the reactors");
	*round = (struct round){fn, done, arg1, arg2, cos_core_id()};
	round_next(round, 0);
}
