/*
 * The way of an I/O: checks, a bdev_io, splitting, the module, the answer.
 *
 * bdev_ios of a core are few. An I/O may need others while it holds one: children of a split I/O, I/Os of the bdevs
 * that its bdev lies on. That cannot deadlock because an I/O at level n (bdev->level: how many others it may still
 * need, one after the other) is only given a bdev_io if n more stay free: there is always one for what lies deepest,
 * which finishes without needing more.
 */
#include <errno.h>

#include "cos/cpu.h"
#include "internal.h"
#include "nvme/spec.h"

/* Children of a split I/O that are out at a time. */
#define SPLIT_WINDOW 16

enum state { SUBMITTING = 1, CHILD = 2 };

struct bdev_io *bdev_io_alloc(struct bdev_core *core, unsigned level)
{
	struct bdev_io *io = core->free;

	if (core->free_count <= level)
		return NULL;
	core->free = io->next;
	core->free_count--;
	return io;
}

/* The first who waits and may have a bdev_io, taken from the queue. */
static struct bdev_wait_entry *next_waiting(struct bdev_core *core)
{
	for (struct bdev_wait_entry **at = &core->waiting; *at; at = &(*at)->next) {
		struct bdev_wait_entry *entry = *at;

		if (entry->level >= core->free_count)
			continue;
		*at = entry->next;
		if (!*at)
			core->waiting_end = at;
		return entry;
	}
	return NULL;
}

/* Who is called need not take the bdev_io: then it is the next one's turn. */
static void serve_waiting(struct bdev_core *core)
{
	const uint32_t free = core->free_count;

	while (core->free_count >= free) {
		struct bdev_wait_entry *entry = next_waiting(core);

		if (!entry)
			return;
		entry->fn(entry->arg);
	}
}

void bdev_io_free(struct bdev_io *io)
{
	struct bdev_channel *channel = cos_io_channel_context(io->channel);
	struct bdev_core *core = channel->core;

	io->next = core->free;
	core->free = io;
	core->free_count++;
	if (core->waiting)
		serve_waiting(core);
}

static void wait_for_io(struct bdev_core *core, struct bdev_wait_entry *entry, unsigned level)
{
	entry->next = NULL;
	entry->level = level;
	*core->waiting_end = entry;
	core->waiting_end = &entry->next;
}

void bdev_wait_for_io(struct cos_io_channel *channel, struct bdev_wait_entry *entry)
{
	struct bdev_channel *context = cos_io_channel_context(channel);

	wait_for_io(context->core, entry, context->bdev->level);
}

uint16_t bdev_io_status(const struct bdev_io *io) { return io->status; }

void bdev_io_nvme_status(const struct bdev_io *io, uint8_t *sct, uint8_t *sc, bool *dnr)
{
	*sct = NVME_STATUS_SCT(io->status);
	*sc = NVME_STATUS_SC(io->status);
	*dnr = io->status & NVME_STATUS_DNR;
}

void bdev_io_report(struct bdev_io *io)
{
	struct bdev_channel *channel = cos_io_channel_context(io->channel);

	channel->outstanding--;
	if (!(io->state & CHILD))
		bdev_stat_count(channel, io);
	io->done(io, io->status == 0, io->arg);
}

void bdev_io_complete(struct bdev_io *io, uint16_t status)
{
	io->status = status;
	if (!(io->state & SUBMITTING)) {
		bdev_io_report(io);
		return;
	}
	struct bdev_core *core = ((struct bdev_channel *)cos_io_channel_context(io->channel))->core;

	io->next = NULL;
	*core->completed_end = io;
	core->completed_end = &io->next;
}

/* Gives an I/O to the module; what it completes meanwhile is reported later. */
static void give_to_module(struct bdev_io *io)
{
	struct bdev_channel *channel = cos_io_channel_context(io->channel);

	io->state |= SUBMITTING;
	if (channel->resetting && io->type != BDEV_IO_RESET)
		bdev_io_complete(io, NVME_STATUS(NVME_SCT_GENERIC, NVME_SC_ABORTED));
	else
		io->bdev->fn->submit(io);
	io->state &= (uint8_t)~SUBMITTING;
}

