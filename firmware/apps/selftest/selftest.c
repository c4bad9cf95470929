/* ClusterOS tested on the cores: events, messages, timers, pollers, channels, pools, locks, sleep. Every check prints a
 * line; the exit status is the number of those that failed. */
#include <stdio.h>
#include <string.h>

#include "cos/arena.h"
#include "cos/cluster.h"
#include "cos/console.h"
#include "cos/cpu.h"
#include "cos/doorbell.h"
#include "cos/io_channel.h"
#include "cos/pool.h"
#include "cos/reactor.h"
#include "cos/ring.h"
#include "cos/sync.h"
#include "cos/thread.h"
#include "drivers/gic.h"
#include "drivers/itgen.h"
#include "drivers/mailbox.h"
#include "mppa/soc_regs.h"

static unsigned failed;

static void check(bool ok, const char *what)
{
	cos_printf("%s: %s\n", ok ? "ok" : "FAILED", what);
	failed += !ok;
}

/* Runs this core's reactor until the word has the value; gives up after a second. */
static bool reach(const volatile uint64_t *word, uint64_t value)
{
	const uint64_t start = cos_timestamp();

	while (*word != value && cos_timestamp() - start < cos_timestamp_hz())
		cos_reactor_poll();
	return *word == value;
}

/* --- Events --------------------------------------------------------------------------------------------------------
 */

static volatile uint64_t sum, replies;

static void reply(void *arg1, void *arg2)
{
	(void)arg2;
	sum += (uint64_t)arg1;
	replies++;
}

static void ask(void *arg1, void *arg2)
{
	(void)arg1, (void)arg2;
	cos_event_call(MPPA_RM, reply, (void *)(uint64_t)cos_core_id(), NULL);
}

static void test_events(void)
{
	enum { ROUNDS = 100 };

	for (unsigned i = 0; i < ROUNDS; i++)
		for (unsigned pe = 0; pe < MPPA_PES; pe++)
			cos_event_call(pe, ask, NULL, NULL);
	check(reach(&replies, ROUNDS * MPPA_PES) && sum == ROUNDS * 120, "1600 events to 16 cores and back");
}

static volatile uint64_t rounds_done;
static uint64_t visited;

static void visit(void *arg1, void *arg2)
{
	(void)arg1, (void)arg2;
	visited |= 1u << cos_core_id(); /* one after the other */
}

static void round_done(void *arg1, void *arg2)
{
	(void)arg1, (void)arg2;
	rounds_done++;
}

static void test_rounds(void)
{
	cos_for_each_reactor(visit, NULL, NULL, round_done);
	check(reach(&rounds_done, 1) && visited == COS_ALL_PES, "a round over all reactors");
}

/* --- Locks and barriers --------------------------------------------------------------------------------------------
 */

static struct cos_spinlock lock;
static struct cos_barrier barrier;
static uint64_t unprotected;
static volatile uint64_t lockers_done;

static void locker_done(void *arg1, void *arg2)
{
	(void)arg1, (void)arg2;
	lockers_done++;
}

static void locker(void *arg1, void *arg2)
{
	(void)arg1, (void)arg2;
	cos_barrier_wait(&barrier);
	for (unsigned i = 0; i < 200; i++) {
		cos_spin_lock(&lock);
		unprotected++;
		cos_spin_unlock(&lock);
	}
	cos_barrier_wait(&barrier);
	cos_event_call(MPPA_RM, locker_done, NULL, NULL);
}

static void test_locks(void)
{
	cos_barrier_init(&barrier, MPPA_PES);
	for (unsigned pe = 0; pe < MPPA_PES; pe++)
		cos_event_call(pe, locker, NULL, NULL);
	check(reach(&lockers_done, MPPA_PES) && unprotected == 200 * MPPA_PES, "16 cores under one lock");
}

/* --- Timed pollers and sleep ---------------------------------------------------------------------------------------
 */

static struct cos_poller *ticker;
static volatile uint64_t ticks;
static uint64_t tick_span;

