/*
 * The side that does I/O: a copy of each controller a cluster, a queue pair a core and controller. The cores of a
 * cluster share the copies, which only the RM writes; a queue pair belongs to its core.
 *
 * One poller a core serves all its queue pairs. It is paused while nothing is out, so that the core can sleep; with
 * interrupts the core may sleep while something is out, too.
 */
#include <errno.h>
#include <string.h>

#include "cos/arena.h"
#include "cos/console.h"
#include "cos/cpu.h"
#include "cos/reactor.h"
#include "cos/ring.h"
#include "messages.h"
#include "nvme/driver.h"
#include "qpair.h"

/* Completions of a queue pair that are taken in one iteration. */
#define AT_ONCE 32
/* Unit of I/O time-outs, microseconds. */
#define AGE_US 10000

enum queue_state {
	QUEUE_CREATING,
	QUEUE_READY,
	QUEUE_DISABLED, /* the controller is being reset: I/O waits */
	QUEUE_FAILED,	/* the controller is gone: I/O fails */
	QUEUE_CLOSING,	/* the channel is gone; waits until the controller has forgotten the queue */
};

/* A core's queue pair. Its address is the cookie in messages. */
struct io_queue {
	struct nvme_qpair qpair;
	enum queue_state state;
	struct nvme_io *waiting, **waiting_end;
	struct nvme_device *device;
	struct io_core *core;
	uint8_t ctrlr;
	uint16_t qid;	/* 0: the controller has none */
	uint32_t ticks; /* time-out in units of AGE_US */
	struct nvme_channel_stats stats;
	struct io_queue *next; /* of the core */
};

/* What a core has: of the queue pairs that it polls while something is out, and of those that wake it. */
struct io_core {
	struct io_queue *queues;
	struct cos_poller *poller, *age_poller;
	bool paused;
	bool submitted; /* there are commands whose doorbell has not been rung */
};

struct reset_request {
	nvme_done_fn done;
	void *arg;
};

static struct io_core cores[MPPA_CORES][2]; /* [1]: with interrupts */
static struct nvme_device *devices[NVME_CTRLRS_MAX];
static struct nvme_listener listener;

static void send_home(const struct io_queue *queue, enum nvme_message_kind kind, uint64_t value, uint64_t cookie)
{
	const struct nvme_message message = {
		.kind = (uint8_t)kind,
		.ctrlr = queue->ctrlr,
		.qid = queue->qid,
		.value = value,
		.cookie = cookie,
		.sq_address = queue->qpair.sq_address,
		.cq_address = queue->qpair.cq_address,
	};

	nvme_send(NVME_HOME_CLUSTER, MPPA_RM, &message);
}

/* --- I/O -------------------------------------------------------------------------------------------------------------
 */

static void complete(struct nvme_io *io, uint16_t status)
{
	const struct nvme_completion completion = {.status = (uint16_t)(status << 1)};

	io->done(io->arg, &completion);
}

static bool has_data(uint8_t opcode)
{
	return opcode == NVME_NVM_READ || opcode == NVME_NVM_WRITE || opcode == NVME_NVM_COMPARE;
}

/* False if there is no room. */
static bool try_submit(struct io_queue *queue, struct nvme_io *io)
{
	int error;

	if (io->opcode == NVME_NVM_DATASET_MANAGEMENT) {
		error = nvme_qpair_deallocate(&queue->qpair, io->nsid, io->lba, io->blocks, io->done, io->arg);
	} else {
		const struct nvme_command command = {
			.opcode = io->opcode,
			.nsid = io->nsid,
			.cdw10 = (uint32_t)io->lba,
			.cdw11 = (uint32_t)(io->lba >> 32),
			.cdw12 = io->cdw12,
		};

		error = nvme_qpair_submit(&queue->qpair, &command, has_data(io->opcode) ? &io->data : NULL, io->bytes,
					  io->done, io->arg);
	}
	if (error == -EAGAIN)
		return false;
	queue->core->submitted = true;
	queue->stats.submitted++;
	if (error)
		complete(io, NVME_STATUS(NVME_SCT_GENERIC, NVME_SC_INVALID_PRP_OFFSET) | NVME_STATUS_DNR);
	return true;
}

