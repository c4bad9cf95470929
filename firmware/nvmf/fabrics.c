/* Fabrics commands on the control core: Connect, Property Get and Set, Disconnect (NVMe over fabrics 1.1, clause 3). */
#include <stdio.h>
#include <string.h>

#include "internal.h"

/* --- Connect ------------------------------------------------------------------------------------------------------ */

struct connect {
	struct nvmf_request *request;
	const struct nvmf_connect_command *cmd;
	struct nvmf_connect_data data;
	struct nvmf_target *target;
	struct nvmf_subsystem *subsystem;
	struct nvmf_transport *transport;
	int listener;
};

static void invalid_parameter(struct connect *connect, size_t offset, bool in_data)
{
	connect->request->cpl.cdw0 = (uint32_t)offset | (in_data ? NVMF_CONNECT_IATTR_DATA : 0);
	nvmf_control_fail(connect->request, NVME_SCT_SPECIFIC, NVMF_SC_INVALID_PARAMETERS);
}

#define INVALID_COMMAND(connect, field) invalid_parameter(connect, offsetof(struct nvmf_connect_command, field), false)
#define INVALID_DATA(connect, field) invalid_parameter(connect, offsetof(struct nvmf_connect_data, field), true)

static struct nvmf_transport *transport_of(struct nvmf_target *target, uint8_t trtype)
{
	for (unsigned i = 0; i < NVMF_MAX_TRANSPORTS; i++)
		if (target->transports[i] && target->transports[i]->trtype == trtype)
			return target->transports[i];
	return NULL;
}

static void succeed(struct connect *connect, struct nvmf_ctrlr *ctrlr)
{
	struct nvmf_queue *queue = &ctrlr->queues[connect->cmd->qid];
	struct nvmf_attach attach =
		nvmf_ctrlr_attach_info(ctrlr, connect->cmd->qid, (uint16_t)(connect->cmd->sqsize + 1));

	attach.no_flow_control = (connect->cmd->cattr & NVMF_CATTR_NO_FLOW_CONTROL) != 0;
	attach.listener = (uint8_t)connect->listener;
	nvmf_remote_origin(connect->request, queue);
	queue->ctrlr = ctrlr;
	queue->qid = connect->cmd->qid;
	queue->ending = false;
	connect->request->cpl.cdw0 = ctrlr->cntlid;
	nvmf_remote_connected(connect->request, &attach, queue);
	nvmf_control_complete(connect->request);
}

static void connect_admin(struct connect *connect)
{
	struct nvmf_ctrlr *ctrlr;

	if (connect->cmd->sqsize >= connect->transport->options.max_aq_depth) {
		INVALID_COMMAND(connect, sqsize);
		return;
	}
	if (connect->data.cntlid != NVMF_CNTLID_DYNAMIC) {
		INVALID_DATA(connect, cntlid);
		return;
	}
	ctrlr = nvmf_ctrlr_new(connect->subsystem, connect->transport, NULL);
	if (!ctrlr) {
		nvmf_control_fail(connect->request, NVME_SCT_SPECIFIC, NVMF_SC_CONTROLLER_BUSY);
		return;
	}
	ctrlr->listener = (uint8_t)connect->listener;
	memcpy(ctrlr->hostid, connect->data.hostid, sizeof(ctrlr->hostid));
	ctrlr->local = connect->request->qpair->local;
	snprintf(ctrlr->hostnqn, sizeof(ctrlr->hostnqn), "%s", connect->data.hostnqn);
	nvmf_keep_alive_start(ctrlr, connect->cmd->kato);
	succeed(connect, ctrlr);
}

static void connect_io(struct connect *connect)
{
	struct nvmf_ctrlr *ctrlr = nvmf_ctrlr_find(connect->subsystem, connect->data.cntlid);
	const uint16_t qid = connect->cmd->qid;

	if (!ctrlr || ctrlr->destroying || ctrlr->transport != connect->transport) {
		INVALID_DATA(connect, cntlid);
	} else if (memcmp(ctrlr->hostid, connect->data.hostid, sizeof(ctrlr->hostid)) != 0) {
		INVALID_DATA(connect, hostid);
	} else if (strcmp(ctrlr->hostnqn, connect->data.hostnqn) != 0) {
		INVALID_DATA(connect, hostnqn);
	} else if (connect->subsystem->discovery || qid > connect->transport->options.max_io_qpairs) {
		INVALID_COMMAND(connect, qid);
	} else if (connect->cmd->sqsize >= connect->transport->options.max_queue_depth) {
		INVALID_COMMAND(connect, sqsize);
	} else if (!(ctrlr->csts & NVME_CSTS_RDY) || NVME_CSTS_SHST(ctrlr->csts) || ctrlr->resetting ||
		   ctrlr->queues[qid].ctrlr) {
		nvmf_control_fail(connect->request, NVME_SCT_GENERIC, NVME_SC_COMMAND_SEQUENCE);
	} else if (NVME_CC_GET(ctrlr->cc, 16, 4) != 6 || NVME_CC_GET(ctrlr->cc, 20, 4) != 4) {
		/* The sizes of queue entries that the host chose before are not those of this queue. */
		INVALID_COMMAND(connect, qid);
	} else {
		succeed(connect, ctrlr);
	}
}

