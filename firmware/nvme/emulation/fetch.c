/* Commands come from the host by DMA, up to FETCH_BATCH at once, the queues taking turns. Also the DMA jobs of a core:
 * they end in the order in which they were submitted. */
#include "internal.h"

/* --- Jobs -----------------------------------------------------------------------------------------------------------
 */

bool emulation_copy(struct core *core, uint64_t to, uint64_t from, uint32_t bytes,
		    void (*done)(struct core *core, void *arg, bool ok), void *arg)
{
	if (core->job_tail - core->job_head == JOBS)
		return false;
	const dma_ticket ticket = dma_copy(core->dma, to, from, bytes);

	if (ticket == DMA_FULL)
		return false;
	core->jobs[core->job_tail++ % JOBS] = (struct job){ticket, done, arg};
	return true;
}

static void finish_job(struct core *core, bool ok)
{
	const struct job job = core->jobs[core->job_head++ % JOBS];

	job.done(core, job.arg, ok);
}

bool emulation_jobs_poll(struct core *core)
{
	bool busy = false;
	dma_ticket failed;

	while (core->job_head != core->job_tail) {
		if (dma_done(core->dma, core->jobs[core->job_head % JOBS].ticket))
			finish_job(core, true);
		else if (dma_queue_skip_failed(core->dma, &failed))
			finish_job(core, false);
		else
			break;
		busy = true;
	}
	return busy;
}

/* --- Queues ---------------------------------------------------------------------------------------------------------
 */

void emulation_sq_ready(struct core *core, struct submission_queue *sq)
{
	if (sq->ready || sq->closing || sq->tail == sq->fetched || core->functions[sq->function]->paused)
		return;
	sq->ready = true;
	sq->next = NULL;
	*core->ready_end = sq;
	core->ready_end = &sq->next;
}

static struct submission_queue *take_ready(struct core *core)
{
	struct submission_queue *sq = core->ready;

	core->ready = sq->next;
	if (!core->ready)
		core->ready_end = &core->ready;
	sq->ready = false;
	return sq;
}

void emulation_sq_not_ready(struct core *core, struct submission_queue *sq)
{
	struct submission_queue **at = &core->ready;

	if (!sq->ready)
		return;
	while (*at != sq)
		at = &(*at)->next;
	*at = sq->next;
	if (!*at)
		core->ready_end = at;
	sq->ready = false;
}

/* The queue's commands cannot be read: there is nothing to answer. */
static void fetch_failed(struct submission_queue *sq)
{
	const struct message message = {.op = OP_FATAL, .function = sq->function};

	if (!sq->silent)
		emulation_send(CONTROL_CLUSTER, MPPA_RM, &message);
}

static void fetched(struct core *core, void *arg, bool ok)
{
	struct fetch *fetch = arg;
	struct submission_queue *sq = fetch->sq;

	if (!ok)
		fetch_failed(sq);
	/* The queue must not end before its commands have been looked at. */
	sq->outstanding++;
	for (uint32_t i = 0; i < fetch->count; i++) {
		struct request *request;

		if (!ok || sq->silent) {
			sq->outstanding--;
			continue;
		}
		/* There is one: emulation_fetch() has counted them. */
		request = emulation_request_get(core);
		request->command = fetch->commands[i];
		request->sq = sq;
		emulation_request_start(core, request);
	}
	core->reserved -= fetch->count;
	fetch->next = core->free_fetches;
	core->free_fetches = fetch;
	sq->outstanding--;
	if (sq->closing)
		emulation_sq_check_closed(core, sq);
}

/* Starts the fetch of the queue's next commands. False: no DMA job is free. */
static bool fetch_from(struct core *core, struct submission_queue *sq, uint32_t room)
{
	struct fetch *fetch = core->free_fetches;
	const uint32_t end = sq->tail > sq->fetched ? sq->tail : sq->entries;
	uint32_t count = end - sq->fetched;

	if (count > room)
		count = room;
	if (count > FETCH_BATCH)
		count = FETCH_BATCH;
	if (!emulation_copy(core, fetch->iova, sq->host + sq->fetched * sizeof(struct nvme_command),
			    (uint32_t)(count * sizeof(struct nvme_command)), fetched, fetch))
		return false;
	core->free_fetches = fetch->next;
	fetch->sq = sq;
	fetch->count = count;
	core->reserved += count;
	core->stats.fetches++;
	sq->fetched = sq->fetched + count == sq->entries ? 0 : sq->fetched + count;
	sq->outstanding += count;
	return true;
}

void emulation_fetch(struct core *core)
{
	while (core->ready && core->free_fetches && core->free_count > core->reserved) {
		struct submission_queue *sq = take_ready(core);
		const bool started = core->functions[sq->function]->paused ||
				     fetch_from(core, sq, core->free_count - core->reserved);

		emulation_sq_ready(core, sq);
		if (!started)
			return;
	}
}
