/* What all PCIe controllers share: resets, lanes, the registers' place in the address map. */
#ifndef DRIVERS_PCIE_PHY_H
#define DRIVERS_PCIE_PHY_H

#include <stdbool.h>
#include <stdint.h>

/* Lanes of controllers 0..7 by n-furcation mode (shared/soc facts: published table of the Linux driver). */
#define PCIE_LANES_X16 0u   /* controller 0 has all 16 */
#define PCIE_LANES_X8_X8 1u /* controllers 0 and 4 */

/* Lets the cores of this cluster access the registers of all controllers. Once a cluster, before anything else here and
 * in the drivers of the controllers. */
void pcie_map_registers(void);

/* Releases the subsystem's resets and splits the lanes; all links stay down. One core of the chip; a second call with
 * the same mode does nothing. */
void pcie_phy_init(unsigned mode);

/* Lets a controller's link train, or takes it down. */
void pcie_link_enable(unsigned controller, bool on);
bool pcie_link_up(unsigned controller);

/* Opens egress window `window` (0..7) of a controller: `source`.. of the chip's address space becomes `destination`..
 * of the bus. Both aligned to the size, 1 << size_log2 bytes, size_log2 from 12. */
void pcie_egress(unsigned controller, unsigned window, uint64_t source, uint64_t destination, unsigned size_log2);

#endif