static bool terminated(const char *text) { return memchr(text, 0, NVMF_NQN_BYTES) != NULL; }

/* Checks what holds for both kinds of queues, in the order in which later checks need earlier ones. */
static void connect_checked(struct connect *connect)
{
	const struct nvmf_address *local = &connect->request->qpair->local;

	if (!terminated(connect->data.subnqn)) {
		INVALID_DATA(connect, subnqn);
		return;
	}
	connect->subsystem = nvmf_subsystem_for_connect(connect->target, connect->data.subnqn);
	if (!connect->subsystem || connect->subsystem->deleting) {
		INVALID_DATA(connect, subnqn);
		return;
	}
	if (!terminated(connect->data.hostnqn) || !nvmf_nqn_valid(connect->data.hostnqn)) {
		INVALID_DATA(connect, hostnqn);
		return;
	}
	connect->transport = transport_of(connect->target, local->trtype);
	connect->listener = nvmf_subsystem_listener(connect->subsystem, local);
	if (!nvmf_subsystem_host_allowed(connect->subsystem, connect->data.hostnqn) || connect->listener < 0 ||
	    !connect->transport) {
		nvmf_control_fail(connect->request, NVME_SCT_SPECIFIC, NVMF_SC_INVALID_HOST);
		return;
	}
	if (connect->cmd->sqsize == 0) {
		INVALID_COMMAND(connect, sqsize);
		return;
	}
	if (connect->cmd->qid == 0)
		connect_admin(connect);
	else
		connect_io(connect);
}

static void exec_connect(struct nvmf_request *request, struct nvmf_target *target)
{
	struct connect connect = {
		.request = request,
		.cmd = (const void *)request->cmd,
		.target = target,
	};

	if (request->length < sizeof(connect.data)) {
		nvmf_control_fail(request, NVME_SCT_GENERIC, NVME_SC_DATA_SGL_LENGTH);
	} else if (connect.cmd->recfmt) {
		nvmf_control_fail(request, NVME_SCT_SPECIFIC, NVMF_SC_INCOMPATIBLE_FORMAT);
	} else {
		nvmf_data_read(request, 0, &connect.data, sizeof(connect.data));
		connect_checked(&connect);
	}
}

/* --- Properties --------------------------------------------------------------------------------------------------- */

/* Bytes of a property of fabrics controllers; 0: there is none. */
static unsigned property_size(uint32_t offset)
{
	switch (offset) {
	case NVME_REG_CAP:
		return 8;
	case NVME_REG_VS:
	case NVME_REG_CC:
	case NVME_REG_CSTS:
		return 4;
	default:
		return 0;
	}
}

static void exec_property(struct nvmf_request *request, bool set)
{
	const struct nvmf_property_command *cmd = (const void *)request->cmd;
	const unsigned size = property_size(cmd->ofst);

	if (!size || (cmd->attrib & 7) != (size == 8) || (set && cmd->ofst != NVME_REG_CC)) {
		nvmf_control_fail(request, NVME_SCT_GENERIC, NVME_SC_INVALID_FIELD);
		return;
	}
	if (set) {
		nvmf_ctrlr_write(request->ctrlr, cmd->ofst, (uint32_t)cmd->value, size);
	} else {
		const uint64_t value = nvmf_ctrlr_read(request->ctrlr, cmd->ofst, size);

		request->cpl.cdw0 = (uint32_t)value;
		request->cpl.cdw1 = (uint32_t)(value >> 32);
	}
	nvmf_control_complete(request);
}

void nvmf_fabrics_exec(struct nvmf_request *request, struct nvmf_target *target)
{
	const uint8_t fctype = ((const struct nvmf_connect_command *)request->cmd)->fctype;

	if (!request->ctrlr) {
		/* The queue's core lets nothing else through. */
		exec_connect(request, target);
		return;
	}
	switch (fctype) {
	case NVMF_PROPERTY_SET:
		exec_property(request, true);
		break;
	case NVMF_PROPERTY_GET:
		exec_property(request, false);
		break;
	case NVMF_CONNECT:
		nvmf_control_fail(request, NVME_SCT_GENERIC, NVME_SC_COMMAND_SEQUENCE);
		break;
	case NVMF_DISCONNECT:
		nvmf_control_fail(request, NVME_SCT_SPECIFIC, NVMF_SC_INVALID_QUEUE_TYPE);
		break;
	default:
		nvmf_control_fail(request, NVME_SCT_GENERIC, NVME_SC_INVALID_OPCODE);
		break;
	}
}