static void submit_waiting(struct io_queue *queue)
{
	while (queue->waiting) {
		struct nvme_io *io = queue->waiting;

		/* Out of the list first: if it fails at once its owner may submit another. */
		queue->waiting = io->next;
		if (!queue->waiting)
			queue->waiting_end = &queue->waiting;
		if (try_submit(queue, io))
			continue;
		if (!queue->waiting)
			queue->waiting_end = &io->next;
		io->next = queue->waiting;
		queue->waiting = io;
		return;
	}
}

void nvme_io_submit(struct cos_io_channel *channel, struct nvme_io *io)
{
	struct io_queue *queue = *(struct io_queue **)cos_io_channel_context(channel);
	struct io_core *core = queue->core;

	if (queue->state == QUEUE_FAILED) {
		complete(io, NVME_STATUS(NVME_SCT_GENERIC, NVME_SC_INTERNAL_ERROR) | NVME_STATUS_DNR);
		return;
	}
	if (core->paused) {
		core->paused = false;
		cos_poller_resume(core->poller);
	}
	if (queue->state == QUEUE_READY && !queue->waiting && try_submit(queue, io))
		return;
	io->next = NULL;
	*queue->waiting_end = io;
	queue->waiting_end = &io->next;
	queue->stats.waits++;
}

static void fail_waiting(struct io_queue *queue)
{
	struct nvme_io *io = queue->waiting;

	queue->waiting = NULL;
	queue->waiting_end = &queue->waiting;
	while (io) {
		struct nvme_io *next = io->next;

		complete(io, NVME_STATUS(NVME_SCT_GENERIC, NVME_SC_INTERNAL_ERROR) | NVME_STATUS_DNR);
		io = next;
	}
}

static void take_completions(struct io_queue *queue)
{
	queue->stats.completed += nvme_qpair_poll(&queue->qpair, AT_ONCE);
	queue->stats.polls_with_completions++;
	if (queue->waiting && queue->state == QUEUE_READY)
		submit_waiting(queue);
}

/* A callback may close a channel, but not free its queue: that takes a message. */
static int poll(void *arg)
{
	struct io_core *core = arg;
	bool busy = false, out = false;

	for (struct io_queue *queue = core->queues; queue; queue = queue->next) {
		if (!queue->qpair.outstanding) {
			out |= queue->waiting != NULL;
			continue;
		}
		out = true;
		if (nvme_qpair_has_completion(&queue->qpair)) {
			take_completions(queue);
			busy = true;
		}
	}
	if (core->submitted) {
		core->submitted = false;
		for (struct io_queue *queue = core->queues; queue; queue = queue->next)
			nvme_qpair_ring(&queue->qpair);
	}
	if (!out) {
		core->paused = true;
		cos_poller_pause(core->poller);
	}
	return busy ? COS_POLLER_BUSY : COS_POLLER_IDLE;
}

/* --- Time-outs -------------------------------------------------------------------------------------------------------
 */

static void late(void *arg, uint16_t cid, unsigned n)
{
	struct io_queue *queue = arg;

	queue->stats.timeouts++;
	if (n == 1)
		send_home(queue, NVME_MSG_ABORT, cid, (uintptr_t)queue);
	else
		send_home(queue, NVME_MSG_RESET, 0, 0);
}

static int age(void *arg)
{
	const struct io_core *core = arg;

	for (struct io_queue *queue = core->queues; queue; queue = queue->next)
		if (queue->state == QUEUE_READY)
			nvme_qpair_age(&queue->qpair, queue->ticks, late, queue);
	return COS_POLLER_IDLE;
}

/* --- Channels --------------------------------------------------------------------------------------------------------
 */

static bool start_core(struct io_core *core, bool interrupts)
{
	if (core->poller)
		return true;
	core->poller = cos_poller_register(poll, core, 0);
	if (core->poller && interrupts)
		cos_poller_set_wakeup(core->poller, -1);
	core->age_poller = core->poller ? cos_poller_register(age, core, AGE_US) : NULL;
	if (core->poller && !core->age_poller)
		cos_poller_unregister(&core->poller);
	core->paused = false;
	return core->poller;
}

