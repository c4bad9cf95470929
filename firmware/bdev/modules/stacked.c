#include "stacked.h"

#include <errno.h>
#include <stdlib.h>

static void below_event(enum bdev_event event, struct bdev *below, void *arg)
{
	struct bdev_stacked *stacked = arg;

	if (event == BDEV_EVENT_REMOVE)
		bdev_unregister(&stacked->bdev, NULL, NULL);
	else
		bdev_notify_blocks(&stacked->bdev, bdev_num_blocks(below));
}

static void close_below(struct bdev_stacked *stacked)
{
	bdev_release(bdev_desc_bdev(stacked->below), stacked->bdev.module);
	bdev_close(stacked->below);
}

int bdev_stacked_register(struct bdev_stacked *stacked, const char *name, const uint8_t *uuid, const char *below_name)
{
	struct bdev *bdev = &stacked->bdev;
	int error = bdev_open(below_name, false, below_event, stacked, &stacked->below);

	if (error)
		return error;
	const struct bdev *below = bdev_desc_bdev(stacked->below);

	bdev->context = stacked;
	bdev->block_size = below->block_size;
	bdev->blocks = bdev_num_blocks(below);
	bdev->write_cache = below->write_cache;
	bdev->optimal_boundary = below->optimal_boundary;
	bdev->level = bdev_level(below);
	error = bdev_claim(stacked->below, bdev->module);
	if (error) {
		bdev_close(stacked->below);
		return error;
	}
	error = bdev_register(bdev, name, uuid);
	if (error)
		close_below(stacked);
	return error;
}

void bdev_stacked_destruct(void *stacked)
{
	close_below(stacked);
	free(stacked);
}

bool bdev_stacked_supports(void *stacked, enum bdev_io_type type)
{
	return bdev_io_type_supported(bdev_desc_bdev(((struct bdev_stacked *)stacked)->below), type);
}

int bdev_stacked_create_channel(void *stacked, void *channel)
{
	struct bdev_stacked_channel *context = channel;

	context->below = bdev_get_channel(((struct bdev_stacked *)stacked)->below);
	return context->below ? 0 : -ENODEV;
}

void bdev_stacked_destroy_channel(void *stacked, void *channel)
{
	(void)stacked;
	cos_put_io_channel(((struct bdev_stacked_channel *)channel)->below);
}

void bdev_stacked_forward(struct bdev_io *io)
{
	const struct bdev_stacked *stacked = io->bdev->context;
	const struct bdev_stacked_channel *channel = io->channel_context;

	bdev_forward(io, stacked->below, channel->below, io->lba);
}
