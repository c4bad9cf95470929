/* I/O queues, which the home core creates and deletes for the cores that use them. */
#include <errno.h>

#include "ctrlr.h"

static uint16_t qid_of(const struct nvme_io_queue *queue) { return (uint16_t)(queue - queue->ctrlr->queue + 1); }

static void tell(const struct nvme_io_queue *queue, enum nvme_message_kind kind, uint64_t value)
{
	const struct nvme_message message = {
		.kind = (uint8_t)kind,
		.ctrlr = queue->ctrlr->index,
		.qid = qid_of(queue),
		.value = value,
		.cookie = queue->cookie,
	};

	nvme_send(queue->cluster, queue->core, &message);
}

static void forget(struct nvme_io_queue *queue)
{
	queue->used = false;
	tell(queue, NVME_MSG_QUEUE_GONE, 0);
}

/* --- Deletion: submission queue first (clause 5.6) ------------------------------------------------------------------
 */

static void cq_deleted(void *arg, const struct nvme_completion *completion)
{
	(void)completion; /* deleted, or the controller is reset or gone: it does not know the queue any more */
	forget(arg);
}

static void delete(struct nvme_io_queue *queue, enum nvme_admin_opcode opcode, nvme_done_fn done)
{
	const struct nvme_command command = {.opcode = (uint8_t)opcode, .cdw10 = qid_of(queue)};
	const int error = nvme_ctrlr_admin(queue->ctrlr, &command, NULL, done, queue);

	/* While it is being reset the controller has forgotten the queue; at the end of the reset it is forgotten here.
	 */
	if (error == -EAGAIN)
		queue->created = false;
	else if (error)
		forget(queue);
}

static void sq_deleted(void *arg, const struct nvme_completion *completion)
{
	(void)completion;
	delete (arg, NVME_ADMIN_DELETE_CQ, cq_deleted);
}

void nvme_queue_delete(struct nvme_ctrlr *ctrlr, const struct nvme_message *message)
{
	for (unsigned i = 0; i < NVME_IO_QUEUES_MAX; i++) {
		struct nvme_io_queue *queue = &ctrlr->queue[i];

		if (!queue->used || queue->cookie != message->cookie || queue->cluster != message->cluster ||
		    queue->core != message->core)
			continue;
		queue->deleted = true;
		if (ctrlr->error)
			forget(queue);
		else if (queue->created && (ctrlr->state == NVME_READY || ctrlr->state == NVME_LEAVING))
			delete (queue, NVME_ADMIN_DELETE_SQ, sq_deleted);
		return;
	}
}

/* --- Creation -------------------------------------------------------------------------------------------------------
 */

static void restore_next(struct nvme_ctrlr *ctrlr);

static void created(struct nvme_io_queue *queue, bool ok)
{
	struct nvme_ctrlr *ctrlr = queue->ctrlr;
	const bool restoring = ctrlr->state == NVME_SETUP;

	if (ctrlr->state != NVME_READY && !restoring)
		return; /* a reset came in between and will create it, or the end did */
	queue->created = ok;
	if (!ok && !queue->asked) {
		nvme_ctrlr_fail(ctrlr, -EIO); /* it had this queue before the reset */
		return;
	}
	if (queue->asked) {
		queue->asked = false;
		tell(queue, NVME_MSG_QUEUE_READY, ok ? qid_of(queue) : 0);
		queue->used = ok;
	}
	if (restoring)
		restore_next(ctrlr);
	else if (ok && queue->deleted)
		delete (queue, NVME_ADMIN_DELETE_SQ, sq_deleted);
}

static void sq_created(void *arg, const struct nvme_completion *completion)
{
	created(arg, !NVME_CPL_STATUS(completion));
}

static void cq_created(void *arg, const struct nvme_completion *completion)
{
	struct nvme_io_queue *queue = arg;
	const struct nvme_command command = {
		.opcode = NVME_ADMIN_CREATE_SQ,
		.prp1 = queue->sq_address,
		.cdw10 = NVME_CREATE_CDW10(qid_of(queue), queue->ctrlr->info.queue_entries),
		.cdw11 = NVME_SQ_CQID(qid_of(queue)) | NVME_QUEUE_CONTIGUOUS,
	};

	if (NVME_CPL_STATUS(completion) || nvme_ctrlr_admin(queue->ctrlr, &command, NULL, sq_created, queue))
		created(queue, false);
}

