/*
 * The life of a controller (the states are in ctrlr.h). A tick every millisecond looks at its registers and at who has
 * answered; everything else follows from completions of admin commands and from messages.
 */
#include "ctrlr.h"

#include <errno.h>
#include <string.h>

#include "cos/arena.h"
#include "cos/cluster.h"
#include "cos/console.h"
#include "cos/cpu.h"
#include "cos/mmio.h"
#include "cos/ring.h"

#define DEFAULT_ENTRIES 64u
#define DEFAULT_IO_TIMEOUT_US 2000000u
#define DEFAULT_ADMIN_TIMEOUT_US 5000000u
#define TIMEOUT_UNIT_US 500000u /* of CAP.TO */
/* For states that wait for cores: they answer within an iteration of their reactors. */
#define CORES_TIMEOUT_US 1000000u
#define FOR_EVER UINT64_MAX
/* How often a reset that fails is begun again. */
#define RESET_ATTEMPTS 3
#define NOBODY 0xffffffffu

struct nvme_ctrlr *nvme_ctrlrs[NVME_CTRLRS_MAX];

uint32_t nvme_read32(const struct nvme_ctrlr *ctrlr, unsigned offset)
{
	return cos_read32(ctrlr->info.registers + offset);
}

bool nvme_route_interrupt(const struct nvme_ctrlr *ctrlr, uint16_t vector, unsigned cluster, unsigned core)
{
	return !ctrlr->info.interrupts || ctrlr->options.route_interrupt(ctrlr->info.registers, vector, cluster, core);
}

static void write32(const struct nvme_ctrlr *ctrlr, unsigned offset, uint32_t value)
{
	cos_write32(ctrlr->info.registers + offset, value);
}

/* CAP, ASQ and ACQ may be accessed in two halves (clause 3.1); all controllers take that. */
static void write64(const struct nvme_ctrlr *ctrlr, unsigned offset, uint64_t value)
{
	write32(ctrlr, offset, (uint32_t)value);
	write32(ctrlr, offset + 4, (uint32_t)(value >> 32));
}

void nvme_set_state(struct nvme_ctrlr *ctrlr, enum nvme_state state, uint64_t timeout_us)
{
	ctrlr->state = state;
	ctrlr->state_ticks = timeout_us == FOR_EVER ? FOR_EVER : timeout_us / NVME_TICK_US + 1;
}

static uint64_t ready_timeout_us(const struct nvme_ctrlr *ctrlr)
{
	const uint64_t units = NVME_CAP_TO(ctrlr->cap);

	return (units ? units : 1) * TIMEOUT_UNIT_US;
}

static uint32_t configuration(void)
{
	return NVME_CC_CSS(0) | NVME_CC_MPS(0) | NVME_CC_AMS(0) | NVME_CC_IOSQES(6) | NVME_CC_IOCQES(4);
}

static void disable(struct nvme_ctrlr *ctrlr)
{
	write32(ctrlr, NVME_REG_CC, configuration());
	nvme_set_state(ctrlr, NVME_DISABLING, ready_timeout_us(ctrlr));
}

static void enable(struct nvme_ctrlr *ctrlr)
{
	const uint32_t sq = ctrlr->admin.sq_entries - 1, cq = ctrlr->admin.cq_entries - 1;

	nvme_qpair_clear(&ctrlr->admin);
	write32(ctrlr, NVME_REG_AQA, cq << 16 | sq);
	write64(ctrlr, NVME_REG_ASQ, ctrlr->admin.sq_address);
	write64(ctrlr, NVME_REG_ACQ, ctrlr->admin.cq_address);
	write32(ctrlr, NVME_REG_CC, configuration() | NVME_CC_EN);
	nvme_set_state(ctrlr, NVME_ENABLING, ready_timeout_us(ctrlr));
}

static void tell_clusters(struct nvme_ctrlr *ctrlr, enum nvme_message_kind kind)
{
	const struct nvme_message message = {
		.kind = (uint8_t)kind,
		.ctrlr = ctrlr->index,
		.value = cos_global_address(&ctrlr->info),
	};

	ctrlr->expected = ctrlr->clusters;
	for (unsigned cluster = 0; cluster < MPPA_CLUSTERS; cluster++)
		if (ctrlr->clusters >> cluster & 1)
			nvme_send(cluster, MPPA_RM, &message);
}

/* --- Resets ---------------------------------------------------------------------------------------------------------
 */

