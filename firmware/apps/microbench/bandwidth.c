/* Bandwidth of the cores: each of 1..16 PEs streams over its own part of SMEM or DDR; then all PEs of the chip over
 * DDR. */
#include <stdio.h>

#include "bench.h"
#include "cos/arena.h"
#include "cos/atomic.h"
#include "cos/cluster.h"
#include "cos/console.h"
#include "cos/cpu.h"
#include "cos/mmio.h"
#include "cos/sync.h"

#define PART (32u << 10) /* bytes a core and pass; twice the L1 */
#define PASSES 4u

typedef void (*kernel)(void *memory, uint64_t bytes);
void bench_read(void *memory, uint64_t bytes);
void bench_stream(void *memory, uint64_t bytes);
void bench_write(void *memory, uint64_t bytes);

static struct {
	kernel run;
	char *memory;
	uint64_t cycles[MPPA_PES];
} job;

static void stream(void *arg1, void *arg2)
{
	const unsigned core = cos_core_id();
	char *part = job.memory + core * PART;

	(void)arg1, (void)arg2;
	job.run(part, PART); /* instructions and translations */
	bench_sync();
	const uint64_t begin = cos_cycles();

	for (unsigned pass = 0; pass < PASSES; pass++)
		job.run(part, PART);
	kvx_fence();
	job.cycles[core] = cos_cycles() - begin;
}

static double measure(kernel run, char *memory, unsigned pes)
{
	uint64_t longest = 0;

	job.run = run;
	job.memory = memory;
	bench_on_pes(pes, stream, NULL, NULL);
	for (unsigned pe = 0; pe < pes; pe++)
		longest = job.cycles[pe] > longest ? job.cycles[pe] : longest;
	return bench_gbps((uint64_t)PART * PASSES * pes, longest);
}

static const struct {
	const char *name;
	kernel run;
	double bytes_per_cycle; /* the most one core can move in its own SMEM */
	const char *source;
} kernels[] = {
	{"read", bench_read, 64.0 / 17, "optimisation manual: L1D busy 17 cycles a line"},
	{"read uncached", bench_stream, 32, "a 32-byte load a cycle; 614.4 GB/s for 16 cores"},
	{"write", bench_write, 32, "a 32-byte beat a cycle; 614.4 GB/s for 16 cores"},
};
#define KERNELS (sizeof kernels / sizeof *kernels)

static void smem_table(char *memory)
{
	const double ghz = (double)cos_clock_hz() / 1e9;
	char what[48];

	for (unsigned k = 0; k < KERNELS; k++) {
		for (unsigned pes = 1; pes <= MPPA_PES; pes *= 2) {
			snprintf(what, sizeof what, "SMEM %s, %u cores", kernels[k].name, pes);
			bench_row(what, measure(kernels[k].run, memory, pes), "GB/s",
				  kernels[k].bytes_per_cycle * ghz * pes, kernels[k].source);
		}
	}
}

static void ddr_table(char *memory)
{
	static const double peak = 19.2;
	char what[48];

	for (unsigned k = 0; k < KERNELS; k++) {
		for (unsigned pes = 1; pes <= MPPA_PES; pes *= 2) {
			snprintf(what, sizeof what, "DDR %s, %u cores", kernels[k].name, pes);
			bench_row(what, measure(kernels[k].run, memory, pes), "GB/s", peak,
				  "assumed: the cluster's AXI link, 16 bytes a cycle");
		}
	}
}

void bench_bandwidth(void)
{
	char *smem = cos_dma_alloc(COS_SMEM, PART * MPPA_PES, 64, NULL);
	char *ddr = cos_dma_alloc(COS_DDR, PART * MPPA_PES, 64, NULL);

	if (!smem || !ddr)
		cos_panic("no memory");
	bench_title("Bandwidth of the cores");
	smem_table(smem);
	ddr_table(ddr);
	cos_dma_free(smem);
	cos_dma_free(ddr);
}

/* --- DDR, all clusters ---------------------------------------------------------------------------------------------
 */

static COS_SHARED struct cos_barrier chip_start; /* the one of cluster 0 counts */
static COS_SHARED uint32_t chip_finished;
static COS_SHARED uint64_t chip_longest[MPPA_CLUSTERS][MPPA_PES];
static char *chip_memory; /* of this cluster */

enum { MSG_STREAM = COS_MSG_USER + 8 };

static void stream_with_all(void *arg1, void *arg2)
{
	const kernel run = kernels[(uintptr_t)arg1].run;
	const unsigned core = cos_core_id();
	char *part = chip_memory + core * PART;

	(void)arg2;
	run(part, PART);
	cos_barrier_wait(cos_remote(0, &chip_start));
	const uint64_t begin = cos_cycles();

	for (unsigned pass = 0; pass < PASSES; pass++)
		run(part, PART);
	kvx_fence();
	*cos_remote(0, &chip_longest[cos_cluster_id()][core]) = cos_cycles() - begin;
	kvx_fence();
	__atomic_fetch_add(cos_remote(0, &chip_finished), 1, __ATOMIC_RELEASE);
}

static void on_stream(const struct cos_msg *message, void *arg)
{
	(void)arg;
	if (!chip_memory)
		chip_memory = cos_dma_alloc(COS_DDR, PART * MPPA_PES, 64, NULL);
	if (!chip_memory)
		cos_panic("no memory");
	for (unsigned pe = 0; pe < MPPA_PES; pe++)
		cos_event_call(pe, stream_with_all, (void *)message->data[0], NULL);
}

void bench_memory_register(void) { cos_msg_register(MSG_STREAM, on_stream, NULL); }

void bench_memory(void)
{
	const uint32_t pes = MPPA_CLUSTERS * MPPA_PES;
	char what[48];

	bench_title("Bandwidth of DDR, 80 cores");
	for (uint64_t k = 0; k < KERNELS; k++) {
		uint64_t longest = 0;

		cos_barrier_init(&chip_start, pes);
		chip_finished = 0;
		kvx_fence();
		for (unsigned cluster = 0; cluster < MPPA_CLUSTERS; cluster++)
			while (!cos_msg_send(cluster, MPPA_RM, MSG_STREAM, &k, sizeof k))
				;
		while (cos_load_acquire(&chip_finished) < pes)
			cos_reactor_poll();
		for (unsigned i = 0; i < pes; i++) {
			const uint64_t cycles = cos_read64((uintptr_t)&chip_longest[i / MPPA_PES][i % MPPA_PES]);

			longest = cycles > longest ? cycles : longest;
		}
		snprintf(what, sizeof what, "DDR %s, 80 cores", kernels[k].name);
		bench_row(what, bench_gbps((uint64_t)PART * PASSES * pes, longest), "GB/s", 51.2,
			  "peak of two DDR4-3200 channels");
	}
}
