/* DMA transfers of random sizes, strides and alignments, checked byte by byte: memory to memory within the cluster, to
 * other clusters and DDR by AXI, and to other clusters by the NoC. All 16 PEs at once, each with its own queue;
 * argument: transfers per PE. */
#include <stdlib.h>
#include <string.h>

#include "cos/arena.h"
#include "cos/cluster.h"
#include "cos/console.h"
#include "cos/cpu.h"
#include "cos/reactor.h"
#include "drivers/dma.h"
#include "drivers/mailbox.h"

#define BUFFER 8192u
#define GUARD 64u /* around each target: must stay as it is */

static unsigned rounds = 20;
static volatile uint64_t finished;
static uint64_t transfers, bytes_moved, errors;

/* Area in every cluster that others copy to: one buffer a PE of cluster 0. */
static uint64_t remote_area[MPPA_CLUSTERS][MPPA_PES];

/* xorshift64*, seeded by the core's number: the run is the same every time. */
struct random {
	uint64_t state;
};

static uint64_t next(struct random *random, uint64_t below)
{
	random->state ^= random->state >> 12;
	random->state ^= random->state << 25;
	random->state ^= random->state >> 27;
	return (random->state * 0x2545F4914F6CDD1Dul >> 16) % below;
}

struct transfer {
	uint64_t to, to_stride, from_stride, bytes;
	uint32_t blocks;
	const uint8_t *from;
};

/* The target was filled with `fill`; what the transfer must have left there. */
static bool correct(const struct transfer *t, const volatile uint8_t *target, uint8_t fill)
{
	const uint64_t span = t->blocks ? (t->blocks - 1) * t->to_stride + t->bytes : 0;

	for (uint64_t at = 0; at < span + GUARD; at++) {
		const uint64_t block = at / t->to_stride, offset = at % t->to_stride;
		const bool written = block < t->blocks && offset < t->bytes;
		const uint8_t expected = written ? t->from[block * t->from_stride + offset] : fill;

		if (target[at] != expected)
			return false;
	}
	return true;
}

static void random_transfer(struct random *random, struct transfer *t, const uint8_t *source)
{
	t->blocks = next(random, 4) ? 1 : (uint32_t)next(random, 6) + 1;
	t->bytes = next(random, 8) ? next(random, 700) + 1 : next(random, 40);
	t->to_stride = t->bytes + (t->blocks > 1 ? next(random, 60) : 0) + (t->bytes == 0);
	t->from_stride = t->bytes + (t->blocks > 1 ? next(random, 60) : 0);
	t->from = source + next(random, 64);
}

/* One transfer to `target` (where this core sees it), `iova` for the DMA. */
static bool try(struct random *random, struct dma_queue *queue, const uint8_t *source, uint8_t *target, uint64_t iova)
{
	struct transfer t;
	const uint8_t fill = (uint8_t)next(random, 256);
	const uint64_t shift = next(random, 64);

	random_transfer(random, &t, source);
	memset(target, fill, BUFFER);
	kvx_fence();
	t.to = iova + shift;
	const dma_ticket ticket =
		dma_copy_strided(queue, t.to, t.to_stride, (uint64_t)t.from, t.from_stride, t.bytes, t.blocks);

	if (!dma_wait(queue, ticket))
		return false;
	cos_dma_sync_for_cpu(target, BUFFER);
	__atomic_fetch_add(&transfers, 1, __ATOMIC_RELAXED);
	__atomic_fetch_add(&bytes_moved, t.bytes * t.blocks, __ATOMIC_RELAXED);
	return correct(&t, target + shift, fill);
}

/* A packet stream to this core's RX channel in `cluster` and its data there. */
static bool try_noc(struct random *random, struct dma_queue *queue, const uint8_t *source, unsigned cluster)
{
	const unsigned core = cos_core_id();
	uint8_t *target = (uint8_t *)remote_area[cluster][core];
	const uint64_t bytes = next(random, 3000) + 1, offset = next(random, 1000);
	const uint8_t *from = source + next(random, 64);
	const uint8_t fill = (uint8_t)next(random, 256);
	const uintptr_t channel = MPPA_CLUSTER_BASE(cluster) + MPPA_DMA_OFFSET + core * MPPA_DMA_OBJECT_STRIDE;
	const uint64_t before = cos_read64(channel + MPPA_DMA_RXC_NOTIF_CNT);
	const struct transfer t = {.to_stride = bytes, .bytes = bytes, .blocks = 1, .from = from};

	memset(target, fill, BUFFER);
	kvx_fence();
	if (!dma_wait(queue, dma_send(queue, dma_route(cluster, core, 0), offset, (uint64_t)from, bytes)))
		return false;
	while (cos_read64(channel + MPPA_DMA_RXC_NOTIF_CNT) == before)
		;
	__atomic_fetch_add(&transfers, 1, __ATOMIC_RELAXED);
	__atomic_fetch_add(&bytes_moved, bytes, __ATOMIC_RELAXED);
	return correct(&t, target + offset, fill);
}

