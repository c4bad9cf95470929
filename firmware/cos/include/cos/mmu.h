/*
 * Memory protection. All addresses are identity mapped; the MMU says who may do what and what the caches may keep:
 *
 *   null page                      nothing        traps
 *   code                           read, execute
 *   constants, argument area       read
 *   data, heap, stacks             read, write    a guard page below each stack traps
 *   own registers                  read, write    device
 *   all clusters, global view      read, write    memory uncached, registers device
 *   chip registers (FTU, UART...)  read, write    device
 *   DDR                            read, write    cached; not coherent with other clusters and devices
 *
 * Everything else traps until cos_mmu_map() has been called for it. What must always be reachable is locked in the TLB;
 * the rest is entered when it is first touched.
 */
#ifndef COS_MMU_H
#define COS_MMU_H

#include <stdbool.h>
#include <stdint.h>

/* What a data access of the core does with the caches; values of TEL.CP. */
enum cos_mmu_policy { COS_MMU_DEVICE = 0, COS_MMU_UNCACHED = 1, COS_MMU_CACHED = 2 };
/* Values of TEL.PA for privilege level 0. */
enum cos_mmu_rights { COS_MMU_R = 1, COS_MMU_RW = 2, COS_MMU_RX = 3, COS_MMU_RWX = 4 };

/* Lets all cores of this cluster access `bytes` at physical address `base`, e.g. a device's window. Both multiples of
 * 4 KiB. False if the table of regions is full. May be called by any core, also later. */
bool cos_mmu_map(uint64_t base, uint64_t bytes, enum cos_mmu_rights rights, enum cos_mmu_policy policy);

/* The address space number that goes with the calling core's accesses; 0 at first. Mappings hold in all of them. */
void cos_set_address_space(uint16_t asn);

#endif