static void answer_resets(struct nvme_ctrlr *ctrlr)
{
	struct nvme_waiting_reset *waiting = ctrlr->resets;

	ctrlr->resets = NULL;
	while (waiting) {
		struct nvme_waiting_reset *next = waiting->next;
		const struct nvme_message message = {
			.kind = NVME_MSG_RESET_DONE,
			.ctrlr = ctrlr->index,
			.value = ctrlr->error != 0,
			.cookie = waiting->cookie,
		};

		if (waiting->done)
			waiting->done(ctrlr, ctrlr->error, waiting->arg);
		else if (waiting->cookie)
			nvme_send(waiting->cluster, waiting->core, &message);
		cos_free(waiting);
		waiting = next;
	}
}

/* Adds a request to the reset that runs, or begins one. */
static void request_reset(struct nvme_ctrlr *ctrlr, struct nvme_waiting_reset request)
{
	struct nvme_waiting_reset *waiting = cos_alloc(COS_SMEM, sizeof *waiting, COS_CACHE_LINE);

	if (!waiting)
		cos_panic("no memory for a reset request");
	*waiting = request;
	waiting->next = ctrlr->resets;
	ctrlr->resets = waiting;
	if (ctrlr->error || ctrlr->state == NVME_LEAVING || ctrlr->state == NVME_SHUTDOWN) {
		answer_resets(ctrlr);
	} else if (ctrlr->state == NVME_READY) {
		ctrlr->stats.resets++;
		ctrlr->attempts = 0;
		disable(ctrlr);
	}
}

void nvme_ctrlr_reset(struct nvme_ctrlr *ctrlr, nvme_ctrlr_fn done, void *arg)
{
	request_reset(ctrlr, (struct nvme_waiting_reset){.done = done, .arg = arg});
}

/* --- The end --------------------------------------------------------------------------------------------------------
 */

static void leave(struct nvme_ctrlr *ctrlr)
{
	nvme_set_state(ctrlr, NVME_LEAVING, FOR_EVER);
	tell_clusters(ctrlr, NVME_MSG_REMOVED);
}

void nvme_ctrlr_fail(struct nvme_ctrlr *ctrlr, int error)
{
	if (ctrlr->error)
		return;
	ctrlr->error = error;
	cos_printf("nvme %s: failed (%d), state %u\n", ctrlr->info.name, error, ctrlr->state);
	/* If it still lives it must not touch memory that will be used for something else. */
	if (error != -ENODEV)
		write32(ctrlr, NVME_REG_CC, configuration());
	const bool leaving = ctrlr->state == NVME_LEAVING;

	if (!leaving)
		nvme_set_state(ctrlr, NVME_LEAVING, FOR_EVER);
	nvme_admin_abort_all(ctrlr);
	nvme_queues_fail(ctrlr);
	answer_resets(ctrlr);
	if (!leaving)
		tell_clusters(ctrlr, NVME_MSG_REMOVED);
}

static void destroy(struct nvme_ctrlr *ctrlr)
{
	const nvme_ctrlr_fn ready = ctrlr->initialised ? NULL : ctrlr->ready, detached = ctrlr->detached;
	void *ready_arg = ctrlr->ready_arg, *detached_arg = ctrlr->detached_arg;
	const int error = ctrlr->error;

	nvme_ctrlrs[ctrlr->index] = NULL;
	if (ctrlr->admin_poller)
		cos_poller_unregister(&ctrlr->admin_poller);
	if (ctrlr->tick_poller)
		cos_poller_unregister(&ctrlr->tick_poller);
	nvme_qpair_destroy(&ctrlr->admin);
	cos_dma_free(ctrlr->page);
	cos_free(ctrlr);
	if (ready)
		ready(NULL, error, ready_arg);
	if (detached)
		detached(NULL, error, detached_arg);
}

void nvme_ctrlr_detach(struct nvme_ctrlr *ctrlr, nvme_ctrlr_fn done, void *arg)
{
	ctrlr->detached = done;
	ctrlr->detached_arg = arg;
	if (ctrlr->state == NVME_READY)
		leave(ctrlr);
	/* Otherwise at the end of the reset, or it goes already. */
}

/* --- State machine ---------------------------------------------------------------------------------------------------
 */

