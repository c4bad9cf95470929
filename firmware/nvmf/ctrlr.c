/*
 * Controllers: their registers, how they are enabled, reset and shut down, and how they end. All on the control core.
 *
 * A reset and a shutdown of a fabrics controller end its I/O queues; they are finished by progress() when the last of
 * them has gone. Memory-based controllers leave this to their transport (reset()).
 */
#include <errno.h>
#include <string.h>

#include "internal.h"

#define DISCOVERY_KATO 120000 /* ms, for hosts that ask for no timer: a discovery controller is not kept for ever */

static struct nvmf_target *target_of(const struct nvmf_ctrlr *ctrlr) { return ctrlr->subsystem->target; }

/* --- Coming and going --------------------------------------------------------------------------------------------- */

struct nvmf_ctrlr *nvmf_ctrlr_find(struct nvmf_subsystem *subsystem, uint16_t cntlid)
{
	struct nvmf_ctrlr *ctrlr = subsystem->ctrlrs;

	while (ctrlr && ctrlr->cntlid != cntlid)
		ctrlr = ctrlr->next;
	return ctrlr;
}

/* Ids are handed out in turn, so that a late command for an old controller does not meet a new one. 0: none left. */
static uint16_t new_cntlid(struct nvmf_subsystem *subsystem)
{
	const unsigned count = subsystem->max_cntlid - subsystem->min_cntlid + 1u;

	for (unsigned i = 0; i < count; i++) {
		const uint16_t id = subsystem->next_cntlid;

		subsystem->next_cntlid = id == subsystem->max_cntlid ? subsystem->min_cntlid : (uint16_t)(id + 1);
		if (!nvmf_ctrlr_find(subsystem, id))
			return id;
	}
	return 0;
}

static void reset_registers(struct nvmf_ctrlr *ctrlr)
{
	const struct nvmf_transport_options *options = &ctrlr->transport->options;

	ctrlr->cap = (uint64_t)(options->max_queue_depth - 1) | 1ull << 16 /* CQR */ | 30ull << 24 /* TO: 15 s */ |
		     (uint64_t)NVME_CAP_CSS_NVM << 37;
	ctrlr->cc = 0;
	ctrlr->csts = 0;
	ctrlr->interrupt_mask = 0;
}

struct nvmf_ctrlr *nvmf_ctrlr_new(struct nvmf_subsystem *subsystem, struct nvmf_transport *transport,
				  void *private_data)
{
	struct nvmf_target *target = subsystem->target;
	struct nvmf_ctrlr *ctrlr, **end;
	uint16_t cntlid;

	if (target->ctrlr_count == NVMF_MAX_CONTROLLERS)
		return NULL;
	cntlid = new_cntlid(subsystem);
	if (!cntlid)
		return NULL;
	/* Only the control core uses it, and there may be many. */
	ctrlr = cos_zalloc(COS_DDR, sizeof(*ctrlr), COS_CACHE_LINE);
	if (!ctrlr)
		return NULL;
	ctrlr->subsystem = subsystem;
	ctrlr->transport = transport;
	ctrlr->private_data = private_data;
	ctrlr->cntlid = cntlid;
	reset_registers(ctrlr);
	nvmf_features_reset(ctrlr);
	for (end = &subsystem->ctrlrs; *end; end = &(*end)->next)
		;
	*end = ctrlr;
	target->ctrlr_count++;
	return ctrlr;
}

static void ctrlr_free(struct nvmf_ctrlr *ctrlr)
{
	struct nvmf_subsystem *subsystem = ctrlr->subsystem;
	struct nvmf_ctrlr **at = &subsystem->ctrlrs;
	void (*destroyed)(void *) = ctrlr->destroyed;
	void *arg = ctrlr->destroyed_arg;

	nvmf_events_abort(ctrlr);
	if (ctrlr->keep_alive)
		cos_poller_unregister(&ctrlr->keep_alive);
	while (*at != ctrlr)
		at = &(*at)->next;
	*at = ctrlr->next;
	subsystem->target->ctrlr_count--;
	cos_free(ctrlr);
	if (destroyed)
		destroyed(arg);
	nvmf_subsystem_check_deleted(subsystem);
}

/* --- Fabrics: queues that end ------------------------------------------------------------------------------------- */

static bool has_queues(const struct nvmf_ctrlr *ctrlr, unsigned from)
{
	for (unsigned qid = from; qid <= NVMF_MAX_IO_QUEUES; qid++)
		if (ctrlr->queues[qid].ctrlr)
			return true;
	return false;
}

/* Queues of this core end at once, so that the controller may be finished in the middle: `busy` keeps it. The caller
 * goes on with progress(). */
