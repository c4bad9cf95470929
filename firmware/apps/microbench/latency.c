/* Latency of dependent loads, by a PE of cluster 0: a chain of pointers, each load's address is the last one's result.
 */
#include <stdio.h>

#include "bench.h"
#include "cos/arena.h"
#include "cos/cluster.h"
#include "cos/console.h"
#include "cos/cpu.h"
#include "cos/mmio.h"
#include "mppa/cluster_regs.h"
#include "mppa/soc_regs.h"

#define LINKS 512u
#define LOADS 2048u

/* A ring of `links` pointers, `stride` bytes apart. */
static void make_chain(void *memory, unsigned links, unsigned stride)
{
	char *at = memory;

	for (unsigned i = 0; i < links; i++, at += stride)
		*(volatile uint64_t *)at = (uint64_t)(i + 1 < links ? at + stride : (char *)memory);
	kvx_fence();
}

struct chase {
	const void *start;
	bool uncached;
	uint64_t cycles;
};

static void chase(void *arg1, void *arg2)
{
	struct chase *c = arg1;
	const void *at = c->start;

	(void)arg2;
	kvx_dcache_invalidate();
	/* Once around first: instructions, translations and, if it fits, the data cache. */
	for (unsigned pass = 0; pass < 2; pass++) {
		const uint64_t begin = cos_cycles();

		if (c->uncached)
			for (unsigned i = 0; i < LOADS; i++)
				at = (const void *)kvx_load_uncached64(at);
		else
			for (unsigned i = 0; i < LOADS; i++)
				at = *(const void *const volatile *)at;
		__asm__ volatile("" ::"r"(at));
		c->cycles = cos_cycles() - begin;
	}
}

static void measure(const char *what, const void *start, bool uncached, double published, const char *source)
{
	struct chase c = {start, uncached, 0};

	bench_on_pes(1, chase, &c, NULL);
	bench_row(what, (double)c.cycles / LOADS, "cycles/load", published, source);
}

/* 0, but only once `value` is known: makes an address depend on the load before. */
static uint64_t zero_of(uint64_t value)
{
	uint64_t zero;

	__asm__ volatile("andd %0 = %1, 0" : "=r"(zero) : "r"(value));
	return zero;
}

struct device {
	uintptr_t address;
	bool wide;
	uint64_t cycles;
};

static void read_device(void *arg1, void *arg2)
{
	struct device *d = arg1;
	uint64_t sum = 0;

	(void)arg2;
	for (unsigned pass = 0; pass < 2; pass++) {
		const uint64_t begin = cos_cycles();

		for (unsigned i = 0; i < LOADS / 8; i++) {
			const uintptr_t at = d->address + zero_of(sum);

			sum = d->wide ? cos_read64(at) : cos_read32(at);
		}
		d->cycles = cos_cycles() - begin;
	}
}

static void measure_device(const char *what, uintptr_t address, bool wide, double published, const char *source)
{
	struct device d = {address, wide, 0};

	bench_on_pes(1, read_device, &d, NULL);
	bench_row(what, (double)d.cycles / (LOADS / 8), "cycles/load", published, source);
}

void bench_latency(void)
{
	static const char shim[] = "SHIM model, typical", derived[] = "derived";
	char *smem = cos_dma_alloc(COS_SMEM, LINKS * 64, 64, NULL);
	const unsigned page = 8192 + 64;
	char *ddr = cos_dma_alloc(COS_DDR, LINKS * page, 64, NULL);

	if (!smem || !ddr)
		cos_panic("no memory");
	bench_title("Load latency");
	make_chain(smem, 16, 64);
	measure("own SMEM, L1 hit", smem, false, 3, "SHIM model, best");
	make_chain(smem, LINKS, 64);
	measure("own SMEM, L1 miss", smem, false, 17, "optimisation manual: L1D busy");
	measure("own SMEM, uncached", smem, true, 11, "optimisation manual: result at E11");
	for (unsigned cluster = 1; cluster < MPPA_CLUSTERS; cluster++) {
		char what[48];
		/* Free in every image: the heap of a cluster that has not been started, or the boot page of one that
		 * has. */
		char *there = (char *)(MPPA_CLUSTER_BASE(cluster) + MPPA_SMEM_SIZE - 0x10000);

		if (cos_running_clusters() >> cluster & 1)
			continue;
		snprintf(what, sizeof what, "SMEM of cluster %u", cluster);
		make_chain(there, LINKS, 64);
		measure(what, there, false, 69, shim);
	}
	make_chain(ddr, LINKS, 64);
	measure("DDR, next line", ddr, false, 200, shim);
	make_chain(ddr, LINKS, page);
	measure("DDR, another page", ddr, false, 200, shim);
	measure_device("own mailbox", MPPA_MAILBOX_OFFSET, true, 11, derived);
	measure_device("mailbox of cluster 1", MPPA_CLUSTER_BASE(1) + MPPA_MAILBOX_OFFSET, true, 56, derived);
	measure_device("FTU", MPPA_FTU_BASE + MPPA_FTU_STATUS(1), false, 100, derived);
	measure_device("UART", MPPA_UART_BASE(1) + MPPA_UART_LSR, false, 100, derived);
	cos_dma_free(smem);
	cos_dma_free(ddr);
}

/* --- Atomics -------------------------------------------------------------------------------------------------------
 */

static void add_many(void *arg1, void *arg2)
{
	uint64_t *const word = arg1, *const cycles = arg2;
	uint64_t sum = 0;

	for (unsigned pass = 0; pass < 2; pass++) {
		const uint64_t begin = cos_cycles();

		for (unsigned i = 0; i < LOADS / 4; i++)
			sum = __kvx_builtin_aladdd(word, 1 + zero_of(sum));
		*cycles = (cos_cycles() - begin) * 4;
	}
}

static void measure_atomic(const char *what, void *word, double published, const char *source)
{
	uint64_t cycles = 0;

	bench_on_pes(1, add_many, word, &cycles);
	bench_row(what, (double)cycles / LOADS, "cycles", published, source);
}

/* All add to one word as fast as they can. */
static void add_together(void *arg1, void *arg2)
{
	uint64_t *const worst = arg2;

	bench_sync();
	const uint64_t begin = cos_cycles();

	for (unsigned i = 0; i < 100; i++)
		__kvx_builtin_aladdd(arg1, 1);
	const uint64_t cycles = cos_cycles() - begin;

	bench_sync();
	if (cos_core_id() == 0)
		*worst = cycles;
}

void bench_atomics(void)
{
	uint64_t *smem = cos_dma_alloc(COS_SMEM, 64, 64, NULL), *ddr = cos_dma_alloc(COS_DDR, 64, 64, NULL);
	uint64_t cycles = 0;

	if (!smem || !ddr)
		cos_panic("no memory");
	bench_title("Fetch-and-add");
	measure_atomic("own SMEM", smem, 13, "optimisation manual: result at E13");
	measure_atomic("SMEM of cluster 1", (void *)(MPPA_CLUSTER_BASE(1) + MPPA_SMEM_SIZE - 64), 69,
		       "SHIM model, typical access");
	measure_atomic("DDR", ddr, 200, "SHIM model, typical access");
	bench_on_pes(16, add_together, smem, &cycles);
	bench_row("own SMEM, 16 cores on one word", (double)cycles / 100, "cycles", 0, "none");
	cos_dma_free(smem);
	cos_dma_free(ddr);
}
