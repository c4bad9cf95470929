/* Statistics: plain counters in the channels, summed when somebody asks. */
#include "cos/arena.h"
#include "cos/console.h"
#include "cos/cpu.h"
#include "cos/ring.h"
#include "internal.h"

void bdev_stat_count(struct bdev_channel *channel, const struct bdev_io *io)
{
	struct bdev_io_stat *stat = &channel->stat;
	const uint64_t cycles = cos_cycles() - io->started;

	if (io->status) {
		stat->errors++;
		return;
	}
	if (channel->histogram)
		bdev_histogram_add(channel->histogram, cycles);
	stat->operations[io->type]++;
	stat->bytes[io->type] += bdev_io_bytes(io);
	stat->cycles[io->type] += cycles;
	if (cycles > stat->max_cycles[io->type])
		stat->max_cycles[io->type] = cycles;
}

struct sum {
	struct bdev_io_stat *stat;
	bdev_stat_fn done;
	void *arg;
};

static void add_channel(struct cos_io_channel *channel, void *arg)
{
	const struct bdev_io_stat *from = bdev_channel_stat(channel);
	struct bdev_io_stat *to = ((struct sum *)arg)->stat;

	for (unsigned type = 0; type < BDEV_IO_TYPES; type++) {
		to->operations[type] += from->operations[type];
		to->bytes[type] += from->bytes[type];
		to->cycles[type] += from->cycles[type];
		if (from->max_cycles[type] > to->max_cycles[type])
			to->max_cycles[type] = from->max_cycles[type];
	}
	to->errors += from->errors;
}

static void added(void *arg)
{
	struct sum *sum = arg;

	sum->done(sum->stat, sum->arg);
	cos_free(sum);
}

void bdev_get_stat(struct bdev *bdev, struct bdev_io_stat *stat, bdev_stat_fn done, void *arg)
{
	struct sum *sum = cos_alloc(COS_SMEM, sizeof *sum, COS_CACHE_LINE);

	if (!sum)
		cos_panic("no memory for the statistics of %s", bdev->name);
	*sum = (struct sum){stat, done, arg};
	*stat = (struct bdev_io_stat){0};
	cos_for_each_channel(bdev, add_channel, sum, added);
}

const struct bdev_io_stat *bdev_channel_stat(struct cos_io_channel *channel)
{
	return &((struct bdev_channel *)cos_io_channel_context(channel))->stat;
}

/* --- Histograms ------------------------------------------------------------------------------------------------------
 */

struct switching {
	bool on;
	void (*done)(void *arg);
	void *arg;
};

static void switch_channel(struct cos_io_channel *io_channel, void *arg)
{
	struct bdev_channel *channel = cos_io_channel_context(io_channel);
	const struct switching *switching = arg;

	cos_free(channel->histogram);
	channel->histogram = switching->on ? cos_zalloc(COS_SMEM, sizeof *channel->histogram, COS_CACHE_LINE) : NULL;
}

static void switched(void *arg)
{
	struct switching *switching = arg;

	if (switching->done)
		switching->done(switching->arg);
	cos_free(switching);
}

void bdev_enable_histogram(struct bdev *bdev, bool on, void (*done)(void *arg), void *arg)
{
	struct switching *switching = cos_alloc(COS_SMEM, sizeof *switching, COS_CACHE_LINE);

	if (!switching)
		cos_panic("no memory for the histogram of %s", bdev->name);
	*switching = (struct switching){on, done, arg};
	bdev->histogram = on; /* for channels to come */
	cos_for_each_channel(bdev, switch_channel, switching, switched);
}

struct histogram_sum {
	struct bdev_histogram *histogram;
	void (*done)(void *arg);
	void *arg;
};

static void merge_channel(struct cos_io_channel *io_channel, void *arg)
{
	const struct bdev_channel *channel = cos_io_channel_context(io_channel);

	if (channel->histogram)
		bdev_histogram_merge(((struct histogram_sum *)arg)->histogram, channel->histogram);
}

static void merged(void *arg)
{
	struct histogram_sum *sum = arg;

	sum->done(sum->arg);
	cos_free(sum);
}

void bdev_get_histogram(struct bdev *bdev, struct bdev_histogram *histogram, void (*done)(void *arg), void *arg)
{
	struct histogram_sum *sum = cos_alloc(COS_SMEM, sizeof *sum, COS_CACHE_LINE);

	if (!sum)
		cos_panic("no memory for the histogram of %s", bdev->name);
	*sum = (struct histogram_sum){histogram, done, arg};
	*histogram = (struct bdev_histogram){0};
	cos_for_each_channel(bdev, merge_channel, sum, merged);
}
