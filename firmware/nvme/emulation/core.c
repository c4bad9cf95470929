/*
 * A core: its rings of doorbells, its queues, messages from the control core. The poller does things in the order in
 * which a command needs them; idle, it only loads memory that stays the same.
 */
#include "internal.h"

#include <string.h>

#include "cos/arena.h"
#include "cos/cluster.h"
#include "cos/console.h"
#include "cos/cpu.h"

#define RING_SLOTS_LOG2 8

static struct core *cores[MPPA_CORES];
static COS_SHARED uint32_t started; /* in cluster 0: cores of the data plane */

struct core *emulation_core(void) { return cores[cos_core_id()]; }

const struct emulation_stats *emulation_core_stats(void)
{
	static const struct emulation_stats none;

	return emulation_core() ? &emulation_core()->stats : &none;
}

/* --- Start ----------------------------------------------------------------------------------------------------------
 */

/* The many of the control core are seldom used, and SMEM of its cluster is short. */
static bool make_requests(struct core *core, bool control)
{
	const unsigned count = control ? CONTROL_REQUESTS : REQUESTS;
	struct request *requests = cos_zalloc(control ? COS_DDR : COS_SMEM, count * sizeof *requests, COS_CACHE_LINE);

	for (unsigned i = 0; requests && i < count; i++) {
		requests[i].next = core->free_requests;
		core->free_requests = &requests[i];
		core->free_count++;
	}
	return requests != NULL;
}

static bool make_lists(struct core *core)
{
	struct list *lists = cos_zalloc(COS_SMEM, LISTS * sizeof *lists, COS_CACHE_LINE);

	for (unsigned i = 0; lists && i < LISTS; i++) {
		lists[i].entry_iova = cos_global_address(lists[i].entry);
		lists[i].next = core->free_lists;
		core->free_lists = &lists[i];
	}
	return lists != NULL;
}

static bool make_fetches(struct core *core)
{
	const uint64_t bytes = FETCH_BATCH * sizeof(struct nvme_command);
	struct fetch *fetches = cos_zalloc(COS_SMEM, FETCHES * sizeof *fetches, COS_CACHE_LINE);
	uint8_t *commands = cos_alloc(COS_SMEM, FETCHES * bytes, COS_CACHE_LINE);

	if (!fetches || !commands)
		return false;
	for (unsigned i = 0; i < FETCHES; i++) {
		fetches[i].commands = (struct nvme_command *)(commands + i * bytes);
		fetches[i].iova = cos_global_address(fetches[i].commands);
		fetches[i].next = core->free_fetches;
		core->free_fetches = &fetches[i];
	}
	return true;
}

struct core *emulation_core_open(bool control)
{
	struct core *core = cos_zalloc(COS_SMEM, sizeof *core, COS_CACHE_LINE);

	if (!core || !make_requests(core, control) || !make_lists(core) || !make_fetches(core))
		return NULL;
	core->ready_end = &core->ready;
	core->stalled_end = &core->stalled;
	core->dma = dma_queue_open(cos_core_id() % 4, JOBS_LOG2, false);
	if (!core->dma)
		return NULL;
	/* The host names the addresses. */
	dma_queue_tolerate_errors(core->dma);
	cores[cos_core_id()] = core;
	return core;
}

uint16_t emulation_ring_owner(unsigned ring)
{
	const struct emulation_config *config = emulation_get_config();
	const unsigned cores_used = config->clusters * config->cores < RINGS ? config->clusters * config->cores : RINGS;
	const unsigned index = ring % cores_used;

	return OWNER(1 + index % config->clusters, index / config->clusters);
}

bool emulation_core_start(void)
{
	const uint16_t own = OWNER(cos_cluster_id(), cos_core_id());
	struct core *core = NULL;

	for (unsigned ring = 0; ring < RINGS; ring++) {
		if (emulation_ring_owner(ring) != own)
			continue;
		if (!core)
			core = emulation_core_open(false);
		if (!core || !pcie_ring_open(&core->rings[core->ring_count++], ring, RING_SLOTS_LOG2, 0))
			return false;
	}
	if (!core)
		return true;
	core->poller = cos_poller_register(emulation_poll, core, 0);
	__atomic_fetch_add(cos_remote(CONTROL_CLUSTER, &started), 1, __ATOMIC_RELEASE);
	return core->poller != NULL;
}

bool emulation_ready(void)
{
	const struct emulation_config *config = emulation_get_config();
	const unsigned wanted = config->clusters * config->cores;

	return cos_load_acquire(&started) >= (wanted < RINGS ? wanted : RINGS);
}

