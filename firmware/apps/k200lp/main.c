/* Boot: cluster 0 starts the others, each sets itself up, cluster 0 opens the doors. */
#include "cos/arena.h"
#include "cos/atomic.h"
#include "cos/cluster.h"
#include "cos/console.h"
#include "cos/cpu.h"
#include "cos/reactor.h"
#include "drivers/dma.h"
#include "mgmt/rpc.h"
#include "volumes.h"

/* In cluster 0: data-plane clusters that can take volumes, and that serve; one bit each. */
static COS_SHARED uint32_t booted, ready;

static void data_plane(const struct k200lp_options *options)
{
	__atomic_fetch_or(cos_remote(0, &booted), 1u << cos_cluster_id(), __ATOMIC_RELEASE);
	cos_alloc_idle_stacks(options->pes);
	cos_start_pes((1u << options->pes) - 1);
	volumes_wait(options);
	options->personality->start_cluster(options);
	cos_printf("cluster %u: %lu KiB of SMEM left\n", cos_cluster_id(), cos_free_bytes(COS_SMEM) >> 10);
	__atomic_fetch_or(cos_remote(0, &ready), 1u << cos_cluster_id(), __ATOMIC_RELEASE);
}

static void wait_for(const uint32_t *flags, uint32_t all)
{
	/* Others ask for SSD queues and the like meanwhile. */
	while ((cos_load_acquire(flags) & all) != all)
		cos_reactor_poll();
}

static void control_plane(const struct k200lp_options *options)
{
	const uint32_t all = ((1u << options->clusters) - 1) << 1;

	cos_alloc_idle_stacks(0);
	for (unsigned cluster = 1; cluster <= options->clusters; cluster++)
		if (!cos_start_cluster(cluster))
			cos_panic("no image for cluster %u", cluster);
	wait_for(&booted, all);
	volumes_attach(options);
	volumes_wait(options);
	options->personality->start_chip(options);
	wait_for(&ready, all);
	/* The console is slow, and while this core prints it serves nobody. */
	cos_printf("k200lp: serving with %u clusters of %u PEs\n", options->clusters, options->pes);
	options->personality->serve(options);
	rpc_serve_channel();
}

int main(int argc, char **argv)
{
	const struct k200lp_options options = k200lp_parse(argc, argv);

	dma_init();
	volumes_start(&options);
	if (cos_cluster_id() == 0)
		control_plane(&options);
	else
		data_plane(&options);
	cos_reactor_run();
	return 0;
}