static int tick(void *arg)
{
	static uint64_t first;

	(void)arg;
	if (ticks == 0)
		first = cos_cycles();
	if (++ticks == 10) {
		tick_span = cos_cycles() - first;
		cos_poller_unregister(&ticker);
	}
	return COS_POLLER_BUSY;
}

static void start_ticker(void *arg1, void *arg2)
{
	(void)arg1, (void)arg2;
	ticker = cos_poller_register(tick, NULL, 50);
}

static void test_timers(void)
{
	const uint64_t sleeps = cos_reactor_stats(3).sleeps, period = 50 * (cos_clock_hz() / 1000000);

	cos_event_call(3, start_ticker, NULL, NULL);
	check(reach(&ticks, 10), "ten ticks of a timed poller");
	check(tick_span >= 9 * period && tick_span < 9 * period + period / 10, "ticks come every 50 us");
	check(cos_reactor_stats(3).sleeps - sleeps >= 9, "the core slept in between");
}

static struct cos_poller *counting;
static volatile uint64_t polled;

static int count(void *arg)
{
	(void)arg;
	polled++;
	return COS_POLLER_IDLE;
}

static void start_counting(void *arg1, void *arg2)
{
	(void)arg1, (void)arg2;
	counting = cos_poller_register(count, NULL, 0);
}

static void stop_counting(void *arg1, void *arg2)
{
	(void)arg2;
	cos_poller_unregister(&counting);
	*(volatile uint64_t *)arg1 = 1;
}

static void test_pollers(void)
{
	static volatile uint64_t stopped;

	cos_event_call(4, start_counting, NULL, NULL);
	cos_delay_us(20);
	cos_event_call(4, stop_counting, (void *)&stopped, NULL);
	reach(&stopped, 1);
	const uint64_t final = polled;

	cos_delay_us(20);
	check(final > 10 && polled == final, "a poller is called until it is unregistered");
}

/* --- Doorbells -----------------------------------------------------------------------------------------------------
 */

static uint32_t go, rings;

/* Rings twice for one wait: the first time some cycles behind the start, the second time much later. */
static void ring_twice(void *arg1, void *arg2)
{
	(void)arg2;
	while (!cos_load_acquire(&go))
		;
	cos_delay_cycles((uint64_t)arg1);
	for (unsigned i = 0; i < 2; i++) {
		__atomic_fetch_add(&rings, 1, __ATOMIC_RELEASE);
		cos_doorbell_ring(cos_cluster_id(), MPPA_RM);
		cos_delay_cycles(1000);
	}
}

/* A ring may come at any moment of arming, checking and waiting; a lost one leaves this core asleep for ever. */
static void test_doorbells(void)
{
	enum { LONGEST_DELAY = 400, START = 200 };

	for (uint64_t delay = 0; delay < LONGEST_DELAY; delay += 2) {
		rings = 0;
		__atomic_store_n(&go, 0, __ATOMIC_RELEASE);
		cos_event_call(0, ring_twice, (void *)delay, NULL);
		cos_delay_us(2);
		__atomic_store_n(&go, 1, __ATOMIC_RELEASE);
		cos_delay_cycles(START);
		for (;;) {
			cos_idle_arm();
			if (cos_load_acquire(&rings) == 2)
				break;
			cos_idle_wait();
		}
	}
	check(true, "a ring wakes the core whenever it comes");
}

/* --- Channels ------------------------------------------------------------------------------------------------------
 */

static int io_device;
static uint32_t created, destroyed;
static volatile uint64_t channels_seen, channel_rounds;

struct channel_context {
	unsigned core;
};

static int create_channel(void *device, void *context)
{
	((struct channel_context *)context)->core = cos_core_id();
	__atomic_fetch_add(&created, 1, __ATOMIC_RELAXED);
	return device != &io_device;
}

static void destroy_channel(void *device, void *context)
{
	(void)device, (void)context;
	__atomic_fetch_add(&destroyed, 1, __ATOMIC_RELAXED);
}

static void get_channel(void *arg1, void *arg2)
{
	(void)arg1, (void)arg2;
	struct cos_io_channel *channel = cos_get_io_channel(&io_device);

	if (channel && cos_get_io_channel(&io_device) != channel)
		cos_panic("a second channel on the same core");
	cos_put_io_channel(channel);
}

