/* cos/mmio.h of the native ClusterOS: accesses go to the device of the test, see ../../native.h. */
#ifndef COS_MMIO_H
#define COS_MMIO_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

void cos_write32(uintptr_t address, uint32_t value);
void cos_write64(uintptr_t address, uint64_t value);
uint32_t cos_read32(uintptr_t address);
uint64_t cos_read64(uintptr_t address);

#ifdef __cplusplus
}
#endif
#endif
