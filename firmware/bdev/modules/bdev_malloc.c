/*
 * A bdev in memory. The core of the channel moves the data: for tests and small volumes, not for speed.
 *
 * Disks in DDR are shared by cores whose caches do not see each other's stores: a core drops its lines before it reads.
 * So it does with the buffers of others.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bdev/module.h"
#include "bdev/modules.h"
#include "cos/arena.h"
#include "cos/cpu.h"
#include "nvme/spec.h"

/* Larger disks lie in DDR. */
#define SMEM_LIMIT (256u << 10)

static struct bdev_module malloc_module = {.name = "malloc"};

struct malloc_disk {
	struct bdev bdev;
	char *data;
};

/* Reads into the buffers, writes from them, or compares; true if equal or copied. */
static bool transfer(const struct bdev_io *io, char *disk)
{
	struct bdev_cursor cursor = bdev_io_cursor(io);

	for (uint64_t left = bdev_io_bytes(io); left;) {
		uint64_t address;
		const uint32_t bytes = bdev_cursor_next(&cursor, (uint32_t)left, &address);
		void *buffer = cos_local_pointer(address);

		if (io->type == BDEV_IO_READ) {
			memcpy(buffer, disk, bytes);
		} else {
			cos_dma_sync_for_cpu(buffer, bytes);
			if (io->type == BDEV_IO_WRITE)
				memcpy(disk, buffer, bytes);
			else if (memcmp(disk, buffer, bytes) != 0)
				return false;
		}
		disk += bytes;
		left -= bytes;
	}
	return true;
}

static void malloc_submit(struct bdev_io *io)
{
	struct malloc_disk *disk = io->bdev->context;
	char *data = disk->data + io->lba * disk->bdev.block_size;
	uint16_t status = 0;

	switch (io->type) {
	case BDEV_IO_READ:
	case BDEV_IO_COMPARE:
		cos_dma_sync_for_cpu(data, bdev_io_bytes(io));
		if (!transfer(io, data))
			status = NVME_STATUS(NVME_SCT_MEDIA, NVME_SC_COMPARE_FAILURE);
		break;
	case BDEV_IO_WRITE:
		transfer(io, data);
		break;
	case BDEV_IO_UNMAP:
	case BDEV_IO_WRITE_ZEROES:
		memset(data, 0, bdev_io_bytes(io));
		break;
	default: /* flush, reset: nothing is cached or stuck */
		break;
	}
	cos_dma_sync_for_device();
	bdev_io_complete(io, status);
}

static bool malloc_supports(void *context, enum bdev_io_type type)
{
	(void)context, (void)type;
	return true;
}

static void malloc_destruct(void *context)
{
	struct malloc_disk *disk = context;

	cos_dma_free(disk->data);
	free(disk);
}

static const struct bdev_fn_table malloc_fn = {
	.submit = malloc_submit,
	.io_type_supported = malloc_supports,
	.destruct = malloc_destruct,
};

int bdev_malloc_create(const char *name, const uint8_t *uuid, uint32_t block_size, uint64_t blocks)
{
	struct malloc_disk *disk = calloc(1, sizeof *disk);
	const uint64_t bytes = blocks * block_size;
	int error = -ENOMEM;

	if (!disk)
		return -ENOMEM;
	disk->bdev = (struct bdev){
		.product = "Malloc disk",
		.module = &malloc_module,
		.fn = &malloc_fn,
		.context = disk,
		.block_size = block_size,
		.blocks = blocks,
	};
	disk->data = cos_dma_alloc(bytes <= SMEM_LIMIT ? COS_SMEM : COS_DDR, bytes, 4096, NULL);
	if (disk->data)
		error = bdev_register(&disk->bdev, name, uuid);
	if (error)
		malloc_destruct(disk);
	return error;
}
