/* Admin commands on the control core: who may do what when, and the short ones. */
#include "internal.h"

/* Abort: outstanding Asynchronous Event Requests can be aborted; what has reached a bdev is on its way to completion,
 * which the specification allows ("the command was not aborted", bit 0 of dword 0). */
static void abort_command(struct nvmf_request *request)
{
	const uint16_t sqid = (uint16_t)request->cmd->cdw10, cid = (uint16_t)(request->cmd->cdw10 >> 16);

	request->cpl.cdw0 = sqid == 0 && nvmf_event_abort(request->ctrlr, cid) ? 0 : 1;
	nvmf_control_complete(request);
}

static void keep_alive(struct nvmf_request *request)
{
	request->ctrlr->keep_alive_ticks = 0;
	nvmf_control_complete(request);
}

/* Of a discovery controller, NVMe over fabrics 1.1 figure "Discovery Controller - Admin Commands". */
static bool discovery_supports(uint8_t opcode)
{
	return opcode == NVME_ADMIN_GET_LOG_PAGE || opcode == NVME_ADMIN_IDENTIFY || opcode == NVME_ADMIN_KEEP_ALIVE ||
	       opcode == NVME_ADMIN_ASYNC_EVENT || opcode == NVME_ADMIN_SET_FEATURES ||
	       opcode == NVME_ADMIN_GET_FEATURES;
}

static void queue_command(struct nvmf_request *request)
{
	if (!request->ctrlr->transport->memory_based) {
		nvmf_control_fail(request, NVME_SCT_GENERIC, NVME_SC_INVALID_OPCODE);
		return;
	}
	switch (request->cmd->opcode) {
	case NVME_ADMIN_CREATE_CQ:
		nvmf_create_cq(request);
		break;
	case NVME_ADMIN_CREATE_SQ:
		nvmf_create_sq(request);
		break;
	case NVME_ADMIN_DELETE_CQ:
		nvmf_delete_cq(request);
		break;
	default:
		nvmf_delete_sq(request);
		break;
	}
}

void nvmf_admin_exec(struct nvmf_request *request)
{
	const struct nvme_command *cmd = request->cmd;

	if (NVME_CMD_FUSE(cmd->flags)) {
		nvmf_control_fail(request, NVME_SCT_GENERIC, NVME_SC_INVALID_FIELD);
		return;
	}
	if (request->ctrlr->subsystem->discovery && !discovery_supports(cmd->opcode)) {
		nvmf_control_fail(request, NVME_SCT_GENERIC, NVME_SC_INVALID_OPCODE);
		return;
	}
	switch (cmd->opcode) {
	case NVME_ADMIN_CREATE_CQ:
	case NVME_ADMIN_CREATE_SQ:
	case NVME_ADMIN_DELETE_CQ:
	case NVME_ADMIN_DELETE_SQ:
		queue_command(request);
		break;
	case NVME_ADMIN_GET_LOG_PAGE:
		nvmf_get_log_page(request);
		break;
	case NVME_ADMIN_IDENTIFY:
		nvmf_identify(request);
		break;
	case NVME_ADMIN_ABORT:
		abort_command(request);
		break;
	case NVME_ADMIN_SET_FEATURES:
		nvmf_set_features(request);
		break;
	case NVME_ADMIN_GET_FEATURES:
		nvmf_get_features(request);
		break;
	case NVME_ADMIN_ASYNC_EVENT:
		nvmf_async_event_request(request);
		break;
	case NVME_ADMIN_KEEP_ALIVE:
		keep_alive(request);
		break;
	default:
		nvmf_control_fail(request, NVME_SCT_GENERIC, NVME_SC_INVALID_OPCODE);
		break;
	}
}

void nvmf_control_exec(struct nvmf_request *request, struct nvmf_target *target)
{
	const struct nvmf_ctrlr *ctrlr = request->ctrlr;

	if (!ctrlr || (request->cmd->opcode == NVME_ADMIN_FABRICS && !ctrlr->transport->memory_based))
		nvmf_fabrics_exec(request, target);
	else if (!(ctrlr->csts & NVME_CSTS_RDY) || ctrlr->resetting)
		/* Not enabled: on fabrics queues commands arrive all the same. */
		nvmf_control_fail(request, NVME_SCT_GENERIC, NVME_SC_COMMAND_SEQUENCE);
	else
		nvmf_admin_exec(request);
}