/* --- Doorbells ------------------------------------------------------------------------------------------------------
 */

static void report_bad(struct core *core, unsigned function, enum nvme_error_event event)
{
	const struct message message = {.op = OP_ERROR_EVENT, .function = (uint8_t)function, .flag = (uint8_t)event};

	core->stats.bad_doorbells++;
	emulation_send(CONTROL_CLUSTER, MPPA_RM, &message);
}

static void sq_doorbell(struct core *core, struct submission_queue *sq, uint32_t tail)
{
	const uint32_t mask_free = tail - sq->tail + (tail < sq->tail ? sq->entries : 0);
	const uint32_t used = sq->tail - sq->fetched + (sq->tail < sq->fetched ? sq->entries : 0);

	if (tail >= sq->entries || used + mask_free >= sq->entries) {
		report_bad(core, sq->function, NVME_EVENT_INVALID_DB_VALUE);
		return;
	}
	sq->tail = tail;
	emulation_sq_ready(core, sq);
}

static void cq_doorbell(struct core *core, struct completion_queue *cq, uint32_t head)
{
	const uint32_t posted = cq->tail - cq->head + (cq->tail < cq->head ? cq->entries : 0);
	const uint32_t taken = head - cq->head + (head < cq->head ? cq->entries : 0);

	if (head >= cq->entries || taken > posted) {
		report_bad(core, cq->function, NVME_EVENT_INVALID_DB_VALUE);
		return;
	}
	cq->head = head;
	if (cq->waiting)
		emulation_post_waiting(core, cq);
}

static void forward(const struct function_queues *queues, unsigned function, unsigned qid, uint32_t offset,
		    uint32_t value)
{
	const struct message message = {
		.op = OP_DOORBELL, .function = (uint8_t)function, .offset = offset, .value = value};
	const uint16_t owner = queues->forward_sq[qid];

	emulation_send(OWNER_CLUSTER(owner), OWNER_CORE(owner), &message);
}

void emulation_doorbell(struct core *core, unsigned function, uint32_t offset, uint32_t value)
{
	const struct function_queues *queues = function < EMULATION_FUNCTIONS ? core->functions[function] : NULL;
	const unsigned qid = offset / 8;
	const bool aligned = offset % 4 == 0 && qid <= MAX_QUEUES;

	core->stats.doorbells++;
	if (queues && aligned && offset % 8 == 0 && queues->sq[qid])
		sq_doorbell(core, queues->sq[qid], value);
	else if (queues && aligned && offset % 8 == 4 && queues->cq[qid])
		cq_doorbell(core, queues->cq[qid], value);
	else if (queues && aligned && offset % 8 == 0 && queues->forward_sq[qid])
		forward(queues, function, qid, offset, value);
	else if (!queues || !queues->resetting)
		report_bad(core, function, NVME_EVENT_INVALID_DB_REGISTER);
}

/* The last values of the doorbells that lead to a ring. */
static void read_shadows(struct core *core, unsigned ring)
{
	for (unsigned f = 0; f < EMULATION_FUNCTIONS; f++) {
		const struct function_queues *queues = core->functions[f];

		for (unsigned qid = 1; queues && qid <= MAX_QUEUES; qid++) {
			if (emulation_doorbell_ring(f, qid) != ring)
				continue;
			if (queues->sq[qid] || queues->forward_sq[qid])
				emulation_doorbell(core, f, 8 * qid, emulation_shadow(f, 8 * qid));
			if (queues->cq[qid])
				emulation_doorbell(core, f, 8 * qid + 4, emulation_shadow(f, 8 * qid + 4));
		}
	}
}

static bool poll_ring(struct core *core, struct pcie_ring *ring, bool *lossy)
{
	struct mppa_pcie_record record;

	if (pcie_ring_empty(ring))
		return false;
	/* The doorbells of the admin queue are events; the window of the others begins behind them. */
	while (!*lossy && pcie_ring_next(ring, &record))
		emulation_doorbell(core, record.function, record.offset + 8u, record.data);
	if (!*lossy)
		*lossy = pcie_ring_release(ring);
	if (!*lossy)
		return true;
	/* Once is enough for an iteration: a host that goes on like that must not stop the others. */
	pcie_ring_discard(ring);
	read_shadows(core, ring->number);
	*lossy = !pcie_ring_empty(ring);
	return true;
}

static bool poll_rings(struct core *core)
{
	bool busy = false;

	for (unsigned i = 0; i < core->ring_count; i++)
		busy |= poll_ring(core, &core->rings[i], &core->lossy[i]);
	return busy;
}

