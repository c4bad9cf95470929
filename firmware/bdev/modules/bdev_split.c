/* Equal pieces of a bdev. They share the descriptor of what they lie on; the last one that goes closes it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bdev/modules.h"
#include "stacked.h"

static struct bdev_module split_module = {.name = "split"};

struct base;

struct piece {
	struct bdev bdev;
	struct base *base;
	uint64_t first; /* block below */
};

struct base {
	struct bdev_desc *desc;
	unsigned left; /* pieces that are registered */
	bool leaving;
	struct base *next;
	struct piece pieces[];
};

static struct base *bases; /* on the control core of the cluster only */

static void split_submit(struct bdev_io *io)
{
	const struct piece *piece = io->bdev->context;
	const struct bdev_stacked_channel *channel = io->channel_context;

	bdev_forward(io, piece->base->desc, channel->below, piece->first + io->lba);
}

static bool split_supports(void *context, enum bdev_io_type type)
{
	return bdev_io_type_supported(bdev_desc_bdev(((struct piece *)context)->base->desc), type);
}

static int split_create_channel(void *context, void *channel)
{
	struct bdev_stacked_channel *split = channel;

	split->below = bdev_get_channel(((struct piece *)context)->base->desc);
	return split->below ? 0 : -ENODEV;
}

static void close_base(struct base *base)
{
	struct base **at = &bases;

	while (*at && *at != base)
		at = &(*at)->next;
	if (*at)
		*at = base->next;
	bdev_release(bdev_desc_bdev(base->desc), &split_module);
	bdev_close(base->desc);
	free(base);
}

static void split_destruct(void *context)
{
	struct base *base = ((struct piece *)context)->base;

	if (!--base->left)
		close_base(base);
}

static const struct bdev_fn_table split_fn = {
	.submit = split_submit,
	.io_type_supported = split_supports,
	.channel_bytes = sizeof(struct bdev_stacked_channel),
	.create_channel = split_create_channel,
	.destroy_channel = bdev_stacked_destroy_channel,
	.destruct = split_destruct,
};

/* The base lives until the last piece is gone: count them before. */
static void unregister_all(struct base *base)
{
	if (base->leaving)
		return;
	base->leaving = true;
	for (unsigned i = 0, count = base->left; i < count; i++)
		bdev_unregister(&base->pieces[i].bdev, NULL, NULL);
}

static void base_event(enum bdev_event event, struct bdev *bdev, void *arg)
{
	(void)bdev;
	if (event == BDEV_EVENT_REMOVE)
		unregister_all(arg);
}

static int add_piece(struct base *base, unsigned number, uint64_t blocks)
{
	const struct bdev *below = bdev_desc_bdev(base->desc);
	struct piece *piece = &base->pieces[number];
	char name[BDEV_NAME_MAX + 16];

	snprintf(name, sizeof name, "%sp%u", bdev_name(below), number);
	piece->base = base;
	piece->first = number * blocks;
	piece->bdev = (struct bdev){
		.product = "split",
		.module = &split_module,
		.fn = &split_fn,
		.context = piece,
		.block_size = below->block_size,
		.blocks = blocks,
		.write_cache = below->write_cache,
		.optimal_boundary =
			blocks % (below->optimal_boundary + !below->optimal_boundary) ? 0 : below->optimal_boundary,
		.level = bdev_level(below),
	};
	const int error = bdev_register(&piece->bdev, name, NULL);

	if (!error)
		base->left++;
	return error;
}

int bdev_split_create(const char *below, unsigned count, uint64_t blocks)
{
	struct base *base = count ? calloc(1, sizeof *base + count * sizeof *base->pieces) : NULL;

	if (!base)
		return count ? -ENOMEM : -EINVAL;
	int error = bdev_open(below, false, base_event, base, &base->desc);

	if (error) {
		free(base);
		return error;
	}
	error = bdev_claim(base->desc, &split_module);
	if (error) {
		bdev_close(base->desc);
		free(base);
		return error;
	}
	const uint64_t available = bdev_num_blocks(bdev_desc_bdev(base->desc));

	base->next = bases;
	bases = base;
	if (!blocks)
		blocks = available / count;
	if (!blocks || blocks > available / count)
		error = -EINVAL;
	for (unsigned i = 0; i < count && !error; i++)
		error = add_piece(base, i, blocks);
	if (error && base->left)
		unregister_all(base);
	else if (error)
		close_base(base);
	return error;
}

int bdev_split_delete(const char *below)
{
	for (struct base *base = bases; base; base = base->next) {
		if (strcmp(bdev_name(bdev_desc_bdev(base->desc)), below) != 0)
			continue;
		unregister_all(base);
		return 0;
	}
	return -ENODEV;
}
