/* Channels: what a core keeps for all bdevs (its bdev_ios) and for each one. */
#include <errno.h>
#include <string.h>

#include "cos/arena.h"
#include "cos/cpu.h"
#include "cos/reactor.h"
#include "cos/ring.h"
#include "internal.h"

#define DEFAULT_IOS 128

char bdev_core_device;
static uint32_t ios_per_core = DEFAULT_IOS;
static bool core_registered, core_used;

int bdev_set_options(const struct bdev_options *options)
{
	if (core_used)
		return -EBUSY;
	if (!options->ios_per_core)
		return -EINVAL;
	ios_per_core = options->ios_per_core;
	return 0;
}

/* I/Os that a module completed while it was being given them: the one who submitted does not expect the answer yet. */
static int report_completed(void *arg)
{
	struct bdev_core *core = arg;
	struct bdev_io *io = core->completed;

	if (!io)
		return COS_POLLER_IDLE;
	core->completed = NULL;
	core->completed_end = &core->completed;
	while (io) {
		struct bdev_io *next = io->next;

		bdev_io_report(io);
		io = next;
	}
	return COS_POLLER_BUSY;
}

static int core_create(void *io_device, void *context)
{
	struct bdev_core *core = context;
	struct bdev_io *ios = cos_alloc(COS_SMEM, ios_per_core * sizeof *ios, COS_CACHE_LINE);

	(void)io_device;
	core_used = true;
	core->poller = ios ? cos_poller_register(report_completed, core, 0) : NULL;
	if (!core->poller) {
		cos_free(ios);
		return -ENOMEM;
	}
	/* Only this core gives the poller work. */
	cos_poller_set_wakeup(core->poller, -1);
	core->memory = ios;
	core->free_count = ios_per_core;
	for (uint32_t i = 0; i < ios_per_core; i++) {
		ios[i].next = core->free;
		core->free = &ios[i];
	}
	core->completed_end = &core->completed;
	core->waiting_end = &core->waiting;
	return 0;
}

static void core_destroy(void *io_device, void *context)
{
	struct bdev_core *core = context;

	(void)io_device;
	cos_poller_unregister(&core->poller);
	cos_free(core->memory);
}

int bdev_core_register(void)
{
	if (cos_load_acquire(&core_registered))
		return 0;
	const int error =
		cos_io_device_register(&bdev_core_device, "bdev", sizeof(struct bdev_core), core_create, core_destroy);

	if (error && error != -EEXIST)
		return error;
	__atomic_store_n(&core_registered, true, __ATOMIC_RELEASE);
	return 0;
}

int bdev_channel_create(void *io_device, void *context)
{
	struct bdev *bdev = io_device;
	struct bdev_channel *channel = context;

	channel->bdev = bdev;
	channel->resetting = cos_load_acquire(&bdev->reset) != NULL;
	channel->core_channel = cos_get_io_channel(&bdev_core_device);
	if (!channel->core_channel)
		return -ENOMEM;
	channel->core = cos_io_channel_context(channel->core_channel);
	if (cos_load_acquire(&bdev->histogram))
		channel->histogram = cos_zalloc(COS_SMEM, sizeof *channel->histogram, COS_CACHE_LINE);
	const int error =
		bdev->fn->create_channel ? bdev->fn->create_channel(bdev->context, bdev_module_context(channel)) : 0;

	if (error) {
		cos_free(channel->histogram);
		cos_put_io_channel(channel->core_channel);
	}
	return error;
}

void bdev_channel_destroy(void *io_device, void *context)
{
	struct bdev *bdev = io_device;
	struct bdev_channel *channel = context;

	if (bdev->fn->destroy_channel)
		bdev->fn->destroy_channel(bdev->context, bdev_module_context(channel));
	cos_free(channel->histogram);
	cos_put_io_channel(channel->core_channel);
}

void *bdev_channel_module_context(struct cos_io_channel *channel)
{
	return bdev_module_context(cos_io_channel_context(channel));
}
