/*
 * NVMe SSD driver. One core of the chip, the RM of cluster 0, owns the controllers: it brings them up, runs their admin
 * queues, creates and deletes I/O queues for others, resets what hangs, notices what has gone. Any core of any cluster
 * does I/O on queue pairs of its own, in its own memory, with its own doorbells: no locks, nothing shared.
 *
 * What the two sides have to say to each other goes through messages (cos_msg). Each cluster that does I/O keeps a copy
 * of what it needs to know about a controller: a struct nvme_device, which is also the I/O device (cos/io_channel.h) by
 * which a core gets its queue pair.
 */
#ifndef NVME_DRIVER_H
#define NVME_DRIVER_H

#include <stdbool.h>
#include <stdint.h>

#include "bdev/segment.h"
#include "cos/io_channel.h"
#include "nvme/spec.h"

#define NVME_NAMESPACES_MAX 32 /* of a controller, that are used */
#define NVME_NAME_MAX 32
#define NVME_CTRLRS_MAX 32
#define NVME_QUEUE_ENTRIES_MAX 1024

/* Where the owner of the controllers runs. */
#define NVME_HOME_CLUSTER 0

struct nvme_options {
	uint32_t queue_entries; /* of an I/O queue, 2..NVME_QUEUE_ENTRIES_MAX; 0: 64. At most what the controller allows
				 */
	uint32_t
		io_timeout_us; /* then the command is aborted, after the same time again the controller reset; 0: 2 s */
	uint32_t admin_timeout_us; /* then the controller is reset; 0: 5 s */
	uint32_t clusters;	   /* that do I/O, one bit each; 0: all that run when the controller is attached */
	/* Completions: NULL, all queues are polled as long as commands are out. Otherwise a core that only waits for
	 * completions may sleep: before a queue is created, on the RM of cluster 0, this lets interrupt vector `vector`
	 * (0: the admin queue, else the queue's identifier) of the controller at `registers` ring the doorbell of its
	 * core. False: it cannot. */
	bool (*route_interrupt)(uintptr_t registers, uint16_t vector, unsigned cluster, unsigned core);
};

/* Every cluster's RM, before anybody attaches a controller; `message_type` is the driver's (COS_MSG_USER and above). */
struct nvme_device;
struct nvme_listener {
	/* A controller is there (copies are complete); it goes: the listener calls nvme_device_release() once nobody in
	 * this cluster has a channel of it any more. */
	void (*added)(struct nvme_device *device);
	void (*removed)(struct nvme_device *device);
};
void nvme_init(unsigned message_type, const struct nvme_listener *listener);

/* --- Controllers: on the RM of cluster 0 ----------------------------------------------------------------------------
 */

struct nvme_ctrlr;
/* error: 0, -ETIMEDOUT (registers or a command do not answer), -EIO (fatal status, command failed), -ENODEV (gone). */
typedef void (*nvme_ctrlr_fn)(struct nvme_ctrlr *ctrlr, int error, void *arg);

/*
 * Brings up the controller whose BAR 0 is at `registers`; calls ready(ctrlr, error, arg) when all clusters know its
 * namespaces. After an error the controller is forgotten. -EEXIST: the name is taken; -ENOSPC: no interrupt for the
 * admin queue; -ENOMEM, -EINVAL.
 */
int nvme_ctrlr_attach(const char *name, uintptr_t registers, const struct nvme_options *options, nvme_ctrlr_fn ready,
		      void *arg);
/* Takes it away in order: listeners, queues, shutdown; then done(NULL, 0, arg). */
void nvme_ctrlr_detach(struct nvme_ctrlr *ctrlr, nvme_ctrlr_fn done, void *arg);
struct nvme_ctrlr *nvme_ctrlr_find(const char *name);
/* Disables and enables it again with all its queues; commands that are out are aborted. Several requests are one. */
void nvme_ctrlr_reset(struct nvme_ctrlr *ctrlr, nvme_ctrlr_fn done, void *arg);

