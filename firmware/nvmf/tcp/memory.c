/*
 * Memory of a group: buffers for data and requests. Data of up to 8 KiB are in pages, near ones in SMEM or far ones in
 * DDR; more is in one large buffer in DDR. Free requests are a stack with the near ones on top: as long as no more than
 * those are busy, no far one is touched.
 */
#include "cos/arena.h"
#include "nvmf_tcp_internal.h"

static void piece_free(struct piece *piece) { piece->pool->stack[piece->pool->free++] = piece->buffer; }

void piece_sent(struct net_chunk *chunk)
{
	struct nvmf_tcp_request *request = chunk->owner;

	piece_free((struct piece *)chunk);
	request->unsent--;
	request_free_if_done(request);
}

static void fill(struct nvmf_tcp_request *request, struct pool *pool, uint32_t count)
{
	uint32_t left = request->base.length;

	for (uint32_t i = 0; i < count; i++) {
		struct piece *piece = &request->pieces[i];
		const uint32_t bytes = left < pool->bytes ? left : pool->bytes;

		piece->pool = pool;
		piece->buffer = pool->stack[--pool->free];
		piece->chunk = (struct net_chunk){
			.data = piece_memory(piece), .len = bytes, .release = piece_sent, .owner = request};
		request->segments[i] = (struct bdev_segment){
			.address = pool->memory.address + (uint64_t)piece->buffer * pool->bytes, .length = bytes};
		left -= bytes;
	}
	request->piece_count = (uint8_t)count;
	request->base.segments = request->segments;
	request->base.segment_count = count;
}

bool request_take_buffers(struct nvmf_tcp_request *request, bool in_capsule)
{
	struct pool *pools = request->group->pools, *near = &pools[POOL_NEAR], *far = &pools[POOL_FAR];
	const uint32_t count = pages_of(request->base.length);
	/* The core that executes admin and fabrics commands reads and writes their data itself. */
	const bool io = request->conn->qpair.qid != 0 && request->command.opcode != NVME_ADMIN_FABRICS;
	struct pool *pool = NULL;

	if (count > PIECES_MAX) {
		if (io && pools[POOL_LARGE].free > 0)
			fill(request, &pools[POOL_LARGE], 1);
		return request->piece_count > 0;
	}
	if (near->free >= count + (io ? NEAR_RESERVE : 0))
		pool = near;
	else if (io && far->free >= count + (in_capsule ? 0 : far->reserved))
		pool = far;
	if (pool)
		fill(request, pool, count);
	return pool != NULL;
}

void request_free_buffers(struct nvmf_tcp_request *request)
{
	for (uint32_t i = 0; i < request->piece_count; i++)
		piece_free(&request->pieces[i]);
	request->piece_count = 0;
}

static bool pool_create(struct pool *pool, const struct nvmf_tcp_memory *memory, uint32_t bytes, enum cos_memory where)
{
	const uint32_t count = memory->buffers;

	*pool = (struct pool){.memory = *memory, .bytes = bytes, .free = count};
	pool->stack = cos_alloc(where, count * sizeof *pool->stack, CACHE_LINE);
	for (uint32_t i = 0; pool->stack && i < count; i++)
		pool->stack[i] = (uint16_t)(count - 1 - i);
	return pool->stack != NULL;
}

static bool add_block(struct nvmf_tcp_group *group)
{
	const bool near = group->block_count == 0;
	const unsigned block = group->block_count;
	struct nvmf_tcp_request *requests;

	if (block == BLOCKS_MAX)
		return false;
	requests = cos_zalloc(near ? COS_SMEM : COS_DDR, BLOCK_REQUESTS * sizeof *requests, CACHE_LINE);
	if (!requests)
		return false;
	group->blocks[group->block_count++] = requests;
	for (uint32_t i = BLOCK_REQUESTS; i-- > 0;) {
		requests[i].group = group;
		requests[i].ttag = (uint16_t)(block * BLOCK_REQUESTS + i);
		requests[i].next = group->free;
		group->free = &requests[i];
	}
	return true;
}

/* Puts what is free of the near block on top again. */
static void near_first(struct nvmf_tcp_group *group)
{
	struct nvmf_tcp_request *near = NULL, *far = NULL, *next;

	for (struct nvmf_tcp_request *r = group->free; r; r = next) {
		struct nvmf_tcp_request **list = r->ttag < BLOCK_REQUESTS ? &near : &far;

		next = r->next;
		r->next = *list;
		*list = r;
	}
	group->free = far;
	for (; near; near = next) {
		next = near->next;
		near->next = group->free;
		group->free = near;
	}
}

bool requests_grow(struct nvmf_tcp_group *group)
{
	const uint32_t before = group->block_count;

	while (group->promised > group->block_count * BLOCK_REQUESTS)
		if (!add_block(group))
			return false;
	if (group->block_count != before)
		near_first(group);
	return true;
}

struct nvmf_tcp_request *request_of(const struct nvmf_tcp_conn *conn, uint16_t ttag)
{
	struct nvmf_tcp_request *request;

	if (ttag / BLOCK_REQUESTS >= conn->group->block_count)
		return NULL;
	request = &conn->group->blocks[ttag / BLOCK_REQUESTS][ttag % BLOCK_REQUESTS];
	return request->state != REQUEST_FREE && request->conn == conn ? request : NULL;
}

bool memory_create(struct nvmf_tcp_group *group)
{
	const struct nvmf_tcp_group_config *config = &group->config;

	group->copies = cos_alloc(COS_SMEM, COPIES_MAX * sizeof *group->copies, CACHE_LINE);
	if (group->copies && pool_create(&group->pools[POOL_NEAR], &config->near, NVMF_TCP_PAGE, COS_SMEM) &&
	    pool_create(&group->pools[POOL_FAR], &config->far, NVMF_TCP_PAGE, COS_DDR) &&
	    pool_create(&group->pools[POOL_LARGE], &config->large, NVMF_TCP_MAX_IO, COS_SMEM) && add_block(group))
		return true;
	memory_destroy(group);
	return false;
}

void memory_destroy(struct nvmf_tcp_group *group)
{
	cos_free(group->copies);
	for (unsigned i = 0; i < POOLS; i++)
		cos_free(group->pools[i].stack);
	for (uint32_t i = 0; i < group->block_count; i++)
		cos_free(group->blocks[i]);
}
