/* Bandwidth of the cores: each of 1..16 PEs streams over its own part of SMEM or DDR. */
#include <stdio.h>

#include "bench.h"
#include "cos/arena.h"
#include "cos/console.h"
#include "cos/cpu.h"

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
	{"write", bench_write, 8, "optimisation manual: write buffer sends 8 bytes a cycle"},
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
	static const double peak = 51.2;
	char what[48];

	for (unsigned k = 0; k < KERNELS; k++) {
		for (unsigned pes = 1; pes <= MPPA_PES; pes *= 2) {
			snprintf(what, sizeof what, "DDR %s, %u cores", kernels[k].name, pes);
			bench_row(what, measure(kernels[k].run, memory, pes), "GB/s", peak,
				  "peak of two DDR4-3200 channels");
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
