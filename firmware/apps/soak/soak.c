/*
 * Random traffic of all PEs of the chip, checked end to end: stores and loads to other clusters, DMA over AXI and NoC,
 * DDR, crypto units, messages with answers, atomic counters. Nothing may be lost, changed or stuck. Arguments: rounds
 * of each PE (default 10), seed (default 1).
 */
#include <stdlib.h>
#include <string.h>

#include "cos/arena.h"
#include "cos/atomic.h"
#include "cos/cluster.h"
#include "cos/console.h"
#include "cos/cpu.h"
#include "cos/mmio.h"
#include "cos/reactor.h"
#include "cos/sync.h"
#include "drivers/crypto.h"
#include "drivers/dma.h"

#define SLOT 2048u /* bytes; each PE of the chip has one in every cluster */
#define PES (MPPA_CLUSTERS * MPPA_PES)
#define NOC_PES 12u /* PEs 0..11 of a cluster have an RX channel in every cluster: 60 of 64 */
#define CRYPTO_PES (MPPA_CRYPTO_UNITS * MPPA_CRYPTO_RINGS) /* the last ones of a cluster have a ring each */
#define COUNTERS 8u

enum { MSG_ASK = COS_MSG_USER, MSG_ANSWER };

/* Of each cluster, read by all. */
static COS_SHARED uint64_t area; /* global address of the slots */
static COS_SHARED uint64_t counter[COUNTERS];
/* Of cluster 0. */
static COS_SHARED struct cos_barrier all_pes;
static COS_SHARED uint32_t finished, errors, operations;
static COS_SHARED uint64_t expected_sum;

static unsigned rounds = 10;
static uint64_t seed = 1;

struct worker {
	uint64_t random;
	unsigned number; /* in the chip */
	uint8_t *source, *check, *ddr;
	struct dma_queue *dma;
	struct crypto_ring *crypto; /* NULL: none */
	struct mppa_crypto_context *key;
	volatile uint64_t answer;
	uint64_t added;
};

static struct worker workers[MPPA_PES];

/* xorshift64* */
static uint64_t next(struct worker *w, uint64_t below)
{
	w->random ^= w->random >> 12;
	w->random ^= w->random << 25;
	w->random ^= w->random >> 27;
	return (w->random * 0x2545F4914F6CDD1Dul >> 20) % below;
}

static uint64_t slot_of(const struct worker *w, unsigned cluster)
{
	return *(const volatile uint64_t *)cos_remote(cluster, &area) + w->number * SLOT;
}

/* New data in the source buffer, `bytes` a multiple of 8. */
static void fill(struct worker *w, uint64_t bytes)
{
	for (uint64_t i = 0; i < bytes / 8; i++)
		((uint64_t *)w->source)[i] = next(w, ~0ul);
	kvx_fence();
}

static void wait_dma(struct worker *w, dma_ticket ticket)
{
	while (!dma_done(w->dma, ticket)) {
		if (dma_queue_error(w->dma))
			cos_panic("the DMA queue has failed: 0x%lx", dma_queue_error(w->dma));
		cos_reactor_poll();
	}
}

static void compare(struct worker *w, const volatile void *data, uint64_t bytes, const char *what)
{
	const volatile uint64_t *got = data, *wanted = (const uint64_t *)w->source;

	for (uint64_t i = 0; i < bytes / 8; i++) {
		if (got[i] == wanted[i])
			continue;
		cos_printf("cluster %u core %u: %s: word %lu is %lx, not %lx\n", cos_cluster_id(), cos_core_id(), what,
			   i, got[i], wanted[i]);
		__atomic_fetch_add(cos_remote(0, &errors), 1, __ATOMIC_RELAXED);
		return;
	}
}

static uint64_t random_bytes(struct worker *w) { return (next(w, SLOT / 8) + 1) * 8; }

static void by_stores(struct worker *w, unsigned cluster)
{
	const uint64_t bytes = random_bytes(w);
	volatile uint64_t *slot = (volatile uint64_t *)slot_of(w, cluster);

	fill(w, bytes);
	for (uint64_t i = 0; i < bytes / 8; i++)
		slot[i] = ((uint64_t *)w->source)[i];
	kvx_fence();
	compare(w, slot, bytes, "stores");
}

