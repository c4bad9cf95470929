/* cos/cpu.h of the native ClusterOS: simulated cores, simulated time, addresses are pointers. See ../../native.h. */
#ifndef COS_CPU_H
#define COS_CPU_H

#include <stdbool.h>
#include <stdint.h>

#include "mppa/soc.h"

#ifdef __cplusplus
extern "C" {
#endif

unsigned cos_core_id(void);
unsigned cos_cluster_id(void);

static inline uint64_t cos_global_address(const volatile void *local) { return (uint64_t)local; }
static inline void *cos_local_pointer(uint64_t global) { return (void *)global; }
#define COS_SHARED
#define cos_remote(cluster, local) ((void)(cluster), (local))

uint64_t cos_cycles(void);
uint64_t cos_clock_hz(void);
uint64_t cos_timestamp(void);
uint64_t cos_timestamp_hz(void);
/* Time passes. */
void cos_delay_cycles(uint64_t cycles);
void cos_delay_us(uint64_t microseconds);

static inline uint64_t cos_irq_save(void) { return 0; }
static inline void cos_irq_restore(uint64_t saved) { (void)saved; }

#ifdef __cplusplus
}
#endif
#endif
