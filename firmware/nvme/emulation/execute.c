/*
 * A command from its arrival to its completion:
 *
 *   start -> located -> (copied from the host) -> executed -> (copied to the host) -> posted
 *
 * "located": the PRPs or SGL have been read. The data of reads and writes stay in the host's memory and are moved by
 * whoever has the blocks; they are copied if the command's data must be seen by a core, or if their pieces are not
 * such as PRPs can name.
 */
#include "internal.h"

#include "cos/console.h"

struct request *emulation_request_get(struct core *core)
{
	struct request *request = core->free_requests;

	core->free_requests = request->next;
	core->free_count--;
	return request;
}

void emulation_request_free(struct core *core, struct request *request)
{
	if (request->list) {
		request->list->next = core->free_lists;
		core->free_lists = request->list;
	}
	if (request->copy)
		emulation_bounce_free(request);
	request->next = core->free_requests;
	core->free_requests = request;
	core->free_count++;
}

/* --- Waiting --------------------------------------------------------------------------------------------------------
 */

void emulation_request_stall(struct core *core, struct request *request,
			     void (*resume)(struct core *, struct request *))
{
	request->resume = resume;
	request->next = NULL;
	*core->stalled_end = request;
	core->stalled_end = &request->next;
}

bool emulation_resume_stalled(struct core *core)
{
	struct request *request = core->stalled;

	/* One is enough to see whether there is room again; more follow in the next iteration. */
	core->stalled = request->next;
	if (!core->stalled)
		core->stalled_end = &core->stalled;
	request->resume(core, request);
	return true;
}

/* --- The way of a command -------------------------------------------------------------------------------------------
 */

void emulation_request_start(struct core *core, struct request *request)
{
	struct submission_queue *sq = request->sq;
	struct nvmf_request *nvmf = &request->nvmf;

	core->stats.commands++;
	request->cq = sq->cq;
	request->list = NULL;
	request->copy = NULL;
	request->found = request->read = 0;
	request->failed = request->stalled = false;
	nvmf->qpair = &sq->qpair;
	nvmf->cmd = &request->command;
	nvmf->segments = request->segment;
	nvmf->segment_count = 0;
	nvmf->length = nvmf_command_length(&sq->qpair, &request->command);
	if (sq->closing)
		emulation_request_refuse(core, request, NVME_SCT_GENERIC, NVME_SC_ABORTED_SQ_DELETION);
	else if (nvmf->length > MAX_TRANSFER)
		emulation_request_refuse(core, request, NVME_SCT_GENERIC, NVME_SC_INVALID_FIELD);
	else if (nvmf->length == 0)
		nvmf_request_exec(nvmf);
	else if (NVME_CMD_PSDT(request->command.flags))
		emulation_sgl_start(core, request);
	else
		emulation_prp_start(core, request);
}

void emulation_request_refuse(struct core *core, struct request *request, uint8_t sct, uint8_t sc)
{
	core->stats.refused++;
	nvmf_request_set_status(&request->nvmf, sct, sc, false);
	emulation_post(core, request);
}

/* PRPs name pieces that begin and end at pages, the first and the last one aside. */
static bool like_prps(const struct nvmf_request *nvmf)
{
	for (uint32_t i = 0; i < nvmf->segment_count; i++) {
		const struct bdev_segment *s = &nvmf->segments[i];
		const bool first = i == 0, last = i + 1 == nvmf->segment_count;

		if ((first ? s->address % 4 : s->address % PAGE_BYTES) ||
		    (!last && (s->address + s->length) % PAGE_BYTES))
			return false;
	}
	return true;
}

static void execute(struct core *core, struct request *request)
{
	if (request->sq->closing)
		emulation_request_refuse(core, request, NVME_SCT_GENERIC, NVME_SC_ABORTED_SQ_DELETION);
	else
		nvmf_request_exec(&request->nvmf);
}

static void copy_in(struct core *core, struct request *request)
{
	if (!emulation_bounce_move(core, request, false))
		return;
	if (request->failed)
		emulation_request_refuse(core, request, NVME_SCT_GENERIC, NVME_SC_DATA_TRANSFER_ERROR);
	else
		execute(core, request);
}

static void located(struct core *core, struct request *request)
{
	const bool local = nvmf_command_needs_local_data(&request->sq->qpair, &request->command);
	const bool zero_copy = !local && (!NVME_CMD_PSDT(request->command.flags) || like_prps(&request->nvmf));

	if (zero_copy) {
		execute(core, request);
		return;
	}
	if (!emulation_bounce(request, local)) {
		emulation_request_stall(core, request, located);
		return;
	}
	core->stats.bounced++;
	if (nvmf_command_direction(&request->command) & NVMF_HOST_TO_CONTROLLER)
		copy_in(core, request);
	else
		execute(core, request);
}

void emulation_request_located(struct core *core, struct request *request) { located(core, request); }

static void copy_out(struct core *core, struct request *request)
{
	if (!emulation_bounce_move(core, request, true))
		return;
	if (request->failed)
		nvmf_request_set_status(&request->nvmf, NVME_SCT_GENERIC, NVME_SC_DATA_TRANSFER_ERROR, false);
	emulation_post(core, request);
}

void emulation_request_moved(struct core *core, struct request *request, bool to_host)
{
	if (to_host)
		copy_out(core, request);
	else
		copy_in(core, request);
}

void emulation_complete(struct nvmf_request *nvmf)
{
	struct request *request = (struct request *)nvmf;
	struct core *core = emulation_core();
	const bool to_host = nvmf_command_direction(&request->command) & NVMF_CONTROLLER_TO_HOST;

	if (request->copy && to_host && NVME_CPL_STATUS(&nvmf->cpl) == 0 && !request->sq->silent) {
		request->moved = 0;
		copy_out(core, request);
		return;
	}
	emulation_post(core, request);
}
