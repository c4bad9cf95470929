/*
 * Memory of a group: data pages, near ones in SMEM, far ones in DDR; vectors of pages for large commands; requests.
 * Free requests are a stack with the near ones on top: as long as no more than those are busy, no far one is touched.
 */
#include "cos/arena.h"
#include "nvmf_tcp_internal.h"

/* A page has reached the host. */
static void page_sent(struct net_chunk *chunk)
{
	struct page *page = (struct page *)chunk;
	struct nvmf_tcp_request *request = chunk->owner;

	page_free(request->group, page);
	if (--request->unsent == 0)
		request_free(request);
}

void page_free(struct nvmf_tcp_group *group, struct page *page)
{
	struct page **list = page->near ? &group->near : &group->far;

	page->next = *list;
	*list = page;
	if (page->near)
		group->near_free++;
	else
		group->far_free++;
}

static struct page *pop(struct nvmf_tcp_group *group, bool near)
{
	struct page **list = near ? &group->near : &group->far;
	struct page *page = *list;

	*list = page->next;
	if (near)
		group->near_free--;
	else
		group->far_free--;
	return page;
}

static void fill(struct nvmf_tcp_request *request, uint32_t count, bool near)
{
	uint32_t left = request->base.length;

	for (uint32_t i = 0; i < count; i++) {
		struct page *page = pop(request->group, near);
		const uint32_t bytes = left < NVMF_TCP_PAGE ? left : NVMF_TCP_PAGE;

		request->pages[i] = page;
		request->segments[i] = (struct bdev_segment){.address = page->address, .length = bytes};
		page->chunk =
			(struct net_chunk){.data = page->memory, .len = bytes, .release = page_sent, .owner = request};
		left -= bytes;
	}
	request->page_count = count;
	request->base.segments = request->segments;
	request->base.segment_count = count;
}

static bool take_vector(struct nvmf_tcp_request *request)
{
	struct vector *vector = request->group->vectors;

	if (!vector)
		return false;
	request->group->vectors = vector->next;
	request->vector = vector;
	request->pages = vector->pages;
	request->segments = vector->segments;
	return true;
}

bool request_take_pages(struct nvmf_tcp_request *request, bool in_capsule)
{
	struct nvmf_tcp_group *group = request->group;
	const uint32_t count = pages_of(request->base.length);
	/* The core that executes admin and fabrics commands reads and writes their data itself. */
	const bool io = request->conn->qpair.qid != 0 && request->command.opcode != NVME_ADMIN_FABRICS;
	bool near = count <= PAGES_INLINE && group->near_free >= count + (io ? NEAR_RESERVE : 0);

	if (!io)
		near = group->near_free >= count;
	if (!near && (!io || group->far_free < count + (in_capsule ? 0 : group->far_reserved)))
		return false;
	request->pages = request->page_array;
	request->segments = request->segment_array;
	if (count > PAGES_INLINE && !take_vector(request))
		return false;
	fill(request, count, near);
	return true;
}

static void free_vector(struct nvmf_tcp_request *request)
{
	if (!request->vector)
		return;
	request->vector->next = request->group->vectors;
	request->group->vectors = request->vector;
	request->vector = NULL;
}

void request_free_pages(struct nvmf_tcp_request *request)
{
	for (uint32_t i = 0; i < request->page_count; i++)
		page_free(request->group, request->pages[i]);
	request->page_count = 0;
	free_vector(request);
}

static struct page *add_pages(struct nvmf_tcp_group *group, const struct nvmf_tcp_memory *memory, bool near)
{
	struct page *pages =
		cos_zalloc(near ? COS_SMEM : COS_DDR, memory->pages * sizeof *pages, _Alignof(struct page));

	if (!pages)
		return NULL;
	for (uint32_t i = memory->pages; i-- > 0;) {
		pages[i].memory = memory->memory + i * NVMF_TCP_PAGE;
		pages[i].address = memory->address + i * NVMF_TCP_PAGE;
		pages[i].near = near;
		page_free(group, &pages[i]);
	}
	return pages;
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
	const uint32_t vectors = group->config.vectors;

	group->page_memory[0] = add_pages(group, &group->config.near, true);
	group->page_memory[1] = add_pages(group, &group->config.far, false);
	group->vector_memory = cos_zalloc(COS_DDR, vectors * sizeof(struct vector), _Alignof(struct vector));
	if (!group->page_memory[0] || !group->page_memory[1] || !group->vector_memory || !add_block(group)) {
		memory_destroy(group);
		return false;
	}
	for (uint32_t i = 0; i < vectors; i++) {
		group->vector_memory[i].next = group->vectors;
		group->vectors = &group->vector_memory[i];
	}
	return true;
}

void memory_destroy(struct nvmf_tcp_group *group)
{
	cos_free(group->page_memory[0]);
	cos_free(group->page_memory[1]);
	cos_free(group->vector_memory);
	for (uint32_t i = 0; i < group->block_count; i++)
		cos_free(group->blocks[i]);
}
