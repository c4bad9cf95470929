/*
 * A submission and a completion queue in this core's memory, the commands that are out, the doorbells. Used by one
 * core.
 *
 * Doorbells are rung once for all commands of an iteration (nvme_qpair_ring()), and for completions only when they
 * begin to run short: the completion queue is larger than the submission queue.
 */
#ifndef NVME_QPAIR_H
#define NVME_QPAIR_H

#include <stdbool.h>
#include <stdint.h>

#include "bdev/segment.h"
#include "nvme/driver.h"

#define NVME_PAGE 4096u
/* A PRP list: 128 KiB from anywhere in a page. */
#define NVME_LIST_ENTRIES 32u

/* A command that is out. */
struct nvme_tracker {
	nvme_done_fn done;
	void *arg;
	uint16_t cid, next;
	uint16_t list; /* its PRP list, or NVME_NONE */
	bool busy;
	uint8_t timeouts;
	uint32_t tick; /* when it was submitted */
};
#define NVME_NONE 0xffffu

struct nvme_qpair {
	/* What every I/O touches. */
	struct nvme_command *sq;
	const volatile struct nvme_completion *cq;
	struct nvme_tracker *trackers;
	uint32_t sq_entries, cq_entries;
	uint32_t sq_tail, sq_rung, cq_head, cq_unrung;
	uint16_t phase, free_tracker, free_list;
	uint16_t outstanding;
	uint32_t tick;
	uintptr_t sq_doorbell, cq_doorbell;
	uint64_t lists_address;
	uint64_t (*lists)[NVME_LIST_ENTRIES];

	uint64_t sq_address, cq_address; /* bus */
	uint16_t list_count;
	void *memory;
	uint64_t doorbells, bad_completions;
};

/* Memory for the queues; `lists` PRP lists. -ENOMEM. */
int nvme_qpair_create(struct nvme_qpair *qpair, uint32_t sq_entries, uint32_t cq_entries, uint16_t lists);
void nvme_qpair_destroy(struct nvme_qpair *qpair);
/* Both queues empty, as the controller sees them after their creation. No command may be out. */
void nvme_qpair_clear(struct nvme_qpair *qpair);
void nvme_qpair_set_doorbells(struct nvme_qpair *qpair, uintptr_t registers, uint32_t stride, uint16_t qid);

/*
 * Puts a command into the queue; its cid and data pointer are filled in. `data` may be NULL. -EAGAIN: no room now;
 * -EINVAL: the buffer does not suit PRPs, or is too large.
 */
int nvme_qpair_submit(struct nvme_qpair *qpair, const struct nvme_command *command, const struct bdev_cursor *data,
		      uint32_t bytes, nvme_done_fn done, void *arg);
/* The same for Dataset Management of one range of any length. */
int nvme_qpair_deallocate(struct nvme_qpair *qpair, uint32_t nsid, uint64_t lba, uint64_t blocks, nvme_done_fn done,
			  void *arg);
/* Tells the controller of new commands, if there are any. */
static inline bool nvme_qpair_needs_ring(const struct nvme_qpair *qpair) { return qpair->sq_tail != qpair->sq_rung; }
void nvme_qpair_ring(struct nvme_qpair *qpair);
/* Whether there is a completion: all that an idle poll looks at. */
static inline bool nvme_qpair_has_completion(const struct nvme_qpair *qpair)
{
	return (qpair->cq[qpair->cq_head].status & 1) == qpair->phase;
}
/* Takes up to `most` completions and calls back; how many. */
unsigned nvme_qpair_poll(struct nvme_qpair *qpair, unsigned most);

/* A unit of time-outs has passed: late(arg, cid, n) for every command that has been out for `ticks`, the n-th time. */
void nvme_qpair_age(struct nvme_qpair *qpair, uint32_t ticks, void (*late)(void *arg, uint16_t cid, unsigned n),
		    void *arg);
/* Calls back all commands that are out with this status field. The controller must not know them any more. */
void nvme_qpair_abort_all(struct nvme_qpair *qpair, uint16_t status);

#endif
