/*
 * The card's SSDs under load: processing cores of clusters 1.. do random reads and writes on all SSDs through the bdev
 * layer and check what they read. Cluster 0 brings up PCIe and the SSDs, then gives the word, sums and prints.
 *
 * Arguments key=value: clusters (1..4, default 4), pes (1..16, 16), depth (16), bytes (4096), read (70 percent), warmup
 * (200 us), us (1000), verify (0, 1, 2; 1), queue (entries of a queue pair, 64), interrupts (0: cores poll; 1: cores
 * sleep until SSDs wake them), timeout (of an I/O and of admin commands, us; 0: the driver's), stack (what to use
 * besides bdevs of SSDs, see stack.h), faults (1: I/Os may fail and SSDs go, data must be right all the same; 0), lanes
 * (PHY mode, 1 = two x8 controllers).
 */
#include <stdlib.h>
#include <string.h>

#include "bdev/modules.h"
#include "cos/arena.h"
#include "cos/cluster.h"
#include "cos/console.h"
#include "cos/cpu.h"
#include "cos/reactor.h"
#include "drivers/pcie_phy.h"
#include "drivers/pcie_root.h"
#include "mppa/k200lp_messages.h"
#include "nvme/pcie.h"
#include "stack.h"
#include "worker.h"

#define SSD_CONTROLLER 4u

/* Between cluster 0 and the others; the benchmark's own. */
enum { MSG_OPEN = 16, MSG_READY, MSG_RUN, MSG_RESULT };

static struct bench_options options = {
	.clusters = 4,
	.pes = 16,
	.depth = 16,
	.bytes = 4096,
	.read_percent = 70,
	.warm_up_us = 200,
	.us = 1000,
	.verify = 1,
	.queue_entries = 64,
};
static unsigned interrupts, timeout_us, faults;
static const char *stack;
static unsigned lanes = PCIE_LANES_X8_X8;
static struct bench_result total;
static unsigned results; /* that are in total */
static unsigned ssds;

static void parse(const char *argument)
{
	static const struct {
		const char *key;
		unsigned *value;
		unsigned least, most;
	} keys[] = {
		{"clusters", &options.clusters, 1, MPPA_CLUSTERS - 1},
		{"pes", &options.pes, 1, MPPA_PES},
		{"depth", &options.depth, 1, 384},
		{"bytes", &options.bytes, 4096, 1u << 20},
		{"read", &options.read_percent, 0, 100},
		{"warmup", &options.warm_up_us, 0, 1000000},
		{"us", &options.us, 1, 10000000},
		{"verify", &options.verify, 0, 2},
		{"queue", &options.queue_entries, 2, 1024},
		{"interrupts", &interrupts, 0, 1},
		{"timeout", &timeout_us, 0, 60000000},
		{"faults", &faults, 0, 1},
		{"lanes", &lanes, 0, 30},
	};
	const char *value = strchr(argument, '=');

	if (strncmp(argument, "stack=", 6) == 0) {
		stack = value + 1;
		return;
	}
	for (unsigned i = 0; value && i < sizeof keys / sizeof *keys; i++) {
		const unsigned long number = strtoul(value + 1, NULL, 0);

		if (strncmp(argument, keys[i].key, strlen(keys[i].key)) || argument[strlen(keys[i].key)] != '=')
			continue;
		if (number < keys[i].least || number > keys[i].most)
			cos_panic("%s must be %u..%u", keys[i].key, keys[i].least, keys[i].most);
		*keys[i].value = (unsigned)number;
		return;
	}
	cos_panic("unknown argument %s", argument);
}

static void send(unsigned cluster, unsigned type, uint64_t value)
{
	while (!cos_msg_send(cluster, MPPA_RM, type, &value, sizeof value))
		cos_delay_us(1);
}

static void send_to_all(unsigned type)
{
	for (unsigned cluster = 1; cluster <= options.clusters; cluster++)
		send(cluster, type, 0);
}

/* --- Clusters that do I/O -------------------------------------------------------------------------------------------
 */

static struct worker *workers[MPPA_PES];
static unsigned ready_workers;

/* On the RM. */
static void count_ready(void *arg1, void *arg2)
{
	(void)arg1, (void)arg2;
	if (++ready_workers == options.pes)
		send(0, MSG_READY, 0);
}

static void worker_ready(void *arg)
{
	(void)arg;
	cos_event_call(MPPA_RM, count_ready, NULL, NULL);
}

static void open_worker(void *arg1, void *arg2)
{
	const unsigned pe = cos_core_id();

	(void)arg1, (void)arg2;
	workers[pe] = worker_open(&options, (cos_cluster_id() - 1) * options.pes + pe, options.clusters * options.pes,
				  worker_ready, NULL);
}

/* On the RM: the sum of the cluster is complete. */
static void add_result(void *arg1, void *arg2)
{
	(void)arg2;
	bench_result_merge(&total, arg1);
	cos_free(arg1);
	if (++results == options.pes)
		send(0, MSG_RESULT, cos_global_address(&total));
}

static void worker_done(struct bench_result *result) { cos_event_call(MPPA_RM, add_result, result, NULL); }

static void run_worker(void *arg1, void *arg2)
{
	(void)arg1, (void)arg2;
	worker_run(workers[cos_core_id()], worker_done);
}

static void on_all_pes(cos_event_fn fn)
{
	for (unsigned pe = 0; pe < options.pes; pe++)
		cos_event_call(pe, fn, NULL, NULL);
}

static void open_all(const struct cos_msg *message, void *arg)
{
	(void)message, (void)arg;
	if (stack)
		stack_create(stack);
	on_all_pes(open_worker);
}

static void run_all(const struct cos_msg *message, void *arg)
{
	(void)message, (void)arg;
	on_all_pes(run_worker);
}

