/* Nothing but management: bdevs and NVM subsystems without a transport, made and shown by JSON-RPC, in cluster 0 and as
 * many others as the first argument says. With a second argument there are SSDs behind that PCIe controller, which
 * bdev_nvme_attach_controller attaches. Ends by spdk_kill_instance. */
#include <stdlib.h>

#include "bdev/modules.h"
#include "cos/atomic.h"
#include "cos/cluster.h"
#include "cos/console.h"
#include "cos/cpu.h"
#include "cos/reactor.h"
#include "drivers/pcie_phy.h"
#include "drivers/pcie_root.h"
#include "mgmt/bdev_methods.h"
#include "mgmt/nvme_methods.h"
#include "mgmt/rpc.h"
#include "mppa/k200lp_messages.h"
#include "nvme/pcie.h"
#include "nvmf/methods.h"

static COS_SHARED uint32_t ready; /* in cluster 0: others that execute methods, one bit each */

static void start(unsigned clusters)
{
	const struct nvmf_target_config config = {.cluster = (uint8_t)cos_cluster_id(), .control_core = MPPA_RM};
	const struct rpc_config rpc = {.cluster = (uint8_t)cos_cluster_id(), .others = ((1u << clusters) - 1) << 1};
	struct nvmf_target *target = nvmf_target_create(&config);

	if (!target || rpc_start(&rpc) != 0)
		cos_panic("no memory for management");
	bdev_methods_register();
	nvmf_methods_register(target);
}

static void start_ssds(unsigned controller)
{
	pcie_map_registers();
	if (!pcie_root_map(controller))
		cos_panic("no room in the memory map for the SSDs");
	bdev_nvme_init(K200LP_MSG_NVME);
	nvme_methods_register(&(struct nvme_options){0});
	if (cos_cluster_id() != 0)
		return;
	pcie_phy_init(PCIE_LANES_X8_X8);
	const int error = nvme_pcie_start(controller);

	if (error)
		cos_panic("PCIe controller %u: error %d", controller, error);
}

int main(int argc, char **argv)
{
	const unsigned clusters = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 0;
	const uint32_t all = ((1u << clusters) - 1) << 1;

	if (clusters >= MPPA_CLUSTERS)
		cos_panic("%u other clusters, there are %u", clusters, MPPA_CLUSTERS - 1);
	cos_start_pes(3);
	start(clusters);
	if (argc > 2)
		start_ssds((unsigned)strtoul(argv[2], NULL, 10));
	if (cos_cluster_id() == 0) {
		for (unsigned cluster = 1; cluster <= clusters; cluster++)
			if (!cos_start_cluster(cluster))
				cos_panic("no image for cluster %u", cluster);
		while ((cos_load_acquire(&ready) & all) != all)
			cos_reactor_poll();
		rpc_serve_channel();
	} else {
		__atomic_fetch_or(cos_remote(0, &ready), 1u << cos_cluster_id(), __ATOMIC_RELEASE);
	}
	cos_reactor_run();
	return 0;
}