/* The bring-up's commands are through. */
void nvme_setup_done(struct nvme_ctrlr *ctrlr)
{
	if (!ctrlr->initialised) {
		ctrlr->clusters = ctrlr->options.clusters ? ctrlr->options.clusters : cos_running_clusters();
		nvme_set_state(ctrlr, NVME_ANNOUNCING, CORES_TIMEOUT_US);
		tell_clusters(ctrlr, NVME_MSG_ADDED);
		return;
	}
	nvme_set_state(ctrlr, NVME_READY, FOR_EVER);
	nvme_queues_enable(ctrlr);
	answer_resets(ctrlr);
	nvme_request_event(ctrlr);
	if (ctrlr->detached)
		leave(ctrlr);
}

static void announced(struct nvme_ctrlr *ctrlr)
{
	nvme_set_state(ctrlr, NVME_READY, FOR_EVER);
	ctrlr->initialised = true;
	nvme_request_event(ctrlr);
	ctrlr->ready(ctrlr, 0, ctrlr->ready_arg);
}

/* The controller has acknowledged CC.EN = 0: it does not touch memory any more. */
static void disabled(struct nvme_ctrlr *ctrlr)
{
	nvme_admin_abort_all(ctrlr);
	if (ctrlr->initialised) {
		nvme_set_state(ctrlr, NVME_QUIETING, CORES_TIMEOUT_US);
		nvme_queues_disable(ctrlr);
	} else {
		enable(ctrlr);
	}
}

/* Everybody has let go. */
static void left(struct nvme_ctrlr *ctrlr)
{
	if (ctrlr->error) {
		destroy(ctrlr);
		return;
	}
	nvme_set_state(ctrlr, NVME_SHUTDOWN, ready_timeout_us(ctrlr));
	write32(ctrlr, NVME_REG_CC, configuration() | NVME_CC_EN | NVME_CC_SHN(1));
}

/* What the state waits for has happened: goes on. */
static void progress(struct nvme_ctrlr *ctrlr, uint32_t csts)
{
	switch (ctrlr->state) {
	case NVME_DISABLING:
		if (!(csts & NVME_CSTS_RDY))
			disabled(ctrlr);
		else if (nvme_read32(ctrlr, NVME_REG_CC) & NVME_CC_EN)
			write32(ctrlr, NVME_REG_CC, configuration()); /* the first write was lost on the way */
		break;
	case NVME_QUIETING:
		if (nvme_queues_quiet(ctrlr))
			enable(ctrlr);
		break;
	case NVME_ENABLING:
		if (!(csts & NVME_CSTS_RDY))
			break;
		nvme_set_state(ctrlr, NVME_SETUP, FOR_EVER); /* its commands have time-outs of their own */
		nvme_setup_begin(ctrlr);
		break;
	case NVME_ANNOUNCING:
		if (!ctrlr->expected)
			announced(ctrlr);
		break;
	case NVME_LEAVING:
		if (!ctrlr->expected && !nvme_queues_used(ctrlr))
			left(ctrlr);
		break;
	case NVME_SHUTDOWN:
		if (NVME_CSTS_SHST(csts) == 2)
			destroy(ctrlr);
		break;
	default:
		break;
	}
}

/* What is wrong with it, as a negative errno; -EAGAIN: a reset may help. */
static int health(struct nvme_ctrlr *ctrlr, uint32_t csts)
{
	if (csts == NOBODY)
		return -ENODEV;
	if (ctrlr->state_ticks != FOR_EVER && ctrlr->state_ticks-- == 0)
		return -ETIMEDOUT;
	const bool late = nvme_admin_age(ctrlr), fatal = csts & NVME_CSTS_CFS;

	/* Until it is enabled again an old fatal status may still stand. */
	if (ctrlr->state == NVME_DISABLING || ctrlr->state == NVME_QUIETING || (!late && !fatal))
		return 0;
	if (ctrlr->state == NVME_READY || (ctrlr->initialised && ctrlr->attempts < RESET_ATTEMPTS))
		return -EAGAIN;
	return fatal ? -EIO : -ETIMEDOUT;
}

static int tick(void *arg)
{
	struct nvme_ctrlr *ctrlr = arg;

	/* One that has failed is only waited out. */
	if (ctrlr->error) {
		progress(ctrlr, 0);
		return COS_POLLER_BUSY;
	}
	const uint32_t csts = nvme_read32(ctrlr, NVME_REG_CSTS);
	const int error = health(ctrlr, csts);

	if (error == -EAGAIN && ctrlr->state == NVME_READY) {
		nvme_ctrlr_reset(ctrlr, NULL, NULL);
	} else if (error == -EAGAIN) {
		ctrlr->attempts++;
		disable(ctrlr);
	} else if (error && ctrlr->state == NVME_SHUTDOWN) {
		ctrlr->error = error;
		destroy(ctrlr);
	} else if (error) {
		nvme_ctrlr_fail(ctrlr, error);
	} else {
		progress(ctrlr, csts);
	}
	return COS_POLLER_BUSY;
}

