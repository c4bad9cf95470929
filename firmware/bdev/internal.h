/* What the files of the bdev core share. */
#ifndef BDEV_INTERNAL_H
#define BDEV_INTERNAL_H

#include "bdev/histogram.h"
#include "bdev/module.h"

struct bdev_desc {
	struct bdev *bdev;
	struct bdev_desc *next;
	bdev_event_fn event;
	void *arg;
	uint32_t home;	 /* the core that opened */
	uint32_t events; /* on their way to it */
	bool write, closed;
};

/* Protects the list of bdevs, their descriptors and claims; held for a few loads and stores only. */
extern struct cos_spinlock bdev_lock;

/* Every core's bdev_ios. A channel of `bdev_core_device` holds one. */
struct bdev_core {
	struct bdev_io *free;
	uint32_t free_count;
	struct bdev_io *completed, **completed_end; /* finished while still being submitted */
	struct bdev_wait_entry *waiting, **waiting_end;
	struct cos_poller *poller;
	void *memory;
};
extern char bdev_core_device;
/* Registers the device of cores once. 0, -ENOMEM. */
int bdev_core_register(void);

struct bdev_channel {
	struct bdev *bdev;
	struct bdev_core *core;
	struct cos_io_channel *core_channel;
	bool resetting;
	uint32_t outstanding;
	struct bdev_histogram *histogram; /* NULL: switched off */
	struct bdev_io_stat stat;
} __attribute__((aligned(64)));

static inline void *bdev_module_context(struct bdev_channel *channel) { return channel + 1; }

/* The callbacks of a bdev as a cos I/O device. */
int bdev_channel_create(void *io_device, void *context);
void bdev_channel_destroy(void *io_device, void *context);

/* A bdev_io for an I/O at `level`, or NULL. */
struct bdev_io *bdev_io_alloc(struct bdev_core *core, unsigned level);
/* Hands an I/O to its module. */
void bdev_io_start(struct bdev_io *io, struct bdev_channel *channel);
/* Calls back the one who submitted. */
void bdev_io_report(struct bdev_io *io);

void bdev_stat_count(struct bdev_channel *channel, const struct bdev_io *io);

#endif