/* --- Cluster 0 ------------------------------------------------------------------------------------------------------
 */

static void print_latency(const char *what, const struct bdev_histogram *histogram)
{
	static const struct {
		const char *name;
		uint32_t per_million;
	} marks[] = {{"p50", 500000}, {"p90", 900000}, {"p99", 990000}, {"p99.9", 999000}};
	const uint64_t mhz = cos_clock_hz() / 1000000;
	const uint64_t mean = histogram->count ? histogram->sum / histogram->count : 0;

	cos_printf("%s %lu, latency ns: min %lu mean %lu", what, histogram->count, histogram->min * 1000 / mhz,
		   mean * 1000 / mhz);
	for (unsigned i = 0; i < sizeof marks / sizeof *marks; i++)
		cos_printf(" %s %lu", marks[i].name,
			   bdev_histogram_percentile(histogram, marks[i].per_million) * 1000 / mhz);
	cos_printf(" max %lu\n", histogram->max * 1000 / mhz);
}

/* What has become of each bdev and each controller. */
static void print_faults(void)
{
	for (unsigned t = 0; t < BENCH_TARGETS && total.target[t].name[0]; t++) {
		const struct bench_target *target = &total.target[t];

		cos_printf("%s: ok %u, removed from %u cores, failed", target->name, target->ok, target->removed);
		for (unsigned i = 0; i < BENCH_STATUSES && target->failed[i].count; i++)
			cos_printf(" %u x %04x", target->failed[i].count, target->failed[i].status);
		cos_printf("\n");
	}
	for (struct nvme_ctrlr *ctrlr = nvme_ctrlr_next(NULL); ctrlr; ctrlr = nvme_ctrlr_next(ctrlr)) {
		const struct nvme_ctrlr_stats stats = nvme_ctrlr_stats(ctrlr);

		cos_printf("%s: resets %lu, aborts %lu, bad completions %lu\n", nvme_ctrlr_name(ctrlr), stats.resets,
			   stats.aborts, stats.bad_completions);
	}
}

static void print_total(void)
{
	const uint64_t hz = cos_clock_hz(), workers = options.clusters * options.pes;
	const uint64_t kiops = total.ios * (hz / 1000) / total.cycles;

	cos_printf("bdev_bench: %u clusters x %u PEs, %u SSDs, depth %u a PE, %u %% reads of %u bytes, %u us\n",
		   options.clusters, options.pes, ssds, options.depth, options.read_percent, options.bytes, options.us);
	cos_printf("IOPS %lu000, MB/s %lu, I/Os %lu, verified reads %lu, errors %lu, mismatches %lu\n", kiops,
		   kiops * options.bytes / 1000, total.ios, total.verified, total.errors, total.mismatches);
	cos_printf("a PE has %lu cycles for an I/O; to submit one takes %lu\n",
		   total.ios ? total.cycles * workers / total.ios : 0,
		   total.submit_cycles / (total.submits + !total.submits));
	cos_printf("cores slept %lu times, the RM of cluster 0 %lu times\n", total.sleeps,
		   cos_reactor_stats(MPPA_RM).sleeps);
	print_latency("reads", &total.read);
	print_latency("writes", &total.write);
}

static void take_result(const struct cos_msg *message, void *arg)
{
	(void)arg;
	bench_result_merge(&total, (const struct bench_result *)message->data[0]);
	if (++results < options.clusters)
		return;
	print_total();
	if (faults)
		print_faults();
	const bool good = total.ios && (faults || !total.errors) && !total.mismatches;

	cos_exit(good ? 0 : 1);
}

static void ssds_attached(unsigned attached, int error, void *arg)
{
	(void)arg;
	if (error || !attached)
		cos_panic("%u SSDs attached, error %d", attached, error);
	ssds = attached;
	send_to_all(MSG_OPEN);
}

/* All queue pairs of a cluster are there: when those of all are, everybody begins at the same time. */
static void take_ready(const struct cos_msg *message, void *arg)
{
	static unsigned clusters;

	(void)message, (void)arg;
	if (++clusters == options.clusters)
		send_to_all(MSG_RUN);
}

static void start_chip(void)
{
	struct nvme_options nvme = {
		.queue_entries = options.queue_entries,
		.io_timeout_us = timeout_us,
		.admin_timeout_us = timeout_us,
		.route_interrupt = interrupts ? nvme_pcie_route_interrupt : NULL,
	};

	for (unsigned cluster = 1; cluster <= options.clusters; cluster++) {
		nvme.clusters |= 1u << cluster;
		if (!cos_start_cluster(cluster))
			cos_panic("no image for cluster %u", cluster);
	}
	pcie_map_registers();
	pcie_phy_init(lanes);
	const int error = nvme_pcie_attach_all(SSD_CONTROLLER, "Nvme", &nvme, ssds_attached, NULL);

	if (error)
		cos_panic("PCIe: error %d", error);
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		parse(argv[i]);
	cos_msg_register(MSG_OPEN, open_all, NULL);
	cos_msg_register(MSG_READY, take_ready, NULL);
	cos_msg_register(MSG_RUN, run_all, NULL);
	cos_msg_register(MSG_RESULT, take_result, NULL);
	bdev_nvme_init(K200LP_MSG_NVME);
	/* Bdevs on bdevs need several for each I/O. */
	bdev_set_options(&(struct bdev_options){.ios_per_core = (stack ? 4 : 1) * (options.depth + 8)});
	pcie_root_map(SSD_CONTROLLER);
	if (cos_cluster_id() == 0)
		start_chip();
	else
		cos_start_pes((1u << options.pes) - 1);
	cos_reactor_run();
	return 0;
}
