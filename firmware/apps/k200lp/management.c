/* Management by JSON-RPC beside what the arguments have set up: see mgmt/rpc.h. */
#include "cos/console.h"
#include "cos/cpu.h"
#include "k200lp.h"
#include "mgmt/bdev_methods.h"
#include "mgmt/nvme_methods.h"
#include "mgmt/rpc.h"
#include "nvmf/methods.h"

void management_start(const struct k200lp_options *options, struct nvmf_target *target)
{
	const struct rpc_config config = {
		.cluster = (uint8_t)cos_cluster_id(),
		.others = ((1u << options->clusters) - 1) << 1,
	};

	if (rpc_start(&config) != 0)
		cos_panic("no memory for management");
	bdev_methods_register();
	nvme_methods_register(&(struct nvme_options){.queue_entries = options->ssd_queue});
	nvmf_methods_register(target);
}
