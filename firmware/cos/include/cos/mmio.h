/* Registers: one access of the given size each, in program order. Addresses are physical. */
#ifndef COS_MMIO_H
#define COS_MMIO_H

#include <stdint.h>

static inline void cos_write32(uintptr_t address, uint32_t value) { *(volatile uint32_t *)address = value; }
static inline void cos_write64(uintptr_t address, uint64_t value) { *(volatile uint64_t *)address = value; }
static inline uint32_t cos_read32(uintptr_t address) { return *(const volatile uint32_t *)address; }
static inline uint64_t cos_read64(uintptr_t address) { return *(const volatile uint64_t *)address; }

#endif
