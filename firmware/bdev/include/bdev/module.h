/*
 * What a bdev module needs. A module makes bdevs: it fills in a struct bdev, registers it, gets I/O by `submit` on the
 * core of the channel, and answers each with bdev_io_complete(). firmware/bdev/modules/bdev_null.c is the shortest
 * example, bdev_passthru.c the shortest that lies on another bdev; docs/dev/add-a-bdev.md explains.
 */
#ifndef BDEV_MODULE_H
#define BDEV_MODULE_H

#include "bdev/bdev.h"
#include "cos/sync.h"

struct bdev_module {
	const char *name;
};

struct bdev_fn_table {
	/* An I/O that is inside the device and crosses no boundary; io->channel_context is this core's. The module
	 * calls bdev_io_complete() on the same core, now or later. */
	void (*submit)(struct bdev_io *io);
	bool (*io_type_supported)(void *context, enum bdev_io_type type);
	/* A channel's private context, `channel_bytes` of cleared memory. Non-zero refuses. All may be NULL. */
	size_t channel_bytes;
	int (*create_channel)(void *context, void *channel_context);
	void (*destroy_channel)(void *context, void *channel_context);
	/* The last descriptor is closed and the last channel put after bdev_unregister(): free everything. */
	void (*destruct)(void *context);
};

struct bdev {
	/* The module fills in, before bdev_register(): */
	const char *product;
	struct bdev_module *module;
	const struct bdev_fn_table *fn;
	void *context;
	uint32_t block_size; /* bytes, a power of two, at least 512 */
	uint64_t blocks;
	bool write_cache;
	bool split_on_boundary;	   /* no I/O crosses a multiple of optimal_boundary */
	uint32_t optimal_boundary; /* blocks, 0: none */
	uint32_t max_blocks;	   /* of one read, write or compare; larger ones are split. 0: any */
	uint32_t max_zeroes;	   /* blocks of one write zeroes; 0: any */
	/* Stacked modules: one more than the level of what lies below (bdev_level()); otherwise 0. */
	unsigned level;

	/* The core's: */
	char name[BDEV_NAME_MAX];
	uint8_t uuid[16];
	struct bdev *next;
	struct bdev_desc *descs;
	struct bdev_module *claim;
	struct cos_spinlock reset_lock;
	struct bdev_io *reset, *waiting_resets;
	uint32_t home; /* the core that registered and will call destruct */
	bool removing, histogram;
	void (*unregistered)(void *arg);
	void *unregistered_arg;
};

/* Publishes a bdev; `uuid` may be NULL. -EEXIST: the name is taken; -EINVAL: no name or a too long one, block size, or
 * a needed field; -ENOMEM. */
int bdev_register(struct bdev *bdev, const char *name, const uint8_t *uuid);
/* Says REMOVE to all who have it open, waits until they have closed, then destructs; at the end calls done(arg), which
 * may be NULL. On the core that registered. */
void bdev_unregister(struct bdev *bdev, void (*done)(void *arg), void *arg);
/* The device has grown or shrunk: tells all who have it open. */
void bdev_notify_blocks(struct bdev *bdev, uint64_t blocks);

/* A module that lies on a bdev claims it: nobody else may open it for writing. -EPERM: claimed already, or another
 * descriptor is open for writing. */
int bdev_claim(struct bdev_desc *desc, struct bdev_module *module);
void bdev_release(struct bdev *bdev, struct bdev_module *module);
/* The level a bdev on top of this one is above. */
unsigned bdev_level(const struct bdev *bdev);

/* --- I/O ---------------------------------------------------------------------------------------------------------- */

#define BDEV_IO_DRIVER_WORDS 9

struct bdev_io {
	/* For the module to read: */
	struct bdev *bdev;
	void *channel_context;
	uint8_t type; /* enum bdev_io_type */
	uint8_t state;
	uint16_t status; /* NVMe status field, once complete */
	uint32_t flags;
	const struct bdev_segment *segments;
	uint32_t segment_count;
	uint32_t segment_offset; /* of the first segment, bytes to skip */
	uint64_t lba, blocks;
	/* For the module to use. */
	uint64_t driver[BDEV_IO_DRIVER_WORDS];

	/* The core's: */
	bdev_io_done_fn done;
	void *arg;
	struct bdev_desc *desc;
	struct cos_io_channel *channel;
	struct bdev_io *next;
	uint64_t started; /* cycles */
	union {
		/* An I/O in pieces: blocks not submitted yet and where their data begin; children that are out. */
		struct {
			uint64_t left;
			const struct bdev_segment *segment;
			uint32_t offset, children;
		} split;
		/* Who asked for a reset. */
		struct {
			bdev_io_done_fn done;
			void *arg;
			uint32_t core;
		} reset;
	};
	struct bdev_wait_entry wait;
};

/* Module's private context in an I/O, of a type that fits. */
#define BDEV_IO_DRIVER(io, type)                                                                                       \
	({                                                                                                             \
		_Static_assert(sizeof(type) <= sizeof(io)->driver, "raise BDEV_IO_DRIVER_WORDS");                      \
		(type *)(io)->driver;                                                                                  \
	})

/* Ends an I/O with an NVMe status field (0: success). On the channel's core. */
void bdev_io_complete(struct bdev_io *io, uint16_t status);

static inline uint64_t bdev_io_bytes(const struct bdev_io *io) { return io->blocks * io->bdev->block_size; }

/*
 * Submits an I/O below, at `lba` there, and completes it with the outcome; waits for a bdev_io if none is free. What
 * stacked modules without opinions of their own call. Uses the first BDEV_FORWARD_WORDS of io->driver.
 */
#define BDEV_FORWARD_WORDS 5
void bdev_forward(struct bdev_io *io, struct bdev_desc *below, struct cos_io_channel *channel, uint64_t lba);
/* The same for `blocks` blocks; then(io, status) is called instead of bdev_io_complete(). */
void bdev_forward_range(struct bdev_io *io, struct bdev_desc *below, struct cos_io_channel *channel, uint64_t lba,
			uint64_t blocks, void (*then)(struct bdev_io *io, uint16_t status));

/* The module's context of a channel, for callbacks of cos_for_each_channel(bdev, ...). */
void *bdev_channel_module_context(struct cos_io_channel *channel);

/* Where the data of an I/O begin. */
static inline struct bdev_cursor bdev_io_cursor(const struct bdev_io *io)
{
	return (struct bdev_cursor){io->segments, io->segment_offset};
}
#endif