static void put_channel(struct cos_io_channel *channel, void *arg)
{
	(void)arg;
	if (((struct channel_context *)cos_io_channel_context(channel))->core == cos_core_id())
		channels_seen++;
	cos_put_io_channel(channel);
}

static void channel_round_done(void *arg)
{
	(void)arg;
	channel_rounds++;
}

static void test_channels(void)
{
	check(cos_io_device_register(&io_device, "test", sizeof(struct channel_context), create_channel,
				     destroy_channel) == 0,
	      "register a device");
	cos_for_each_reactor(get_channel, NULL, NULL, round_done);
	reach(&rounds_done, 2);
	check(created == MPPA_PES && cos_io_device_unregister(&io_device) < 0, "a channel a core keeps the device");
	cos_for_each_channel(&io_device, put_channel, NULL, channel_round_done);
	check(reach(&channel_rounds, 1) && channels_seen == MPPA_PES && destroyed == MPPA_PES, "visit all channels");
	check(cos_io_device_unregister(&io_device) == 0, "unregister the device");
}

/* --- Memory --------------------------------------------------------------------------------------------------------
 */

static void test_memory(void)
{
	uint64_t iova;
	uint8_t *dma = cos_dma_alloc(COS_SMEM, 1000, 4096, &iova);

	check(dma && ((uintptr_t)dma & 4095) == 0 && iova == MPPA_CLUSTER_BASE(cos_cluster_id()) + (uintptr_t)dma,
	      "DMA memory in SMEM");
	const size_t before = cos_free_bytes(COS_DDR);
	uint8_t *big = cos_alloc(COS_DDR, 100 << 20, 64);

	check(big && cos_free_bytes(COS_DDR) + (100 << 20) <= before, "100 MiB of DDR");
	if (big) {
		big[0] = 1;
		big[(100 << 20) - 1] = 2;
		check(big[0] == 1 && big[(100 << 20) - 1] == 2, "both ends of it hold data");
	}
	cos_free(big);
	cos_dma_free(dma);
	check(cos_free_bytes(COS_DDR) == before, "DDR is given back");
}

/* --- Interrupts of the chip: UART 1, interrupt generator, mailbox, interrupt controller, core -----------------------
 */

#define UART1 MPPA_UART_BASE(1)
#define UART1_INPUT MPPA_UART_ITGEN_INPUT(1)
#define UART_BIT 7

static volatile uint64_t uart_interrupts;
static uint64_t uart_bits;

static void on_uart(unsigned input, void *arg)
{
	(void)arg;
	uart_bits |= mailbox_take(input);
	cos_read32(UART1 + MPPA_UART_FCR); /* the identity: acknowledges */
	uart_interrupts++;
}

static void test_interrupts(void)
{
	enum { TX_EMPTY = 2 };
	const unsigned mailbox = (unsigned)mailbox_alloc();

	mailbox_configure(mailbox, MPPA_MAILBOX_FUNCT_OR | MPPA_MAILBOX_TRIG_DOORBELL, 1ul << UART_BIT);
	gic_attach(mailbox, on_uart, NULL);
	itgen_enable(MPPA_ITGEN_BASE(0), UART1_INPUT, cos_cluster_id(), mailbox, UART_BIT);
	cos_write32(UART1 + MPPA_UART_IER, TX_EMPTY);
	check(reach(&uart_interrupts, 1) && uart_bits == 1ul << UART_BIT, "an interrupt of a UART reaches its handler");
	cos_write32(UART1 + MPPA_UART_IER, 0);
	itgen_disable(MPPA_ITGEN_BASE(0), UART1_INPUT);
	gic_detach(mailbox);
	cos_write32(UART1 + MPPA_UART_IER, TX_EMPTY);
	cos_delay_us(5);
	check(uart_interrupts == 1, "a detached one does not");
	mailbox_free(mailbox);
}

/* --- Threads -------------------------------------------------------------------------------------------------------
 */

static struct cos_mutex mutex;
static struct cos_cond changed;
static struct cos_semaphore answered;
static uint64_t turn, inside, most_inside;
static volatile uint64_t threads_done;

