/*
 * Scatter gather lists (NVMe 1.4 clause 4.4): data blocks, bit buckets, segments. A segment is read in pieces of what
 * the list's memory holds.
 */
#include "internal.h"

#define DESCRIPTORS (LIST_ENTRIES / 2) /* 16 bytes each */

/* A host that chains segments without data must come to an end. */
#define MAX_DESCRIPTORS 1024

static void read_segment(struct core *core, struct request *request);

static void refuse(struct core *core, struct request *request, uint8_t sc)
{
	emulation_request_refuse(core, request, NVME_SCT_GENERIC, sc);
}

static bool names_segment(const struct nvme_sgl *sgl)
{
	return sgl->type == NVME_SGL_TYPE(NVME_SGL_SEGMENT, NVME_SGL_ADDRESS) ||
	       sgl->type == NVME_SGL_TYPE(NVME_SGL_LAST_SEGMENT, NVME_SGL_ADDRESS);
}

/* False: refused. */
static bool take_data(struct core *core, struct request *request, const struct nvme_sgl *sgl)
{
	const uint32_t left = request->nvmf.length - request->found;

	if (sgl->type != NVME_SGL_TYPE(NVME_SGL_DATA, NVME_SGL_ADDRESS)) {
		refuse(core, request, NVME_SC_SGL_TYPE);
		return false;
	}
	if (sgl->length > left) {
		refuse(core, request, NVME_SC_DATA_SGL_LENGTH);
		return false;
	}
	if (sgl->length && request->nvmf.segment_count == MAX_SEGMENTS) {
		refuse(core, request, NVME_SC_INVALID_SGL_COUNT);
		return false;
	}
	return sgl->length == 0 || emulation_add_segment(core, request, sgl->address, sgl->length);
}

static void enter_segment(struct core *core, struct request *request, const struct nvme_sgl *sgl)
{
	if (sgl->length == 0 || sgl->length % sizeof *sgl) {
		refuse(core, request, NVME_SC_INVALID_SGL_SEGMENT);
		return;
	}
	request->last_segment = sgl->type >> 4 == NVME_SGL_LAST_SEGMENT;
	request->next_address = sgl->address;
	request->next_bytes = sgl->length;
	read_segment(core, request);
}

static void end(struct core *core, struct request *request)
{
	if (request->found < request->nvmf.length)
		refuse(core, request, NVME_SC_DATA_SGL_LENGTH);
	else
		emulation_request_located(core, request);
}

static void segment_read(struct core *core, void *arg, bool ok)
{
	struct request *request = arg;
	const struct nvme_sgl *sgl = (const struct nvme_sgl *)request->list->entry;

	if (!ok) {
		refuse(core, request, NVME_SC_DATA_TRANSFER_ERROR);
		return;
	}
	for (uint32_t i = 0; i < request->entries; i++) {
		const bool last = i + 1 == request->entries && request->next_bytes == 0;

		if (last && !request->last_segment && names_segment(&sgl[i])) {
			const struct nvme_sgl next = sgl[i];

			enter_segment(core, request, &next);
			return;
		}
		if (names_segment(&sgl[i])) {
			refuse(core, request, NVME_SC_INVALID_SGL_SEGMENT);
			return;
		}
		if (!take_data(core, request, &sgl[i]))
			return;
	}
	if (request->next_bytes)
		read_segment(core, request);
	else if (request->last_segment)
		end(core, request);
	else
		refuse(core, request, NVME_SC_INVALID_SGL_SEGMENT);
}

static void read_segment(struct core *core, struct request *request)
{
	const uint32_t all = request->next_bytes / sizeof(struct nvme_sgl);
	const uint32_t count = all < DESCRIPTORS ? all : DESCRIPTORS;
	const uint32_t bytes = (uint32_t)(count * sizeof(struct nvme_sgl));
	const uint64_t host = pcie_host_dma_address(request->sq->function, request->next_address, request->next_bytes);

	if (!host) {
		refuse(core, request, NVME_SC_DATA_TRANSFER_ERROR);
		return;
	}
	if (request->read > MAX_DESCRIPTORS) {
		refuse(core, request, NVME_SC_INVALID_SGL_COUNT);
		return;
	}
	if ((!request->list && !emulation_list_get(core, request)) ||
	    !emulation_copy(core, request->list->entry_iova, host, bytes, segment_read, request)) {
		emulation_request_stall(core, request, read_segment);
		return;
	}
	request->entries = count;
	request->read += count;
	request->next_address += bytes;
	request->next_bytes -= bytes;
}

void emulation_sgl_start(struct core *core, struct request *request)
{
	const struct nvme_sgl *sgl = &request->command.sgl;

	if (NVME_CMD_PSDT(request->command.flags) == 3)
		refuse(core, request, NVME_SC_INVALID_FIELD);
	else if (names_segment(sgl))
		enter_segment(core, request, sgl);
	else if (take_data(core, request, sgl))
		end(core, request);
}