static void create(struct nvme_io_queue *queue)
{
	const bool interrupts = queue->ctrlr->info.interrupts;
	const struct nvme_command command = {
		.opcode = NVME_ADMIN_CREATE_CQ,
		.prp1 = queue->cq_address,
		.cdw10 = NVME_CREATE_CDW10(qid_of(queue), queue->ctrlr->info.completion_entries),
		.cdw11 = NVME_QUEUE_CONTIGUOUS | (interrupts ? NVME_CQ_VECTOR(qid_of(queue)) | NVME_CQ_INTERRUPTS : 0),
	};

	if (!nvme_route_interrupt(queue->ctrlr, qid_of(queue), queue->cluster, queue->core) ||
	    nvme_ctrlr_admin(queue->ctrlr, &command, NULL, cq_created, queue))
		created(queue, false);
}

void nvme_queue_create(struct nvme_ctrlr *ctrlr, const struct nvme_message *message)
{
	struct nvme_io_queue *queue = NULL;

	for (unsigned i = 0; !queue && !ctrlr->error && i < ctrlr->io_queues; i++)
		if (!ctrlr->queue[i].used)
			queue = &ctrlr->queue[i];
	if (!queue) {
		const struct nvme_message refusal = {
			.kind = NVME_MSG_QUEUE_READY,
			.ctrlr = ctrlr->index,
			.cookie = message->cookie,
		};

		nvme_send(message->cluster, message->core, &refusal);
		return;
	}
	*queue = (struct nvme_io_queue){
		.ctrlr = ctrlr,
		.used = true,
		.asked = true,
		.cluster = message->cluster,
		.core = message->core,
		.cookie = message->cookie,
		.sq_address = message->sq_address,
		.cq_address = message->cq_address,
	};
	if (ctrlr->state == NVME_READY)
		create(queue); /* otherwise the end of the reset does */
}

/* --- Reset ----------------------------------------------------------------------------------------------------------
 */

void nvme_queues_disable(struct nvme_ctrlr *ctrlr)
{
	for (unsigned i = 0; i < NVME_IO_QUEUES_MAX; i++) {
		struct nvme_io_queue *queue = &ctrlr->queue[i];

		queue->created = false;
		queue->quiet = !queue->used || queue->asked;
		if (!queue->quiet)
			tell(queue, NVME_MSG_DISABLED, 0);
	}
}

void nvme_queue_is_quiet(struct nvme_ctrlr *ctrlr, const struct nvme_message *message)
{
	for (unsigned i = 0; i < NVME_IO_QUEUES_MAX; i++) {
		struct nvme_io_queue *queue = &ctrlr->queue[i];

		if (queue->used && queue->cookie == message->cookie && queue->cluster == message->cluster &&
		    queue->core == message->core)
			queue->quiet = true;
	}
}

bool nvme_queues_quiet(const struct nvme_ctrlr *ctrlr)
{
	for (unsigned i = 0; i < NVME_IO_QUEUES_MAX; i++)
		if (!ctrlr->queue[i].quiet)
			return false;
	return true;
}

static void restore_next(struct nvme_ctrlr *ctrlr)
{
	while (ctrlr->step < NVME_IO_QUEUES_MAX) {
		struct nvme_io_queue *queue = &ctrlr->queue[ctrlr->step++];

		if (queue->used && !queue->deleted) {
			create(queue);
			return;
		}
	}
	nvme_setup_done(ctrlr);
}

void nvme_queues_restore(struct nvme_ctrlr *ctrlr) { restore_next(ctrlr); }

void nvme_queues_enable(struct nvme_ctrlr *ctrlr)
{
	for (unsigned i = 0; i < NVME_IO_QUEUES_MAX; i++) {
		struct nvme_io_queue *queue = &ctrlr->queue[i];

		if (!queue->used)
			continue;
		if (queue->deleted && !queue->created) {
			forget(queue);
		} else if (queue->deleted) {
			delete (queue, NVME_ADMIN_DELETE_SQ, sq_deleted);
		} else if (!queue->created) {
			create(queue); /* asked for after its turn */
		} else {
			tell(queue, NVME_MSG_ENABLED, 0);
		}
	}
}

void nvme_queues_fail(struct nvme_ctrlr *ctrlr)
{
	for (unsigned i = 0; i < NVME_IO_QUEUES_MAX; i++) {
		struct nvme_io_queue *queue = &ctrlr->queue[i];

		if (!queue->used)
			continue;
		if (queue->asked) {
			queue->used = false;
			tell(queue, NVME_MSG_QUEUE_READY, 0);
		} else if (queue->deleted) {
			forget(queue);
		} else {
			tell(queue, NVME_MSG_ENABLED, 1);
		}
	}
}

bool nvme_queues_used(const struct nvme_ctrlr *ctrlr)
{
	for (unsigned i = 0; i < NVME_IO_QUEUES_MAX; i++)
		if (ctrlr->queue[i].used)
			return true;
	return false;
}
