#include "cos/arena.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "../core/internal.h"
#include "cos/cpu.h"
#include "cos/ring.h"

#define SHARE_ALIGNMENT 0x200000ul

static struct malloc_arena *ddr;
static struct cos_spinlock creating;

/* DDR below the boot table is divided evenly. */
static struct malloc_arena *ddr_arena(void)
{
	if (cos_load_acquire(&ddr) || !cos_chip()->ddr_size)
		return ddr;
	cos_spin_lock(&creating);
	if (!ddr) {
		const uint64_t share = (cos_chip()->ddr_free_end - MPPA_DDR_BASE) / MPPA_CLUSTERS & -SHARE_ALIGNMENT;
		void *base = (void *)(MPPA_DDR_BASE + cos_cluster_id() * share);

		__atomic_store_n(&ddr, malloc_arena_create(base, share), __ATOMIC_RELEASE);
	}
	cos_spin_unlock(&creating);
	return ddr;
}

void *cos_alloc(enum cos_memory where, size_t bytes, size_t alignment)
{
	if (where == COS_SMEM)
		return memalign(alignment, bytes);
	return ddr_arena() ? malloc_arena_alloc_aligned(ddr, alignment, bytes) : NULL;
}

void *cos_zalloc(enum cos_memory where, size_t bytes, size_t alignment)
{
	void *memory = cos_alloc(where, bytes, alignment);

	return memory ? memset(memory, 0, bytes) : NULL;
}

void cos_free(void *memory) { free(memory); }

size_t cos_free_bytes(enum cos_memory where)
{
	if (where == COS_DDR)
		return ddr_arena() ? malloc_arena_available(ddr) : 0;
	/* malloc's arena has no name: ask the arena of a block. */
	extern char __heap_start[];

	free(malloc(1));
	return malloc_arena_available((struct malloc_arena *)__heap_start);
}

void *cos_dma_alloc(enum cos_memory where, size_t bytes, size_t alignment, uint64_t *iova)
{
	const size_t line = COS_CACHE_LINE;
	void *memory = cos_zalloc(where, (bytes + line - 1) & -line, alignment < line ? line : alignment);

	if (iova)
		*iova = memory ? cos_global_address(memory) : 0;
	return memory;
}

void cos_dma_free(void *memory) { cos_free(memory); }

void cos_dma_sync_for_cpu(const void *memory, size_t bytes)
{
	const char *line = (const char *)((uintptr_t)memory & -(uintptr_t)COS_CACHE_LINE),
		   *end = (const char *)memory + bytes;

	for (; line < end; line += COS_CACHE_LINE)
		kvx_dcache_invalidate_line(line);
}

void cos_dma_sync_for_device(void) { kvx_fence(); }