/* Blocks that the module may get at once, from `lba` on. */
static uint64_t piece(const struct bdev *bdev, enum bdev_io_type type, uint64_t lba, uint64_t blocks)
{
	const bool data = type == BDEV_IO_READ || type == BDEV_IO_WRITE || type == BDEV_IO_COMPARE;

	const uint32_t most = data ? bdev->max_blocks : type == BDEV_IO_WRITE_ZEROES ? bdev->max_zeroes : 0;

	if (most && blocks > most)
		blocks = most;
	if (bdev->split_on_boundary && (data || type == BDEV_IO_UNMAP || type == BDEV_IO_WRITE_ZEROES)) {
		const uint64_t room = bdev->optimal_boundary - lba % bdev->optimal_boundary;

		if (blocks > room)
			blocks = room;
	}
	return blocks;
}

static void split(struct bdev_io *io);

static void split_again(void *arg) { split(arg); }

static void child_done(struct bdev_io *child, bool ok, void *arg)
{
	struct bdev_io *io = arg;

	/* The first failure is the whole I/O's; nothing more is submitted then. */
	if (!ok && !io->status) {
		io->status = child->status;
		io->split.left = 0;
	}
	io->split.children--;
	bdev_io_free(child);
	split(io);
}

/* Where the data of the blocks after `bytes` more begin. */
static void advance(struct bdev_io *io, uint64_t bytes)
{
	uint64_t offset = io->split.offset + bytes;

	while (offset && offset >= io->split.segment->length)
		offset -= io->split.segment++->length;
	io->split.offset = (uint32_t)offset;
}

/* Submits the next child. */
static void start_child(struct bdev_io *io, struct bdev_io *child)
{
	const uint64_t lba = io->lba + io->blocks - io->split.left;

	*child = (struct bdev_io){
		.bdev = io->bdev,
		.channel_context = io->channel_context,
		.type = io->type,
		.state = CHILD,
		.flags = io->flags,
		.segments = io->split.segment,
		.segment_offset = io->split.offset,
		.lba = lba,
		.blocks = piece(io->bdev, (enum bdev_io_type)io->type, lba, io->split.left),
		.done = child_done,
		.arg = io,
		.desc = io->desc,
		.channel = io->channel,
	};
	if (io->segments) {
		child->segment_count = (uint32_t)(io->segments + io->segment_count - io->split.segment);
		advance(io, bdev_io_bytes(child));
	}
	io->split.left -= child->blocks;
	io->split.children++;
	((struct bdev_channel *)cos_io_channel_context(io->channel))->outstanding++;
	give_to_module(child);
}

/* Goes on with an I/O that consists of several for the module. */
static void split(struct bdev_io *io)
{
	struct bdev_channel *channel = cos_io_channel_context(io->channel);

	while (io->split.left && io->split.children < SPLIT_WINDOW) {
		struct bdev_io *child = bdev_io_alloc(channel->core, io->bdev->level - 1);

		if (child) {
			start_child(io, child);
			continue;
		}
		/* Its own children bring it back here; without any it has to queue. */
		if (!io->split.children) {
			io->wait = (struct bdev_wait_entry){.fn = split_again, .arg = io};
			wait_for_io(channel->core, &io->wait, io->bdev->level - 1);
		}
		return;
	}
	if (!io->split.left && !io->split.children)
		bdev_io_complete(io, io->status);
}

void bdev_io_start(struct bdev_io *io, struct bdev_channel *channel)
{
	channel->outstanding++;
	if (piece(io->bdev, (enum bdev_io_type)io->type, io->lba, io->blocks) == io->blocks) {
		give_to_module(io);
		return;
	}
	io->split.left = io->blocks;
	io->split.segment = io->segments;
	io->split.offset = io->segment_offset;
	io->split.children = 0;
	split(io);
}

/* Whether the segments hold at least `bytes`. */
static bool enough(const struct bdev_request *request, uint64_t bytes)
{
	uint64_t have = 0;

	if (!request->segment_count || request->segment_offset > request->segments[0].length)
		return false;
	for (uint32_t i = 0; i < request->segment_count && have < bytes + request->segment_offset; i++)
		have += request->segments[i].length;
	return have >= bytes + request->segment_offset;
}

