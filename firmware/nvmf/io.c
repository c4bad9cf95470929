/*
 * I/O commands, on the core of their queue pair. The fast path is nvmf_io_exec() -> transfer() -> nvmf_io_start() ->
 * bdev, and bdev -> io_done() back: it touches the request, the queue pair, the core's view of the namespace.
 *
 * Statuses follow NVMe 1.4: an NSID above NN is invalid (Invalid Namespace or Format), one below without a namespace is
 * inactive (Invalid Field in Command), 6.1.2 .. 6.1.5.
 */
#include <errno.h>

#include "internal.h"

/* --- The end of a command ----------------------------------------------------------------------------------------- */

/* Before the namespace has counted it. */
static void reject(struct nvmf_request *request, uint8_t sct, uint8_t sc)
{
	nvmf_set_error(request, sct, sc);
	nvmf_request_complete(request);
}

static void finish(struct nvmf_request *request)
{
	nvmf_view_ns_release(request->view_ns);
	nvmf_request_complete(request);
}

void nvmf_io_fail(struct nvmf_request *request, uint8_t sct, uint8_t sc)
{
	nvmf_set_error(request, sct, sc);
	finish(request);
}

static void io_done(struct bdev_io *io, bool ok, void *arg)
{
	struct nvmf_request *request = arg;

	if (!ok)
		request->cpl.status = (uint16_t)(bdev_io_status(io) << 1);
	bdev_io_free(io);
	finish(request);
}

/* What an errno of bdev_submit() is for the host; all but the lack of memory are final. */
static void refused(struct nvmf_request *request, int error)
{
	switch (error) {
	case -ENOTSUP:
		nvmf_io_fail(request, NVME_SCT_GENERIC, NVME_SC_INVALID_OPCODE);
		break;
	case -EBADF:
		nvmf_io_fail(request, NVME_SCT_GENERIC, NVME_SC_WRITE_PROTECTED);
		break;
	case -ENODEV:
		nvmf_io_fail(request, NVME_SCT_GENERIC, NVME_SC_INVALID_NAMESPACE);
		break;
	default:
		nvmf_io_fail(request, NVME_SCT_GENERIC, NVME_SC_INTERNAL_ERROR);
		break;
	}
}

void nvmf_io_submit(struct nvmf_request *request, const struct bdev_request *io, bdev_io_done_fn done,
		    void (*again)(void *request))
{
	const struct nvmf_view_ns *view_ns = request->view_ns;
	const int result = bdev_submit(view_ns->desc, view_ns->channel, io, done, request);

	if (result == 0)
		return;
	if (result == -ENOMEM) {
		request->wait = (struct bdev_wait_entry){.fn = again, .arg = request};
		bdev_wait_for_io(view_ns->channel, &request->wait);
		return;
	}
	refused(request, result);
}

/* --- Commands ------------------------------------------------------------------------------------------------------
 */

static uint64_t first_block(const struct nvme_command *cmd) { return cmd->cdw10 | (uint64_t)cmd->cdw11 << 32; }

static const uint8_t kBdevType[] = {
	[NVME_NVM_FLUSH] = BDEV_IO_FLUSH,
	[NVME_NVM_WRITE] = BDEV_IO_WRITE,
	[NVME_NVM_READ] = BDEV_IO_READ,
	[NVME_NVM_COMPARE] = BDEV_IO_COMPARE,
	[NVME_NVM_WRITE_ZEROES] = BDEV_IO_WRITE_ZEROES,
};

static void start_again(void *request) { nvmf_io_start(request); }

void nvmf_io_start(struct nvmf_request *request)
{
	const struct nvme_command *cmd = request->cmd;
	struct bdev_request io = {.type = (enum bdev_io_type)kBdevType[cmd->opcode]};

	if (cmd->opcode == NVME_NVM_FLUSH) {
		io.blocks = request->view_ns->blocks;
	} else {
		io.lba = first_block(cmd);
		io.blocks = NVME_RW_BLOCKS(cmd->cdw12);
		if (cmd->opcode != NVME_NVM_WRITE_ZEROES) {
			io.segments = request->segments;
			io.segment_count = request->segment_count;
		}
		if (cmd->cdw12 & NVME_RW_FUA && cmd->opcode != NVME_NVM_READ && cmd->opcode != NVME_NVM_COMPARE)
			io.flags = BDEV_FUA;
	}
	nvmf_io_submit(request, &io, io_done, start_again);
}

static void count(struct nvmf_request *request, uint64_t bytes)
{
	struct nvmf_group_statistics *statistics = &request->qpair->group->statistics;

	if (request->cmd->opcode == NVME_NVM_READ) {
		statistics->reads++;
		statistics->read_bytes += bytes;
	} else if (request->cmd->opcode == NVME_NVM_WRITE) {
		statistics->writes++;
		statistics->written_bytes += bytes;
	} else {
		statistics->others++;
	}
}

