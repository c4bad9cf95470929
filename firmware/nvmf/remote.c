/*
 * Between the cores with queue pairs and the control core. Five messages:
 *
 *   queue's core        control core
 *     SUBMIT      ->                    an admin or fabrics command: the control core reads the request where it lies
 *                 <-    DONE            its completion has been written into the request; of a Connect: what the queue
 *                                       pair needs to know
 *                 <-    DISCONNECT      the queue pair shall end
 *     GONE        ->                    it ends; the control core completes what it still holds of it
 *                 <-    GONE_DONE       nothing names the queue pair any more, its memory may be reused
 *
 * Messages between two cores keep their order, so a DISCONNECT never arrives after GONE_DONE. If both are the same core
 * these are plain calls.
 */
#include <errno.h>
#include <string.h>

#include "cos/cpu.h"
#include "mppa/k200lp_messages.h"
#include "internal.h"

enum operation { SUBMIT, DONE, GONE, GONE_DONE, DISCONNECT };

struct message {
	uint8_t operation;
	bool connected; /* DONE: what follows `handle` is valid */
	uint16_t cntlid;
	uint16_t qid;
	uint16_t subsystem;
	uint64_t object; /* request or queue pair, as the queue's core calls it */
	uint64_t handle;
	uint16_t sq_entries;
	uint8_t listener;
	bool no_flow_control;
	uint32_t reserved;
	uint8_t hostid[16];
};
_Static_assert(sizeof(struct message) <= COS_MSG_BYTES, "fits a message");

/* A command of another core, on the control core. */
#define FORWARD_SEGMENTS 32
struct forward {
	struct nvmf_request request; /* first: found from it */
	struct nvme_command cmd;
	struct bdev_segment segments[FORWARD_SEGMENTS];
	struct nvmf_target *target;
	struct nvmf_request *original; /* as seen from here */
	uint64_t object;
	uint8_t cluster, core;
	struct message answer;
};

bool nvmf_is_control_core(const struct nvmf_target *target)
{
	return target->config.cluster == target->config.control_cluster && cos_core_id() == target->config.control_core;
}

/* --- Sending ------------------------------------------------------------------------------------------------------ */

/* Messages for which a receiver had no room, oldest first; all later ones to anybody queue up behind them. */
struct unsent {
	struct unsent *next;
	uint8_t cluster, core;
	struct message message;
};

static int send_again(void *arg)
{
	struct nvmf_outbox *outbox = arg;
	struct unsent *first = outbox->first;

	if (!cos_msg_send(first->cluster, first->core, K200LP_MSG_NVMF, &first->message, sizeof(first->message)))
		return COS_POLLER_IDLE;
	outbox->first = first->next;
	cos_free(first);
	if (!outbox->first)
		cos_poller_unregister(&outbox->poller);
	return COS_POLLER_BUSY;
}

static void deliver(struct nvmf_target *target, unsigned cluster, unsigned core, const struct message *message);

static void send(struct nvmf_target *target, unsigned cluster, unsigned core, const struct message *message)
{
	struct nvmf_outbox *outbox = &target->outbox[cos_core_id()];
	struct unsent *unsent, **end;

	if (cluster == target->config.cluster && core == cos_core_id()) {
		deliver(target, cluster, core, message);
		return;
	}
	if (!outbox->first && cos_msg_send(cluster, core, K200LP_MSG_NVMF, message, sizeof(*message)))
		return;
	unsent = cos_alloc(COS_SMEM, sizeof(*unsent), 8);
	while (!unsent) {
		/* A lost message would hang a host for ever. Somebody frees memory when the chip gets on. */
		cos_reactor_poll();
		unsent = cos_alloc(COS_SMEM, sizeof(*unsent), 8);
	}
	*unsent = (struct unsent){NULL, (uint8_t)cluster, (uint8_t)core, *message};
	for (end = &outbox->first; *end; end = &(*end)->next)
		;
	*end = unsent;
	if (!outbox->poller)
		outbox->poller = cos_poller_register(send_again, outbox, 0);
}

static void send_to_control(struct nvmf_target *target, const struct message *message)
{
	send(target, target->config.control_cluster, target->config.control_core, message);
}

/* --- Queue's core ------------------------------------------------------------------------------------------------- */

static void connect_failed(struct nvmf_request *request)
{
	struct nvmf_qpair *qpair = request->qpair;

	if (qpair->state == NVMF_QPAIR_CONNECT)
		qpair->state = NVMF_QPAIR_NEW;
	qpair->no_flow_control = false;
}

