/*
 * Block devices, in SPDK's terms. A bdev is a named array of blocks. Who uses one opens it (a descriptor), gets an I/O
 * channel for each core that does I/O, submits, and is called back on the same core. The I/O path takes no locks and
 * copies no data: buffers are named by bus address, the device moves the bytes.
 *
 * Bdevs are registered and opened on any core of their cluster; every cluster has its own. Functions return 0 or a
 * negative errno.
 */
#ifndef BDEV_BDEV_H
#define BDEV_BDEV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bdev/segment.h"
#include "cos/io_channel.h"

struct bdev;
struct bdev_desc;
struct bdev_io;

#define BDEV_NAME_MAX 64 /* bytes, with the terminating 0 */

/* --- What there is ------------------------------------------------------------------------------------------------ */

/* The bdev of that name, or the first, the next; NULL at the end. A bdev stays valid while a descriptor is open. */
struct bdev *bdev_get_by_name(const char *name);
struct bdev *bdev_first(void);
struct bdev *bdev_next(struct bdev *bdev);

enum bdev_io_type {
	BDEV_IO_READ,
	BDEV_IO_WRITE,
	BDEV_IO_COMPARE,
	BDEV_IO_FLUSH,
	BDEV_IO_UNMAP,
	BDEV_IO_WRITE_ZEROES,
	BDEV_IO_RESET,
	BDEV_IO_TYPES
};

const char *bdev_name(const struct bdev *bdev);
const char *bdev_product(const struct bdev *bdev); /* e.g. "Malloc disk" */
const char *bdev_module_name(const struct bdev *bdev);
uint32_t bdev_block_size(const struct bdev *bdev); /* bytes */
uint64_t bdev_num_blocks(const struct bdev *bdev);
const uint8_t *bdev_uuid(const struct bdev *bdev);  /* 16 bytes; all zero: none */
bool bdev_has_write_cache(const struct bdev *bdev); /* written data is volatile until a flush */
bool bdev_io_type_supported(const struct bdev *bdev, enum bdev_io_type type);
/* Blocks; I/O that does not cross a multiple of it is fastest. 0: any. */
uint32_t bdev_optimal_boundary(const struct bdev *bdev);
/* The module whose claim refuses writers, or NULL. */
const char *bdev_claimed_by(const struct bdev *bdev);

/* --- Opening ------------------------------------------------------------------------------------------------------ */

enum bdev_event {
	BDEV_EVENT_REMOVE, /* the device goes: put the channels, close the descriptor; I/O fails from now on */
	BDEV_EVENT_RESIZE, /* bdev_num_blocks() has changed */
};
/* Called on the core that opened. */
typedef void (*bdev_event_fn)(enum bdev_event event, struct bdev *bdev, void *arg);

/* -ENODEV: no such bdev; -EPERM: `write` although a module has claimed it; -ENOMEM. `event` may be NULL for users who
 * close before the device can go. */
int bdev_open(const char *name, bool write, bdev_event_fn event, void *arg, struct bdev_desc **out);
/* On the core that opened, after all channels were put or while other cores still put theirs. */
void bdev_close(struct bdev_desc *desc);
struct bdev *bdev_desc_bdev(const struct bdev_desc *desc);

/* This core's channel; NULL: no memory or device gone. Given back with cos_put_io_channel() when no I/O is out. */
struct cos_io_channel *bdev_get_channel(struct bdev_desc *desc);

/* --- I/O ---------------------------------------------------------------------------------------------------------- */

/* On the submitting core, never from within the submission. The callee ends with bdev_io_free(io). */
typedef void (*bdev_io_done_fn)(struct bdev_io *io, bool ok, void *arg);

#define BDEV_FUA 1u /* write: data are durable at completion */

struct bdev_request {
	enum bdev_io_type type;
	uint32_t flags;			     /* BDEV_FUA */
	const struct bdev_segment *segments; /* live until done; NULL for types without data */
	uint32_t segment_count;
	uint32_t segment_offset; /* bytes of the first segment to skip */
	uint64_t lba, blocks;
};

/*
 * -EINVAL: outside the device, segments shorter than the blocks, or no blocks; -EBADF: written through a read-only
 * descriptor; -ENOTSUP: bdev_io_type_supported() is false; -ENODEV: removed;
 * -ENOMEM: no bdev_io is free, see bdev_wait_for_io().
 */
int bdev_submit(struct bdev_desc *desc, struct cos_io_channel *channel, const struct bdev_request *request,
		bdev_io_done_fn done, void *arg);

static inline int bdev_readv(struct bdev_desc *desc, struct cos_io_channel *channel,
			     const struct bdev_segment *segments, uint32_t count, uint64_t lba, uint64_t blocks,
			     bdev_io_done_fn done, void *arg)
{
	const struct bdev_request request = {BDEV_IO_READ, 0, segments, count, 0, lba, blocks};

	return bdev_submit(desc, channel, &request, done, arg);
}