/* Read, Write, Compare, Write Zeroes. */
static void transfer(struct nvmf_request *request, struct nvmf_view_ns *view_ns)
{
	const struct nvme_command *cmd = request->cmd;
	const uint64_t lba = first_block(cmd);
	const uint32_t blocks = NVME_RW_BLOCKS(cmd->cdw12);
	const uint64_t bytes = (uint64_t)blocks << view_ns->block_shift;

	if (lba >= view_ns->blocks || blocks > view_ns->blocks - lba) {
		reject(request, NVME_SCT_GENERIC, NVME_SC_LBA_OUT_OF_RANGE);
		return;
	}
	if (cmd->opcode != NVME_NVM_WRITE_ZEROES) {
		if (bytes > request->qpair->transport->options.max_io_size) {
			reject(request, NVME_SCT_GENERIC, NVME_SC_INVALID_FIELD);
			return;
		}
		if (bytes > request->length) {
			reject(request, NVME_SCT_GENERIC, NVME_SC_DATA_SGL_LENGTH);
			return;
		}
	}
	view_ns->in_flight++;
	request->view_ns = view_ns;
	count(request, bytes);
	if (nvmf_limits_admit(request, (uint32_t)bytes))
		nvmf_io_start(request);
}

static void flush(struct nvmf_request *request, struct nvmf_view_ns *view_ns)
{
	view_ns->in_flight++;
	request->view_ns = view_ns;
	count(request, 0);
	nvmf_io_start(request);
}

/* --- Before the command ------------------------------------------------------------------------------------------- */

/* ANA (8.20): what the path lets through. True: goes on. */
static bool path_open(struct nvmf_request *request, const struct nvmf_ns *ns)
{
	const struct nvmf_subsystem *subsystem = request->qpair->subsystem;
	const uint8_t state = subsystem->listeners[request->qpair->listener].ana_state[ns->options.ana_group - 1];

	switch (state) {
	case NVME_ANA_INACCESSIBLE:
		reject(request, NVME_SCT_PATH, NVME_SC_ANA_INACCESSIBLE);
		return false;
	case NVME_ANA_PERSISTENT_LOSS:
		reject(request, NVME_SCT_PATH, NVME_SC_ANA_PERSISTENT_LOSS);
		return false;
	case NVME_ANA_CHANGE:
		/* Will pass: the host shall try again. */
		nvmf_request_set_status(request, NVME_SCT_PATH, NVME_SC_ANA_TRANSITION, false);
		nvmf_request_complete(request);
		return false;
	default:
		return true;
	}
}

/* The namespace, ready to be used; NULL: the command has been completed. */
static struct nvmf_view_ns *usable_namespace(struct nvmf_request *request)
{
	const struct nvmf_subsystem *subsystem = request->qpair->subsystem;
	const uint32_t nsid = request->cmd->nsid;
	struct nvmf_view_ns *view_ns;

	if (nsid == 0 || nsid > subsystem->max_namespaces) {
		reject(request, NVME_SCT_GENERIC, NVME_SC_INVALID_NAMESPACE);
		return NULL;
	}
	view_ns = &request->qpair->view->ns[nsid - 1];
	if (!view_ns->ns) {
		reject(request, NVME_SCT_GENERIC, NVME_SC_INVALID_FIELD);
		return NULL;
	}
	if (subsystem->ana_reporting && !path_open(request, view_ns->ns))
		return NULL;
	if (!view_ns->channel) {
		/* This core had no memory for a channel. */
		nvmf_request_set_status(request, NVME_SCT_GENERIC, NVME_SC_NAMESPACE_NOT_READY, true);
		nvmf_request_complete(request);
		return NULL;
	}
	return view_ns;
}

static bool is_supported(uint8_t opcode)
{
	return opcode == NVME_NVM_FLUSH || opcode == NVME_NVM_WRITE || opcode == NVME_NVM_READ ||
	       opcode == NVME_NVM_COMPARE || opcode == NVME_NVM_WRITE_ZEROES || opcode == NVME_NVM_DATASET_MANAGEMENT;
}

void nvmf_io_exec(struct nvmf_request *request)
{
	const uint8_t opcode = request->cmd->opcode;
	struct nvmf_view_ns *view_ns;

	if (!is_supported(opcode)) {
		reject(request, NVME_SCT_GENERIC, NVME_SC_INVALID_OPCODE);
		return;
	}
	/* Identify says that there are no fused operations. */
	if (NVME_CMD_FUSE(request->cmd->flags)) {
		reject(request, NVME_SCT_GENERIC, NVME_SC_INVALID_FIELD);
		return;
	}
	view_ns = usable_namespace(request);
	if (!view_ns)
		return;
	if (opcode == NVME_NVM_FLUSH) {
		flush(request, view_ns);
	} else if (opcode == NVME_NVM_DATASET_MANAGEMENT) {
		count(request, 0);
		nvmf_io_dsm(request, view_ns);
	} else {
		transfer(request, view_ns);
	}
}