/* --- Attaching ------------------------------------------------------------------------------------------------------
 */

static uint32_t or_default(uint32_t value, uint32_t standard) { return value ? value : standard; }

static uint32_t least(uint32_t a, uint32_t b) { return a < b ? a : b; }

/* Limits of the registers; -EINVAL: not for this driver. */
static int read_capabilities(struct nvme_ctrlr *ctrlr)
{
	ctrlr->cap = nvme_read32(ctrlr, NVME_REG_CAP) | (uint64_t)nvme_read32(ctrlr, NVME_REG_CAP + 4) << 32;
	if (ctrlr->cap == UINT64_MAX)
		return -ENODEV;
	if (NVME_CAP_MPSMIN(ctrlr->cap) != 0 || !(NVME_CAP_CSS(ctrlr->cap) & NVME_CAP_CSS_NVM))
		return -EINVAL;
	const uint32_t most = NVME_CAP_MQES(ctrlr->cap) + 1;

	ctrlr->info.stride = NVME_CAP_DSTRD(ctrlr->cap);
	ctrlr->info.queue_entries = least(ctrlr->options.queue_entries, most);
	ctrlr->info.completion_entries = least(2 * ctrlr->info.queue_entries, most);
	ctrlr->info.io_timeout_us = ctrlr->options.io_timeout_us;
	return 0;
}

static int start(struct nvme_ctrlr *ctrlr)
{
	int error = read_capabilities(ctrlr);

	if (!error)
		error = nvme_admin_start(ctrlr);
	if (error)
		return error;
	ctrlr->admin_poller = cos_poller_register(nvme_admin_poll, ctrlr, 0);
	ctrlr->tick_poller = cos_poller_register(tick, ctrlr, NVME_TICK_US);
	if (!ctrlr->admin_poller || !ctrlr->tick_poller)
		return -ENOMEM;
	if (!nvme_route_interrupt(ctrlr, 0, cos_cluster_id(), cos_core_id()))
		return -ENOSPC;
	if (ctrlr->info.interrupts)
		cos_poller_set_wakeup(ctrlr->admin_poller, -1);
	disable(ctrlr);
	return 0;
}

int nvme_ctrlr_attach(const char *name, uintptr_t registers, const struct nvme_options *options, nvme_ctrlr_fn ready,
		      void *arg)
{
	unsigned index = 0;

	if (!name[0] || strlen(name) >= NVME_NAME_MAX || options->queue_entries == 1 ||
	    options->queue_entries > NVME_QUEUE_ENTRIES_MAX)
		return -EINVAL;
	if (nvme_ctrlr_find(name))
		return -EEXIST;
	while (index < NVME_CTRLRS_MAX && nvme_ctrlrs[index])
		index++;
	struct nvme_ctrlr *ctrlr = index < NVME_CTRLRS_MAX ? cos_zalloc(COS_SMEM, sizeof *ctrlr, COS_CACHE_LINE) : NULL;

	if (!ctrlr)
		return -ENOMEM;
	ctrlr->index = (uint8_t)index;
	strcpy(ctrlr->info.name, name);
	ctrlr->info.registers = registers;
	ctrlr->options = (struct nvme_options){
		.queue_entries = or_default(options->queue_entries, DEFAULT_ENTRIES),
		.io_timeout_us = or_default(options->io_timeout_us, DEFAULT_IO_TIMEOUT_US),
		.admin_timeout_us = or_default(options->admin_timeout_us, DEFAULT_ADMIN_TIMEOUT_US),
		.clusters = options->clusters,
		.route_interrupt = options->route_interrupt,
	};
	ctrlr->info.interrupts = options->route_interrupt;
	const int error = start(ctrlr);

	if (error) {
		destroy(ctrlr);
		return error;
	}
	ctrlr->ready = ready;
	ctrlr->ready_arg = arg;
	nvme_ctrlrs[index] = ctrlr;
	return 0;
}