static void end_queues(struct nvmf_ctrlr *ctrlr, unsigned from)
{
	ctrlr->busy++;
	for (unsigned qid = from; qid <= NVMF_MAX_IO_QUEUES; qid++) {
		struct nvmf_queue *queue = &ctrlr->queues[qid];

		if (queue->ctrlr && !queue->ending) {
			queue->ending = true;
			nvmf_remote_disconnect(target_of(ctrlr), queue);
		}
	}
	ctrlr->busy--;
}

static void enable(struct nvmf_ctrlr *ctrlr);

/* The registers after a reset. The host may have set CC.EN again meanwhile. */
static void reset_finished(struct nvmf_ctrlr *ctrlr)
{
	ctrlr->resetting = false;
	nvmf_events_abort(ctrlr);
	nvmf_features_reset(ctrlr);
	ctrlr->csts = 0;
	if (ctrlr->cc & NVME_CC_EN)
		enable(ctrlr);
}

/* Finishes what waited for queues to end. May free the controller. */
static void progress(struct nvmf_ctrlr *ctrlr)
{
	if (ctrlr->busy)
		return;
	if (ctrlr->destroying && !ctrlr->transport->memory_based && !has_queues(ctrlr, 0)) {
		ctrlr_free(ctrlr);
		return;
	}
	if (has_queues(ctrlr, 1))
		return;
	if (ctrlr->resetting && !ctrlr->transport->memory_based)
		reset_finished(ctrlr);
	if (NVME_CSTS_SHST(ctrlr->csts) == 1)
		ctrlr->csts = (ctrlr->csts & ~NVME_CSTS_SHST_SET(3)) | NVME_CSTS_SHST_SET(2);
}

void nvmf_ctrlr_end(struct nvmf_ctrlr *ctrlr)
{
	if (ctrlr->transport->memory_based)
		return;
	ctrlr->destroying = true;
	end_queues(ctrlr, 0);
	progress(ctrlr);
}

void nvmf_ctrlr_queue_gone(struct nvmf_queue *queue)
{
	struct nvmf_ctrlr *ctrlr = queue->ctrlr;

	queue->ctrlr = NULL;
	queue->ending = false;
	if (queue->qid == 0) {
		/* The association lasts as long as its admin queue. */
		nvmf_events_abort(ctrlr);
		ctrlr->destroying = true;
		end_queues(ctrlr, 1);
	}
	progress(ctrlr);
}

void nvmf_ctrlrs_end(struct nvmf_subsystem *subsystem, bool (*fn)(const struct nvmf_ctrlr *ctrlr, const void *arg),
		     const void *arg)
{
	struct nvmf_ctrlr *ctrlr = subsystem->ctrlrs;

	while (ctrlr) {
		struct nvmf_ctrlr *next = ctrlr->next;

		if (fn(ctrlr, arg))
			nvmf_ctrlr_end(ctrlr);
		ctrlr = next;
	}
}

/* --- Keep alive --------------------------------------------------------------------------------------------------- */

#define TICKS 4 /* of a period: the timer expires between KATO and KATO * 5 / 4 after the last sign of life */

static int keep_alive_tick(void *arg)
{
	struct nvmf_ctrlr *ctrlr = arg;

	if (++ctrlr->keep_alive_ticks <= TICKS)
		return COS_POLLER_BUSY;
	cos_poller_unregister(&ctrlr->keep_alive);
	nvmf_ctrlr_fatal(ctrlr);
	nvmf_ctrlr_end(ctrlr);
	return COS_POLLER_BUSY;
}

void nvmf_keep_alive_start(struct nvmf_ctrlr *ctrlr, uint32_t kato)
{
	/* KAS: the timer counts 100 ms. */
	const uint32_t rounded = kato > UINT32_MAX - 99 ? kato / 100 * 100 : (kato + 99) / 100 * 100;
	const uint32_t period = rounded ? rounded : ctrlr->subsystem->discovery ? DISCOVERY_KATO : 0;

	if (ctrlr->keep_alive)
		cos_poller_unregister(&ctrlr->keep_alive);
	ctrlr->kato = rounded;
	ctrlr->keep_alive_ticks = 0;
	if (period)
		ctrlr->keep_alive = cos_poller_register(keep_alive_tick, ctrlr, (uint64_t)period * 1000 / TICKS);
}

/* --- Registers ---------------------------------------------------------------------------------------------------- */

static void registers_changed(struct nvmf_ctrlr *ctrlr)
{
	if (ctrlr->transport->registers_changed)
		ctrlr->transport->registers_changed(ctrlr);
}

void nvmf_ctrlr_fatal(struct nvmf_ctrlr *ctrlr)
{
	ctrlr->csts |= NVME_CSTS_CFS;
	registers_changed(ctrlr);
}

