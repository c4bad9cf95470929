/*
 * PCIe controllers as root complex: link, configuration space, enumeration of what hangs below (switches included),
 * address windows. For one core of the chip, usually the RM of cluster 0. Devices' memory can then be used by all cores
 * at struct pcie_bar.address, once their cluster has called cos_mmu_map() for it.
 *
 * Devices reach all of the chip's memory under its global addresses. Buses see their devices' BARs from PCIE_ROOT_BASE
 * on, where the chip has nothing a device would want.
 */
#ifndef DRIVERS_PCIE_ROOT_H
#define DRIVERS_PCIE_ROOT_H

#include <stdbool.h>
#include <stdint.h>

#define PCIE_BARS 6
#define PCIE_ROOT_BASE 0x08000000u /* above the clusters' windows */
#define PCIE_ROOT_END 0x10000000u  /* below the peripherals */

struct pcie_bar {
	uint64_t address; /* of the chip; 0: not implemented, or no room */
	uint64_t bytes;
};

struct pcie_device {
	uint8_t controller;
	uint16_t id;   /* [15:8] bus, [7:3] device, [2:0] function */
	uint16_t slot; /* id of the bridge above */
	uint16_t vendor, device;
	uint32_t class_code; /* 24 bits */
	bool bridge;
	struct pcie_bar bar[PCIE_BARS];
};

/* A function whose class is `class_code`. */
#define PCIE_CLASS_NVME 0x010802u

struct pcie_root;

/* Lets the cores of this cluster reach the devices' memory. Once a cluster that uses devices. */
bool pcie_root_map(unsigned controller);

/*
 * Makes a controller a root complex, trains its link (pcie_phy_init() must have given it lanes) and opens its windows.
 * NULL and *error: -ETIMEDOUT if nobody answers on the link within 100 ms, -ENOMEM.
 */
struct pcie_root *pcie_root_start(unsigned controller, int *error);
/* Numbers the buses, places BARs, sets payload sizes, enables memory access and bus mastering. Returns the number of
 * functions, bridges included; -ENOMEM if there are more than the driver can keep. Call it once. */
int pcie_root_enumerate(struct pcie_root *root);
unsigned pcie_root_devices(const struct pcie_root *root, const struct pcie_device **devices);
/* Whether the function still answers. */
bool pcie_device_present(const struct pcie_device *device);
/* Sets a function up again as the enumeration did: one of the same kind may have been plugged in at its place. False if
 * there is none. */
bool pcie_root_restore(const struct pcie_root *root, const struct pcie_device *device);

/* Configuration space; what is not there reads as all ones. `offset` is a multiple of 4. */
uint32_t pcie_config_read(unsigned controller, uint16_t id, unsigned offset);
void pcie_config_write(unsigned controller, uint16_t id, unsigned offset, uint32_t value);
/* Offset of a capability, 0 if there is none. */
unsigned pcie_find_capability(unsigned controller, uint16_t id, uint8_t capability);
/* A function level reset; false if the function has none. It needs 100 ms (PCI Express 4.0, clause 6.6.2). */
bool pcie_function_reset(const struct pcie_device *device);

#endif