/* The end of an admin or fabrics command on the core it came from. */
static void finish_here(struct nvmf_request *request, const struct message *answer)
{
	struct nvmf_qpair *qpair = request->qpair;

	cos_dma_sync_for_cpu(&request->cpl, sizeof(request->cpl));
	if (request->flags & NVMF_REQUEST_CONNECT) {
		if (!answer->connected) {
			connect_failed(request);
		} else {
			struct nvmf_attach attach = {
				.subsystem = answer->subsystem,
				.cntlid = answer->cntlid,
				.qid = answer->qid,
				.sq_entries = answer->sq_entries,
				.listener = answer->listener,
				.no_flow_control = answer->no_flow_control,
			};

			memcpy(attach.hostid, answer->hostid, sizeof(attach.hostid));
			if (nvmf_qpair_connected(qpair, &attach, answer->handle) != 0) {
				/* No memory on this core: the queue is given back. */
				connect_failed(request);
				nvmf_set_error(request, NVME_SCT_SPECIFIC, NVMF_SC_CONTROLLER_BUSY);
				nvmf_remote_gone(qpair);
			} else if (qpair->state == NVMF_QPAIR_CLOSING) {
				nvmf_remote_gone(qpair);
			}
		}
	}
	nvmf_request_complete(request);
}

void nvmf_remote_submit(struct nvmf_request *request)
{
	struct nvmf_qpair *qpair = request->qpair;
	/* A Connect belongs to no queue yet; the handle may still be that of one which is given back. */
	const uint64_t handle = request->flags & NVMF_REQUEST_CONNECT ? 0 : qpair->handle;
	const struct message message = {.operation = SUBMIT, .object = (uintptr_t)request, .handle = handle};

	if (qpair->transport->memory_based) {
		/* Memory-based admin queues are on the control core by construction. */
		request->ctrlr = qpair->ctrlr;
		nvmf_control_exec(request, qpair->target);
		return;
	}
	send_to_control(qpair->target, &message);
}

void nvmf_remote_gone(struct nvmf_qpair *qpair)
{
	const struct message message = {.operation = GONE, .object = (uintptr_t)qpair, .handle = qpair->handle};

	if (qpair->leaving)
		return;
	qpair->leaving = true;
	send_to_control(qpair->target, &message);
}

/* --- Control core ------------------------------------------------------------------------------------------------- */

/* What a pointer of another cluster is here. Global addresses stay. */
static const void *pointer_of(unsigned cluster, const void *pointer)
{
#ifdef __kvx__
	if ((uintptr_t)pointer < MPPA_CLUSTER_WINDOW && cluster != cos_cluster_id())
		return (const void *)(MPPA_CLUSTER_BASE(cluster) + (uintptr_t)pointer);
#else
	(void)cluster;
#endif
	return pointer;
}

/* What another core has in DDR may be in this core's cache as it once was. */
static const void *fresh(unsigned cluster, const void *pointer, size_t bytes)
{
	const void *here = pointer_of(cluster, pointer);

	cos_dma_sync_for_cpu(here, bytes);
	return here;
}

static void answer(struct forward *forward)
{
	struct nvmf_target *target = forward->target;
	const struct message message = forward->answer;
	const unsigned cluster = forward->cluster, core = forward->core;

	forward->original->cpl.cdw0 = forward->request.cpl.cdw0;
	forward->original->cpl.cdw1 = forward->request.cpl.cdw1;
	forward->original->cpl.status = forward->request.cpl.status;
	cos_free(forward);
	send(target, cluster, core, &message);
}

void nvmf_control_complete(struct nvmf_request *request)
{
	if (request->cpl.status && request->ctrlr)
		nvmf_error_log_add(request->ctrlr, request);
	if (request->flags & NVMF_REQUEST_FORWARDED)
		answer((struct forward *)request);
	else
		nvmf_request_complete(request);
}

void nvmf_control_fail(struct nvmf_request *request, uint8_t sct, uint8_t sc)
{
	nvmf_set_error(request, sct, sc);
	nvmf_control_complete(request);
}

/* An answer when there is no memory for a copy: the command may be tried again. */
static void refuse(struct nvmf_target *target, struct nvmf_request *original, uint64_t object, unsigned cluster,
		   unsigned core)
{
	const struct message message = {.operation = DONE, .object = object};

	original->cpl.status = NVME_STATUS(NVME_SCT_GENERIC, NVME_SC_INTERNAL_ERROR) << 1;
	send(target, cluster, core, &message);
}

