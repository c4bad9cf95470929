/* Queue pairs: from their first command to their last completion. On the core they belong to. */
#include <errno.h>
#include <string.h>

#include "internal.h"

void nvmf_qpair_init(struct nvmf_qpair *qpair, struct nvmf_target *target, struct nvmf_transport *transport)
{
	struct cos_io_channel *channel = cos_get_io_channel(target);

	memset(qpair, 0, sizeof(*qpair));
	qpair->target = target;
	qpair->transport = transport;
	qpair->state = NVMF_QPAIR_NEW;
	qpair->sq_entries = 1;
	/* Without memory for its group the queue pair refuses its Connect. */
	if (!channel)
		return;
	qpair->channel = channel;
	qpair->group = cos_io_channel_context(channel);
	qpair->next = qpair->group->qpairs;
	if (qpair->next)
		qpair->next->previous = qpair;
	qpair->group->qpairs = qpair;
	qpair->group->statistics.queue_pairs++;
}

int nvmf_qpair_attach(struct nvmf_qpair *qpair, const struct nvmf_attach *attach)
{
	struct nvmf_subsystem *subsystem = nvmf_subsystem_by_index(qpair->target, attach->subsystem);

	if (!subsystem)
		return -ENOENT;
	if (!qpair->group)
		return -ENOMEM;
	qpair->view = nvmf_view_get(qpair->group, subsystem);
	if (!qpair->view)
		return -ENOMEM;
	qpair->subsystem = subsystem;
	qpair->cntlid = attach->cntlid;
	qpair->qid = attach->qid;
	qpair->sq_entries = attach->sq_entries;
	qpair->no_flow_control = attach->no_flow_control;
	qpair->listener = attach->listener;
	memcpy(qpair->hostid, attach->hostid, sizeof(qpair->hostid));
	if (qpair->state != NVMF_QPAIR_CLOSING)
		qpair->state = NVMF_QPAIR_READY;
	return 0;
}

int nvmf_qpair_connected(struct nvmf_qpair *qpair, const struct nvmf_attach *attach, uint64_t handle)
{
	qpair->handle = handle;
	return nvmf_qpair_attach(qpair, attach);
}

/* --- The end ------------------------------------------------------------------------------------------------------ */

static void unlink_qpair(struct nvmf_qpair *qpair)
{
	struct nvmf_group *group = qpair->group;

	if (qpair->view)
		nvmf_view_put(group, qpair->view);
	if (qpair->previous)
		qpair->previous->next = qpair->next;
	else
		group->qpairs = qpair->next;
	if (qpair->next)
		qpair->next->previous = qpair->previous;
	group->statistics.queue_pairs--;
	cos_put_io_channel(qpair->channel);
}

static void finish_close(struct nvmf_qpair *qpair)
{
	if (qpair->state != NVMF_QPAIR_CLOSING || qpair->in_flight || qpair->handle)
		return;
	qpair->state = NVMF_QPAIR_CLOSED;
	if (qpair->group)
		unlink_qpair(qpair);
	qpair->closed(qpair, qpair->closed_arg);
}

void nvmf_qpair_gone(struct nvmf_qpair *qpair)
{
	qpair->handle = 0;
	qpair->leaving = false;
	finish_close(qpair);
}

void nvmf_qpair_close(struct nvmf_qpair *qpair, void (*closed)(struct nvmf_qpair *qpair, void *arg), void *arg)
{
	if (qpair->state == NVMF_QPAIR_CLOSING || qpair->state == NVMF_QPAIR_CLOSED)
		return;
	qpair->state = NVMF_QPAIR_CLOSING;
	qpair->closed = closed;
	qpair->closed_arg = arg;
	/* What ends below must not end the queue pair before everything has been asked to end. */
	qpair->in_flight++;
	if (qpair->group)
		nvmf_limits_abort(qpair->group, qpair, NULL);
	if (qpair->transport->memory_based && qpair->ctrlr)
		nvmf_events_abort(qpair->ctrlr);
	if (qpair->handle)
		nvmf_remote_gone(qpair);
	qpair->in_flight--;
	finish_close(qpair);
}

/* --- Requests ----------------------------------------------------------------------------------------------------- */

void nvmf_request_set_status(struct nvmf_request *request, uint8_t sct, uint8_t sc, bool dnr)
{
	request->cpl.cid = request->cmd->cid;
	request->cpl.sqid = request->qpair->qid;
	request->cpl.status = (uint16_t)((NVME_STATUS(sct, sc) | (dnr ? NVME_STATUS_DNR : 0)) << 1);
}

void nvmf_set_error(struct nvmf_request *request, uint8_t sct, uint8_t sc)
{
	request->cpl.status = (uint16_t)((NVME_STATUS(sct, sc) | NVME_STATUS_DNR) << 1);
}

