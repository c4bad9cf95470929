/* Namespaces of NVMe SSDs as bdevs. A bdev's channel is the core's queue pair of the controller. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bdev/module.h"
#include "bdev/modules.h"
#include "cos/console.h"
#include "cos/reactor.h"
#include "nvme/driver.h"

/* How often the end of the last channel is looked for, microseconds. */
#define RELEASE_US 50
/* NLB is 16 bits, minus 1. */
#define MAX_BLOCKS 65536u

static struct bdev_module nvme_module = {.name = "nvme"};

struct nvme_disk;

struct nvme_bdev {
	struct bdev bdev;
	struct nvme_disk *disk;
	uint32_t nsid;
};

/* The bdevs of a controller. */
struct nvme_disk {
	struct nvme_device *device;
	unsigned left; /* bdevs */
	struct cos_poller *release;
	struct nvme_bdev ns[];
};

static struct cos_io_channel *queue_pair(const struct bdev_io *io)
{
	return *(struct cos_io_channel **)io->channel_context;
}

static void nvme_done(void *arg, const struct nvme_completion *completion)
{
	bdev_io_complete(arg, NVME_CPL_STATUS(completion) & 0x47ff); /* without CRD and More */
}

static void nvme_submit(struct bdev_io *io)
{
	static const uint8_t opcodes[BDEV_IO_TYPES] = {
		[BDEV_IO_READ] = NVME_NVM_READ,
		[BDEV_IO_WRITE] = NVME_NVM_WRITE,
		[BDEV_IO_COMPARE] = NVME_NVM_COMPARE,
		[BDEV_IO_FLUSH] = NVME_NVM_FLUSH,
		[BDEV_IO_UNMAP] = NVME_NVM_DATASET_MANAGEMENT,
		[BDEV_IO_WRITE_ZEROES] = NVME_NVM_WRITE_ZEROES,
	};
	const struct nvme_bdev *bdev = io->bdev->context;
	struct nvme_io *request = BDEV_IO_DRIVER(io, struct nvme_io);

	if (io->type == BDEV_IO_RESET) {
		nvme_io_reset(queue_pair(io), nvme_done, io);
		return;
	}
	*request = (struct nvme_io){
		.done = nvme_done,
		.arg = io,
		.opcode = opcodes[io->type],
		.nsid = bdev->nsid,
	};
	/* A flush is of the whole namespace. */
	if (io->type != BDEV_IO_FLUSH) {
		request->lba = io->lba;
		request->blocks = io->blocks;
		request->cdw12 = (uint32_t)(io->blocks - 1) & 0xffff;
	}
	if (io->type <= BDEV_IO_COMPARE) {
		request->data = bdev_io_cursor(io);
		request->bytes = (uint32_t)bdev_io_bytes(io);
		request->cdw12 |= io->flags & BDEV_FUA ? NVME_RW_FUA : 0;
	}
	nvme_io_submit(queue_pair(io), request);
}

static bool nvme_supports(void *context, enum bdev_io_type type)
{
	const uint16_t oncs = ((const struct nvme_bdev *)context)->disk->device->info.oncs;

	switch (type) {
	case BDEV_IO_COMPARE:
		return oncs & NVME_ONCS_COMPARE;
	case BDEV_IO_UNMAP:
		return oncs & NVME_ONCS_DSM;
	case BDEV_IO_WRITE_ZEROES:
		return oncs & NVME_ONCS_WRITE_ZEROES;
	default:
		return type < BDEV_IO_TYPES;
	}
}

static int nvme_channel_create(void *context, void *channel)
{
	struct cos_io_channel *queue = cos_get_io_channel(((struct nvme_bdev *)context)->disk->device);

	*(struct cos_io_channel **)channel = queue;
	return queue ? 0 : -ENOMEM;
}

static void nvme_channel_destroy(void *context, void *channel)
{
	(void)context;
	cos_put_io_channel(*(struct cos_io_channel **)channel);
}

static const struct bdev_fn_table nvme_fn = {
	.submit = nvme_submit,
	.io_type_supported = nvme_supports,
	.channel_bytes = sizeof(struct cos_io_channel *),
	.create_channel = nvme_channel_create,
	.destroy_channel = nvme_channel_destroy,
};

static void add_namespace(struct nvme_disk *disk, const struct nvme_namespace_info *ns)
{
	struct nvme_bdev *nvme = &disk->ns[disk->left];
	char name[BDEV_NAME_MAX];

	*nvme = (struct nvme_bdev){
		.bdev = {.product = "NVMe disk",
			 .module = &nvme_module,
			 .fn = &nvme_fn,
			 .context = nvme,
			 .block_size = ns->block_size,
			 .blocks = ns->blocks,
			 .write_cache = disk->device->info.write_cache,
			 .optimal_boundary = ns->optimal_boundary,
			 .max_blocks = disk->device->info.max_transfer / ns->block_size,
			 .max_zeroes = MAX_BLOCKS},
		.disk = disk,
		.nsid = ns->nsid,
	};
	snprintf(name, sizeof name, "%sn%u", disk->device->info.name, ns->nsid);
	const int error = bdev_register(&nvme->bdev, name, ns->nguid);

	if (error)
		cos_printf("bdev %s: not registered (%d)\n", name, error);
	else
		disk->left++;
}

static void added(struct nvme_device *device)
{
	struct nvme_disk *disk = calloc(1, sizeof *disk + device->info.namespaces * sizeof *disk->ns);

	device->user = disk;
	if (!disk) {
		cos_printf("nvme %s: no memory for its bdevs\n", device->info.name);
		return;
	}
	disk->device = device;
	for (unsigned i = 0; i < device->info.namespaces; i++)
		add_namespace(disk, &device->info.ns[i]);
}

static int release(void *arg)
{
	struct nvme_disk *disk = arg;

	if (disk->left || nvme_device_release(disk->device) == -EBUSY)
		return COS_POLLER_IDLE;
	cos_poller_unregister(&disk->release);
	free(disk);
	return COS_POLLER_BUSY;
}

static void bdev_gone(void *arg) { ((struct nvme_disk *)arg)->left--; }

static void removed(struct nvme_device *device)
{
	struct nvme_disk *disk = device->user;

	if (!disk) {
		nvme_device_release(device);
		return;
	}
	disk->release = cos_poller_register(release, disk, RELEASE_US);
	if (!disk->release)
		cos_panic("no memory to remove %s", device->info.name);
	for (unsigned i = 0, count = disk->left; i < count; i++)
		bdev_unregister(&disk->ns[i].bdev, bdev_gone, disk);
}

void bdev_nvme_init(unsigned message_type)
{
	static const struct nvme_listener listener = {.added = added, .removed = removed};

	nvme_init(message_type, &listener);
}
