#include "qpair.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cos/arena.h"
#include "cos/cpu.h"
#include "cos/mmio.h"
#include "cos/ring.h"

#define LIST_BYTES (NVME_LIST_ENTRIES * sizeof(uint64_t))
/* Command identifiers: the tracker's number below, a count above, so that a late answer to an earlier command is told
 * from the answer to the present one. */
#define CID_INDEX_BITS 10
#define CID_INDEX_MASK ((1u << CID_INDEX_BITS) - 1)

static uint32_t round_up(uint32_t value, uint32_t to) { return (value + to - 1) & -to; }

int nvme_qpair_create(struct nvme_qpair *qpair, uint32_t sq_entries, uint32_t cq_entries, uint16_t lists)
{
	const uint32_t sq_bytes = round_up(sq_entries * sizeof(struct nvme_command), NVME_PAGE);
	const uint32_t cq_bytes = round_up(cq_entries * sizeof(struct nvme_completion), LIST_BYTES);
	uint64_t address;

	memset(qpair, 0, sizeof *qpair);
	qpair->memory = cos_dma_alloc(COS_SMEM, sq_bytes + cq_bytes + lists * LIST_BYTES, NVME_PAGE, &address);
	qpair->trackers = cos_zalloc(COS_SMEM, sq_entries * sizeof *qpair->trackers, COS_CACHE_LINE);
	if (!qpair->memory || !qpair->trackers) {
		nvme_qpair_destroy(qpair);
		return -ENOMEM;
	}
	qpair->sq = qpair->memory;
	qpair->cq = (const volatile void *)((char *)qpair->memory + sq_bytes);
	qpair->lists = (void *)((char *)qpair->memory + sq_bytes + cq_bytes);
	qpair->sq_address = address;
	qpair->cq_address = address + sq_bytes;
	qpair->lists_address = address + sq_bytes + cq_bytes;
	qpair->sq_entries = sq_entries;
	qpair->cq_entries = cq_entries;
	qpair->list_count = lists;
	/* One entry of a queue stays empty: that is what tells full from empty. */
	for (uint32_t i = 0; i < sq_entries; i++)
		qpair->trackers[i] = (struct nvme_tracker){
			.cid = (uint16_t)i,
			.next = i + 2 < sq_entries ? (uint16_t)(i + 1) : NVME_NONE,
			.list = NVME_NONE,
		};
	for (uint16_t i = 0; i < lists; i++)
		qpair->lists[i][0] = i + 1 < lists ? i + 1u : NVME_NONE;
	qpair->free_list = lists ? 0 : NVME_NONE;
	nvme_qpair_clear(qpair);
	return 0;
}

void nvme_qpair_destroy(struct nvme_qpair *qpair)
{
	cos_dma_free(qpair->memory);
	cos_free(qpair->trackers);
	qpair->memory = NULL;
	qpair->trackers = NULL;
}

void nvme_qpair_clear(struct nvme_qpair *qpair)
{
	qpair->sq_tail = qpair->sq_rung = qpair->cq_head = qpair->cq_unrung = 0;
	qpair->phase = 1;
	memset((void *)qpair->cq, 0, qpair->cq_entries * sizeof *qpair->cq);
	cos_dma_sync_for_device();
}

void nvme_qpair_set_doorbells(struct nvme_qpair *qpair, uintptr_t registers, uint32_t stride, uint16_t qid)
{
	qpair->sq_doorbell = registers + NVME_SQ_DOORBELL(qid, stride);
	qpair->cq_doorbell = registers + NVME_CQ_DOORBELL(qid, stride);
}

static void free_list(struct nvme_qpair *qpair, uint16_t list)
{
	qpair->lists[list][0] = qpair->free_list;
	qpair->free_list = list;
}

static uint16_t take_list(struct nvme_qpair *qpair)
{
	const uint16_t list = qpair->free_list;

	if (list != NVME_NONE)
		qpair->free_list = (uint16_t)qpair->lists[list][0];
	return list;
}