/* PRP lists of a queue pair: what is left of its last page, without room for the header that the allocator puts before
 * the next page. I/O that finds none waits. */
static uint16_t prp_lists(uint32_t sq_entries, uint32_t cq_entries)
{
	const uint32_t list = NVME_LIST_ENTRIES * sizeof(uint64_t);
	const uint32_t queues =
		(uint32_t)(sq_entries * sizeof(struct nvme_command) + cq_entries * sizeof(struct nvme_completion));
	const uint32_t room = NVME_PAGE - queues % NVME_PAGE;

	return (uint16_t)(room >= 4 * list ? room / list - 1 : (room + NVME_PAGE) / list - 1);
}

static int channel_create(void *io_device, void *context)
{
	struct nvme_device *device = io_device;
	struct io_core *core = &cores[cos_core_id()][device->info.interrupts];
	struct io_queue *queue = cos_zalloc(COS_SMEM, sizeof *queue, COS_CACHE_LINE);
	const uint32_t entries = device->info.queue_entries;
	const uint16_t lists = prp_lists(entries, device->info.completion_entries);

	if (!queue || !start_core(core, device->info.interrupts) ||
	    nvme_qpair_create(&queue->qpair, entries, device->info.completion_entries, lists)) {
		cos_free(queue);
		return -ENOMEM;
	}
	queue->device = device;
	queue->core = core;
	queue->ctrlr = device->index;
	queue->ticks = device->info.io_timeout_us / AGE_US;
	queue->waiting_end = &queue->waiting;
	queue->next = core->queues;
	core->queues = queue;
	*(struct io_queue **)context = queue;
	send_home(queue, NVME_MSG_CREATE_QUEUE, 0, (uintptr_t)queue);
	return 0;
}

static void free_queue(struct io_queue *queue)
{
	struct io_core *core = queue->core;
	struct io_queue **at = &core->queues;

	while (*at != queue)
		at = &(*at)->next;
	*at = queue->next;
	nvme_qpair_destroy(&queue->qpair);
	cos_free(queue);
	if (core->queues)
		return;
	cos_poller_unregister(&core->poller);
	cos_poller_unregister(&core->age_poller);
}

static void channel_destroy(void *io_device, void *context)
{
	struct io_queue *queue = *(struct io_queue **)context;

	(void)io_device;
	if (queue->state == QUEUE_FAILED && !queue->qid) {
		free_queue(queue); /* it was refused */
		return;
	}
	queue->state = QUEUE_CLOSING;
	queue->device = NULL;
	send_home(queue, NVME_MSG_DELETE_QUEUE, 0, (uintptr_t)queue);
}

struct nvme_channel_stats nvme_channel_stats(struct cos_io_channel *channel)
{
	const struct io_queue *queue = *(struct io_queue **)cos_io_channel_context(channel);
	struct nvme_channel_stats stats = queue->stats;

	stats.doorbells = queue->qpair.doorbells;
	return stats;
}

void nvme_io_reset(struct cos_io_channel *channel, nvme_done_fn done, void *arg)
{
	const struct io_queue *queue = *(struct io_queue **)cos_io_channel_context(channel);
	struct reset_request *request = cos_alloc(COS_SMEM, sizeof *request, COS_CACHE_LINE);

	if (!request)
		cos_panic("no memory for a reset request");
	*request = (struct reset_request){done, arg};
	send_home(queue, NVME_MSG_RESET, 1, (uintptr_t)request);
}

static void reset_done(const struct nvme_message *message)
{
	struct reset_request *request = (struct reset_request *)message->cookie;
	const uint16_t status = message->value ? NVME_STATUS(NVME_SCT_GENERIC, NVME_SC_INTERNAL_ERROR) : 0;
	const struct nvme_completion completion = {.status = (uint16_t)(status << 1)};

	request->done(request->arg, &completion);
	cos_free(request);
}

/* --- Messages to cores -----------------------------------------------------------------------------------------------
 */