int emulation_poll(void *arg)
{
	struct core *core = arg;
	bool busy = false;

	/* What waits for room in a message queue polls the reactor. */
	if (core->polling)
		return COS_POLLER_IDLE;
	core->polling = true;
	busy |= poll_rings(core);
	busy |= emulation_jobs_poll(core);
	if (core->stalled)
		busy |= emulation_resume_stalled(core);
	if (core->ready)
		emulation_fetch(core);
	if (core->signal)
		emulation_signal(core);
	core->polling = false;
	return busy ? COS_POLLER_BUSY : COS_POLLER_IDLE;
}

/* --- Queues ---------------------------------------------------------------------------------------------------------
 */

struct function_queues *emulation_function(struct core *core, unsigned function)
{
	if (!core->functions[function])
		core->functions[function] = cos_zalloc(COS_SMEM, sizeof **core->functions, COS_CACHE_LINE);
	return core->functions[function];
}

int emulation_cq_create(struct core *core, const struct message *m)
{
	const uint64_t host = pcie_host_address(m->queue.base, m->queue.entries * sizeof(struct nvme_completion));
	struct function_queues *queues = emulation_function(core, m->function);
	struct completion_queue *cq = host && queues ? cos_zalloc(COS_SMEM, sizeof *cq, COS_CACHE_LINE) : NULL;

	if (!cq)
		return host ? NVME_SC_INTERNAL_ERROR : NVME_SC_INVALID_FIELD;
	*cq = (struct completion_queue){.host = host,
					.entries = m->queue.entries,
					.phase = 1,
					.qid = m->qid,
					.vector = m->vector,
					.function = m->function,
					.interrupts = m->queue.interrupts};
	queues->paused = m->queue.paused;
	cq->waiting_end = &cq->waiting;
	emulation_shadow_clear(m->function, 8u * m->qid + 4);
	queues->cq[m->qid] = cq;
	queues->queues++;
	return NVME_SC_SUCCESS;
}

int emulation_sq_create(struct core *core, const struct message *m)
{
	const uint64_t host =
		pcie_host_dma_address(m->function, m->queue.base, m->queue.entries * sizeof(struct nvme_command));
	struct function_queues *queues = core->functions[m->function];
	struct completion_queue *cq = queues ? queues->cq[m->cqid] : NULL;
	struct submission_queue *sq = host && cq ? cos_zalloc(COS_SMEM, sizeof *sq, COS_CACHE_LINE) : NULL;
	struct nvmf_attach attach = {.subsystem = m->queue.subsystem,
				     .cntlid = m->queue.cntlid,
				     .qid = m->qid,
				     .sq_entries = m->queue.entries,
				     .listener = m->queue.listener};

	if (!sq)
		return host ? NVME_SC_INTERNAL_ERROR : NVME_SC_INVALID_FIELD;
	sq->cq = cq;
	sq->host = host;
	sq->entries = m->queue.entries;
	sq->qid = m->qid;
	sq->function = m->function;
	nvmf_qpair_init(&sq->qpair, emulation_transport()->target, emulation_transport());
	memcpy(attach.hostid, m->queue.hostid, sizeof attach.hostid);
	/* The control core makes the admin queue ready itself. */
	if (m->qid != 0 && nvmf_qpair_attach(&sq->qpair, &attach) != 0) {
		cos_free(sq);
		return NVME_SC_INTERNAL_ERROR;
	}
	cq->users++;
	emulation_shadow_clear(m->function, 8u * m->qid);
	queues->sq[m->qid] = sq;
	queues->queues++;
	return NVME_SC_SUCCESS;
}

static void answer(const struct message *request, uint8_t status)
{
	const struct message message = {
		.op = OP_DONE, .function = request->function, .qid = request->qid, .of = request->op, .sc = status};

	emulation_send(CONTROL_CLUSTER, MPPA_RM, &message);
}

static void cq_delete(struct core *core, struct function_queues *queues, uint16_t qid)
{
	struct completion_queue *cq = queues->cq[qid];

	if (!cq)
		return;
	emulation_cq_drop(core, cq);
	queues->cq[qid] = NULL;
	queues->queues--;
	cos_free(cq);
}

/* The function's last submission queue has ended: the rest goes, too. */
static void check_reset(struct core *core, unsigned function)
{
	struct function_queues *queues = core->functions[function];

	for (unsigned qid = 0; qid <= MAX_QUEUES; qid++)
		if (queues->sq[qid])
			return;
	for (unsigned qid = 0; qid <= MAX_QUEUES; qid++)
		cq_delete(core, queues, (uint16_t)qid);
	memset(queues->forward_sq, 0, sizeof queues->forward_sq);
	queues->resetting = false;
	answer(&(struct message){.op = OP_RESET, .function = (uint8_t)function}, NVME_SC_SUCCESS);
}

