/* The DMA: one transfer at a time by size, many in flight, four threads at once; over AXI and over the NoC. */
#include <stdio.h>

#include "bench.h"
#include "cos/arena.h"
#include "cos/cluster.h"
#include "cos/console.h"
#include "cos/cpu.h"
#include "drivers/dma.h"

#define BYTES (64u << 10)
#define DEPTH_LOG2 4
#define PEAK 19.2 /* 16 bytes a cycle at 1.2 GHz */

static const char peak_source[] = "assumed peak: 16 bytes a cycle";
static const uint32_t sizes[] = {64, 256, 1024, 4096, 16384, 65536};

/* Cycles from submission to completion, the second time. */
static uint64_t one_transfer(struct dma_queue *queue, uint64_t to, uint64_t from, uint32_t bytes)
{
	uint64_t cycles = 0;

	for (unsigned pass = 0; pass < 2; pass++) {
		const uint64_t begin = cos_cycles();

		dma_wait(queue, dma_copy(queue, to, from, bytes));
		cycles = cos_cycles() - begin;
	}
	return cycles;
}

/* Cycles for BYTES in pieces of `bytes`, with a full queue. */
static uint64_t many_transfers(struct dma_queue *queue, uint64_t to, uint64_t from, uint32_t bytes)
{
	const uint64_t begin = cos_cycles();
	dma_ticket last = 0;

	for (uint32_t at = 0; at < BYTES; at += bytes)
		do
			last = dma_copy(queue, to + at, from + at, bytes);
		while (last == DMA_FULL);
	dma_wait(queue, last);
	return cos_cycles() - begin;
}

static void table(const char *name, struct dma_queue *queue, uint64_t to, uint64_t from)
{
	char what[64];

	for (unsigned i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		snprintf(what, sizeof what, "%s, one of %u bytes", name, sizes[i]);
		bench_row(what, bench_ns(one_transfer(queue, to, from, sizes[i])), "ns", 0, "none");
	}
	for (unsigned i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		snprintf(what, sizeof what, "%s, %u-byte jobs", name, sizes[i]);
		bench_row(what, bench_gbps(BYTES, many_transfers(queue, to, from, sizes[i])), "GB/s", PEAK,
			  peak_source);
	}
}

static struct {
	uint64_t to, from;
	uint64_t cycles[MPPA_PES];
} job;

/* Each core feeds another thread of the DMA. */
static void four_threads(void *arg1, void *arg2)
{
	const unsigned core = cos_core_id();
	struct dma_queue *queue = dma_queue_open(core, DEPTH_LOG2, false);

	(void)arg1, (void)arg2;
	if (!queue)
		cos_panic("no DMA queue");
	bench_sync();
	job.cycles[core] = many_transfers(queue, job.to + core * BYTES, job.from, 4096);
	dma_queue_close(queue);
}

void bench_dma(void)
{
	uint64_t smem, target, ddr;
	void *s = cos_dma_alloc(COS_SMEM, BYTES, 64, &smem), *t = cos_dma_alloc(COS_SMEM, 4 * BYTES, 64, &target);
	void *d = cos_dma_alloc(COS_DDR, BYTES, 64, &ddr);
	struct dma_queue *queue = dma_queue_open(0, DEPTH_LOG2, false);
	/* The upper end of another cluster's memory is heap that nobody uses here. */
	const uint64_t other = MPPA_CLUSTER_BASE(1) + MPPA_SMEM_SIZE - BYTES;

	if (!s || !t || !d || !queue)
		cos_panic("no memory or DMA queue");
	bench_title("DMA over AXI");
	table("SMEM to SMEM", queue, target, smem);
	table("SMEM to cluster 1", queue, other, smem);
	table("SMEM to DDR", queue, ddr, smem);
	table("DDR to SMEM", queue, target, ddr);
	job.to = target;
	job.from = smem;
	bench_on_pes(4, four_threads, NULL, NULL);
	uint64_t longest = 0;

	for (unsigned i = 0; i < 4; i++)
		longest = job.cycles[i] > longest ? job.cycles[i] : longest;
	bench_row("SMEM to SMEM, four threads", bench_gbps(4ul * BYTES, longest), "GB/s", PEAK, peak_source);
	dma_queue_close(queue);
	cos_dma_free(s);
	cos_dma_free(t);
	cos_dma_free(d);
}

/* --- NoC -----------------------------------------------------------------------------------------------------------
 */

enum { MSG_OPEN = COS_MSG_USER + 4, MSG_OPENED };
#define CHANNEL 40

static volatile uint64_t opened;

/* In the receiving cluster: a buffer for the RX channel. */
static void on_open(const struct cos_msg *message, void *arg)
{
	static void *buffer;
	uint64_t iova;

	(void)arg;
	if (!buffer)
		buffer = cos_dma_alloc(COS_SMEM, BYTES, 64, &iova);
	if (!buffer)
		cos_panic("no memory");
	dma_rx_open(CHANNEL, cos_global_address(buffer), BYTES, 0);
	while (!cos_msg_send(message->cluster, message->core, MSG_OPENED, &iova, 0))
		;
}

static void on_opened(const struct cos_msg *message, void *arg)
{
	(void)message, (void)arg;
	opened++;
}

void bench_noc_register(void)
{
	cos_msg_register(MSG_OPEN, on_open, NULL);
	cos_msg_register(MSG_OPENED, on_opened, NULL);
}

static uint64_t send_all(struct dma_queue *queue, unsigned route, uint64_t from, uint32_t bytes)
{
	const uint64_t begin = cos_cycles();
	dma_ticket last = 0;

	for (uint32_t at = 0; at < BYTES; at += bytes)
		do
			last = dma_send(queue, route, at, from + at, bytes);
		while (last == DMA_FULL);
	dma_wait(queue, last);
	return cos_cycles() - begin;
}

void bench_noc(void)
{
	uint64_t smem;
	void *s = cos_dma_alloc(COS_SMEM, BYTES, 64, &smem);
	struct dma_queue *queue = dma_queue_open(1, DEPTH_LOG2, false);

	if (!s || !queue)
		cos_panic("no memory or DMA queue");
	bench_title("DMA over the RDMA NoC, from cluster 0");
	for (unsigned cluster = 1; cluster < MPPA_CLUSTERS; cluster++) {
		const uint64_t wanted = opened + 1;

		while (!cos_msg_send(cluster, MPPA_RM, MSG_OPEN, NULL, 0))
			;
		while (opened < wanted)
			cos_reactor_poll();
		const unsigned route = dma_route(cluster, CHANNEL, 0);

		send_all(queue, route, smem, 4096);
		for (unsigned i = 0; i < sizeof sizes / sizeof *sizes; i += 3) {
			char what[48];

			snprintf(what, sizeof what, "to cluster %u, %u-byte jobs", cluster, sizes[i]);
			bench_row(what, bench_gbps(BYTES, send_all(queue, route, smem, sizes[i])), "GB/s", PEAK,
				  peak_source);
		}
	}
	dma_queue_close(queue);
	cos_dma_free(s);
}