static void queue_ready(struct io_queue *queue, const struct nvme_message *message)
{
	if (!message->value) {
		if (queue->state == QUEUE_CLOSING) {
			free_queue(queue);
			return;
		}
		queue->state = QUEUE_FAILED;
		fail_waiting(queue);
		return;
	}
	queue->qid = (uint16_t)message->value;
	if (queue->state == QUEUE_CLOSING)
		return;
	nvme_qpair_set_doorbells(&queue->qpair, queue->device->info.registers, queue->device->info.stride, queue->qid);
	queue->state = QUEUE_READY;
	submit_waiting(queue);
}

/* The controller has been disabled and does not know the queue any more. */
static void queue_disabled(struct io_queue *queue)
{
	if (queue->state == QUEUE_READY)
		queue->state = QUEUE_DISABLED;
	nvme_qpair_abort_all(&queue->qpair, NVME_STATUS(NVME_SCT_GENERIC, NVME_SC_ABORTED_SQ_DELETION));
	nvme_qpair_clear(&queue->qpair);
	send_home(queue, NVME_MSG_QUIET, 0, (uintptr_t)queue);
}

static void queue_enabled(struct io_queue *queue, bool failed)
{
	if (queue->state == QUEUE_CLOSING)
		return;
	queue->state = failed ? QUEUE_FAILED : QUEUE_READY;
	if (failed) {
		nvme_qpair_abort_all(&queue->qpair,
				     NVME_STATUS(NVME_SCT_GENERIC, NVME_SC_INTERNAL_ERROR) | NVME_STATUS_DNR);
		nvme_qpair_clear(&queue->qpair);
		fail_waiting(queue);
	} else {
		submit_waiting(queue);
	}
}

void nvme_core_receive(const struct nvme_message *message)
{
	struct io_queue *queue = (struct io_queue *)message->cookie;

	switch (message->kind) {
	case NVME_MSG_QUEUE_READY:
		queue_ready(queue, message);
		break;
	case NVME_MSG_QUEUE_GONE:
		free_queue(queue);
		break;
	case NVME_MSG_DISABLED:
		queue_disabled(queue);
		break;
	case NVME_MSG_ENABLED:
		queue_enabled(queue, message->value);
		break;
	case NVME_MSG_RESET_DONE:
		reset_done(message);
		break;
	}
}

/* --- Messages to the RM of a cluster
 * ----------------------------------------------------------------------------------- */

static void answer(const struct nvme_device *device, enum nvme_message_kind kind)
{
	const struct nvme_message message = {
		.kind = (uint8_t)kind,
		.ctrlr = device->index,
	};

	nvme_send(NVME_HOME_CLUSTER, MPPA_RM, &message);
}

static void add(const struct nvme_message *message)
{
	struct nvme_device *device = cos_zalloc(COS_SMEM, sizeof *device, COS_CACHE_LINE);

	if (!device)
		cos_panic("no memory for a copy of an NVMe controller");
	device->info = *(const struct nvme_device_info *)message->value;
	device->index = message->ctrlr;
	const int error = cos_io_device_register(device, device->info.name, sizeof(struct io_queue *), channel_create,
						 channel_destroy);

	if (error)
		cos_panic("no memory for a copy of an NVMe controller");
	devices[device->index] = device;
	listener.added(device);
	answer(device, NVME_MSG_ADDED_DONE);
}

int nvme_device_release(struct nvme_device *device)
{
	const int error = cos_io_device_unregister(device);

	if (error)
		return error;
	devices[device->index] = NULL;
	answer(device, NVME_MSG_RELEASED);
	cos_free(device);
	return 0;
}

void nvme_cluster_receive(const struct nvme_message *message)
{
	struct nvme_device *device = devices[message->ctrlr];

	switch (message->kind) {
	case NVME_MSG_ADDED:
		add(message);
		break;
	case NVME_MSG_REMOVED:
		if (device)
			listener.removed(device);
		break;
	}
}

void nvme_init(unsigned type, const struct nvme_listener *who)
{
	listener = *who;
	nvme_messages_init(type);
}
