/*
 * Creation and end of queues, on the control core. A completion queue belongs to the core that gets its doorbells, a
 * submission queue to the core of its completion queue; if its doorbells go to another core, that one sends them on.
 */
#include "internal.h"

#include <errno.h>
#include <string.h>

#include "cos/cpu.h"

/* --- Messages -------------------------------------------------------------------------------------------------------
 */

void emulation_send(unsigned cluster, unsigned core, const struct message *message)
{
	if (cluster == cos_cluster_id() && core == cos_core_id()) {
		if (message->op < OP_DONE || message->op == OP_DOORBELL)
			emulation_operation(emulation_core(), message);
		else
			emulation_control_message(message, OWNER(cluster, core));
		return;
	}
	/* The receiver may wait for room here, too. */
	while (!cos_msg_send(cluster, core, K200LP_MSG_EMULATION, message, sizeof *message))
		cos_reactor_poll();
}

unsigned emulation_first_ring(unsigned function) { return function * 5 % RINGS; }

unsigned emulation_doorbell_ring(unsigned function, unsigned qid)
{
	return (emulation_first_ring(function) + qid - 1u) % RINGS;
}

static uint16_t doorbell_owner(const struct function *function, uint16_t qid)
{
	return emulation_ring_owner(emulation_doorbell_ring(emulation_function_number(function), qid));
}

/* Rings stand for their owners in the set of cores that know the function. */
static uint32_t owner_bit(uint16_t owner)
{
	for (unsigned ring = 0; ring < RINGS; ring++)
		if (emulation_ring_owner(ring) == owner)
			return 1u << ring;
	return 0;
}

static void send_to(uint16_t owner, const struct message *message)
{
	emulation_send(OWNER_CLUSTER(owner), OWNER_CORE(owner), message);
}

void emulation_broadcast(unsigned function, const struct message *message)
{
	const uint32_t cores = emulation_function_at(function)->cores;

	for (unsigned ring = 0; ring < RINGS; ring++)
		if (cores >> ring & 1)
			send_to(emulation_ring_owner(ring), message);
}

static void operate(struct function *function, uint16_t owner, const struct message *message)
{
	const uint32_t bit = owner_bit(owner);

	if (!(function->cores & bit) && function->coalescing.op == OP_COALESCING)
		send_to(owner, &function->coalescing);
	function->cores |= bit;
	send_to(owner, message);
}

static struct message queue_message(struct function *function, enum operation op, uint16_t qid)
{
	return (struct message){
		.op = (uint8_t)op, .function = (uint8_t)emulation_function_number(function), .qid = qid};
}

/* --- Create, delete -------------------------------------------------------------------------------------------------
 */

void emulation_create_cq(struct nvmf_ctrlr *ctrlr, const struct nvmf_queue_params *params, struct nvmf_request *admin)
{
	struct function *function = emulation_function_of(ctrlr);
	struct message message = queue_message(function, OP_CREATE_CQ, params->qid);

	message.queue.entries = (uint16_t)params->entries;
	message.queue.base = params->base;
	message.vector = params->vector;
	message.queue.interrupts = params->interrupts;
	message.queue.paused = !function->master;
	function->op[params->qid] = admin;
	operate(function, doorbell_owner(function, params->qid), &message);
}

static void describe_sq(struct message *message, const struct nvmf_ctrlr *ctrlr, uint16_t qid, uint32_t entries)
{
	const struct nvmf_attach attach = nvmf_ctrlr_attach_info(ctrlr, qid, (uint16_t)entries);

	message->queue.entries = (uint16_t)entries;
	message->queue.subsystem = attach.subsystem;
	message->queue.cntlid = attach.cntlid;
	message->queue.listener = attach.listener;
	memcpy(message->queue.hostid, attach.hostid, sizeof attach.hostid);
}

void emulation_create_sq(struct nvmf_ctrlr *ctrlr, const struct nvmf_queue_params *params, struct nvmf_request *admin)
{
	struct function *function = emulation_function_of(ctrlr);
	struct message message = queue_message(function, OP_CREATE_SQ, params->qid);

	describe_sq(&message, ctrlr, params->qid, params->entries);
	message.cqid = params->cqid;
	message.queue.base = params->base;
	function->op[params->qid] = admin;
	operate(function, function->cq_owner[params->cqid], &message);
}

void emulation_delete_cq(struct nvmf_ctrlr *ctrlr, uint16_t qid, struct nvmf_request *admin)
{
	struct function *function = emulation_function_of(ctrlr);
	const struct message message = queue_message(function, OP_DELETE_CQ, qid);

	function->op[qid] = admin;
	operate(function, function->cq_owner[qid], &message);
}

void emulation_delete_sq(struct nvmf_ctrlr *ctrlr, uint16_t qid, struct nvmf_request *admin)
{
	struct function *function = emulation_function_of(ctrlr);
	const struct message message = queue_message(function, OP_DELETE_SQ, qid);

	function->op[qid] = admin;
	operate(function, function->sq_owner[qid], &message);
}

