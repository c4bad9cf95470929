/*
 * Memory. Two arenas a cluster: its SMEM (also malloc) and its share of DDR. All of both can be reached by the DMA and
 * by devices; what is called "DMA-able" below is also aligned to cache lines and comes with its global address.
 *
 *   SMEM   a few MiB, fast, coherent between the cores of the cluster and its DMA
 *   DDR    gigabytes, cached by the L1s but not coherent: before a core reads what somebody else wrote there it calls
 *          cos_dma_sync_for_cpu(), or reads uncached
 *
 * The general allocators take a lock; on the data path use pools (cos/pool.h).
 */
#ifndef COS_ARENA_H
#define COS_ARENA_H

#include <stddef.h>
#include <stdint.h>

enum cos_memory { COS_SMEM, COS_DDR };

/* Memory aligned to `alignment` (a power of two), or NULL. Not cleared. */
void *cos_alloc(enum cos_memory where, size_t bytes, size_t alignment);
/* The same, cleared. */
void *cos_zalloc(enum cos_memory where, size_t bytes, size_t alignment);
/* Memory of either arena, or of malloc; NULL is ignored. */
void cos_free(void *memory);
/* PEs from `count` on will never start: the room of their stacks becomes SMEM to allocate. RM, once, before it starts
 * others. */
void cos_alloc_idle_stacks(unsigned count);
/* Bytes that are free, in pieces. */
size_t cos_free_bytes(enum cos_memory where);

/* A buffer for the DMA and for devices: whole cache lines, cleared. `iova` (may be NULL) gets the address by which
 * others reach it. */
void *cos_dma_alloc(enum cos_memory where, size_t bytes, size_t alignment, uint64_t *iova);
void cos_dma_free(void *memory);

/* Before this core reads a DDR buffer that a device or another cluster has written: drops its L1 lines. */
void cos_dma_sync_for_cpu(const void *memory, size_t bytes);
/* Before a device reads what this core has written: waits until the stores have arrived. */
void cos_dma_sync_for_device(void);

#endif
