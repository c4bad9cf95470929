/* The admin queue: commands wait inside while it is full. */
#include <errno.h>
#include <stdlib.h>

#include "cos/arena.h"
#include "cos/cpu.h"
#include "cos/ring.h"
#include "ctrlr.h"

#define ENTRIES 32u
#define AT_ONCE 16

int nvme_admin_start(struct nvme_ctrlr *ctrlr)
{
	ctrlr->page = cos_dma_alloc(COS_SMEM, NVME_PAGE, NVME_PAGE, &ctrlr->page_address);
	if (!ctrlr->page)
		return -ENOMEM;
	const int error = nvme_qpair_create(&ctrlr->admin, ENTRIES, 2 * ENTRIES, 0);

	nvme_qpair_set_doorbells(&ctrlr->admin, ctrlr->info.registers, ctrlr->info.stride, 0);
	return error;
}

/* Moves waiting commands into the queue. */
static void submit_waiting(struct nvme_ctrlr *ctrlr)
{
	while (ctrlr->waiting_admin) {
		struct nvme_waiting_admin *first = ctrlr->waiting_admin;

		if (nvme_qpair_submit(&ctrlr->admin, &first->command, NULL, 0, first->done, first->arg))
			return;
		ctrlr->waiting_admin = first->next;
		cos_free(first);
	}
}

int nvme_admin_poll(void *arg)
{
	struct nvme_ctrlr *ctrlr = arg;

	if (!ctrlr->admin.outstanding)
		return COS_POLLER_IDLE;
	const unsigned taken = nvme_qpair_poll(&ctrlr->admin, AT_ONCE);

	if (taken)
		submit_waiting(ctrlr);
	nvme_qpair_ring(&ctrlr->admin);
	return taken ? COS_POLLER_BUSY : COS_POLLER_IDLE;
}

static void event_done(void *arg, const struct nvme_completion *completion);

struct late {
	struct nvme_ctrlr *ctrlr;
	bool any;
};

/* Event requests may stay out for ever. */
static void note_late(void *arg, uint16_t cid, unsigned n)
{
	struct late *late = arg;

	(void)n;
	for (uint32_t i = 0; i + 1 < ENTRIES; i++) {
		const struct nvme_tracker *tracker = &late->ctrlr->admin.trackers[i];

		if (tracker->busy && tracker->cid == cid && tracker->done != event_done)
			late->any = true;
	}
}

bool nvme_admin_age(struct nvme_ctrlr *ctrlr)
{
	struct late late = {ctrlr, false};

	nvme_qpair_age(&ctrlr->admin, ctrlr->options.admin_timeout_us / NVME_TICK_US, note_late, &late);
	return late.any;
}

void nvme_admin_abort_all(struct nvme_ctrlr *ctrlr)
{
	const struct nvme_completion aborted = {
		.status = NVME_STATUS(NVME_SCT_GENERIC, NVME_SC_ABORTED_SQ_DELETION) << 1,
	};
	struct nvme_waiting_admin *waiting = ctrlr->waiting_admin;

	ctrlr->waiting_admin = NULL;
	nvme_qpair_abort_all(&ctrlr->admin, NVME_STATUS(NVME_SCT_GENERIC, NVME_SC_ABORTED_SQ_DELETION));
	while (waiting) {
		struct nvme_waiting_admin *next = waiting->next;

		waiting->done(waiting->arg, &aborted);
		cos_free(waiting);
		waiting = next;
	}
}

static int submit(struct nvme_ctrlr *ctrlr, const struct nvme_command *command, nvme_done_fn done, void *arg)
{
	if (!ctrlr->waiting_admin && nvme_qpair_submit(&ctrlr->admin, command, NULL, 0, done, arg) == 0) {
		nvme_qpair_ring(&ctrlr->admin);
		return 0;
	}
	struct nvme_waiting_admin *waiting = cos_alloc(COS_SMEM, sizeof *waiting, COS_CACHE_LINE), **at;

	if (!waiting)
		return -ENOMEM;
	*waiting = (struct nvme_waiting_admin){*command, done, arg, NULL};
	for (at = &ctrlr->waiting_admin; *at; at = &(*at)->next)
		;
	*at = waiting;
	return 0;
}

void nvme_admin_submit(struct nvme_ctrlr *ctrlr, struct nvme_command *command, bool with_page, nvme_done_fn done)
{
	if (with_page)
		command->prp1 = ctrlr->page_address;
	/* A bring-up has the queue to itself; without memory it fails. */
	if (submit(ctrlr, command, done, ctrlr))
		nvme_ctrlr_fail(ctrlr, -ENOMEM);
}

int nvme_ctrlr_admin(struct nvme_ctrlr *ctrlr, const struct nvme_command *command, void *data, nvme_done_fn done,
		     void *arg)
{
	struct nvme_command entry = *command;

	if (ctrlr->state != NVME_READY && ctrlr->state != NVME_SETUP && ctrlr->state != NVME_LEAVING)
		return -EAGAIN;
	if (ctrlr->error)
		return -ENODEV;
	if (data)
		entry.prp1 = cos_global_address(data);
	return submit(ctrlr, &entry, done, arg);
}

/* --- Asynchronous events -------------------------------------------------------------------------------------------
 */

static void log_done(void *arg, const struct nvme_completion *completion)
{
	(void)completion;
	nvme_request_event(arg);
}

/* Reading its log page is what lets a controller report the next event of that type (clause 5.2). */
static void event_done(void *arg, const struct nvme_completion *completion)
{
	struct nvme_ctrlr *ctrlr = arg;

	if (NVME_CPL_STATUS(completion) || ctrlr->state != NVME_READY)
		return; /* aborted by a reset, which asks again; or not supported */
	ctrlr->stats.events++;
	struct nvme_command command = {
		.opcode = NVME_ADMIN_GET_LOG_PAGE,
		.nsid = NVME_NSID_ALL,
		.cdw10 = (completion->cdw0 >> 16 & 0xff) | (512 / 4 - 1) << 16,
	};

	nvme_admin_submit(ctrlr, &command, true, log_done);
}

void nvme_request_event(struct nvme_ctrlr *ctrlr)
{
	struct nvme_command command = {.opcode = NVME_ADMIN_ASYNC_EVENT};

	if (ctrlr->state == NVME_READY)
		nvme_admin_submit(ctrlr, &command, false, event_done);
}