/* There and back by the DMA. */
static void by_dma(struct worker *w, unsigned cluster)
{
	const uint64_t bytes = random_bytes(w), slot = slot_of(w, cluster);

	fill(w, bytes);
	memset(w->check, 0, bytes);
	kvx_fence();
	dma_copy(w->dma, slot, (uint64_t)w->source, bytes);
	wait_dma(w, dma_copy(w->dma, (uint64_t)w->check, slot, bytes));
	compare(w, w->check, bytes, "DMA");
}

static void by_noc(struct worker *w, unsigned cluster)
{
	const unsigned pe = w->number % MPPA_PES, channel = w->number / MPPA_PES * NOC_PES + pe;

	if (pe >= NOC_PES) {
		by_dma(w, cluster);
		return;
	}
	const uint64_t bytes = random_bytes(w);
	const uintptr_t count = MPPA_CLUSTER_BASE(cluster) + MPPA_DMA_OFFSET + channel * MPPA_DMA_OBJECT_STRIDE +
				MPPA_DMA_RXC_NOTIF_CNT;
	const uint64_t before = cos_read64(count);

	fill(w, bytes);
	wait_dma(w, dma_send(w->dma, dma_route(cluster, channel, pe & 1), 0, (uint64_t)w->source, bytes));
	while (cos_read64(count) == before)
		cos_reactor_poll();
	compare(w, (const void *)slot_of(w, cluster), bytes, "NoC");
}

/* Stores to DDR, back by the DMA. */
static void by_ddr(struct worker *w)
{
	const uint64_t bytes = random_bytes(w);

	fill(w, bytes);
	memcpy(w->ddr, w->source, bytes);
	memset(w->check, 0, bytes);
	kvx_fence();
	wait_dma(w, dma_copy(w->dma, (uint64_t)w->check, (uint64_t)w->ddr, bytes));
	compare(w, w->check, bytes, "DDR");
}

static void crypt(struct worker *w, uint32_t operation, uint64_t input, uint64_t output, uint64_t bytes)
{
	const struct crypto_packet packet = {.control0 = operation | MPPA_CRYPTO_CIPHER(MPPA_CRYPTO_AES256),
					     .control1 = MPPA_CRYPTO_CTR,
					     .context = w->key,
					     .input = input,
					     .output = output,
					     .input_bytes = (uint32_t)bytes,
					     .output_room = SLOT};
	const uint64_t ticket = crypto_submit(w->crypto, &packet);
	int32_t result;

	while (!crypto_done(w->crypto, ticket, &result))
		cos_reactor_poll();
	if (result != (int32_t)bytes)
		cos_panic("a crypto packet of %lu bytes ended with %d", bytes, result);
}

/* Encrypted into another cluster, decrypted from there. */
static void by_crypto(struct worker *w, unsigned cluster)
{
	const uint64_t bytes = random_bytes(w), slot = slot_of(w, cluster);

	fill(w, bytes);
	for (unsigned i = 0; i < sizeof w->key->key + sizeof w->key->iv; i++)
		((uint8_t *)w->key)[i] = (uint8_t)next(w, 256);
	memset(w->check, 0, bytes);
	crypt(w, MPPA_CRYPTO_OP_ENCRYPT, (uint64_t)w->source, slot, bytes);
	crypt(w, MPPA_CRYPTO_OP_DECRYPT, slot, (uint64_t)w->check, bytes);
	compare(w, w->check, bytes, "crypto");
}

static void by_message(struct worker *w, unsigned cluster)
{
	const uint64_t value = next(w, 1ul << 40) + 1;

	w->answer = 0;
	while (!cos_msg_send(cluster, (unsigned)next(w, MPPA_PES), MSG_ASK, &value, sizeof value))
		cos_reactor_poll();
	while (!w->answer)
		cos_reactor_poll();
	if (w->answer != ~value)
		__atomic_fetch_add(cos_remote(0, &errors), 1, __ATOMIC_RELAXED);
}

static void on_ask(const struct cos_msg *message, void *arg)
{
	const uint64_t answer = ~message->data[0];

	(void)arg;
	/* The receiver may wait for room in this core's inbox: go on emptying it. */
	while (!cos_msg_send(message->cluster, message->core, MSG_ANSWER, &answer, sizeof answer))
		cos_reactor_poll();
}

static void on_answer(const struct cos_msg *message, void *arg)
{
	(void)arg;
	workers[cos_core_id()].answer = message->data[0];
}

static void add(struct worker *w, unsigned cluster)
{
	const uint64_t amount = next(w, 1000);

	__atomic_fetch_add(cos_remote(cluster, &counter[next(w, COUNTERS)]), amount, __ATOMIC_RELAXED);
	w->added += amount;
}