/*
 * Data pointer of a command (clause 4.3): PRP1 is the first page, PRP2 the second, or a list of all but the first.
 * *list becomes the list that is used.
 */
static int build_prps(struct nvme_qpair *qpair, struct nvme_command *command, struct bdev_cursor data, uint32_t bytes,
		      uint16_t *list)
{
	uint32_t pages = 0;

	while (bytes) {
		uint64_t address;
		uint32_t length = bdev_cursor_next(&data, bytes, &address);

		bytes -= length;
		if (pages ? address % NVME_PAGE : address & 3)
			return -EINVAL;
		while (length) {
			const uint32_t room = NVME_PAGE - (uint32_t)(address % NVME_PAGE);
			const uint32_t piece = length < room ? length : room;

			if (pages == 0) {
				command->prp1 = address;
			} else if (pages == 1) {
				command->prp2 = address;
			} else {
				if (pages == 2) {
					*list = take_list(qpair);
					if (*list == NVME_NONE)
						return -EAGAIN;
					qpair->lists[*list][0] = command->prp2;
					command->prp2 = qpair->lists_address + *list * LIST_BYTES;
				} else if (pages > NVME_LIST_ENTRIES) {
					return -EINVAL;
				}
				qpair->lists[*list][pages - 1] = address;
			}
			pages++;
			address += piece;
			length -= piece;
			/* A page that is not used to its end can only be the last one. */
			if (piece != room && (bytes || length))
				return -EINVAL;
		}
	}
	return 0;
}

/* Fills the next entry; the tracker is known to be free. */
static void enter(struct nvme_qpair *qpair, struct nvme_command *command, uint16_t list, nvme_done_fn done, void *arg)
{
	struct nvme_tracker *tracker = &qpair->trackers[qpair->free_tracker];

	qpair->free_tracker = tracker->next;
	tracker->done = done;
	tracker->arg = arg;
	tracker->list = list;
	tracker->busy = true;
	tracker->timeouts = 0;
	tracker->tick = qpair->tick;
	command->cid = tracker->cid;
	qpair->sq[qpair->sq_tail] = *command;
	if (++qpair->sq_tail == qpair->sq_entries)
		qpair->sq_tail = 0;
	qpair->outstanding++;
}

int nvme_qpair_submit(struct nvme_qpair *qpair, const struct nvme_command *command, const struct bdev_cursor *data,
		      uint32_t bytes, nvme_done_fn done, void *arg)
{
	struct nvme_command entry = *command;
	uint16_t list = NVME_NONE;

	if (qpair->free_tracker == NVME_NONE)
		return -EAGAIN;
	if (data) {
		const int error = build_prps(qpair, &entry, *data, bytes, &list);

		if (error) {
			if (list != NVME_NONE)
				free_list(qpair, list);
			return error;
		}
	}
	enter(qpair, &entry, list, done, arg);
	return 0;
}

int nvme_qpair_deallocate(struct nvme_qpair *qpair, uint32_t nsid, uint64_t lba, uint64_t blocks, nvme_done_fn done,
			  void *arg)
{
	/* The ranges lie where others have their PRP list. */
	if (qpair->free_tracker == NVME_NONE || qpair->free_list == NVME_NONE)
		return -EAGAIN;
	if (blocks > (LIST_BYTES / sizeof(struct nvme_dsm_range)) * UINT32_MAX)
		return -EINVAL;
	const uint16_t list = take_list(qpair);
	struct nvme_dsm_range *range = (struct nvme_dsm_range *)qpair->lists[list];
	uint32_t count = 0;

	for (; blocks; count++) {
		const uint32_t piece = blocks < UINT32_MAX ? (uint32_t)blocks : UINT32_MAX;

		range[count] = (struct nvme_dsm_range){0, piece, lba};
		lba += piece;
		blocks -= piece;
	}
	struct nvme_command command = {
		.opcode = NVME_NVM_DATASET_MANAGEMENT,
		.nsid = nsid,
		.prp1 = qpair->lists_address + list * LIST_BYTES,
		.cdw10 = count - 1,
		.cdw11 = NVME_DSM_DEALLOCATE,
	};

	enter(qpair, &command, list, done, arg);
	return 0;
}