static inline int bdev_writev(struct bdev_desc *desc, struct cos_io_channel *channel,
			      const struct bdev_segment *segments, uint32_t count, uint64_t lba, uint64_t blocks,
			      bdev_io_done_fn done, void *arg)
{
	const struct bdev_request request = {BDEV_IO_WRITE, 0, segments, count, 0, lba, blocks};

	return bdev_submit(desc, channel, &request, done, arg);
}

/* Fails with NVME_SC_COMPARE_FAILURE if device and buffer differ. */
static inline int bdev_comparev(struct bdev_desc *desc, struct cos_io_channel *channel,
				const struct bdev_segment *segments, uint32_t count, uint64_t lba, uint64_t blocks,
				bdev_io_done_fn done, void *arg)
{
	const struct bdev_request request = {BDEV_IO_COMPARE, 0, segments, count, 0, lba, blocks};

	return bdev_submit(desc, channel, &request, done, arg);
}

/* Flush, unmap (deallocate), write zeroes. */
static inline int bdev_range(struct bdev_desc *desc, struct cos_io_channel *channel, enum bdev_io_type type,
			     uint64_t lba, uint64_t blocks, bdev_io_done_fn done, void *arg)
{
	const struct bdev_request request = {type, 0, NULL, 0, 0, lba, blocks};

	return bdev_submit(desc, channel, &request, done, arg);
}

static inline int bdev_flush(struct bdev_desc *desc, struct cos_io_channel *channel, uint64_t lba, uint64_t blocks,
			     bdev_io_done_fn done, void *arg)
{
	return bdev_range(desc, channel, BDEV_IO_FLUSH, lba, blocks, done, arg);
}

static inline int bdev_unmap(struct bdev_desc *desc, struct cos_io_channel *channel, uint64_t lba, uint64_t blocks,
			     bdev_io_done_fn done, void *arg)
{
	return bdev_range(desc, channel, BDEV_IO_UNMAP, lba, blocks, done, arg);
}

static inline int bdev_write_zeroes(struct bdev_desc *desc, struct cos_io_channel *channel, uint64_t lba,
				    uint64_t blocks, bdev_io_done_fn done, void *arg)
{
	return bdev_range(desc, channel, BDEV_IO_WRITE_ZEROES, lba, blocks, done, arg);
}

/* Gets the device back to work: I/O of all cores that is out completes (aborted, unless it was finished), I/O submitted
 * meanwhile is aborted. -ENOMEM, -ENODEV as above. */
int bdev_reset(struct bdev_desc *desc, struct cos_io_channel *channel, bdev_io_done_fn done, void *arg);

/* Status of a finished I/O in NVMe's terms; sct = sc = 0: success. */
void bdev_io_nvme_status(const struct bdev_io *io, uint8_t *sct, uint8_t *sc, bool *dnr);
/* The same as NVMe status field (see NVME_STATUS). */
uint16_t bdev_io_status(const struct bdev_io *io);
void bdev_io_free(struct bdev_io *io);

/* After -ENOMEM: `fn` is called once on this core when a bdev_io is free. The entry lives until then. */
struct bdev_wait_entry {
	void (*fn)(void *arg);
	void *arg;
	struct bdev_wait_entry *next; /* used by the bdev core, as the next */
	unsigned level;
};
void bdev_wait_for_io(struct cos_io_channel *channel, struct bdev_wait_entry *entry);

/* --- Statistics --------------------------------------------------------------------------------------------------- */

struct bdev_io_stat {
	uint64_t operations[BDEV_IO_TYPES], errors;
	uint64_t bytes[BDEV_IO_TYPES];
	uint64_t cycles[BDEV_IO_TYPES]; /* sum of latencies, of cos_cycles() */
	uint64_t max_cycles[BDEV_IO_TYPES];
};
/* Sums the channels of all cores, then calls done(stat, arg) on this core. `stat` lives until then. */
typedef void (*bdev_stat_fn)(struct bdev_io_stat *stat, void *arg);
void bdev_get_stat(struct bdev *bdev, struct bdev_io_stat *stat, bdev_stat_fn done, void *arg);
/* This core's channel alone. */
const struct bdev_io_stat *bdev_channel_stat(struct cos_io_channel *channel);

/* Latency histograms of all I/O of a bdev, in cycles; off at first. done(arg) on this core when all cores have them (or
 * have given them up). A core without memory for one goes without. */
void bdev_enable_histogram(struct bdev *bdev, bool on, void (*done)(void *arg), void *arg);
/* Sums those of all cores. */
struct bdev_histogram;
void bdev_get_histogram(struct bdev *bdev, struct bdev_histogram *histogram, void (*done)(void *arg), void *arg);

/* --- Set-up ------------------------------------------------------------------------------------------------------- */

struct bdev_options {
	uint32_t ios_per_core; /* bdev_ios of each core that has a channel; default 128 */
};
/* Before the first channel; -EBUSY later. */
int bdev_set_options(const struct bdev_options *options);

#endif