static uint64_t register_value(const struct nvmf_ctrlr *ctrlr, uint32_t offset)
{
	switch (offset) {
	case NVME_REG_CAP:
		return ctrlr->cap;
	case NVME_REG_VS:
		return NVME_VERSION_1_4;
	case NVME_REG_INTMS:
	case NVME_REG_INTMC:
		return ctrlr->interrupt_mask;
	case NVME_REG_CC:
		return ctrlr->cc;
	case NVME_REG_CSTS:
		return ctrlr->csts;
	case NVME_REG_AQA:
		return ctrlr->aqa;
	case NVME_REG_ASQ:
		return ctrlr->asq;
	case NVME_REG_ACQ:
		return ctrlr->acq;
	default:
		return 0;
	}
}

static bool is_wide(uint32_t offset)
{
	return offset == NVME_REG_CAP || offset == NVME_REG_ASQ || offset == NVME_REG_ACQ;
}

uint64_t nvmf_ctrlr_read(const struct nvmf_ctrlr *ctrlr, uint32_t offset, unsigned size)
{
	if (size == 8 && !is_wide(offset))
		return register_value(ctrlr, offset) | nvmf_ctrlr_read(ctrlr, offset + 4, 4) << 32;
	if (size == 4 && is_wide(offset - 4))
		return register_value(ctrlr, offset - 4) >> 32;
	return size == 4 ? (uint32_t)register_value(ctrlr, offset) : register_value(ctrlr, offset);
}

static bool configuration_valid(const struct nvmf_ctrlr *ctrlr, uint32_t cc)
{
	const uint32_t sqes = NVME_CC_GET(cc, 16, 4), cqes = NVME_CC_GET(cc, 20, 4);
	const uint32_t sq = (ctrlr->aqa & 0xfff) + 1, cq = (ctrlr->aqa >> 16 & 0xfff) + 1;

	/* NVM command set, 4 KiB pages, round robin; entry sizes may still be unset, they are for I/O queues. */
	if (NVME_CC_GET(cc, 4, 3) != 0 || NVME_CC_GET(cc, 7, 4) != 0 || NVME_CC_GET(cc, 11, 3) != 0 ||
	    (sqes != 0 && sqes != 6) || (cqes != 0 && cqes != 4))
		return false;
	return !ctrlr->transport->memory_based ||
	       (sq >= 2 && cq >= 2 && (ctrlr->asq & 0xfff) == 0 && (ctrlr->acq & 0xfff) == 0);
}

static void enable(struct nvmf_ctrlr *ctrlr)
{
	if (ctrlr->resetting)
		return; /* reset_finished() does it */
	if (!configuration_valid(ctrlr, ctrlr->cc) ||
	    (ctrlr->transport->enable && ctrlr->transport->enable(ctrlr) != 0))
		ctrlr->csts |= NVME_CSTS_CFS;
	else
		ctrlr->csts = NVME_CSTS_RDY;
}

static void start_reset(struct nvmf_ctrlr *ctrlr)
{
	if (ctrlr->resetting)
		return;
	ctrlr->resetting = true;
	if (ctrlr->transport->memory_based) {
		ctrlr->transport->reset(ctrlr);
	} else {
		end_queues(ctrlr, 1);
		progress(ctrlr);
	}
}

static void shut_down(struct nvmf_ctrlr *ctrlr)
{
	ctrlr->csts = (ctrlr->csts & ~NVME_CSTS_SHST_SET(3)) | NVME_CSTS_SHST_SET(1);
	/* The data are where they were before the host's commands completed: in the bdevs, which outlive controllers.
	 */
	if (!ctrlr->transport->memory_based)
		end_queues(ctrlr, 1);
	progress(ctrlr);
}

static void write_configuration(struct nvmf_ctrlr *ctrlr, uint32_t value)
{
	const uint32_t before = ctrlr->cc;
	const uint32_t shutdown = NVME_CC_GET(value, 14, 2);

	ctrlr->cc = value & 0x00fffff1; /* reserved bits read as 0 */
	if (value & ~before & NVME_CC_EN)
		enable(ctrlr);
	else if (before & ~value & NVME_CC_EN)
		start_reset(ctrlr);
	if (shutdown && shutdown != 3 && NVME_CC_GET(before, 14, 2) == 0)
		shut_down(ctrlr);
}

