/* What cores cost each other: events, messages, wake-ups, mailboxes, barriers, locks, rings, pools. */
#include <stdio.h>
#include <string.h>

#include "bench.h"
#include "cos/arena.h"
#include "cos/atomic.h"
#include "cos/cluster.h"
#include "cos/console.h"
#include "cos/cpu.h"
#include "cos/pool.h"
#include "cos/ring.h"
#include "cos/sync.h"
#include "cos/thread.h"
#include "cos/timer.h"
#include "drivers/mailbox.h"

#define ROUNDS 64u

static volatile uint64_t answers;

static void answer(void *arg1, void *arg2)
{
	(void)arg1, (void)arg2;
	answers++;
}

static void question(void *arg1, void *arg2)
{
	(void)arg1, (void)arg2;
	cos_event_call(MPPA_RM, answer, NULL, NULL);
}

static void wait_for(uint64_t count)
{
	while (answers < count)
		cos_reactor_poll();
}

/* RM -> PE -> RM; `pause` cycles before each, so that the PE is awake or asleep. */
static uint64_t event_round_trip(uint64_t pause)
{
	uint64_t total = 0;

	for (unsigned i = 0; i < ROUNDS; i++) {
		cos_delay_cycles(pause);
		const uint64_t wanted = answers + 1, begin = cos_cycles();

		cos_event_call(2, question, NULL, NULL);
		wait_for(wanted);
		total += cos_cycles() - begin;
	}
	return total / ROUNDS;
}

enum { MSG_PING = COS_MSG_USER, MSG_PONG, MSG_JOIN };

static void on_ping(const struct cos_msg *message, void *arg)
{
	(void)arg;
	while (!cos_msg_send(message->cluster, message->core, MSG_PONG, NULL, 0))
		;
}

static void on_pong(const struct cos_msg *message, void *arg)
{
	(void)message, (void)arg;
	answers++;
}

static uint64_t message_round_trip(unsigned cluster)
{
	uint64_t total = 0;

	for (unsigned i = 0; i < ROUNDS; i++) {
		const uint64_t wanted = answers + 1, begin = cos_cycles();

		while (!cos_msg_send(cluster, 2, MSG_PING, NULL, 0))
			;
		wait_for(wanted);
		total += cos_cycles() - begin;
	}
	return total / ROUNDS;
}

/* Two PEs write each other's mailbox and poll their own. */
static void mailbox_ping_pong(void *arg1, void *arg2)
{
	const unsigned *mailbox = arg1, core = cos_core_id();
	const uint64_t begin = cos_cycles();

	for (uint64_t i = 1; i <= ROUNDS; i++) {
		if (core == 0)
			cos_write64(mailbox_address(mailbox[1]), i);
		while (mailbox_read(mailbox[core]) != i)
			;
		if (core == 1)
			cos_write64(mailbox_address(mailbox[0]), i);
	}
	if (core == 0)
		*(uint64_t *)arg2 = (cos_cycles() - begin) / ROUNDS;
}

static void barriers(void *arg1, void *arg2)
{
	(void)arg1;
	bench_sync();
	const uint64_t begin = cos_cycles();

	for (unsigned i = 0; i < ROUNDS; i++)
		bench_sync();
	if (cos_core_id() == 0)
		*(uint64_t *)arg2 = (cos_cycles() - begin) / ROUNDS;
}

/* One PE alone: what the building blocks cost without contention. */
static void single_costs(void *arg1, void *arg2)
{
	static struct cos_spinlock lock;
	uint64_t *cost = arg2;
	struct cos_mpsc *ring = cos_alloc(COS_SMEM, COS_MPSC_BYTES(16), 64);
	struct cos_pool *pool =
		cos_pool_create(cos_alloc(COS_SMEM, COS_POOL_BYTES(64, 32, MPPA_CORES), 64), 64, 32, 8, MPPA_CORES);

	(void)arg1;
	cos_mpsc_init(ring, 16);
	for (unsigned pass = 0; pass < 2; pass++) {
		uint64_t value, begin = cos_cycles();

		for (unsigned i = 0; i < ROUNDS; i++) {
			cos_spin_lock(&lock);
			cos_spin_unlock(&lock);
		}
		cost[0] = cos_cycles() - begin;
		begin = cos_cycles();
		for (unsigned i = 0; i < ROUNDS; i++) {
			cos_mpsc_put(ring, i);
			cos_mpsc_get(ring, &value);
		}
		cost[1] = cos_cycles() - begin;
		begin = cos_cycles();
		for (unsigned i = 0; i < ROUNDS; i++)
			cos_pool_put(pool, 0, cos_pool_get(pool, 0));
		cost[2] = cos_cycles() - begin;
		begin = cos_cycles();
		for (unsigned i = 0; i < ROUNDS; i++)
			cos_reactor_poll();
		cost[3] = cos_cycles() - begin;
	}
	cos_free(ring);
}

static volatile uint64_t fired;

static void on_timer(void *arg)
{
	(void)arg;
	fired = cos_cycles();
}

/* The handler reads the clock, then everything is restored. */
static void timer_cost(void *arg1, void *arg2)
{
	uint64_t *cost = arg2;

	(void)arg1;
	cost[0] = cost[1] = 0;
	for (unsigned i = 0; i < ROUNDS; i++) {
		enum { DELAY = 200 };

		fired = 0;
		const uint64_t begin = cos_cycles();

		cos_timer_start(DELAY, on_timer, NULL);
		while (!fired)
			;
		cost[0] += fired - begin - DELAY;
		cost[1] += cos_cycles() - fired;
	}
}