static int check(const struct bdev_desc *desc, const struct bdev_request *request)
{
	const struct bdev *bdev = desc->bdev;
	const uint64_t blocks = bdev_num_blocks(bdev);

	if (bdev->removing)
		return -ENODEV;
	if (!desc->write && request->type != BDEV_IO_READ && request->type != BDEV_IO_COMPARE &&
	    request->type != BDEV_IO_FLUSH)
		return -EBADF;
	if (!request->blocks || request->lba >= blocks || request->blocks > blocks - request->lba)
		return -EINVAL;
	if (request->type <= BDEV_IO_COMPARE && !enough(request, request->blocks * bdev->block_size))
		return -EINVAL;
	return bdev_io_type_supported(bdev, request->type) ? 0 : -ENOTSUP;
}

int bdev_submit(struct bdev_desc *desc, struct cos_io_channel *channel, const struct bdev_request *request,
		bdev_io_done_fn done, void *arg)
{
	struct bdev_channel *context = cos_io_channel_context(channel);
	const int error = check(desc, request);

	if (error)
		return error;
	struct bdev_io *io = bdev_io_alloc(context->core, desc->bdev->level);

	if (!io)
		return -ENOMEM;
	io->bdev = desc->bdev;
	io->channel_context = bdev_module_context(context);
	io->type = (uint8_t)request->type;
	io->state = 0;
	io->status = 0;
	io->flags = request->flags;
	io->segments = request->segments;
	io->segment_count = request->segment_count;
	io->segment_offset = request->segment_offset;
	io->lba = request->lba;
	io->blocks = request->blocks;
	io->done = done;
	io->arg = arg;
	io->desc = desc;
	io->channel = channel;
	io->started = cos_cycles();
	bdev_io_start(io, context);
	return 0;
}

/* --- For stacked modules -------------------------------------------------------------------------------------------
 */

struct forward {
	struct bdev_desc *below;
	struct cos_io_channel *channel;
	uint64_t lba, blocks;
	void (*then)(struct bdev_io *io, uint16_t status);
};
_Static_assert(sizeof(struct forward) == BDEV_FORWARD_WORDS * 8, "module.h says what is left for modules");

static void forward_done(struct bdev_io *below, bool ok, void *arg)
{
	const struct forward *forward = BDEV_IO_DRIVER((struct bdev_io *)arg, struct forward);
	const uint16_t status = below->status;

	(void)ok;
	bdev_io_free(below);
	forward->then(arg, status);
}

static void forward_again(void *arg)
{
	struct bdev_io *io = arg;
	const struct forward *forward = BDEV_IO_DRIVER(io, struct forward);
	const struct bdev_request request = {
		(enum bdev_io_type)io->type, io->flags,	   io->segments,   io->segment_count,
		io->segment_offset,	     forward->lba, forward->blocks};
	const int error = io->type == BDEV_IO_RESET
				  ? bdev_reset(forward->below, forward->channel, forward_done, io)
				  : bdev_submit(forward->below, forward->channel, &request, forward_done, io);

	if (error == -ENOMEM) {
		io->wait = (struct bdev_wait_entry){.fn = forward_again, .arg = io};
		bdev_wait_for_io(forward->channel, &io->wait);
	} else if (error) {
		forward->then(io, NVME_STATUS(NVME_SCT_GENERIC, NVME_SC_INTERNAL_ERROR));
	}
}

void bdev_forward_range(struct bdev_io *io, struct bdev_desc *below, struct cos_io_channel *channel, uint64_t lba,
			uint64_t blocks, void (*then)(struct bdev_io *io, uint16_t status))
{
	*BDEV_IO_DRIVER(io, struct forward) = (struct forward){below, channel, lba, blocks, then};
	forward_again(io);
}

void bdev_forward(struct bdev_io *io, struct bdev_desc *below, struct cos_io_channel *channel, uint64_t lba)
{
	bdev_forward_range(io, below, channel, lba, io->blocks, bdev_io_complete);
}
