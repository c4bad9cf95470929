/*
 * MSI-X of devices behind root complexes: the chip's snoopers take the messages out of the inbound writes, its
 * interrupt generators (drivers/itgen.h) turn each into a doorbell of a core (cos/doorbell.h). No handler runs: the
 * core leaves cos_idle_wait(), and its reactor calls the pollers that cos_poller_set_wakeup() has been said of.
 *
 * For the core that has enumerated (drivers/pcie_root.h).
 */
#ifndef DRIVERS_PCIE_MSI_H
#define DRIVERS_PCIE_MSI_H

#include "drivers/pcie_root.h"

/* Where devices send messages: 8 KiB of the bus between the clusters' windows and those of the devices. */
#define PCIE_MSI_BASE 0x07ffe000u

/*
 * Lets a vector of a function ring the doorbell of a core of any cluster, and enables the function's MSI-X. Again for
 * the same vector: another core, or a function that has been reset. False if it has no such vector, or if all 2048
 * messages of the chip are in use.
 */
bool pcie_msix_route(const struct pcie_device *device, unsigned vector, unsigned cluster, unsigned core);

#endif
