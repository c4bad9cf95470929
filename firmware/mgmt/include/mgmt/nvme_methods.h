/* The methods bdev_nvme_*: SPDK's names and parameters on the NVMe driver. For images with SSDs behind a root complex
 * that nvme_pcie_start() or nvme_pcie_attach_all() has started. */
#ifndef MGMT_NVME_METHODS_H
#define MGMT_NVME_METHODS_H

#include "nvme/driver.h"

/* On the RM of each cluster, after rpc_start(). `options`: of controllers that are attached by these methods. */
void nvme_methods_register(const struct nvme_options *options);

#endif
