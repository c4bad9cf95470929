/* Copies of a command's data in memory of the chip: in SMEM if a core is to see them, else in DDR. */
#include "internal.h"

#include <string.h>

#include "cos/arena.h"

#define MOVES 8 /* pieces of one command under way */

bool emulation_bounce(struct request *request, bool local)
{
	struct nvmf_request *nvmf = &request->nvmf;

	request->copy = cos_dma_alloc(local ? COS_SMEM : COS_DDR, nvmf->length, PAGE_BYTES, &request->copy_iova);
	if (!request->copy)
		return false;
	request->host_count = nvmf->segment_count;
	request->copy_segment = (struct bdev_segment){request->copy_iova, nvmf->length};
	nvmf->segments = &request->copy_segment;
	nvmf->segment_count = 1;
	request->moved = request->moving = 0;
	request->moved_bytes = 0;
	return true;
}

void emulation_bounce_free(struct request *request)
{
	cos_dma_free(request->copy);
	request->copy = NULL;
}

static void moved(struct core *core, struct request *request, bool to_host, bool ok)
{
	request->moving--;
	request->failed |= !ok;
	emulation_request_moved(core, request, to_host);
}

static void moved_out(struct core *core, void *request, bool ok) { moved(core, request, true, ok); }
static void moved_in(struct core *core, void *request, bool ok) { moved(core, request, false, ok); }

static void resume_out(struct core *core, struct request *request)
{
	request->stalled = false;
	emulation_request_moved(core, request, true);
}

static void resume_in(struct core *core, struct request *request)
{
	request->stalled = false;
	emulation_request_moved(core, request, false);
}

static bool start_move(struct core *core, struct request *request, bool to_host)
{
	const struct bdev_segment *host = request->list ? request->list->segment : request->segment;
	const struct bdev_segment *piece = &host[request->moved];
	const uint64_t copy = request->copy_iova + request->moved_bytes;
	const bool started = to_host ? emulation_copy(core, piece->address, copy, piece->length, moved_out, request)
				     : emulation_copy(core, copy, piece->address, piece->length, moved_in, request);

	if (!started)
		return false;
	request->moved_bytes += piece->length;
	request->moved++;
	request->moving++;
	return true;
}

bool emulation_bounce_move(struct core *core, struct request *request, bool to_host)
{
	while (!request->failed && request->moved < request->host_count && request->moving < MOVES)
		if (!start_move(core, request, to_host))
			break;
	const bool all = request->moved == request->host_count || request->failed;

	if (request->moving || request->stalled)
		return false;
	if (all)
		return true;
	request->stalled = true;
	emulation_request_stall(core, request, to_host ? resume_out : resume_in);
	return false;
}
