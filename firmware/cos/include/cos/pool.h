/*
 * Pools of equal objects with a cache per core: the data path's allocator. Taking and returning an object touches only
 * the own core's cache; half a cache at a time is exchanged with the shared stock under a lock.
 */
#ifndef COS_POOL_H
#define COS_POOL_H

#include <stddef.h>
#include <stdint.h>

struct cos_pool;

/*
 * `count` objects of `bytes` each, aligned to cache lines, cut from `memory` (COS_POOL_BYTES large, cache-line
 * aligned). `cache` objects at most stay with each core (0: none; at most COS_POOL_CACHE_MAX); `cores` is how many
 * cores use it. The pool itself lies in the memory, too. NULL if `cache` is too large.
 */
#define COS_POOL_CACHE_MAX 64
#define COS_POOL_LINE 64
#define COS_POOL_ROUND(bytes) (((bytes) + COS_POOL_LINE - 1) / COS_POOL_LINE * COS_POOL_LINE)
#define COS_POOL_CORE_BYTES COS_POOL_ROUND(8 + 8 * COS_POOL_CACHE_MAX)
#define COS_POOL_BYTES(bytes, count, cores)                                                                            \
	(COS_POOL_LINE + (cores) * COS_POOL_CORE_BYTES + COS_POOL_ROUND(8 * (count)) + COS_POOL_ROUND(bytes) * (count))
struct cos_pool *cos_pool_create(void *memory, size_t bytes, size_t count, size_t cache, unsigned cores);

/* An object, or NULL if neither the core's cache nor the stock has one. `core` is the caller's number. */
void *cos_pool_get(struct cos_pool *pool, unsigned core);
void cos_pool_put(struct cos_pool *pool, unsigned core, void *object);
/* Objects in the stock, without the caches. */
size_t cos_pool_stock(const struct cos_pool *pool);

#endif
