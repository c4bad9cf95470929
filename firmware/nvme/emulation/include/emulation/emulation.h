/*
 * Emulated NVMe controllers: the functions of the PCIe endpoint appear to a host as NVMe controllers of subsystems of
 * the target (nvmf/target.h, transport "PCIE"). Control plane: RM of cluster 0. Data plane: PEs of the clusters 1 to
 * `clusters`; each owns some of the 16 doorbell rings and with them I/O queues.
 *
 *   emulation_init()        RM of each of these clusters, behind nvmf_transport_register() and dma_init()
 *   emulation_core_start()  each PE of the data plane, on its reactor
 *   nvmf_transport_create(), nvmf_subsystem_add_listener(traddr = number of the function) ...
 *   emulation_link(true)    the host may look
 */
#ifndef EMULATION_H
#define EMULATION_H

#include <stdbool.h>
#include <stdint.h>

#include "nvmf/target.h"

#define EMULATION_FUNCTIONS 128 /* the physical one and 127 virtual ones */

struct emulation_config {
	unsigned clusters;   /* of the data plane: 1..4 */
	unsigned cores;	     /* PEs of each: 1..16; clusters * cores at most 16 are used */
	unsigned lanes_mode; /* see pcie_phy_init() */
};

/* To be registered with the cluster's target before emulation_init(). */
struct nvmf_transport *emulation_transport(void);
/* 0 or a negative errno. The same configuration in all clusters. */
int emulation_init(const struct emulation_config *config);
/* Opens this core's rings, DMA queue and pools. False: no memory. Other PEs than those of the data plane: nothing. */
bool emulation_core_start(void);
/* RM of cluster 0: all cores of the data plane have started. */
bool emulation_ready(void);
void emulation_link(bool on);

/* Counters of the calling core. */
struct emulation_stats {
	uint64_t commands, completions, doorbells, bad_doorbells, fetches, interrupts, bounced, refused;
};
const struct emulation_stats *emulation_core_stats(void);

#endif
