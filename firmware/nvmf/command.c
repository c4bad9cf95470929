/* What transports need to know of a command before they execute it. */
#include "internal.h"

static bool is_fabrics(const struct nvmf_qpair *qpair, const struct nvme_command *cmd)
{
	return cmd->opcode == NVME_ADMIN_FABRICS && !qpair->transport->memory_based;
}

enum nvmf_direction nvmf_command_direction(const struct nvme_command *cmd)
{
	/* Fabrics commands: the same two bits, of fctype. */
	const uint8_t code = cmd->opcode == NVME_ADMIN_FABRICS ? (uint8_t)cmd->nsid : cmd->opcode;

	return (enum nvmf_direction)NVME_TRANSFER(code);
}

static uint32_t limited(const struct nvmf_qpair *qpair, uint64_t bytes)
{
	return bytes > qpair->transport->options.max_io_size ? 0 : (uint32_t)bytes;
}

static uint32_t admin_length(const struct nvmf_qpair *qpair, const struct nvme_command *cmd)
{
	switch (cmd->opcode) {
	case NVME_ADMIN_IDENTIFY:
		return 4096;
	case NVME_ADMIN_GET_LOG_PAGE:
		return limited(qpair, NVMF_LOG_BYTES(cmd));
	case NVME_ADMIN_SET_FEATURES:
	case NVME_ADMIN_GET_FEATURES:
		if ((cmd->cdw10 & 0xff) == NVME_FEATURE_HOST_ID)
			return cmd->cdw11 & 1 ? 16 : 8;
		return 0;
	default:
		return 0;
	}
}

static uint32_t io_length(const struct nvmf_qpair *qpair, const struct nvme_command *cmd)
{
	switch (cmd->opcode) {
	case NVME_NVM_READ:
	case NVME_NVM_WRITE:
	case NVME_NVM_COMPARE:
		if (!qpair->view || cmd->nsid == 0 || cmd->nsid > qpair->subsystem->max_namespaces)
			return 0;
		return limited(qpair, (uint64_t)NVME_RW_BLOCKS(cmd->cdw12)
					      << qpair->view->ns[cmd->nsid - 1].block_shift);
	case NVME_NVM_DATASET_MANAGEMENT:
		return NVME_DSM_RANGES(cmd->cdw10) * (uint32_t)sizeof(struct nvme_dsm_range);
	default:
		return 0;
	}
}

uint32_t nvmf_command_length(const struct nvmf_qpair *qpair, const struct nvme_command *cmd)
{
	if (is_fabrics(qpair, cmd))
		return ((const struct nvmf_connect_command *)cmd)->fctype == NVMF_CONNECT
			       ? (uint32_t)sizeof(struct nvmf_connect_data)
			       : 0;
	return qpair->qid == 0 ? admin_length(qpair, cmd) : io_length(qpair, cmd);
}

bool nvmf_command_needs_local_data(const struct nvmf_qpair *qpair, const struct nvme_command *cmd)
{
	if (qpair->qid == 0 || is_fabrics(qpair, cmd))
		return true;
	return cmd->opcode == NVME_NVM_DATASET_MANAGEMENT || cmd->opcode == NVME_NVM_RESERVATION_REGISTER ||
	       cmd->opcode == NVME_NVM_RESERVATION_REPORT || cmd->opcode == NVME_NVM_RESERVATION_ACQUIRE ||
	       cmd->opcode == NVME_NVM_RESERVATION_RELEASE;
}