static void end_op(struct function *function, uint16_t qid, uint8_t sc)
{
	struct nvmf_request *admin = function->op[qid];

	function->op[qid] = NULL;
	if (admin)
		nvmf_queue_op_done(admin, NVME_SCT_GENERIC, sc);
}

/* The second step: doorbells of the submission queue go to its owner, or no longer. True: there is one. */
static bool forward(struct function *function, uint16_t qid, uint16_t owner, bool on)
{
	const uint16_t first = doorbell_owner(function, qid);
	struct message message = queue_message(function, OP_FORWARD, qid);

	if (first == owner)
		return false;
	message.owner = on ? owner : 0;
	operate(function, first, &message);
	return true;
}

static void reset_answered(struct function *function)
{
	if (--function->reset_answers)
		return;
	memset(function->cq_owner, 0, sizeof function->cq_owner);
	memset(function->sq_owner, 0, sizeof function->sq_owner);
	function->cores = 0;
	nvmf_ctrlr_reset_done(function->ctrlr);
}

static void operation_done(const struct message *m, uint16_t from)
{
	struct function *function = emulation_function_at(m->function);
	const bool ok = m->sc == NVME_SC_SUCCESS;

	switch (m->of) {
	case OP_RESET:
		reset_answered(function);
		return;
	case OP_CREATE_CQ:
		function->cq_owner[m->qid] = ok ? from : 0;
		break;
	case OP_DELETE_CQ:
		function->cq_owner[m->qid] = 0;
		break;
	case OP_CREATE_SQ:
		function->sq_owner[m->qid] = ok ? from : 0;
		if (ok && !function->reset_answers && forward(function, m->qid, from, true))
			return;
		break;
	case OP_DELETE_SQ:
		function->sq_owner[m->qid] = 0;
		if (!function->reset_answers && forward(function, m->qid, from, false))
			return;
		break;
	default:
		break;
	}
	end_op(function, m->qid, m->sc);
}

void emulation_control_message(const struct message *message, unsigned from)
{
	struct nvmf_ctrlr *ctrlr = emulation_function_at(message->function)->ctrlr;

	if (!ctrlr)
		return;
	if (message->op == OP_DONE)
		operation_done(message, (uint16_t)from);
	else if (message->op == OP_FATAL)
		nvmf_ctrlr_fatal(ctrlr);
	else if (message->op == OP_ERROR_EVENT)
		nvmf_ctrlr_error_event(ctrlr, message->flag);
}

/* --- Controllers ----------------------------------------------------------------------------------------------------
 */

int emulation_enable(struct nvmf_ctrlr *ctrlr)
{
	const struct nvmf_admin_queue queue = nvmf_ctrlr_admin_queue(ctrlr);
	struct function *function = emulation_function_of(ctrlr);
	struct core *core = emulation_core();
	struct message message = queue_message(function, OP_CREATE_CQ, 0);

	message.queue.entries = (uint16_t)queue.cq_entries;
	message.queue.base = queue.cq_base;
	message.queue.interrupts = true;
	message.queue.paused = !function->master;
	if (emulation_cq_create(core, &message) != NVME_SC_SUCCESS)
		return -EFAULT;
	message = queue_message(function, OP_CREATE_SQ, 0);
	describe_sq(&message, ctrlr, 0, queue.sq_entries);
	message.queue.base = queue.sq_base;
	if (emulation_sq_create(core, &message) != NVME_SC_SUCCESS)
		return -EFAULT;
	nvmf_ctrlr_set_admin_qpair(ctrlr, &core->functions[message.function]->sq[0]->qpair);
	return 0;
}

void emulation_reset(struct nvmf_ctrlr *ctrlr)
{
	struct function *function = emulation_function_of(ctrlr);
	const struct message message = queue_message(function, OP_RESET, 0);

	function->reset_answers = (unsigned)__builtin_popcount(function->cores) + 1;
	emulation_broadcast(message.function, &message);
	emulation_send(CONTROL_CLUSTER, MPPA_RM, &message);
}

void emulation_coalescing_changed(struct nvmf_ctrlr *ctrlr, uint8_t threshold, uint8_t time,
				  const uint64_t disabled_vectors[2])
{
	struct function *function = emulation_function_of(ctrlr);

	/* The defaults of a controller that is being created: none. */
	if (!function)
		return;
	function->coalescing = queue_message(function, OP_COALESCING, 0);
	function->coalescing.coalescing.threshold = threshold;
	function->coalescing.coalescing.time = time;
	memcpy(function->coalescing.coalescing.not_coalesced, disabled_vectors,
	       sizeof function->coalescing.coalescing.not_coalesced);
	emulation_broadcast(emulation_function_number(function), &function->coalescing);
}
