#include "cos/pool.h"

#include "cos/sync.h"

struct core_cache {
	uint64_t count;
	void *object[COS_POOL_CACHE_MAX];
} __attribute__((aligned(COS_POOL_LINE)));

struct cos_pool {
	struct cos_spinlock lock;
	uint64_t stock_count, cache;
	void **stock;
	struct core_cache core[] __attribute__((aligned(COS_POOL_LINE)));
};

_Static_assert(sizeof(struct core_cache) == COS_POOL_CORE_BYTES, "COS_POOL_BYTES knows the size");
_Static_assert(sizeof(struct cos_pool) == COS_POOL_LINE, "COS_POOL_BYTES knows the size");

struct cos_pool *cos_pool_create(void *memory, size_t bytes, size_t count, size_t cache, unsigned cores)
{
	struct cos_pool *pool = memory;

	if (cache > COS_POOL_CACHE_MAX)
		return NULL;
	pool->lock = (struct cos_spinlock){0, 0};
	pool->cache = cache;
	pool->stock_count = count;
	pool->stock = (void **)&pool->core[cores];
	for (unsigned i = 0; i < cores; i++)
		pool->core[i].count = 0;
	char *objects = (char *)pool->stock + COS_POOL_ROUND(8 * count);

	/* The first object on top. */
	for (size_t i = 0; i < count; i++)
		pool->stock[count - 1 - i] = objects + i * COS_POOL_ROUND(bytes);
	return pool;
}

/* Moves up to `wanted` objects from the stock; the number moved. */
static uint64_t take(struct cos_pool *pool, void **to, uint64_t wanted)
{
	cos_spin_lock(&pool->lock);
	const uint64_t moved = wanted < pool->stock_count ? wanted : pool->stock_count;

	for (uint64_t i = 0; i < moved; i++)
		to[moved - 1 - i] = pool->stock[--pool->stock_count];
	cos_spin_unlock(&pool->lock);
	return moved;
}

static void give(struct cos_pool *pool, void **from, uint64_t count)
{
	cos_spin_lock(&pool->lock);
	for (uint64_t i = 0; i < count; i++)
		pool->stock[pool->stock_count++] = from[i];
	cos_spin_unlock(&pool->lock);
}

void *cos_pool_get(struct cos_pool *pool, unsigned core)
{
	struct core_cache *cache = &pool->core[core];
	void *single;

	if (!pool->cache)
		return take(pool, &single, 1) ? single : NULL;
	if (!cache->count)
		cache->count = take(pool, cache->object, (pool->cache + 1) / 2);
	return cache->count ? cache->object[--cache->count] : NULL;
}

void cos_pool_put(struct cos_pool *pool, unsigned core, void *object)
{
	struct core_cache *cache = &pool->core[core];

	if (!pool->cache) {
		give(pool, &object, 1);
		return;
	}
	if (cache->count == pool->cache) {
		const uint64_t half = (pool->cache + 1) / 2;

		give(pool, cache->object + cache->count - half, half);
		cache->count -= half;
	}
	cache->object[cache->count++] = object;
}

size_t cos_pool_stock(const struct cos_pool *pool) { return cos_load_acquire(&pool->stock_count); }