void emulation_sq_check_closed(struct core *core, struct submission_queue *sq)
{
	struct function_queues *queues = core->functions[sq->function];
	const struct message deleted = {.op = OP_DELETE_SQ, .function = sq->function, .qid = sq->qid};
	const bool deleting = sq->deleting;

	if (!sq->closed || sq->outstanding)
		return;
	sq->cq->users--;
	queues->sq[sq->qid] = NULL;
	queues->queues--;
	cos_free(sq);
	if (deleting)
		answer(&deleted, NVME_SC_SUCCESS);
	if (queues->resetting)
		check_reset(core, deleted.function);
}

static void sq_closed(struct nvmf_qpair *qpair, void *core)
{
	struct submission_queue *sq = (struct submission_queue *)qpair;

	sq->closed = true;
	emulation_sq_check_closed(core, sq);
}

static void sq_close(struct core *core, struct submission_queue *sq, bool silent)
{
	const bool first = !sq->closing;

	sq->silent |= silent;
	sq->deleting |= !silent;
	sq->closing = true;
	if (first)
		emulation_sq_not_ready(core, sq);
	if (first)
		nvmf_qpair_close(&sq->qpair, sq_closed, core);
}

static void reset(struct core *core, unsigned function)
{
	struct function_queues *queues = emulation_function(core, function);

	queues->resetting = true;
	for (unsigned qid = 0; qid <= MAX_QUEUES; qid++)
		if (queues->cq[qid])
			emulation_cq_drop(core, queues->cq[qid]);
	bool any = false;
	for (unsigned qid = 0; qid <= MAX_QUEUES; qid++) {
		if (!queues->sq[qid])
			continue;
		any = true;
		sq_close(core, queues->sq[qid], true);
	}
	if (!any)
		check_reset(core, function);
}

static void set_master(struct core *core, unsigned function, bool on)
{
	struct function_queues *queues = emulation_function(core, function);

	queues->paused = !on;
	for (unsigned qid = 0; on && qid <= MAX_QUEUES; qid++) {
		if (queues->cq[qid])
			emulation_post_waiting(core, queues->cq[qid]);
		if (queues->sq[qid])
			emulation_sq_ready(core, queues->sq[qid]);
	}
}

static void set_coalescing(struct core *core, const struct message *m)
{
	struct function_queues *queues = emulation_function(core, m->function);

	queues->coalesce_threshold = m->coalescing.threshold;
	queues->coalesce_time = m->coalescing.time;
	memcpy(queues->not_coalesced, m->coalescing.not_coalesced, sizeof queues->not_coalesced);
	emulation_coalescing(core, m->coalescing.threshold && m->coalescing.time);
}

/* Doorbells that the host wrote before it asked for an operation come first. */
static void catch_up(struct core *core)
{
	if (!core->polling)
		emulation_poll(core);
}

void emulation_operation(struct core *core, const struct message *m)
{
	struct function_queues *queues;

	catch_up(core);
	queues = emulation_function(core, m->function);
	if (!queues) {
		answer(m, NVME_SC_INTERNAL_ERROR);
		return;
	}
	switch (m->op) {
	case OP_CREATE_CQ:
		answer(m, (uint8_t)emulation_cq_create(core, m));
		break;
	case OP_CREATE_SQ:
		answer(m, (uint8_t)emulation_sq_create(core, m));
		break;
	case OP_FORWARD:
		queues->forward_sq[m->qid] = m->owner;
		answer(m, NVME_SC_SUCCESS);
		break;
	case OP_DELETE_CQ:
		cq_delete(core, queues, m->qid);
		answer(m, NVME_SC_SUCCESS);
		break;
	case OP_DELETE_SQ:
		if (queues->sq[m->qid])
			sq_close(core, queues->sq[m->qid], false);
		else
			answer(m, NVME_SC_SUCCESS);
		break;
	case OP_RESET:
		reset(core, m->function);
		break;
	case OP_MASTER:
		set_master(core, m->function, m->flag);
		break;
	case OP_COALESCING:
		set_coalescing(core, m);
		break;
	case OP_DOORBELL:
		emulation_doorbell(core, m->function, m->offset, m->value);
		break;
	default:
		cos_panic("emulation: operation %u", m->op);
	}
}