static void submitted(struct nvmf_target *target, unsigned cluster, unsigned core, const struct message *message)
{
	struct nvmf_request *original =
		(struct nvmf_request *)fresh(cluster, (void *)(uintptr_t)message->object, sizeof *original);
	const struct nvmf_queue *queue = (const void *)(uintptr_t)message->handle;
	struct forward *forward = cos_zalloc(COS_SMEM, sizeof(*forward), COS_CACHE_LINE);

	if (!forward || original->segment_count > FORWARD_SEGMENTS) {
		cos_free(forward);
		refuse(target, original, message->object, cluster, core);
		return;
	}
	const size_t segment_bytes = original->segment_count * sizeof(forward->segments[0]);

	forward->cmd = *(const struct nvme_command *)fresh(cluster, original->cmd, sizeof(forward->cmd));
	if (segment_bytes)
		memcpy(forward->segments, fresh(cluster, original->segments, segment_bytes), segment_bytes);
	forward->target = target;
	forward->original = original;
	forward->object = message->object;
	forward->cluster = (uint8_t)cluster;
	forward->core = (uint8_t)core;
	forward->answer = (struct message){.operation = DONE, .object = message->object};
	forward->request = (struct nvmf_request){
		.qpair = (struct nvmf_qpair *)fresh(cluster, original->qpair, sizeof(struct nvmf_qpair)),
		.cmd = &forward->cmd,
		.segments = forward->segments,
		.segment_count = original->segment_count,
		.length = original->length,
		.ctrlr = queue ? queue->ctrlr : NULL,
		.flags = NVMF_REQUEST_FORWARDED,
	};
	nvmf_control_exec(&forward->request, target);
}

void nvmf_remote_connected(struct nvmf_request *request, const struct nvmf_attach *attach, struct nvmf_queue *queue)
{
	struct forward *forward = (struct forward *)request;

	forward->answer.connected = true;
	forward->answer.handle = (uintptr_t)queue;
	forward->answer.subsystem = attach->subsystem;
	forward->answer.cntlid = attach->cntlid;
	forward->answer.qid = attach->qid;
	forward->answer.sq_entries = attach->sq_entries;
	forward->answer.listener = attach->listener;
	forward->answer.no_flow_control = attach->no_flow_control;
	memcpy(forward->answer.hostid, attach->hostid, sizeof(attach->hostid));
}

void nvmf_remote_origin(const struct nvmf_request *request, struct nvmf_queue *queue)
{
	const struct forward *forward = (const struct forward *)request;
	const struct nvmf_request *original = forward->original;

	queue->cluster = forward->cluster;
	queue->core = forward->core;
	queue->qpair = (uintptr_t)original->qpair;
}

void nvmf_remote_disconnect(struct nvmf_target *target, const struct nvmf_queue *queue)
{
	const struct message message = {.operation = DISCONNECT, .object = queue->qpair};

	send(target, queue->cluster, queue->core, &message);
}

static void gone(struct nvmf_target *target, unsigned cluster, unsigned core, const struct message *message)
{
	const struct message done = {.operation = GONE_DONE, .object = message->object};

	/* Completions of what the control core holds for the queue go out first. */
	nvmf_ctrlr_queue_gone((struct nvmf_queue *)(uintptr_t)message->handle);
	send(target, cluster, core, &done);
}

/* --- Receiving ---------------------------------------------------------------------------------------------------- */

static void deliver(struct nvmf_target *target, unsigned cluster, unsigned core, const struct message *message)
{
	struct nvmf_qpair *qpair = (struct nvmf_qpair *)(uintptr_t)message->object;

	switch ((enum operation)message->operation) {
	case SUBMIT:
		submitted(target, cluster, core, message);
		break;
	case DONE:
		finish_here((struct nvmf_request *)(uintptr_t)message->object, message);
		break;
	case GONE:
		gone(target, cluster, core, message);
		break;
	case GONE_DONE:
		nvmf_qpair_gone(qpair);
		break;
	case DISCONNECT:
		if (qpair->state == NVMF_QPAIR_READY)
			qpair->transport->disconnect(qpair);
		break;
	}
}

static void received(const struct cos_msg *message, void *arg)
{
	struct message copy;

	memcpy(&copy, message->data, sizeof(copy));
	deliver(arg, message->cluster, message->core, &copy);
}

void nvmf_remote_init(struct nvmf_target *target) { cos_msg_register(K200LP_MSG_NVMF, received, target); }
