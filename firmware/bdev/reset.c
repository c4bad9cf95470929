/*
 * Reset of a bdev: the channels of all cores refuse I/O, the module resets the device (and completes what is out), the
 * channels open again. Resets of one bdev come one after the other.
 */
#include <errno.h>

#include "cos/cpu.h"
#include "cos/reactor.h"
#include "internal.h"

static void freeze(struct cos_io_channel *channel, void *arg)
{
	(void)arg;
	((struct bdev_channel *)cos_io_channel_context(channel))->resetting = true;
}

static void thaw(struct cos_io_channel *channel, void *arg)
{
	(void)arg;
	((struct bdev_channel *)cos_io_channel_context(channel))->resetting = false;
}

static void start(void *arg1, void *arg2);

static void thawed(void *arg)
{
	struct bdev_io *io = arg;
	struct bdev *bdev = io->bdev;

	cos_spin_lock(&bdev->reset_lock);
	struct bdev_io *next = bdev->waiting_resets;

	bdev->reset = next;
	if (next)
		bdev->waiting_resets = next->next;
	cos_spin_unlock(&bdev->reset_lock);
	if (next)
		cos_event_call(next->reset.core, start, next, NULL);
	/* Last: the user may free everything. */
	io->reset.done(io, io->status == 0, io->reset.arg);
}

/* The module has answered. */
static void was_reset(struct bdev_io *io, bool ok, void *arg)
{
	(void)ok, (void)arg;
	cos_for_each_channel(io->bdev, thaw, io, thawed);
}

static void frozen(void *arg)
{
	struct bdev_io *io = arg;

	bdev_io_start(io, cos_io_channel_context(io->channel));
}

static void start(void *arg1, void *arg2)
{
	struct bdev_io *io = arg1;

	(void)arg2;
	cos_for_each_channel(io->bdev, freeze, io, frozen);
}

int bdev_reset(struct bdev_desc *desc, struct cos_io_channel *channel, bdev_io_done_fn done, void *arg)
{
	struct bdev *bdev = desc->bdev;
	struct bdev_channel *context = cos_io_channel_context(channel);

	if (bdev->removing)
		return -ENODEV;
	if (!bdev_io_type_supported(bdev, BDEV_IO_RESET))
		return -ENOTSUP;
	struct bdev_io *io = bdev_io_alloc(context->core, bdev->level);

	if (!io)
		return -ENOMEM;
	*io = (struct bdev_io){
		.bdev = bdev,
		.channel_context = bdev_module_context(context),
		.type = BDEV_IO_RESET,
		.done = was_reset,
		.desc = desc,
		.channel = channel,
		.started = cos_cycles(),
		.reset = {.done = done, .arg = arg, .core = cos_core_id()},
	};
	cos_spin_lock(&bdev->reset_lock);
	const bool first = !bdev->reset;

	if (first) {
		bdev->reset = io;
	} else {
		struct bdev_io **at = &bdev->waiting_resets;

		while (*at)
			at = &(*at)->next;
		*at = io;
	}
	cos_spin_unlock(&bdev->reset_lock);
	if (first)
		start(io, NULL);
	return 0;
}
