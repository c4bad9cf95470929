/*
 * Create and Delete I/O Submission and Completion Queue of memory-based transports (clauses 5.3 .. 5.6). The fields are
 * checked here; the transport makes the queues. While it does, the queue id is busy and no other command may touch it.
 */
#include "internal.h"

static struct nvmf_memory_queue *queue_of(const struct nvmf_request *request, uint16_t qid)
{
	if (qid == 0 || qid > request->ctrlr->transport->options.max_io_qpairs)
		return NULL;
	return &request->ctrlr->memory_queues[qid];
}

/* Size, contiguity and base address, alike for both kinds. True if they are fine. */
static bool memory_valid(struct nvmf_request *request)
{
	const struct nvme_command *cmd = request->cmd;
	const uint32_t size = cmd->cdw10 >> 16;

	if (size == 0 || size > NVME_CAP_MQES(request->ctrlr->cap))
		nvmf_control_fail(request, NVME_SCT_SPECIFIC, NVME_SC_INVALID_QUEUE_SIZE);
	else if (!(cmd->cdw11 & NVME_QUEUE_CONTIGUOUS))
		nvmf_control_fail(request, NVME_SCT_GENERIC, NVME_SC_INVALID_FIELD);
	else if (cmd->prp1 & 0xfff)
		nvmf_control_fail(request, NVME_SCT_GENERIC, NVME_SC_INVALID_PRP_OFFSET);
	else
		return true;
	return false;
}

void nvmf_create_cq(struct nvmf_request *request)
{
	const struct nvme_command *cmd = request->cmd;
	const struct nvmf_queue_params params = {
		.qid = (uint16_t)cmd->cdw10,
		.entries = (cmd->cdw10 >> 16) + 1,
		.base = cmd->prp1,
		.vector = (uint16_t)(cmd->cdw11 >> 16),
		.interrupts = (cmd->cdw11 & NVME_CQ_INTERRUPTS) != 0,
	};
	struct nvmf_memory_queue *queue = queue_of(request, params.qid);

	if (!queue || queue->cq || queue->busy) {
		nvmf_control_fail(request, NVME_SCT_SPECIFIC, NVME_SC_INVALID_QID);
		return;
	}
	if (!memory_valid(request))
		return;
	if (params.interrupts && params.vector > request->ctrlr->transport->options.max_io_qpairs) {
		nvmf_control_fail(request, NVME_SCT_SPECIFIC, NVME_SC_INVALID_VECTOR);
		return;
	}
	queue->busy = true;
	request->ctrlr->transport->create_cq(request->ctrlr, &params, request);
}

void nvmf_create_sq(struct nvmf_request *request)
{
	const struct nvme_command *cmd = request->cmd;
	const struct nvmf_queue_params params = {
		.qid = (uint16_t)cmd->cdw10,
		.cqid = (uint16_t)(cmd->cdw11 >> 16),
		.entries = (cmd->cdw10 >> 16) + 1,
		.base = cmd->prp1,
		.priority = (uint8_t)(cmd->cdw11 >> 1 & 3),
	};
	struct nvmf_memory_queue *queue = queue_of(request, params.qid);
	const struct nvmf_memory_queue *cq = queue_of(request, params.cqid);

	if (!queue || queue->sq || queue->busy || !cq) {
		nvmf_control_fail(request, NVME_SCT_SPECIFIC, NVME_SC_INVALID_QID);
		return;
	}
	if (!cq->cq || cq->busy) {
		nvmf_control_fail(request, NVME_SCT_SPECIFIC, NVME_SC_CQ_INVALID);
		return;
	}
	if (!memory_valid(request))
		return;
	queue->busy = true;
	queue->cqid = params.cqid;
	request->ctrlr->transport->create_sq(request->ctrlr, &params, request);
}

void nvmf_delete_sq(struct nvmf_request *request)
{
	const uint16_t qid = (uint16_t)request->cmd->cdw10;
	struct nvmf_memory_queue *queue = queue_of(request, qid);

	if (!queue || !queue->sq || queue->busy) {
		nvmf_control_fail(request, NVME_SCT_SPECIFIC, NVME_SC_INVALID_QID);
		return;
	}
	queue->busy = true;
	request->ctrlr->transport->delete_sq(request->ctrlr, qid, request);
}

static bool cq_in_use(const struct nvmf_ctrlr *ctrlr, uint16_t cqid)
{
	for (unsigned i = 1; i <= NVMF_MAX_IO_QUEUES; i++) {
		const struct nvmf_memory_queue *queue = &ctrlr->memory_queues[i];

		if ((queue->sq || queue->busy) && queue->cqid == cqid)
			return true;
	}
	return false;
}

void nvmf_delete_cq(struct nvmf_request *request)
{
	const uint16_t qid = (uint16_t)request->cmd->cdw10;
	struct nvmf_memory_queue *queue = queue_of(request, qid);

	if (!queue || !queue->cq || queue->busy) {
		nvmf_control_fail(request, NVME_SCT_SPECIFIC, NVME_SC_INVALID_QID);
		return;
	}
	if (cq_in_use(request->ctrlr, qid)) {
		nvmf_control_fail(request, NVME_SCT_SPECIFIC, NVME_SC_INVALID_QUEUE_DELETION);
		return;
	}
	queue->busy = true;
	request->ctrlr->transport->delete_cq(request->ctrlr, qid, request);
}

void nvmf_queue_op_done(struct nvmf_request *admin, uint8_t sct, uint8_t sc)
{
	struct nvmf_memory_queue *queue = queue_of(admin, (uint16_t)admin->cmd->cdw10);
	const bool success = sct == 0 && sc == 0;

	queue->busy = false;
	switch (admin->cmd->opcode) {
	case NVME_ADMIN_CREATE_CQ:
		queue->cq = success;
		break;
	case NVME_ADMIN_CREATE_SQ:
		queue->sq = success;
		break;
	case NVME_ADMIN_DELETE_CQ:
		queue->cq = !success;
		break;
	default:
		queue->sq = !success;
		break;
	}
	/* The id of the completion queue is only meaningful while the submission queue is there. */
	if (!queue->sq)
		queue->cqid = 0;
	if (success)
		nvmf_control_complete(admin);
	else
		nvmf_control_fail(admin, sct, sc);
}