static uint64_t yield_cycles;
static volatile uint64_t yielded;

static void *yield_often(void *arg)
{
	const uint64_t begin = cos_cycles();

	(void)arg;
	for (unsigned i = 0; i < ROUNDS; i++)
		cos_thread_yield();
	yield_cycles = cos_cycles() - begin;
	yielded = 1;
	return NULL;
}

/* A thread gives way to the reactor and comes back in its next iteration. */
static uint64_t thread_cost(void)
{
	struct cos_thread *thread = cos_thread_create("yield", yield_often, NULL, 0);

	if (!thread)
		cos_panic("no memory");
	cos_thread_detach(thread);
	while (!yielded)
		cos_reactor_poll();
	return yield_cycles / ROUNDS;
}

void bench_sync_costs(void)
{
	const unsigned mailboxes[2] = {(unsigned)mailbox_alloc(), (unsigned)mailbox_alloc()};
	uint64_t cycles = 0, cost[4];

	bench_title("Cores among themselves");
	bench_row("event to a PE and back, awake", (double)event_round_trip(0), "cycles", 0, "none");
	bench_row("event to a PE and back, asleep", (double)event_round_trip(20000), "cycles", 0, "none");
	for (unsigned cluster = 1; cluster < MPPA_CLUSTERS; cluster++) {
		char what[48];

		snprintf(what, sizeof what, "message to cluster %u and back", cluster);
		bench_row(what, (double)message_round_trip(cluster), "cycles", 0, "none");
	}
	mailbox_configure(mailboxes[0], MPPA_MAILBOX_FUNCT_WRITE, 0);
	mailbox_configure(mailboxes[1], MPPA_MAILBOX_FUNCT_WRITE, 0);
	bench_on_pes(2, mailbox_ping_pong, (void *)(uintptr_t)mailboxes, &cycles);
	bench_row("mailbox to a PE and back, both poll", (double)cycles, "cycles", 0, "none");
	bench_on_pes(16, barriers, NULL, &cycles);
	bench_row("barrier of 16 cores", (double)cycles, "cycles", 0, "none");
	bench_on_pes(1, single_costs, NULL, cost);
	bench_row("spin lock and unlock", (double)cost[0] / ROUNDS, "cycles", 0, "none");
	bench_row("ring put and get", (double)cost[1] / ROUNDS, "cycles", 0, "none");
	bench_row("pool get and put", (double)cost[2] / ROUNDS, "cycles", 0, "none");
	bench_row("reactor iteration without work", (double)cost[3] / ROUNDS, "cycles", 0, "none");
	bench_on_pes(1, timer_cost, NULL, cost);
	bench_row("timer set, interrupt, handler", (double)cost[0] / ROUNDS, "cycles", 0, "none");
	bench_row("return from the interrupt", (double)cost[1] / ROUNDS, "cycles", 0, "none");
	bench_row("thread yields, reactor iteration, thread", (double)thread_cost(), "cycles", 0, "none");
	mailbox_free(mailboxes[0]);
	mailbox_free(mailboxes[1]);
}

/* --- All PEs of the chip -------------------------------------------------------------------------------------------
 */

static COS_SHARED struct cos_barrier chip_barrier; /* the one of cluster 0 counts */
static COS_SHARED uint32_t chip_finished;
static volatile uint64_t chip_cycles;

static void chip_barrier_part(void *arg1, void *arg2)
{
	struct cos_barrier *barrier = cos_remote(0, &chip_barrier);

	(void)arg1, (void)arg2;
	cos_barrier_wait(barrier);
	const uint64_t begin = cos_cycles();

	for (unsigned i = 0; i < ROUNDS; i++)
		cos_barrier_wait(barrier);
	if (cos_core_id() == 0 && cos_cluster_id() == 0)
		chip_cycles = (cos_cycles() - begin) / ROUNDS;
	__atomic_fetch_add(cos_remote(0, &chip_finished), 1, __ATOMIC_RELEASE);
}

static void on_join(const struct cos_msg *message, void *arg)
{
	(void)message, (void)arg;
	for (unsigned pe = 0; pe < MPPA_PES; pe++)
		cos_event_call(pe, chip_barrier_part, NULL, NULL);
}

void bench_chip_barrier(void)
{
	const uint32_t pes = MPPA_CLUSTERS * MPPA_PES;

	bench_title("All clusters");
	cos_barrier_init(&chip_barrier, pes);
	kvx_fence();
	for (unsigned cluster = 0; cluster < MPPA_CLUSTERS; cluster++)
		while (!cos_msg_send(cluster, MPPA_RM, MSG_JOIN, NULL, 0))
			;
	while (cos_load_acquire(&chip_finished) < pes)
		cos_reactor_poll();
	bench_row("barrier of 80 cores", (double)chip_cycles, "cycles", 0, "none");
}

void bench_sync_register(void)
{
	cos_msg_register(MSG_PING, on_ping, NULL);
	cos_msg_register(MSG_PONG, on_pong, NULL);
	cos_msg_register(MSG_JOIN, on_join, NULL);
}