void nvmf_ctrlr_write(struct nvmf_ctrlr *ctrlr, uint32_t offset, uint64_t value, unsigned size)
{
	const uint32_t low = (uint32_t)value;
	const bool disabled = !(ctrlr->cc & NVME_CC_EN);

	if (size == 8 && !is_wide(offset)) {
		nvmf_ctrlr_write(ctrlr, offset, low, 4);
		nvmf_ctrlr_write(ctrlr, offset + 4, value >> 32, 4);
		return;
	}
	switch (offset) {
	case NVME_REG_INTMS:
		ctrlr->interrupt_mask |= low;
		break;
	case NVME_REG_INTMC:
		ctrlr->interrupt_mask &= ~low;
		break;
	case NVME_REG_CC:
		write_configuration(ctrlr, low);
		break;
	case NVME_REG_AQA:
		if (disabled)
			ctrlr->aqa = low & 0x0fff0fff;
		break;
	case NVME_REG_ASQ:
		if (disabled)
			ctrlr->asq = size == 8 ? value : (ctrlr->asq & ~0xffffffffull) | low;
		break;
	case NVME_REG_ASQ + 4:
		if (disabled)
			ctrlr->asq = (ctrlr->asq & 0xffffffff) | (uint64_t)low << 32;
		break;
	case NVME_REG_ACQ:
		if (disabled)
			ctrlr->acq = size == 8 ? value : (ctrlr->acq & ~0xffffffffull) | low;
		break;
	case NVME_REG_ACQ + 4:
		if (disabled)
			ctrlr->acq = (ctrlr->acq & 0xffffffff) | (uint64_t)low << 32;
		break;
	default: /* read-only or reserved */
		return;
	}
	registers_changed(ctrlr);
}

/* --- Memory-based transports -------------------------------------------------------------------------------------- */

int nvmf_ctrlr_create(struct nvmf_subsystem *subsystem, struct nvmf_transport *transport,
		      const struct nvmf_address *address, void *private_data, struct nvmf_ctrlr **out)
{
	const int listener = nvmf_subsystem_listener(subsystem, address);
	struct nvmf_ctrlr *ctrlr;

	if (listener < 0)
		return -ENOENT;
	ctrlr = nvmf_ctrlr_new(subsystem, transport, private_data);
	if (!ctrlr)
		return -ENOSPC;
	ctrlr->listener = (uint8_t)listener;
	*out = ctrlr;
	return 0;
}

void *nvmf_ctrlr_private(const struct nvmf_ctrlr *ctrlr) { return ctrlr->private_data; }
uint16_t nvmf_ctrlr_id(const struct nvmf_ctrlr *ctrlr) { return ctrlr->cntlid; }

struct nvmf_admin_queue nvmf_ctrlr_admin_queue(const struct nvmf_ctrlr *ctrlr)
{
	return (struct nvmf_admin_queue){
		.sq_base = ctrlr->asq,
		.cq_base = ctrlr->acq,
		.sq_entries = (ctrlr->aqa & 0xfff) + 1,
		.cq_entries = (ctrlr->aqa >> 16 & 0xfff) + 1,
	};
}

struct nvmf_attach nvmf_ctrlr_attach_info(const struct nvmf_ctrlr *ctrlr, uint16_t qid, uint16_t sq_entries)
{
	struct nvmf_attach attach = {
		.subsystem = ctrlr->subsystem->index,
		.cntlid = ctrlr->cntlid,
		.qid = qid,
		.sq_entries = sq_entries,
		.listener = ctrlr->listener,
	};

	memcpy(attach.hostid, ctrlr->hostid, sizeof(attach.hostid));
	return attach;
}

void nvmf_ctrlr_set_admin_qpair(struct nvmf_ctrlr *ctrlr, struct nvmf_qpair *admin)
{
	ctrlr->admin = admin;
	admin->ctrlr = ctrlr;
	admin->subsystem = ctrlr->subsystem;
	admin->cntlid = ctrlr->cntlid;
	admin->listener = ctrlr->listener;
	admin->sq_entries = (uint16_t)((ctrlr->aqa & 0xfff) + 1);
	admin->state = NVMF_QPAIR_READY;
}

void nvmf_ctrlr_function_reset(struct nvmf_ctrlr *ctrlr)
{
	ctrlr->aqa = 0;
	ctrlr->asq = ctrlr->acq = 0;
	if (ctrlr->cc & NVME_CC_EN) {
		ctrlr->cc = 0;
		start_reset(ctrlr);
	}
	reset_registers(ctrlr);
	registers_changed(ctrlr);
}

void nvmf_ctrlr_reset_done(struct nvmf_ctrlr *ctrlr)
{
	memset(ctrlr->memory_queues, 0, sizeof(ctrlr->memory_queues));
	ctrlr->admin = NULL;
	if (ctrlr->destroying) {
		ctrlr->resetting = false;
		ctrlr_free(ctrlr);
		return;
	}
	reset_finished(ctrlr);
	registers_changed(ctrlr);
}

void nvmf_ctrlr_destroy(struct nvmf_ctrlr *ctrlr, void (*done)(void *arg), void *arg)
{
	ctrlr->destroying = true;
	ctrlr->destroyed = done;
	ctrlr->destroyed_arg = arg;
	if (ctrlr->resetting)
		return;
	if (ctrlr->cc & NVME_CC_EN) {
		ctrlr->cc = 0;
		start_reset(ctrlr);
	} else {
		ctrlr_free(ctrlr);
	}
}
