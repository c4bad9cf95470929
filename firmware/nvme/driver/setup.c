/* What follows the enabling of a controller: who it is, its queues, its namespaces. One admin command after the other.
 */
#include <errno.h>
#include <string.h>

#include "cos/arena.h"
#include "ctrlr.h"

/* Largest transfer of a command: what a PRP list of the queue pairs names. */
#define TRANSFER_MAX (128u << 10)

/* False if the command has failed; then the bring-up is over. */
static bool check(struct nvme_ctrlr *ctrlr, const struct nvme_completion *completion)
{
	if (ctrlr->state != NVME_SETUP)
		return false; /* disabled, or taken away meanwhile */
	if (!NVME_CPL_STATUS(completion))
		return true;
	nvme_ctrlr_fail(ctrlr, -EIO);
	return false;
}

static void identify(struct nvme_ctrlr *ctrlr, enum nvme_cns cns, uint32_t nsid, nvme_done_fn done)
{
	struct nvme_command command = {.opcode = NVME_ADMIN_IDENTIFY, .nsid = nsid, .cdw10 = cns};

	nvme_admin_submit(ctrlr, &command, true, done);
}

static void next_namespace(struct nvme_ctrlr *ctrlr);

static void take_namespace(struct nvme_ctrlr *ctrlr, uint32_t nsid)
{
	const struct nvme_ns_data *data = ctrlr->page;
	const struct nvme_lba_format *format = &data->lbaf[data->flbas & 15];

	/* Metadata and odd block sizes are not for this driver. */
	if (!data->nsze || format->ms || format->lbads < 9 || format->lbads > 12)
		return;
	struct nvme_namespace_info *ns = &ctrlr->info.ns[ctrlr->info.namespaces++];

	*ns = (struct nvme_namespace_info){
		.nsid = nsid,
		.block_size = 1u << format->lbads,
		.blocks = data->nsze,
		.optimal_boundary = data->noiob,
	};
	memcpy(ns->nguid, data->nguid, sizeof ns->nguid);
}

static void namespace_done(void *arg, const struct nvme_completion *completion)
{
	struct nvme_ctrlr *ctrlr = arg;

	if (!check(ctrlr, completion))
		return;
	take_namespace(ctrlr, ctrlr->nsids[ctrlr->step++]);
	next_namespace(ctrlr);
}

static void next_namespace(struct nvme_ctrlr *ctrlr)
{
	if (ctrlr->step == NVME_NAMESPACES_MAX || !ctrlr->nsids[ctrlr->step])
		nvme_setup_done(ctrlr);
	else
		identify(ctrlr, NVME_CNS_NAMESPACE, ctrlr->nsids[ctrlr->step], namespace_done);
}

static void list_done(void *arg, const struct nvme_completion *completion)
{
	struct nvme_ctrlr *ctrlr = arg;

	if (!check(ctrlr, completion))
		return;
	memcpy(ctrlr->nsids, ctrlr->page, sizeof ctrlr->nsids);
	ctrlr->step = 0;
	next_namespace(ctrlr);
}

static void queues_done(void *arg, const struct nvme_completion *completion)
{
	struct nvme_ctrlr *ctrlr = arg;

	if (!check(ctrlr, completion))
		return;
	/* Allocated: [15:0] submission, [31:16] completion queues, minus 1. */
	const uint32_t sq = (completion->cdw0 & 0xffff) + 1, cq = (completion->cdw0 >> 16) + 1;

	ctrlr->io_queues = sq < cq ? sq : cq;
	if (ctrlr->io_queues > NVME_IO_QUEUES_MAX)
		ctrlr->io_queues = NVME_IO_QUEUES_MAX;
	if (!ctrlr->initialised) {
		identify(ctrlr, NVME_CNS_ACTIVE_NAMESPACES, 0, list_done);
		return;
	}
	ctrlr->step = 0;
	nvme_queues_restore(ctrlr);
}

static void ctrlr_done(void *arg, const struct nvme_completion *completion)
{
	struct nvme_ctrlr *ctrlr = arg;
	struct nvme_command command = {
		.opcode = NVME_ADMIN_SET_FEATURES,
		.cdw10 = NVME_FEATURE_QUEUES,
		.cdw11 = (NVME_IO_QUEUES_MAX - 1) << 16 | (NVME_IO_QUEUES_MAX - 1),
	};

	if (!check(ctrlr, completion))
		return;
	memcpy(&ctrlr->data, ctrlr->page, sizeof ctrlr->data);
	const struct nvme_ctrlr_data *data = &ctrlr->data;
	const uint32_t mdts = data->mdts && data->mdts < 16 ? NVME_PAGE << data->mdts : TRANSFER_MAX;

	ctrlr->info.max_transfer = mdts < TRANSFER_MAX ? mdts : TRANSFER_MAX;
	ctrlr->info.oncs = data->oncs;
	ctrlr->info.write_cache = data->vwc & NVME_VWC_PRESENT;
	nvme_admin_submit(ctrlr, &command, false, queues_done);
}

void nvme_setup_begin(struct nvme_ctrlr *ctrlr) { identify(ctrlr, NVME_CNS_CONTROLLER, 0, ctrlr_done); }