/* Four threads take turns; each holds the mutex across a sleep, so that the others wait. */
static void *take_turns(void *arg)
{
	const uint64_t me = (uint64_t)arg;

	for (unsigned round = 0; round < 5; round++) {
		cos_mutex_lock(&mutex);
		while (turn % 4 != me)
			cos_cond_wait(&changed, &mutex);
		most_inside = ++inside > most_inside ? inside : most_inside;
		cos_thread_sleep_us(3);
		inside--;
		turn++;
		cos_cond_broadcast(&changed);
		cos_mutex_unlock(&mutex);
	}
	return (void *)(me + 100);
}

static void post(void *arg1, void *arg2)
{
	(void)arg1, (void)arg2;
	cos_semaphore_post(&answered);
}

static void ask_for_post(void *arg1, void *arg2)
{
	(void)arg1, (void)arg2;
	cos_event_call(MPPA_RM, post, NULL, NULL);
}

static uint64_t join_sum, asked;

static void *supervise(void *arg)
{
	struct cos_thread *thread[4];

	(void)arg;
	for (uint64_t i = 0; i < 4; i++)
		thread[i] = cos_thread_create("turns", take_turns, (void *)i, 0);
	for (unsigned i = 0; i < 4; i++)
		join_sum += (uint64_t)cos_thread_join(thread[i]);
	for (; asked < 10; asked++) {
		cos_event_call(asked % MPPA_PES, ask_for_post, NULL, NULL);
		cos_semaphore_wait(&answered);
	}
	threads_done = 1;
	return NULL;
}

static void test_threads(void)
{
	cos_thread_detach(cos_thread_create("supervisor", supervise, NULL, 0));
	check(reach(&threads_done, 1), "threads that create, join and wait for each other");
	check(turn == 20 && join_sum == 406, "they took turns and gave their results");
	check(most_inside == 1, "a mutex held across a sleep keeps the others out");
	check(asked == 10 && answered.count == 0, "a thread waits for answers of other cores");
}

/* --- Messages between clusters -------------------------------------------------------------------------------------
 */

enum { MSG_PING = COS_MSG_USER, MSG_PONG };

struct ping {
	uint64_t number, reply_core;
};

static volatile uint64_t pongs;
static uint64_t pong_sum;

static void on_ping(const struct cos_msg *message, void *arg)
{
	(void)arg;
	while (!cos_msg_send(message->cluster, message->core, MSG_PONG, message->data, message->length))
		cos_reactor_poll();
}

static void on_pong(const struct cos_msg *message, void *arg)
{
	struct ping ping;

	(void)arg;
	memcpy(&ping, message->data, sizeof ping);
	pong_sum += ping.number;
	pongs++;
}

static void test_messages(uint32_t clusters)
{
	enum { COUNT = 100 };
	uint64_t expected = 0, sent = 0;

	for (unsigned cluster = 0; cluster < MPPA_CLUSTERS; cluster++) {
		if (!(clusters >> cluster & 1))
			continue;
		for (uint64_t i = 0; i < COUNT; i++) {
			const struct ping ping = {cluster * 1000 + i, 0};

			while (!cos_msg_send(cluster, i % 4, MSG_PING, &ping, sizeof ping))
				cos_reactor_poll();
			expected += ping.number;
			sent++;
			cos_reactor_poll();
		}
	}
	char what[80];

	snprintf(what, sizeof what, "%lu messages to other cores and clusters", sent);
	check(reach(&pongs, sent) && pong_sum == expected, what);
}

int main(void)
{
	cos_msg_register(MSG_PING, on_ping, NULL);
	cos_msg_register(MSG_PONG, on_pong, NULL);
	cos_start_pes(COS_ALL_PES);
	if (cos_cluster_id() != 0)
		return 0;
	test_events();
	test_rounds();
	test_locks();
	test_timers();
	test_pollers();
	test_doorbells();
	test_channels();
	test_threads();
	test_interrupts();
	test_memory();
	for (unsigned cluster = 1; cluster < MPPA_CLUSTERS; cluster++)
		cos_start_cluster(cluster);
	test_messages(cos_running_clusters());
	return (int)failed;
}
