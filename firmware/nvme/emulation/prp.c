/*
 * Physical region pages (NVMe 1.4 clause 4.3). The first entry may begin anywhere in a page; PRP2 is the second page or
 * a list; the last entry of a page of a list is the address of the next page if more entries are needed.
 */
#include "internal.h"

static void read_list(struct core *core, struct request *request);

struct list *emulation_list_get(struct core *core, struct request *request)
{
	struct list *list = core->free_lists;

	if (!list)
		return NULL;
	core->free_lists = list->next;
	request->list = list;
	for (uint32_t i = 0; i < request->nvmf.segment_count; i++)
		list->segment[i] = request->segment[i];
	request->nvmf.segments = list->segment;
	return list;
}

bool emulation_add_segment(struct core *core, struct request *request, uint64_t address, uint32_t bytes)
{
	struct nvmf_request *nvmf = &request->nvmf;
	struct bdev_segment *segments = request->list ? request->list->segment : request->segment;
	struct bdev_segment *last = nvmf->segment_count ? &segments[nvmf->segment_count - 1] : NULL;
	const uint64_t place = pcie_host_dma_address(request->sq->function, address, bytes);

	if (!place) {
		emulation_request_refuse(core, request, NVME_SCT_GENERIC, NVME_SC_DATA_TRANSFER_ERROR);
		return false;
	}
	request->found += bytes;
	if (last && last->address + last->length == place)
		last->length += bytes;
	else
		segments[nvmf->segment_count++] = (struct bdev_segment){place, bytes};
	return true;
}

static uint32_t piece(const struct request *request, uint64_t address)
{
	const uint32_t page = PAGE_BYTES - (uint32_t)(address % PAGE_BYTES);
	const uint32_t left = request->nvmf.length - request->found;

	return left < page ? left : page;
}

static void bad_offset(struct core *core, struct request *request)
{
	emulation_request_refuse(core, request, NVME_SCT_GENERIC, NVME_SC_INVALID_PRP_OFFSET);
}

static void list_read(struct core *core, void *arg, bool ok)
{
	struct request *request = arg;
	const uint64_t *entry = request->list->entry;

	if (!ok) {
		emulation_request_refuse(core, request, NVME_SCT_GENERIC, NVME_SC_DATA_TRANSFER_ERROR);
		return;
	}
	for (uint32_t i = 0; i < request->entries; i++) {
		const uint32_t left = request->nvmf.length - request->found;
		/* At the end of a page of the list, with more to come. */
		const bool chained = (request->next_address + 8 * (i + 1)) % PAGE_BYTES == 0 && left > PAGE_BYTES;

		if (chained && entry[i] % PAGE_BYTES) {
			/* Only the first list may begin within a page; a chain of ever new lists is not possible. */
			bad_offset(core, request);
			return;
		}
		if (chained) {
			request->next_address = entry[i];
			read_list(core, request);
			return;
		}
		if (entry[i] % PAGE_BYTES) {
			bad_offset(core, request);
			return;
		}
		if (!emulation_add_segment(core, request, entry[i], piece(request, entry[i])))
			return;
	}
	emulation_request_located(core, request);
}

/* Reads the entries at request->next_address, as many as are needed and the page holds. */
static void read_list(struct core *core, struct request *request)
{
	const uint32_t pages = (request->nvmf.length - request->found + PAGE_BYTES - 1) / PAGE_BYTES;
	const uint32_t room = (PAGE_BYTES - (uint32_t)(request->next_address % PAGE_BYTES)) / 8;
	const uint64_t host = pcie_host_dma_address(request->sq->function, request->next_address,
						    PAGE_BYTES - request->next_address % PAGE_BYTES);

	if (request->next_address % 8) {
		bad_offset(core, request);
		return;
	}
	if (!host) {
		emulation_request_refuse(core, request, NVME_SCT_GENERIC, NVME_SC_DATA_TRANSFER_ERROR);
		return;
	}
	request->entries = pages < room ? pages : room;
	if ((!request->list && !emulation_list_get(core, request)) ||
	    !emulation_copy(core, request->list->entry_iova, host, 8 * request->entries, list_read, request))
		emulation_request_stall(core, request, read_list);
}

void emulation_prp_start(struct core *core, struct request *request)
{
	const uint64_t prp1 = request->command.prp1, prp2 = request->command.prp2;

	if (prp1 % 4) {
		bad_offset(core, request);
		return;
	}
	if (!emulation_add_segment(core, request, prp1, piece(request, prp1)))
		return;
	const uint32_t left = request->nvmf.length - request->found;

	if (left > PAGE_BYTES) {
		request->next_address = prp2;
		read_list(core, request);
		return;
	}
	if (left && prp2 % PAGE_BYTES) {
		bad_offset(core, request);
		return;
	}
	if (left && !emulation_add_segment(core, request, prp2, left))
		return;
	emulation_request_located(core, request);
}
