/*
 * Memory of a group: buffers for data and requests. Data of up to 8 KiB are in pages, near ones in SMEM or far ones in
 * DDR; more is in one large buffer in DDR. As long as no more requests are busy than there are near ones, no far
 * one is touched.
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
	/* Data of admin and fabrics commands, which a core reads and writes, are in near pages if they fit. */
	const bool io = request->conn->qpair.qid != 0 && request->command.opcode != NVME_ADMIN_FABRICS;
	struct pool *pool = NULL;

	if (count > PIECES_MAX) {
		if (pools[POOL_LARGE].free > 0)
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

/* ---- Requests ---- */

struct nvmf_tcp_request *request_take(struct nvmf_tcp_group *group)
{
	struct nvmf_tcp_request **list = group->near_free ? &group->near_free : &group->far_free;
	struct nvmf_tcp_request *request = *list;

	if (request)
		*list = request->next;
	return request;
}

void request_give(struct nvmf_tcp_request *request)
{
	struct nvmf_tcp_group *group = request->group;
	struct nvmf_tcp_request **list = request->ttag < NEAR_REQUESTS ? &group->near_free : &group->far_free;

	request->next = *list;
	*list = request;
}

uint32_t requests_made(const struct nvmf_tcp_group *group)
{
	return NEAR_REQUESTS + group->block_count * BLOCK_REQUESTS;
}

/* `count` more, whose tags begin at `tag`; NULL if there is no memory. */
static struct nvmf_tcp_request *make_requests(struct nvmf_tcp_group *group, enum cos_memory where, uint32_t tag,
					      uint32_t count)
{
	struct nvmf_tcp_request *requests = cos_zalloc(where, count * sizeof *requests, CACHE_LINE);

	for (uint32_t i = count; requests && i-- > 0;) {
		requests[i].group = group;
		requests[i].ttag = (uint16_t)(tag + i);
		request_give(&requests[i]);
	}
	return requests;
}

bool requests_grow(struct nvmf_tcp_group *group)
{
	while (group->promised > requests_made(group)) {
		struct nvmf_tcp_request *block =
			group->block_count == BLOCKS_MAX
				? NULL
				: make_requests(group, COS_DDR, requests_made(group), BLOCK_REQUESTS);

		if (!block)
			return false;
		group->blocks[group->block_count++] = block;
	}
	return true;
}

struct nvmf_tcp_request *request_of(const struct nvmf_tcp_conn *conn, uint16_t ttag)
{
	const struct nvmf_tcp_group *group = conn->group;
	const uint32_t far = ttag - NEAR_REQUESTS;
	struct nvmf_tcp_request *request;

	if (ttag >= requests_made(group))
		return NULL;
	request = ttag < NEAR_REQUESTS ? &group->near_requests[ttag]
				       : &group->blocks[far / BLOCK_REQUESTS][far % BLOCK_REQUESTS];
	return request->state != REQUEST_FREE && request->conn == conn ? request : NULL;
}

bool memory_create(struct nvmf_tcp_group *group)
{
	const struct nvmf_tcp_group_config *config = &group->config;

	group->near_requests = make_requests(group, COS_SMEM, 0, NEAR_REQUESTS);
	group->copies = cos_alloc(COS_SMEM, COPIES_MAX * sizeof *group->copies, CACHE_LINE);
	if (group->near_requests && group->copies &&
	    pool_create(&group->pools[POOL_NEAR], &config->near, NVMF_TCP_PAGE, COS_SMEM) &&
	    pool_create(&group->pools[POOL_FAR], &config->far, NVMF_TCP_PAGE, COS_DDR) &&
	    pool_create(&group->pools[POOL_LARGE], &config->large, NVMF_TCP_MAX_IO, COS_SMEM))
		return true;
	memory_destroy(group);
	return false;
}

void memory_destroy(struct nvmf_tcp_group *group)
{
	cos_free(group->near_requests);
	cos_free(group->copies);
	for (unsigned i = 0; i < POOLS; i++)
		cos_free(group->pools[i].stack);
	for (uint32_t i = 0; i < group->block_count; i++)
		cos_free(group->blocks[i]);
}
