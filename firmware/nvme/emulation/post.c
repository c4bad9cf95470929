/*
 * Completions go to the host by one posted store each, behind the data. Interrupts follow at the end of an iteration:
 * one for all completions of a queue, or fewer if the host asked for coalescing.
 */
#include "internal.h"

#include "cos/mmio.h"

#define COALESCING_TICK_US 100

static void write_entry(uint64_t host, const struct nvme_completion *cpl)
{
	const uint64_t low = (uint64_t)cpl->cdw1 << 32 | cpl->cdw0;
	const uint64_t high =
		(uint64_t)cpl->status << 48 | (uint64_t)cpl->cid << 32 | (uint64_t)cpl->sqid << 16 | cpl->sqhd;
#ifdef __KVX__
	/* One packet on the link. */
	__asm__ volatile("sq 0[%0] = %1" ::"r"(host), "r"((unsigned __int128)high << 64 | low) : "memory");
#else
	cos_write64(host, low);
	cos_write64(host + 8, high);
#endif
}

static bool has_room(const struct completion_queue *cq)
{
	const uint32_t next = cq->tail + 1 == cq->entries ? 0 : cq->tail + 1;

	return next != cq->head;
}

static void want_signal(struct core *core, struct completion_queue *cq)
{
	cq->unsignalled++;
	if (cq->signal || !cq->interrupts)
		return;
	cq->signal = true;
	cq->next = core->signal;
	core->signal = cq;
}

static void post_now(struct core *core, struct completion_queue *cq, struct nvme_completion *cpl)
{
	cpl->status = (uint16_t)((cpl->status & ~1u) | cq->phase);
	emulation_act_for(core, cq->function);
	write_entry(cq->host + cq->tail * sizeof *cpl, cpl);
	if (++cq->tail == cq->entries) {
		cq->tail = 0;
		cq->phase ^= 1;
	}
	core->stats.completions++;
	want_signal(core, cq);
}

void emulation_post(struct core *core, struct request *request)
{
	struct submission_queue *sq = request->sq;
	struct completion_queue *cq = request->cq;
	const bool silent = sq->silent;

	request->nvmf.cpl.sqhd = (uint16_t)sq->fetched;
	if (!silent && (!has_room(cq) || cq->waiting || core->functions[cq->function]->paused)) {
		request->next = NULL;
		*cq->waiting_end = request;
		cq->waiting_end = &request->next;
	} else {
		if (!silent)
			post_now(core, cq, &request->nvmf.cpl);
		emulation_request_free(core, request);
	}
	sq->outstanding--;
	if (sq->closing)
		emulation_sq_check_closed(core, sq);
}

static struct request *take_waiting(struct completion_queue *cq)
{
	struct request *request = cq->waiting;

	cq->waiting = request->next;
	if (!cq->waiting)
		cq->waiting_end = &cq->waiting;
	return request;
}

void emulation_post_waiting(struct core *core, struct completion_queue *cq)
{
	while (cq->waiting && has_room(cq) && !core->functions[cq->function]->paused) {
		struct request *request = take_waiting(cq);

		post_now(core, cq, &request->nvmf.cpl);
		emulation_request_free(core, request);
	}
}

void emulation_cq_drop(struct core *core, struct completion_queue *cq)
{
	struct completion_queue **at = &core->signal;

	while (cq->waiting)
		emulation_request_free(core, take_waiting(cq));
	while (*at && *at != cq)
		at = &(*at)->next;
	if (*at)
		*at = cq->next;
	cq->signal = false;
}

/* --- Interrupts -----------------------------------------------------------------------------------------------------
 */

/* Interrupt coalescing does not apply to the admin queue. */
static bool hold_back(const struct function_queues *queues, const struct completion_queue *cq)
{
	const bool coalesced = queues->coalesce_threshold && queues->coalesce_time && cq->qid != 0 &&
			       !(queues->not_coalesced[cq->vector / 64 & 1] >> (cq->vector & 63) & 1);

	return coalesced && cq->unsignalled <= queues->coalesce_threshold && cq->waited < queues->coalesce_time;
}

void emulation_signal(struct core *core)
{
	struct completion_queue **at = &core->signal;

	while (*at) {
		struct completion_queue *cq = *at;

		if (hold_back(core->functions[cq->function], cq)) {
			at = &cq->next;
			continue;
		}
		*at = cq->next;
		cq->signal = false;
		cq->unsignalled = cq->waited = 0;
		emulation_interrupt(core, cq->function, cq->vector);
	}
}

static int tick(void *arg)
{
	struct core *core = arg;

	for (struct completion_queue *cq = core->signal; cq; cq = cq->next)
		cq->waited++;
	return COS_POLLER_IDLE;
}

void emulation_coalescing(struct core *core, bool on)
{
	if (on && !core->coalescing)
		core->coalescing = cos_poller_register(tick, core, COALESCING_TICK_US);
}