void nvme_qpair_ring(struct nvme_qpair *qpair)
{
	if (!nvme_qpair_needs_ring(qpair))
		return;
	cos_dma_sync_for_device();
	cos_write32(qpair->sq_doorbell, qpair->sq_tail);
	qpair->sq_rung = qpair->sq_tail;
	qpair->doorbells++;
}

/* Gives the tracker back before the callback, which may submit. */
static void finish(struct nvme_qpair *qpair, struct nvme_tracker *tracker, const struct nvme_completion *completion)
{
	const nvme_done_fn done = tracker->done;
	void *arg = tracker->arg;
	const uint16_t index = tracker->cid & CID_INDEX_MASK;

	if (tracker->list != NVME_NONE)
		free_list(qpair, tracker->list);
	tracker->list = NVME_NONE;
	tracker->busy = false;
	tracker->cid = (uint16_t)(tracker->cid + (1u << CID_INDEX_BITS));
	tracker->next = qpair->free_tracker;
	qpair->free_tracker = index;
	qpair->outstanding--;
	done(arg, completion);
}

static void take_completion(struct nvme_qpair *qpair, const struct nvme_completion *completion)
{
	const uint32_t index = completion->cid & CID_INDEX_MASK;
	struct nvme_tracker *tracker = &qpair->trackers[index];

	/* A broken controller completes what is not out, or twice. */
	if (index + 1 >= qpair->sq_entries || !tracker->busy || tracker->cid != completion->cid) {
		qpair->bad_completions++;
		return;
	}
	finish(qpair, tracker, completion);
}

unsigned nvme_qpair_poll(struct nvme_qpair *qpair, unsigned most)
{
	unsigned taken = 0;

	while (taken < most && nvme_qpair_has_completion(qpair)) {
		const volatile struct nvme_completion *entry = &qpair->cq[qpair->cq_head];
		const struct nvme_completion completion = {
			.cdw0 = entry->cdw0,
			.sqhd = entry->sqhd,
			.sqid = entry->sqid,
			.cid = entry->cid,
			.status = entry->status,
		};

		if (++qpair->cq_head == qpair->cq_entries) {
			qpair->cq_head = 0;
			qpair->phase ^= 1;
		}
		qpair->cq_unrung++;
		taken++;
		take_completion(qpair, &completion);
	}
	/* The controller needs room for all that may be out. */
	if (qpair->cq_unrung && qpair->cq_unrung + qpair->sq_entries > qpair->cq_entries) {
		cos_write32(qpair->cq_doorbell, qpair->cq_head);
		qpair->cq_unrung = 0;
		qpair->doorbells++;
	}
	return taken;
}

void nvme_qpair_age(struct nvme_qpair *qpair, uint32_t ticks, void (*late)(void *arg, uint16_t cid, unsigned n),
		    void *arg)
{
	qpair->tick++;
	for (uint32_t i = 0; qpair->outstanding && i + 1 < qpair->sq_entries; i++) {
		struct nvme_tracker *tracker = &qpair->trackers[i];

		if (!tracker->busy || qpair->tick - tracker->tick <= ticks)
			continue;
		tracker->tick = qpair->tick;
		if (tracker->timeouts < UINT8_MAX)
			tracker->timeouts++;
		late(arg, tracker->cid, tracker->timeouts);
	}
}

void nvme_qpair_abort_all(struct nvme_qpair *qpair, uint16_t status)
{
	for (uint32_t i = 0; qpair->outstanding && i + 1 < qpair->sq_entries; i++) {
		struct nvme_tracker *tracker = &qpair->trackers[i];
		const struct nvme_completion completion = {
			.cid = tracker->cid,
			.status = (uint16_t)(status << 1),
		};

		if (tracker->busy)
			finish(qpair, tracker, &completion);
	}
}
