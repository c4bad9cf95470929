/* Dataset Management (6.7): deallocates up to 256 ranges, one after the other. The other attributes are hints that
 * nothing depends on. */
#include "internal.h"

static struct nvme_dsm_range range_at(const struct nvmf_request *request, uint32_t index)
{
	struct nvme_dsm_range range;

	nvmf_data_read(request, index * sizeof(range), &range, sizeof(range));
	return range;
}

/* request->pending: index of the next range. */
static void next_range(void *arg);

static void range_done(struct bdev_io *io, bool ok, void *arg)
{
	struct nvmf_request *request = arg;

	if (!ok)
		request->cpl.status = (uint16_t)(bdev_io_status(io) << 1);
	bdev_io_free(io);
	request->pending++;
	next_range(request);
}

static void next_range(void *arg)
{
	struct nvmf_request *request = arg;
	const uint32_t ranges = NVME_DSM_RANGES(request->cmd->cdw10);

	for (; request->pending < ranges && !request->cpl.status; request->pending++) {
		const struct nvme_dsm_range range = range_at(request, request->pending);

		if (range.blocks) {
			const struct bdev_request io = {
				.type = BDEV_IO_UNMAP, .lba = range.lba, .blocks = range.blocks};

			nvmf_io_submit(request, &io, range_done, next_range);
			return;
		}
	}
	nvmf_view_ns_release(request->view_ns);
	nvmf_request_complete(request);
}

void nvmf_io_dsm(struct nvmf_request *request, struct nvmf_view_ns *view_ns)
{
	const uint32_t ranges = NVME_DSM_RANGES(request->cmd->cdw10);
	const bool deallocate = (request->cmd->cdw11 & NVME_DSM_DEALLOCATE) != 0;

	view_ns->in_flight++;
	request->view_ns = view_ns;
	if (request->length < ranges * sizeof(struct nvme_dsm_range)) {
		nvmf_io_fail(request, NVME_SCT_GENERIC, NVME_SC_DATA_SGL_LENGTH);
		return;
	}
	for (uint32_t i = 0; i < ranges; i++) {
		const struct nvme_dsm_range range = range_at(request, i);

		if (range.lba > view_ns->blocks || range.blocks > view_ns->blocks - range.lba) {
			nvmf_io_fail(request, NVME_SCT_GENERIC, NVME_SC_LBA_OUT_OF_RANGE);
			return;
		}
	}
	/* A device that cannot deallocate need not: the blocks just keep their contents. */
	request->pending = deallocate && bdev_io_type_supported(view_ns->ns->bdev, BDEV_IO_UNMAP) ? 0 : ranges;
	next_range(request);
}