/* The next one in no particular order, of those that have been brought up; NULL: the first. */
struct nvme_ctrlr *nvme_ctrlr_next(const struct nvme_ctrlr *ctrlr);

const char *nvme_ctrlr_name(const struct nvme_ctrlr *ctrlr);
struct nvme_device_info;
const struct nvme_device_info *nvme_ctrlr_info(const struct nvme_ctrlr *ctrlr);
enum nvme_condition { NVME_ENABLED, NVME_RESETTING, NVME_FAILED, NVME_DETACHING };
enum nvme_condition nvme_ctrlr_condition(const struct nvme_ctrlr *ctrlr);
const struct nvme_ctrlr_data *nvme_ctrlr_data(const struct nvme_ctrlr *ctrlr);
/* Any admin command. `data`: up to 4 KiB of DMA-able memory (cos_dma_alloc()), page aligned, or NULL. */
typedef void (*nvme_done_fn)(void *arg, const struct nvme_completion *completion);
int nvme_ctrlr_admin(struct nvme_ctrlr *ctrlr, const struct nvme_command *command, void *data, nvme_done_fn done,
		     void *arg);

struct nvme_ctrlr_stats {
	uint64_t resets, aborts, events, bad_completions;
};
struct nvme_ctrlr_stats nvme_ctrlr_stats(const struct nvme_ctrlr *ctrlr);

/* --- I/O: any core --------------------------------------------------------------------------------------------------
 */

struct nvme_namespace_info {
	uint32_t nsid, block_size;
	uint64_t blocks;
	uint32_t optimal_boundary; /* blocks */
	uint8_t nguid[16];
};

/* What an I/O needs to know of a controller. */
struct nvme_device_info {
	char name[NVME_NAME_MAX];
	uintptr_t registers;
	uint32_t stride;       /* CAP.DSTRD */
	uint32_t max_transfer; /* bytes */
	uint32_t queue_entries, completion_entries;
	uint32_t io_timeout_us;
	uint16_t oncs;
	bool write_cache;
	bool interrupts; /* of completions; else they are polled for */
	uint32_t namespaces;
	struct nvme_namespace_info ns[NVME_NAMESPACES_MAX];
};

struct nvme_device {
	struct nvme_device_info info;
	uint8_t index; /* of the controller */
	void *user;    /* the listener's */
};

/* Ends the copy: see struct nvme_listener. -EBUSY while there are channels: call again later. */
int nvme_device_release(struct nvme_device *device);

/* An I/O, in the submitter's memory until it is done. */
struct nvme_io {
	struct nvme_io *next; /* the driver's */
	nvme_done_fn done;
	void *arg;
	struct bdev_cursor data; /* not for Flush, Write Zeroes, Dataset Management */
	uint32_t bytes;		 /* of data */
	uint8_t opcode;
	uint32_t nsid, cdw12;
	uint64_t lba;	 /* Dataset Management: first block to deallocate, */
	uint64_t blocks; /* and how many; others have them in cdw12 */
};

/*
 * Submits on this core's channel (cos_get_io_channel(device)). Waits inside while the queue pair is being created or is
 * full. If it cannot be submitted at all, done(arg, completion) is called from within. Data must be what PRPs can name:
 * 4-byte aligned, and every piece but the first begins, every piece but the last ends at a multiple of 4 KiB; otherwise
 * it ends with NVME_SC_INVALID_PRP_OFFSET.
 */
void nvme_io_submit(struct cos_io_channel *channel, struct nvme_io *io);
/* Resets the controller; done(arg, completion) on this core with status 0 if it is back. */
void nvme_io_reset(struct cos_io_channel *channel, nvme_done_fn done, void *arg);

struct nvme_channel_stats {
	uint64_t submitted, completed, doorbells, polls_with_completions, timeouts, waits;
};
struct nvme_channel_stats nvme_channel_stats(struct cos_io_channel *channel);

#endif