void nvmf_request_complete(struct nvmf_request *request)
{
	struct nvmf_qpair *qpair = request->qpair;

	request->cpl.sqid = qpair->qid;
	if (qpair->no_flow_control) {
		/* "SQ flow control is disabled" is what FFFFh says in the answer to Connect; reserved elsewhere. */
		request->cpl.sqhd = request->flags & NVMF_REQUEST_CONNECT ? 0xffff : 0;
	} else {
		qpair->sq_head = (uint16_t)(qpair->sq_head + 1u == qpair->sq_entries ? 0 : qpair->sq_head + 1);
		request->cpl.sqhd = qpair->sq_head;
	}
	if (request->cpl.status && qpair->group)
		qpair->group->statistics.failed++;
	/* The transport may close the queue pair in here; its memory stays while in_flight counts this request. */
	qpair->transport->complete(request);
	qpair->in_flight--;
	finish_close(qpair);
}

static void fail(struct nvmf_request *request, uint8_t sct, uint8_t sc)
{
	nvmf_set_error(request, sct, sc);
	nvmf_request_complete(request);
}

/* Fabrics commands on an I/O queue that is connected: only Disconnect (3.3 of NVMe over fabrics 1.1). */
static void exec_io_fabrics(struct nvmf_request *request)
{
	const struct nvmf_disconnect_command *cmd = (const void *)request->cmd;

	if (cmd->fctype == NVMF_CONNECT) {
		fail(request, NVME_SCT_GENERIC, NVME_SC_COMMAND_SEQUENCE);
	} else if (cmd->fctype != NVMF_DISCONNECT) {
		fail(request, NVME_SCT_GENERIC, NVME_SC_INVALID_OPCODE);
	} else if (cmd->recfmt) {
		fail(request, NVME_SCT_SPECIFIC, NVMF_SC_INCOMPATIBLE_FORMAT);
	} else {
		struct nvmf_qpair *qpair = request->qpair;

		qpair->in_flight++;
		nvmf_request_complete(request);
		if (qpair->state == NVMF_QPAIR_READY)
			qpair->transport->disconnect(qpair);
		qpair->in_flight--;
		finish_close(qpair);
	}
}

static void exec_first(struct nvmf_request *request)
{
	const struct nvmf_connect_command *cmd = (const void *)request->cmd;
	struct nvmf_qpair *qpair = request->qpair;

	if (qpair->transport->memory_based || cmd->opcode != NVME_ADMIN_FABRICS || cmd->fctype != NVMF_CONNECT ||
	    qpair->state != NVMF_QPAIR_NEW) {
		fail(request, NVME_SCT_GENERIC, NVME_SC_COMMAND_SEQUENCE);
	} else if (!qpair->group) {
		fail(request, NVME_SCT_SPECIFIC, NVMF_SC_CONTROLLER_BUSY);
	} else {
		qpair->state = NVMF_QPAIR_CONNECT;
		qpair->no_flow_control = (cmd->cattr & NVMF_CATTR_NO_FLOW_CONTROL) != 0;
		request->flags = NVMF_REQUEST_CONNECT;
		nvmf_remote_submit(request);
	}
}

void nvmf_request_exec(struct nvmf_request *request)
{
	struct nvmf_qpair *qpair = request->qpair;

	memset(&request->cpl, 0, sizeof(request->cpl));
	request->cpl.cid = request->cmd->cid;
	request->flags = 0;
	qpair->in_flight++;
	if (qpair->state != NVMF_QPAIR_READY) {
		if (qpair->state == NVMF_QPAIR_NEW || qpair->state == NVMF_QPAIR_CONNECT)
			exec_first(request);
		else
			fail(request, NVME_SCT_GENERIC, NVME_SC_ABORTED_SQ_DELETION);
	} else if (qpair->qid == 0) {
		nvmf_remote_submit(request);
	} else if (request->cmd->opcode == NVME_ADMIN_FABRICS && !qpair->transport->memory_based) {
		exec_io_fabrics(request);
	} else {
		nvmf_io_exec(request);
	}
}

/* --- Data --------------------------------------------------------------------------------------------------------- */

typedef void (*copy_fn)(void *data, void *local, uint64_t bytes);

static void walk(const struct nvmf_request *request, uint64_t offset, void *local, uint64_t bytes, copy_fn copy)
{
	uint64_t left = offset >= request->length ? 0 : request->length - offset;

	if (bytes > left)
		bytes = left;
	for (uint32_t i = 0; i < request->segment_count && bytes; i++) {
		const struct bdev_segment *segment = &request->segments[i];
		uint64_t part = segment->length;

		if (offset >= part) {
			offset -= part;
			continue;
		}
		part = part - offset < bytes ? part - offset : bytes;
		copy((void *)(uintptr_t)(segment->address + offset), local, part);
		local = (uint8_t *)local + part;
		bytes -= part;
		offset = 0;
	}
}

static void copy_to_data(void *data, void *local, uint64_t bytes) { memcpy(data, local, bytes); }

/* A DMA may have put them there. */
static void copy_from_data(void *data, void *local, uint64_t bytes)
{
	cos_dma_sync_for_cpu(data, bytes);
	memcpy(local, data, bytes);
}

void nvmf_data_write(const struct nvmf_request *request, uint64_t offset, const void *from, uint64_t bytes)
{
	walk(request, offset, (void *)(uintptr_t)from, bytes, copy_to_data);
}

void nvmf_data_read(const struct nvmf_request *request, uint64_t offset, void *to, uint64_t bytes)
{
	walk(request, offset, to, bytes, copy_from_data);
}
