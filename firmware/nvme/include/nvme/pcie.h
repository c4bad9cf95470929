/* The SSDs behind a root complex, all at once or one by one. On the RM of cluster 0. */
#ifndef NVME_PCIE_H
#define NVME_PCIE_H

#include "nvme/driver.h"

/* error: 0 if all were attached, else the first failure (the others are there nevertheless). */
typedef void (*nvme_pcie_fn)(unsigned attached, int error, void *arg);

/*
 * Starts PCIe controller `controller` as root complex and enumerates, once. pcie_map_registers() and pcie_phy_init()
 * must have been called, and pcie_root_map() in every cluster that does I/O. A negative errno: no link, no memory.
 */
int nvme_pcie_start(unsigned controller);

/*
 * nvme_pcie_start(), then attaches every NVMe function as <prefix><n>, n = 0.. in the order of their bus numbers, and
 * calls done. Immediate failures: a negative errno.
 */
int nvme_pcie_attach_all(unsigned controller, const char *prefix, const struct nvme_options *options, nvme_pcie_fn done,
			 void *arg);

/* "dddd:bb:dd.f" in hexadecimal: PCIe controller, bus, device, function. */
#define NVME_TRADDR_MAX 16

/*
 * Attaches the NVMe function at `traddr` of a controller that has been started; it may have been plugged in since. As
 * nvme_ctrlr_attach(); besides, -EINVAL: no address; -ENODEV: nothing, or nothing of the kind that was there, answers;
 * -EBUSY: attached already.
 */
int nvme_pcie_attach(const char *name, const char *traddr, const struct nvme_options *options, nvme_ctrlr_fn ready,
		     void *arg);
/* Where a controller is; false if it has not been found by these functions. */
bool nvme_pcie_traddr(const struct nvme_ctrlr *ctrlr, char traddr[NVME_TRADDR_MAX]);

/* MSI-X for struct nvme_options.route_interrupt. */
bool nvme_pcie_route_interrupt(uintptr_t registers, uint16_t vector, unsigned cluster, unsigned core);

#endif
