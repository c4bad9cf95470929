/*
 * I/O that takes longer. An I/O is kept for the delay, then passed on. There are two queues a channel, because I/O of
 * one kind becomes due in the order in which it came. A change of the delay holds for what comes later.
 */
#include <errno.h>
#include <stdlib.h>

#include "bdev/modules.h"
#include "cos/cpu.h"
#include "cos/reactor.h"
#include "stacked.h"

static struct bdev_module delay_module = {.name = "delay"};

enum { READS, OTHERS, KINDS };

struct delay_bdev {
	struct bdev_stacked stacked;
	uint32_t delay_us[KINDS];
};

/* In io->driver while it is kept. */
struct kept {
	uint64_t due; /* cycles */
	struct bdev_io *next;
};

struct queue {
	struct bdev_io *first, *last;
};

struct delay_channel {
	struct bdev_stacked_channel stacked;
	struct queue queues[KINDS];
	struct cos_poller *poller;
};

static struct kept *kept(struct bdev_io *io) { return BDEV_IO_DRIVER(io, struct kept); }

static void append(struct queue *queue, struct bdev_io *io)
{
	kept(io)->next = NULL;
	if (queue->first)
		kept(queue->last)->next = io;
	else
		queue->first = io;
	queue->last = io;
}

static int pass_on_due(void *arg)
{
	struct delay_channel *channel = arg;
	bool busy = false;

	for (unsigned kind = 0; kind < KINDS; kind++) {
		struct queue *queue = &channel->queues[kind];

		/* The clock is read only while something is kept. */
		while (queue->first && kept(queue->first)->due <= cos_cycles()) {
			struct bdev_io *io = queue->first;

			queue->first = kept(io)->next;
			bdev_stacked_forward(io);
			busy = true;
		}
	}
	return busy ? COS_POLLER_BUSY : COS_POLLER_IDLE;
}

/* A reset does not wait: what is kept goes down at once and comes back as the reset below brings it back. */
static void pass_on_all(struct cos_io_channel *io_channel, void *arg)
{
	struct delay_channel *channel = bdev_channel_module_context(io_channel);

	(void)arg;
	for (unsigned kind = 0; kind < KINDS; kind++) {
		while (channel->queues[kind].first) {
			struct bdev_io *io = channel->queues[kind].first;

			channel->queues[kind].first = kept(io)->next;
			bdev_stacked_forward(io);
		}
	}
}

static void reset_below(void *arg) { bdev_stacked_forward(arg); }

static void delay_submit(struct bdev_io *io)
{
	const struct delay_bdev *delay = io->bdev->context;
	struct delay_channel *channel = io->channel_context;
	const unsigned kind = io->type == BDEV_IO_READ ? READS : OTHERS;

	if (io->type == BDEV_IO_RESET) {
		cos_for_each_channel(io->bdev, pass_on_all, io, reset_below);
		return;
	}
	kept(io)->due = cos_cycles() + cos_load_acquire(&delay->delay_us[kind]) * (cos_clock_hz() / 1000000);
	append(&channel->queues[kind], io);
}

static int delay_create_channel(void *context, void *channel)
{
	struct delay_channel *delay = channel;
	const int error = bdev_stacked_create_channel(context, channel);

	if (error)
		return error;
	delay->poller = cos_poller_register(pass_on_due, delay, 0);
	if (delay->poller)
		return 0;
	bdev_stacked_destroy_channel(context, channel);
	return -ENOMEM;
}

static void delay_destroy_channel(void *context, void *channel)
{
	cos_poller_unregister(&((struct delay_channel *)channel)->poller);
	bdev_stacked_destroy_channel(context, channel);
}

static const struct bdev_fn_table delay_fn = {
	.submit = delay_submit,
	.io_type_supported = bdev_stacked_supports,
	.channel_bytes = sizeof(struct delay_channel),
	.create_channel = delay_create_channel,
	.destroy_channel = delay_destroy_channel,
	.destruct = bdev_stacked_destruct,
};

static void set_delays(struct delay_bdev *delay, uint32_t read_us, uint32_t write_us)
{
	__atomic_store_n(&delay->delay_us[READS], read_us, __ATOMIC_RELAXED);
	__atomic_store_n(&delay->delay_us[OTHERS], write_us, __ATOMIC_RELAXED);
}

int bdev_delay_create(const char *name, const uint8_t *uuid, const char *below, uint32_t read_us, uint32_t write_us)
{
	struct delay_bdev *delay = calloc(1, sizeof *delay);

	if (!delay)
		return -ENOMEM;
	delay->stacked.bdev.product = "delay";
	delay->stacked.bdev.module = &delay_module;
	delay->stacked.bdev.fn = &delay_fn;
	set_delays(delay, read_us, write_us);
	const int error = bdev_stacked_register(&delay->stacked, name, uuid, below);

	if (error)
		free(delay);
	return error;
}

int bdev_delay_update(const char *name, uint32_t read_us, uint32_t write_us)
{
	const struct bdev *bdev = bdev_get_by_name(name);

	if (!bdev)
		return -ENODEV;
	if (bdev->module != &delay_module)
		return -EINVAL;
	set_delays(bdev->context, read_us, write_us);
	return 0;
}
