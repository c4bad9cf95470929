/* Ordering and caches. The data cache is write-through; the instruction cache does not see stores. */
#ifndef KVX_CACHE_H
#define KVX_CACHE_H

#include "builtins.h"

#include <stdint.h>

#define KVX_CACHE_LINE 64

/* All earlier memory accesses are acknowledged. */
static inline void kvx_fence(void)
{
	__kvx_builtin_fence();
	__asm__ volatile("" ::: "memory");
}

/* The whole L1 data cache, or one line, forgets what it holds. */
static inline void kvx_dcache_invalidate(void)
{
	__kvx_builtin_d1inval();
	__asm__ volatile("" ::: "memory");
}

static inline void kvx_dcache_invalidate_line(const volatile void *address)
{
	__kvx_builtin_dinvall(address);
	__asm__ volatile("" ::: "memory");
}

/* Makes stored code visible to instruction fetch. */
static inline void kvx_icache_synchronise(void)
{
	__kvx_builtin_fence();
	__kvx_builtin_i1inval();
	__kvx_builtin_barrier();
	__asm__ volatile("" ::: "memory");
}

/* Loads that bypass the L1 data cache. */
static inline uint64_t kvx_load_uncached64(const volatile void *address) { return __kvx_builtin_ldu(address); }
static inline uint32_t kvx_load_uncached32(const volatile void *address)
{
	return (uint32_t)__kvx_builtin_lwzu(address);
}

#endif