static void work(void *arg1, void *arg2)
{
	const unsigned core = cos_core_id();
	struct worker *w = &workers[core];

	(void)arg1, (void)arg2;
	w->number = cos_cluster_id() * MPPA_PES + core;
	w->random = seed * 1000 + w->number + 1;
	w->source = cos_dma_alloc(COS_SMEM, SLOT, 64, NULL);
	w->check = cos_dma_alloc(COS_SMEM, SLOT, 64, NULL);
	w->ddr = cos_dma_alloc(COS_DDR, SLOT, 64, NULL);
	w->dma = dma_queue_open(core % 4, 2, false);
	if (core >= MPPA_PES - CRYPTO_PES) {
		const unsigned ring = core - (MPPA_PES - CRYPTO_PES);

		w->crypto = crypto_ring_open(ring / MPPA_CRYPTO_RINGS, ring % MPPA_CRYPTO_RINGS, 2);
		w->key = cos_dma_alloc(COS_SMEM, sizeof *w->key, 64, NULL);
		if (!w->crypto || !w->key)
			cos_panic("no crypto ring");
	}
	if (!w->source || !w->check || !w->ddr || !w->dma)
		cos_panic("no memory or DMA queue");
	cos_barrier_wait(cos_remote(0, &all_pes));
	for (unsigned round = 0; round < rounds; round++) {
		by_stores(w, (unsigned)next(w, MPPA_CLUSTERS));
		by_dma(w, (unsigned)next(w, MPPA_CLUSTERS));
		by_noc(w, (unsigned)next(w, MPPA_CLUSTERS));
		by_ddr(w);
		if (w->crypto)
			by_crypto(w, (unsigned)next(w, MPPA_CLUSTERS));
		by_message(w, (unsigned)next(w, MPPA_CLUSTERS));
		add(w, (unsigned)next(w, MPPA_CLUSTERS));
		__atomic_fetch_add(cos_remote(0, &operations), w->crypto ? 7 : 6, __ATOMIC_RELAXED);
	}
	__atomic_fetch_add(cos_remote(0, &expected_sum), w->added, __ATOMIC_RELAXED);
	__atomic_fetch_add(cos_remote(0, &finished), 1, __ATOMIC_RELEASE);
	/* Others may still ask: the reactor goes on. */
}

static void prepare_cluster(void)
{
	void *slots = cos_dma_alloc(COS_SMEM, PES * SLOT, 64, NULL);

	if (!slots)
		cos_panic("no memory");
	area = cos_global_address(slots);
	for (unsigned cluster = 0; cluster < MPPA_CLUSTERS; cluster++)
		for (unsigned pe = 0; pe < NOC_PES; pe++)
			dma_rx_open(cluster * NOC_PES + pe, area + (cluster * MPPA_PES + pe) * SLOT, SLOT, 0);
	kvx_fence();
}

int main(int argc, char **argv)
{
	if (argc > 1)
		rounds = (unsigned)atoi(argv[1]);
	if (argc > 2)
		seed = (uint64_t)atol(argv[2]);
	cos_msg_register(MSG_ASK, on_ask, NULL);
	cos_msg_register(MSG_ANSWER, on_answer, NULL);
	dma_init();
	if (!crypto_init())
		cos_panic("unknown crypto units");
	prepare_cluster();
	if (cos_cluster_id() == 0) {
		cos_barrier_init(&all_pes, PES);
		for (unsigned cluster = 1; cluster < MPPA_CLUSTERS; cluster++)
			if (!cos_start_cluster(cluster))
				cos_panic("cluster %u has no image", cluster);
	}
	cos_start_pes(COS_ALL_PES);
	for (unsigned pe = 0; pe < MPPA_PES; pe++)
		cos_event_call(pe, work, NULL, NULL);
	if (cos_cluster_id() != 0)
		return 0;
	while (cos_load_acquire(&finished) < PES)
		cos_delay_us(1);
	uint64_t sum = 0;

	for (unsigned cluster = 0; cluster < MPPA_CLUSTERS; cluster++)
		for (unsigned i = 0; i < COUNTERS; i++)
			sum += *(volatile uint64_t *)cos_remote(cluster, &counter[i]);
	cos_printf("%u operations, %u errors, counters %lu of %lu\n", operations, errors, sum, expected_sum);
	return errors != 0 || sum != expected_sum;
}
