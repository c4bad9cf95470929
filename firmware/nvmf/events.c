/*
 * Asynchronous events and the error log (clauses 5.2, 5.14.1.1 of NVMe 1.4). An event is reported once, then not again
 * until the host has read the log page that belongs to it, which shows what happened meanwhile.
 */
#include <string.h>

#include "internal.h"

/* What completes a request: type, information, log page; the bit of feature 0Bh that lets it through. */
static const struct {
	uint8_t type, information, log;
	uint32_t mask;
} kEvents[NVMF_EVENTS] = {
	[NVMF_EVENT_ERROR] = {NVME_EVENT_ERROR, 0, NVME_LOG_ERRORS, 0},
	[NVMF_EVENT_NAMESPACE] = {NVME_EVENT_NOTICE, NVME_EVENT_NS_CHANGED, NVME_LOG_CHANGED_NAMESPACES, 1u << 8},
	[NVMF_EVENT_ANA] = {NVME_EVENT_NOTICE, NVME_EVENT_ANA_CHANGED, NVME_LOG_ANA, 1u << 11},
	[NVMF_EVENT_DISCOVERY] = {NVME_EVENT_NOTICE, NVME_EVENT_DISCOVERY_CHANGED, NVME_LOG_DISCOVERY, 1u << 31},
};

static void take_request(struct nvmf_ctrlr *ctrlr, unsigned index)
{
	ctrlr->aer_count--;
	memmove(&ctrlr->aer[index], &ctrlr->aer[index + 1], (ctrlr->aer_count - index) * sizeof(ctrlr->aer[0]));
}

static void report(struct nvmf_ctrlr *ctrlr)
{
	for (unsigned event = 0; event < NVMF_EVENTS && ctrlr->aer_count; event++) {
		struct nvmf_request *request = ctrlr->aer[0];
		const uint32_t bit = 1u << event;

		if (!(ctrlr->pending & bit) || (ctrlr->reported & bit))
			continue;
		ctrlr->pending &= ~bit;
		ctrlr->reported |= bit;
		take_request(ctrlr, 0);
		request->cpl.cdw0 =
			NVME_AER(kEvents[event].type,
				 event == NVMF_EVENT_ERROR ? ctrlr->error_event : kEvents[event].information,
				 kEvents[event].log);
		nvmf_control_complete(request);
	}
}

void nvmf_event_raise(struct nvmf_ctrlr *ctrlr, enum nvmf_event event)
{
	const uint32_t mask = kEvents[event].mask;

	if (mask && !(ctrlr->feature[NVME_FEATURE_ASYNC_EVENT] & mask))
		return;
	ctrlr->pending |= 1u << event;
	report(ctrlr);
}

void nvmf_event_log_read(struct nvmf_ctrlr *ctrlr, enum nvmf_event event)
{
	/* The page has shown what happened until now, also what has not been reported. */
	ctrlr->pending &= ~(1u << event);
	ctrlr->reported &= ~(1u << event);
}

void nvmf_async_event_request(struct nvmf_request *request)
{
	struct nvmf_ctrlr *ctrlr = request->ctrlr;

	if (ctrlr->aer_count == NVMF_MAX_AER) {
		nvmf_control_fail(request, NVME_SCT_SPECIFIC, NVME_SC_AER_LIMIT);
		return;
	}
	ctrlr->aer[ctrlr->aer_count++] = request;
	report(ctrlr);
}

static void abort_request(struct nvmf_ctrlr *ctrlr, unsigned index)
{
	struct nvmf_request *request = ctrlr->aer[index];

	take_request(ctrlr, index);
	request->cpl.status = NVME_STATUS(NVME_SCT_GENERIC, NVME_SC_ABORTED) << 1;
	/* Not an error of the command: it does not belong into the error log. */
	request->ctrlr = NULL;
	nvmf_control_complete(request);
}

void nvmf_events_abort(struct nvmf_ctrlr *ctrlr)
{
	while (ctrlr->aer_count)
		abort_request(ctrlr, 0);
	ctrlr->pending = ctrlr->reported = 0;
}

bool nvmf_event_abort(struct nvmf_ctrlr *ctrlr, uint16_t cid)
{
	for (unsigned i = 0; i < ctrlr->aer_count; i++) {
		if (ctrlr->aer[i]->cmd->cid == cid) {
			abort_request(ctrlr, i);
			return true;
		}
	}
	return false;
}

/* --- Who is told -------------------------------------------------------------------------------------------------- */

void nvmf_namespace_changed(struct nvmf_ns *ns)
{
	for (struct nvmf_ctrlr *ctrlr = ns->subsystem->ctrlrs; ctrlr; ctrlr = ctrlr->next) {
		ctrlr->changed_ns |= 1ull << (ns->options.nsid - 1);
		nvmf_event_raise(ctrlr, NVMF_EVENT_NAMESPACE);
	}
}

void nvmf_ana_changed(struct nvmf_subsystem *subsystem)
{
	for (struct nvmf_ctrlr *ctrlr = subsystem->ctrlrs; ctrlr; ctrlr = ctrlr->next)
		nvmf_event_raise(ctrlr, NVMF_EVENT_ANA);
}

void nvmf_discovery_changed(struct nvmf_target *target)
{
	target->discovery_changes++;
	for (struct nvmf_ctrlr *ctrlr = target->discovery->ctrlrs; ctrlr; ctrlr = ctrlr->next)
		nvmf_event_raise(ctrlr, NVMF_EVENT_DISCOVERY);
}

/* --- Errors ------------------------------------------------------------------------------------------------------- */

void nvmf_ctrlr_error_event(struct nvmf_ctrlr *ctrlr, uint8_t information)
{
	ctrlr->error_event = information;
	nvmf_event_raise(ctrlr, NVMF_EVENT_ERROR);
}

/* The newest entry is the one at error_count - 1, modulo the size. Admin commands only: I/O errors of hosts are not
 * collected over the cores. */
void nvmf_error_log_add(struct nvmf_ctrlr *ctrlr, const struct nvmf_request *request)
{
	struct nvme_error_entry *entry = &ctrlr->errors[ctrlr->error_count % NVMF_ERROR_LOG_ENTRIES];

	*entry = (struct nvme_error_entry){
		.count = ++ctrlr->error_count,
		.sqid = 0,
		.cid = request->cmd->cid,
		.status = request->cpl.status,
		.location = 0xffff,
		.nsid = request->cmd->nsid,
		.trtype = ctrlr->transport->trtype,
	};
}
