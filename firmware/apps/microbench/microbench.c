/* Measures the chip with the cores' own cycle counters and prints the figures beside the published ones (SHIM model of
 * the vendor, optimisation manual, product page) with the deviation. Arguments choose parts: latency atomics bandwidth
 * memory dma noc sync barrier; none = all. */
#include <stdbool.h>
#include <string.h>

#include "bench.h"
#include "cos/atomic.h"
#include "cos/cluster.h"
#include "cos/console.h"
#include "cos/cpu.h"
#include "cos/sync.h"
#include "drivers/dma.h"

void bench_title(const char *title)
{
	cos_printf("\n%s\n", title);
	cos_printf("| %-46s | %10s | %-12s | %9s | %9s | %s\n", "what", "measured", "unit", "published", "deviation",
		   "source of the published figure");
}

void bench_row(const char *what, double measured, const char *unit, double published, const char *source)
{
	if (published > 0)
		cos_printf("| %-46s | %10.2f | %-12s | %9.1f | %+8.1f%% | %s\n", what, measured, unit, published,
			   (measured / published - 1) * 100, source);
	else
		cos_printf("| %-46s | %10.2f | %-12s | %9s | %9s | %s\n", what, measured, unit, "-", "-", source);
}

double bench_gbps(uint64_t bytes, uint64_t cycles)
{
	return (double)bytes * ((double)cos_clock_hz() / 1e9) / (double)cycles;
}

double bench_ns(uint64_t cycles) { return (double)cycles * (1e9 / (double)cos_clock_hz()); }

static struct {
	cos_event_fn fn;
	void *arg1, *arg2;
	uint32_t running;
	struct cos_barrier barrier;
} team;

void bench_sync(void) { cos_barrier_wait(&team.barrier); }

static void run_part(void *arg1, void *arg2)
{
	(void)arg1, (void)arg2;
	team.fn(team.arg1, team.arg2);
	__atomic_fetch_sub(&team.running, 1, __ATOMIC_RELEASE);
}

void bench_on_pes(unsigned pes, cos_event_fn fn, void *arg1, void *arg2)
{
	team.fn = fn;
	team.arg1 = arg1;
	team.arg2 = arg2;
	team.running = pes;
	cos_barrier_init(&team.barrier, pes);
	for (unsigned pe = 0; pe < pes; pe++)
		cos_event_call(pe, run_part, NULL, NULL);
	while (cos_load_acquire(&team.running))
		cos_reactor_poll();
}

static const struct part {
	const char *name;
	void (*run)(void);
	bool other_clusters;
} parts[] = {
	{"latency", bench_latency, false},
	{"atomics", bench_atomics, false},
	{"bandwidth", bench_bandwidth, false},
	{"memory", bench_memory, true},
	{"dma", bench_dma, false},
	{"noc", bench_noc, true},
	{"sync", bench_sync_costs, true},
	{"barrier", bench_chip_barrier, true},
};

static bool wanted(const char *name, int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], name) == 0)
			return true;
	return argc <= 1;
}

static void start_other_clusters(void)
{
	for (unsigned cluster = 1; cluster < MPPA_CLUSTERS; cluster++)
		if (!(cos_running_clusters() >> cluster & 1) && !cos_start_cluster(cluster))
			cos_panic("cluster %u has no image", cluster);
}

int main(int argc, char **argv)
{
	bench_sync_register();
	bench_noc_register();
	bench_memory_register();
	dma_init();
	cos_start_pes(COS_ALL_PES);
	if (cos_cluster_id() != 0) {
		cos_reactor_run();
		return 0;
	}
	cos_printf("clock %lu MHz\n", cos_clock_hz() / 1000000);
	for (unsigned i = 0; i < sizeof parts / sizeof *parts; i++) {
		if (!wanted(parts[i].name, argc, argv))
			continue;
		if (parts[i].other_clusters)
			start_other_clusters();
		parts[i].run();
	}
	return 0;
}
