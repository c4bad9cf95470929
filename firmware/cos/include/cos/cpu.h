/*
 * The core this code runs on: identity, clocks, interrupts, waiting.
 *
 * A cluster has 17 cores: the PEs 0..15 and the resource manager (RM), MPPA_RM = 16. All of ClusterOS runs at privilege
 * level 0.
 */
#ifndef COS_CPU_H
#define COS_CPU_H

#include <kvx/builtins.h>
#include <kvx/cache.h>
#include <kvx/sfr.h>
#include <stdbool.h>
#include <stdint.h>

#include "mppa/soc.h"

/* Number of this core in its cluster (PCR.PID), and of the cluster (PCR.CID). */
static inline unsigned cos_core_id(void) { return __kvx_builtin_get(KVX_SFR_PCR) & 0xff; }
static inline unsigned cos_cluster_id(void) { return __kvx_builtin_get(KVX_SFR_PCR) >> 8 & 0xff; }

/* Address by which other clusters and the DMA reach something in this cluster's window; global addresses stay. */
static inline uint64_t cos_global_address(const volatile void *local)
{
	const uint64_t address = (uint64_t)local;

	return address < MPPA_CLUSTER_WINDOW ? MPPA_CLUSTER_BASE(cos_cluster_id()) + address : address;
}

/* How this core best reaches what a global address names: by the local view if it is this cluster's own memory. */
static inline void *cos_local_pointer(uint64_t global)
{
	const uint64_t offset = global - MPPA_CLUSTER_BASE(cos_cluster_id());

	return (void *)(offset < MPPA_CLUSTER_WINDOW ? offset : global);
}

/* Variables that other clusters use, too: static COS_SHARED uint32_t counter; They lie in the image's shared area (56
 * KiB, zero at boot) at the same offset in all clusters that run the same image. */
#define COS_SHARED __attribute__((section(".cos_shared")))

/* Where `local`, something in this image's memory, is in another cluster that runs the same image. */
#define cos_remote(cluster, local) ((__typeof__(local))(MPPA_CLUSTER_BASE(cluster) + (uintptr_t)(local)))

/* Cycles of this core since its reset (performance monitor 0; ClusterOS leaves it on processor cycles). */
static inline uint64_t cos_cycles(void) { return __kvx_builtin_get(KVX_SFR_PM0); }
/* Frequency of cos_cycles(), Hz. */
uint64_t cos_clock_hz(void);
/* Ticks of the DSU timestamp: the same for all cores of the chip, cos_timestamp_hz() a second (100 MHz on V1). */
uint64_t cos_timestamp(void);
uint64_t cos_timestamp_hz(void);

/* Runs for at least that long; without interrupts or side effects. */
void cos_delay_cycles(uint64_t cycles);
void cos_delay_us(uint64_t microseconds);

/* Switches interrupts off; the result is what cos_irq_restore() needs to bring back the state before. */
static inline uint64_t cos_irq_save(void)
{
	const uint64_t ps = __kvx_builtin_get(KVX_SFR_PS);

	__kvx_builtin_wfxl(KVX_SFR_PS, KVX_WFX(0, KVX_PS_IE));
	__asm__ volatile("" ::: "memory");
	return ps & KVX_PS_IE;
}

static inline void cos_irq_restore(uint64_t saved)
{
	__asm__ volatile("" ::: "memory");
	if (saved)
		__kvx_builtin_wfxl(KVX_SFR_PS, KVX_WFX(KVX_PS_IE, 0));
}

/*
 * Waiting without burning power. What wakes a core: its doorbell (cos/mailbox.h), its timer, any interrupt.
 *
 *	for (;;) {
 *		cos_idle_arm();
 *		if (there is something to do)
 *			break;
 *		cos_idle_wait();
 *	}
 *
 * An event between arm and wait makes the wait return at once. Wake-ups may be spurious.
 */
void cos_idle_arm(void);
static inline void cos_idle_wait(void)
{
	__kvx_builtin_await();
	__asm__ volatile("" ::: "memory");
}

#endif
