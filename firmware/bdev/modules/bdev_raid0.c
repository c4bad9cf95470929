/*
 * Strips in turn on several bdevs. The bdev core splits I/O at strips, so that each goes to one bdev below. Flush and
 * reset are for all of them: one after the other, the first failure is the outcome.
 */
#include <errno.h>
#include <stdlib.h>

#include "bdev/modules.h"
#include "stacked.h"

#define BASES_MAX 16

static struct bdev_module raid0_module = {.name = "raid0"};

struct raid0 {
	struct bdev bdev;
	unsigned count; /* of bases that are open */
	struct bdev_desc *below[BASES_MAX];
};

struct raid0_channel {
	struct cos_io_channel *below[BASES_MAX];
};

/* In io->driver behind what forwarding uses. */
enum { WORD_NEXT = BDEV_FORWARD_WORDS, WORD_STATUS };

static void go_on(struct bdev_io *io);

static void one_done(struct bdev_io *io, uint16_t status)
{
	if (!io->driver[WORD_STATUS])
		io->driver[WORD_STATUS] = status;
	go_on(io);
}

/* The next of all the bases for a flush or reset. */
static void go_on(struct bdev_io *io)
{
	const struct raid0 *raid = io->bdev->context;
	const struct raid0_channel *channel = io->channel_context;
	const uint64_t next = io->driver[WORD_NEXT]++;

	if (next == raid->count) {
		bdev_io_complete(io, (uint16_t)io->driver[WORD_STATUS]);
		return;
	}
	bdev_forward_range(io, raid->below[next], channel->below[next], 0,
			   bdev_num_blocks(bdev_desc_bdev(raid->below[next])), one_done);
}

static void raid0_submit(struct bdev_io *io)
{
	const struct raid0 *raid = io->bdev->context;
	const struct raid0_channel *channel = io->channel_context;

	if (io->type == BDEV_IO_FLUSH || io->type == BDEV_IO_RESET) {
		io->driver[WORD_NEXT] = io->driver[WORD_STATUS] = 0;
		go_on(io);
		return;
	}
	const uint32_t strip_blocks = raid->bdev.optimal_boundary;
	const uint64_t strip = io->lba / strip_blocks;
	const unsigned base = (unsigned)(strip % raid->count);

	bdev_forward(io, raid->below[base], channel->below[base],
		     strip / raid->count * strip_blocks + io->lba % strip_blocks);
}

static bool raid0_supports(void *context, enum bdev_io_type type)
{
	const struct raid0 *raid = context;

	for (unsigned i = 0; i < raid->count; i++)
		if (!bdev_io_type_supported(bdev_desc_bdev(raid->below[i]), type))
			return false;
	return true;
}

static void raid0_destroy_channel(void *context, void *channel)
{
	const struct raid0 *raid = context;

	for (unsigned i = 0; i < raid->count; i++)
		if (((struct raid0_channel *)channel)->below[i])
			cos_put_io_channel(((struct raid0_channel *)channel)->below[i]);
}

static int raid0_create_channel(void *context, void *channel)
{
	const struct raid0 *raid = context;

	for (unsigned i = 0; i < raid->count; i++) {
		struct cos_io_channel *below = bdev_get_channel(raid->below[i]);

		((struct raid0_channel *)channel)->below[i] = below;
		if (below)
			continue;
		raid0_destroy_channel(context, channel);
		return -ENODEV;
	}
	return 0;
}

static void close_all(struct raid0 *raid)
{
	for (unsigned i = 0; i < raid->count; i++) {
		bdev_release(bdev_desc_bdev(raid->below[i]), &raid0_module);
		bdev_close(raid->below[i]);
	}
	free(raid);
}

static void raid0_destruct(void *context) { close_all(context); }

static const struct bdev_fn_table raid0_fn = {
	.submit = raid0_submit,
	.io_type_supported = raid0_supports,
	.channel_bytes = sizeof(struct raid0_channel),
	.create_channel = raid0_create_channel,
	.destroy_channel = raid0_destroy_channel,
	.destruct = raid0_destruct,
};

/* Without one of its bases it has nothing. */
static void base_event(enum bdev_event event, struct bdev *bdev, void *arg)
{
	struct raid0 *raid = arg;

	(void)bdev;
	if (event == BDEV_EVENT_REMOVE)
		bdev_unregister(&raid->bdev, NULL, NULL);
}

/* Opens one more base and takes over its geometry. */
static int add_base(struct raid0 *raid, const char *name)
{
	struct bdev_desc *desc;
	int error = bdev_open(name, false, base_event, raid, &desc);

	if (error)
		return error;
	const struct bdev *base = bdev_desc_bdev(desc);

	error = raid->bdev.block_size && raid->bdev.block_size != base->block_size ? -EINVAL
										   : bdev_claim(desc, &raid0_module);
	if (error) {
		bdev_close(desc);
		return error;
	}
	raid->below[raid->count++] = desc;
	raid->bdev.block_size = base->block_size;
	raid->bdev.write_cache |= base->write_cache;
	if (!raid->bdev.blocks || bdev_num_blocks(base) < raid->bdev.blocks)
		raid->bdev.blocks = bdev_num_blocks(base);
	if (bdev_level(base) > raid->bdev.level)
		raid->bdev.level = bdev_level(base);
	return 0;
}

int bdev_raid0_create(const char *name, const uint8_t *uuid, const char *const *below, unsigned count,
		      uint32_t strip_blocks)
{
	if (count < 2 || count > BASES_MAX || !strip_blocks || strip_blocks & (strip_blocks - 1))
		return -EINVAL;
	struct raid0 *raid = calloc(1, sizeof *raid);
	int error = raid ? 0 : -ENOMEM;

	for (unsigned i = 0; i < count && !error; i++)
		error = add_base(raid, below[i]);
	if (!error) {
		raid->bdev.product = "raid0";
		raid->bdev.module = &raid0_module;
		raid->bdev.fn = &raid0_fn;
		raid->bdev.context = raid;
		raid->bdev.split_on_boundary = true;
		raid->bdev.optimal_boundary = strip_blocks;
		raid->bdev.blocks = raid->bdev.blocks / strip_blocks * strip_blocks * count; /* whole strips */
		error = bdev_register(&raid->bdev, name, uuid);
	}
	if (error && raid)
		close_all(raid);
	return error;
}