struct nvme_ctrlr *nvme_ctrlr_find(const char *name)
{
	for (unsigned i = 0; i < NVME_CTRLRS_MAX; i++)
		if (nvme_ctrlrs[i] && !strcmp(nvme_ctrlrs[i]->info.name, name))
			return nvme_ctrlrs[i];
	return NULL;
}

struct nvme_ctrlr *nvme_ctrlr_next(const struct nvme_ctrlr *ctrlr)
{
	for (unsigned i = ctrlr ? ctrlr->index + 1u : 0; i < NVME_CTRLRS_MAX; i++)
		if (nvme_ctrlrs[i] && nvme_ctrlrs[i]->initialised)
			return nvme_ctrlrs[i];
	return NULL;
}

enum nvme_condition nvme_ctrlr_condition(const struct nvme_ctrlr *ctrlr)
{
	if (ctrlr->error)
		return NVME_FAILED;
	if (ctrlr->detached || ctrlr->state == NVME_LEAVING || ctrlr->state == NVME_SHUTDOWN)
		return NVME_DETACHING;
	return ctrlr->state == NVME_READY ? NVME_ENABLED : NVME_RESETTING;
}

const struct nvme_device_info *nvme_ctrlr_info(const struct nvme_ctrlr *ctrlr) { return &ctrlr->info; }
const char *nvme_ctrlr_name(const struct nvme_ctrlr *ctrlr) { return ctrlr->info.name; }
const struct nvme_ctrlr_data *nvme_ctrlr_data(const struct nvme_ctrlr *ctrlr) { return &ctrlr->data; }

struct nvme_ctrlr_stats nvme_ctrlr_stats(const struct nvme_ctrlr *ctrlr)
{
	struct nvme_ctrlr_stats stats = ctrlr->stats;

	stats.bad_completions = ctrlr->admin.bad_completions;
	return stats;
}

/* --- Messages -------------------------------------------------------------------------------------------------------
 */

static void abort_done(void *arg, const struct nvme_completion *completion)
{
	(void)arg, (void)completion; /* what counts is the completion of the command itself */
}

static void abort_command(struct nvme_ctrlr *ctrlr, const struct nvme_message *message)
{
	const struct nvme_command command = {
		.opcode = NVME_ADMIN_ABORT,
		.cdw10 = (uint32_t)message->value << 16 | message->qid,
	};

	ctrlr->stats.aborts++;
	if (ctrlr->state == NVME_READY)
		nvme_ctrlr_admin(ctrlr, &command, NULL, abort_done, ctrlr);
}

/* Answers to those whose controller is not there any more. */
static void answer_for_nobody(const struct nvme_message *message)
{
	struct nvme_message answer = {.ctrlr = message->ctrlr, .cookie = message->cookie, .value = 0};

	if (message->kind == NVME_MSG_CREATE_QUEUE) {
		answer.kind = NVME_MSG_QUEUE_READY;
	} else if (message->kind == NVME_MSG_RESET && message->cookie) {
		answer.kind = NVME_MSG_RESET_DONE;
		answer.value = 1;
	} else {
		return;
	}
	nvme_send(message->cluster, message->core, &answer);
}

void nvme_home_receive(const struct nvme_message *message)
{
	struct nvme_ctrlr *ctrlr = message->ctrlr < NVME_CTRLRS_MAX ? nvme_ctrlrs[message->ctrlr] : NULL;

	if (!ctrlr) {
		answer_for_nobody(message);
		return;
	}
	switch (message->kind) {
	case NVME_MSG_ADDED_DONE:
	case NVME_MSG_RELEASED:
		/* An answer to ADDED does not count for REMOVED. */
		if ((message->kind == NVME_MSG_RELEASED) == (ctrlr->state == NVME_LEAVING))
			ctrlr->expected &= ~(1u << message->cluster);
		break;
	case NVME_MSG_CREATE_QUEUE:
		nvme_queue_create(ctrlr, message);
		break;
	case NVME_MSG_DELETE_QUEUE:
		nvme_queue_delete(ctrlr, message);
		break;
	case NVME_MSG_QUIET:
		nvme_queue_is_quiet(ctrlr, message);
		break;
	case NVME_MSG_ABORT:
		abort_command(ctrlr, message);
		break;
	case NVME_MSG_RESET:
		request_reset(ctrlr, (struct nvme_waiting_reset){
					     .cluster = message->cluster,
					     .core = message->core,
					     .cookie = message->cookie,
				     });
		break;
	}
}