static void report(bool ok, const char *kind, unsigned round)
{
	if (ok)
		return;
	cos_printf("core %u round %u: %s transfer is wrong\n", cos_core_id(), round, kind);
	__atomic_fetch_add(&errors, 1, __ATOMIC_RELAXED);
}

static void work(void *arg1, void *arg2)
{
	const unsigned core = cos_core_id();
	struct random random = {core + 1};
	uint8_t *source = cos_dma_alloc(COS_SMEM, BUFFER, 64, NULL);
	uint64_t local_iova, ddr_iova;
	uint8_t *local = cos_dma_alloc(COS_SMEM, BUFFER, 64, &local_iova);
	uint8_t *ddr = cos_dma_alloc(COS_DDR, BUFFER, 64, &ddr_iova);
	struct dma_queue *queue = dma_queue_open(core % 4, 3, false);

	(void)arg1, (void)arg2;
	if (!source || !local || !ddr || !queue)
		cos_panic("no memory or queue");
	for (unsigned i = 0; i < BUFFER; i++)
		source[i] = (uint8_t)next(&random, 256);
	kvx_fence();
	for (unsigned round = 0; round < rounds; round++) {
		const unsigned cluster = (unsigned)next(&random, MPPA_CLUSTERS);
		const uint64_t remote = remote_area[cluster][core];

		report(try(&random, queue, source, local, local_iova), "local", round);
		report(try(&random, queue, source, ddr, ddr_iova), "DDR", round);
		report(try(&random, queue, source, (uint8_t *)remote, remote), "AXI", round);
		report(try_noc(&random, queue, source, cluster), "NoC", round);
	}
	dma_queue_close(queue);
	__atomic_fetch_add(&finished, 1, __ATOMIC_RELEASE);
}

enum { MSG_AREA = COS_MSG_USER };
static volatile uint64_t areas;

static void on_area(const struct cos_msg *message, void *arg)
{
	(void)arg;
	memcpy(remote_area[message->cluster], (const void *)message->data[0], sizeof remote_area[0]);
	areas++;
}

/* In every cluster: buffers for the PEs of cluster 0, and an RX channel on each. */
static void offer_area(void)
{
	static COS_SHARED uint64_t area[MPPA_PES];

	for (unsigned pe = 0; pe < MPPA_PES; pe++) {
		if (!cos_dma_alloc(COS_SMEM, BUFFER, 64, &area[pe]))
			cos_panic("no memory");
		dma_rx_open(pe, area[pe], BUFFER, 0);
	}
	const uint64_t where = cos_global_address(area);

	kvx_fence();
	while (!cos_msg_send(0, MPPA_RM, MSG_AREA, &where, sizeof where))
		;
}

int main(int argc, char **argv)
{
	cos_msg_register(MSG_AREA, on_area, NULL);
	dma_init();
	offer_area();
	if (cos_cluster_id() != 0)
		return 0;
	if (argc > 1)
		rounds = (unsigned)atoi(argv[1]);
	for (unsigned cluster = 1; cluster < MPPA_CLUSTERS; cluster++)
		if (!cos_start_cluster(cluster))
			cos_panic("cluster %u has no image", cluster);
	while (areas < MPPA_CLUSTERS)
		cos_reactor_poll();
	cos_start_pes(COS_ALL_PES);
	for (unsigned pe = 0; pe < MPPA_PES; pe++)
		cos_event_call(pe, work, NULL, NULL);
	while (finished < MPPA_PES)
		cos_reactor_poll();
	cos_printf("%lu transfers, %lu bytes, %lu wrong\n", transfers, bytes_moved, errors);
	return errors != 0;
}
