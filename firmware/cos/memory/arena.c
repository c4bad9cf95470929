#include "cos/arena.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "../core/internal.h"
#include "cos/cpu.h"
#include "cos/ring.h"

#define SHARE_ALIGNMENT 0x200000ul

static struct malloc_arena *ddr, *idle_stacks;
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
	if (where == COS_SMEM) {
		void *memory = memalign(alignment, bytes);

		return memory || !idle_stacks ? memory : malloc_arena_alloc_aligned(idle_stacks, alignment, bytes);
	}
	return ddr_arena() ? malloc_arena_alloc_aligned(ddr, alignment, bytes) : NULL;
}

void cos_alloc_idle_stacks(unsigned count)
{
	extern char __cos_stacks[], __cos_stack_size[];
	const size_t stack = (size_t)__cos_stack_size;
	const unsigned first = (count + 1) / 2 * 2; /* a core's own stack is mapped together with its neighbour's */

	if (first < MPPA_PES)
		idle_stacks = malloc_arena_create(__cos_stacks + first * stack, (MPPA_PES - first) * stack);
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
	return malloc_arena_available((struct malloc_arena *)__heap_start) +
	       (idle_stacks ? malloc_arena_available(idle_stacks) : 0);
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
