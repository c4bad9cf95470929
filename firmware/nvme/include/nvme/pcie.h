/* The SSDs behind a root complex, all at once. On the RM of cluster 0. */
#ifndef NVME_PCIE_H
#define NVME_PCIE_H

#include "nvme/driver.h"

/* error: 0 if all were attached, else the first failure (the others are there nevertheless). */
typedef void (*nvme_pcie_fn)(unsigned attached, int error, void *arg);

/*
 * Starts PCIe controller `controller` as root complex, enumerates, attaches every NVMe function as <prefix><n>, n = 0..
 * in the order of their bus numbers, and calls done. pcie_map_registers() and pcie_phy_init() must have been called,
 * and pcie_root_map() in every cluster that does I/O. Immediate failures (negative errno): no link, no memory.
 */
int nvme_pcie_attach_all(unsigned controller, const char *prefix, const struct nvme_options *options, nvme_pcie_fn done,
			 void *arg);

#endif
