/*
 * Get Log Page (clause 5.14 of NVMe 1.4; discovery log: 5.3 of NVMe over fabrics 1.1). A page is written piece by piece
 * from its start; what lies outside of the part that the host wants is dropped, so that pages need no memory.
 */
#include <stdio.h>
#include <string.h>

#include "internal.h"

struct log {
	struct nvmf_request *request;
	uint64_t from, bytes; /* the part of the page that the host wants */
	uint64_t position;    /* of the next piece in the page */
};

static void put(struct log *log, const void *piece, uint64_t bytes)
{
	const uint64_t start = log->position, end = start + bytes, want_end = log->from + log->bytes;

	if (end > log->from && start < want_end) {
		const uint64_t skip = start < log->from ? log->from - start : 0;
		const uint64_t stop = end > want_end ? want_end - start : bytes;

		nvmf_data_write(log->request, start + skip - log->from, (const uint8_t *)piece + skip, stop - skip);
	}
	log->position = end;
}

/* Beyond its end a page reads as 0. */
static void finish(struct log *log)
{
	static const uint8_t zeroes[256];

	if (log->from > log->position) {
		nvmf_control_fail(log->request, NVME_SCT_GENERIC, NVME_SC_INVALID_FIELD);
		return;
	}
	while (log->position < log->from + log->bytes) {
		const uint64_t left = log->from + log->bytes - log->position;

		put(log, zeroes, left < sizeof(zeroes) ? left : sizeof(zeroes));
	}
	nvmf_control_complete(log->request);
}

/* --- Pages of NVM subsystems -------------------------------------------------------------------------------------- */

static void put_errors(struct log *log)
{
	const struct nvmf_ctrlr *ctrlr = log->request->ctrlr;
	static const struct nvme_error_entry none;

	for (uint64_t i = 0; i < NVMF_ERROR_LOG_ENTRIES; i++) {
		const bool used = i < ctrlr->error_count;

		put(log, used ? &ctrlr->errors[(ctrlr->error_count - 1 - i) % NVMF_ERROR_LOG_ENTRIES] : &none,
		    sizeof(none));
	}
}

static void put_health(struct log *log)
{
	struct nvme_health_log health = {
		.temperature = 313, /* the chip model has no thermal sensor: 40 degrees Celsius */
		.available_spare = 100,
		.spare_threshold = 10,
		.power_cycles = {1},
		.error_entries = {log->request->ctrlr->error_count},
	};

	put(log, &health, sizeof(health));
}

static void put_firmware(struct log *log)
{
	struct nvme_firmware_log firmware = {.active = 1};

	memset(firmware.revision[0], ' ', sizeof(firmware.revision[0]));
	memcpy(firmware.revision[0], NVMF_FIRMWARE_REVISION, strlen(NVMF_FIRMWARE_REVISION));
	put(log, &firmware, sizeof(firmware));
}

static void put_changed_namespaces(struct log *log)
{
	struct nvmf_ctrlr *ctrlr = log->request->ctrlr;
	uint32_t nsids[1024] = {0};
	unsigned count = 0;

	for (uint32_t nsid = 1; nsid <= NVMF_MAX_NAMESPACES; nsid++)
		if (ctrlr->changed_ns >> (nsid - 1) & 1)
			nsids[count++] = nsid;
	put(log, nsids, sizeof(nsids));
}

static void put_effects(struct log *log)
{
	enum { SUPPORTED = 1, CHANGES_DATA = 2 };
	static const uint8_t reserved[2048];
	const bool queues = log->request->ctrlr->transport->memory_based;
	const uint32_t created = queues ? SUPPORTED : 0;
	const uint32_t admin[256] = {
		[NVME_ADMIN_DELETE_SQ] = created,      [NVME_ADMIN_CREATE_SQ] = created,
		[NVME_ADMIN_DELETE_CQ] = created,      [NVME_ADMIN_CREATE_CQ] = created,
		[NVME_ADMIN_GET_LOG_PAGE] = SUPPORTED, [NVME_ADMIN_IDENTIFY] = SUPPORTED,
		[NVME_ADMIN_ABORT] = SUPPORTED,	       [NVME_ADMIN_SET_FEATURES] = SUPPORTED,
		[NVME_ADMIN_GET_FEATURES] = SUPPORTED, [NVME_ADMIN_ASYNC_EVENT] = SUPPORTED,
		[NVME_ADMIN_KEEP_ALIVE] = SUPPORTED,
	};
	const uint32_t io[256] = {
		[NVME_NVM_FLUSH] = SUPPORTED,
		[NVME_NVM_WRITE] = SUPPORTED | CHANGES_DATA,
		[NVME_NVM_READ] = SUPPORTED,
		[NVME_NVM_COMPARE] = SUPPORTED,
		[NVME_NVM_WRITE_ZEROES] = SUPPORTED | CHANGES_DATA,
		[NVME_NVM_DATASET_MANAGEMENT] = SUPPORTED | CHANGES_DATA,
	};

	put(log, admin, sizeof(admin));
	put(log, io, sizeof(io));
	put(log, reserved, sizeof(reserved));
}

static uint32_t namespaces_in_group(const struct nvmf_subsystem *subsystem, uint32_t group)
{
	uint32_t count = 0;

	for (uint32_t nsid = 1; nsid <= subsystem->max_namespaces; nsid++) {
		const struct nvmf_ns *ns = nvmf_subsystem_ns(subsystem, nsid);

		count += ns && ns->options.ana_group == group;
	}
	return count;
}

/* Groups with namespaces; `short_form` leaves the namespaces' ids out (RGO). */
static void put_ana(struct log *log, bool short_form)
{
	const struct nvmf_ctrlr *ctrlr = log->request->ctrlr;
	const struct nvmf_subsystem *subsystem = ctrlr->subsystem;
	struct nvme_ana_header header = {.change_count = subsystem->ana_changes};

	for (uint32_t group = 1; group <= NVMF_MAX_ANA_GROUPS; group++)
		header.groups = (uint16_t)(header.groups + (namespaces_in_group(subsystem, group) != 0));
	put(log, &header, sizeof(header));
	for (uint32_t group = 1; group <= NVMF_MAX_ANA_GROUPS; group++) {
		const uint32_t count = namespaces_in_group(subsystem, group);
		const struct nvme_ana_group descriptor = {
			.id = group,
			.namespaces = short_form ? 0 : count,
			.change_count = subsystem->ana_changes,
			.state = subsystem->listeners[ctrlr->listener].ana_state[group - 1],
		};

		if (!count)
			continue;
		put(log, &descriptor, sizeof(descriptor));
		for (uint32_t nsid = 1; nsid <= subsystem->max_namespaces && !short_form; nsid++) {
			const struct nvmf_ns *ns = nvmf_subsystem_ns(subsystem, nsid);

			if (ns && ns->options.ana_group == group)
				put(log, &nsid, sizeof(nsid));
		}
	}
}

/* --- Discovery ---------------------------------------------------------------------------------------------------- */

static void put_padded(char *field, size_t bytes, const char *text)
{
	memset(field, ' ', bytes);
	memcpy(field, text, strlen(text));
}

static bool is_unspecified(const struct nvmf_address *address)
{
	return strcmp(address->traddr, "0.0.0.0") == 0 || strcmp(address->traddr, "::") == 0;
}

/* A listener at all addresses is described by the one that the host has used. */
static void put_discovery_entry(struct log *log, const struct nvmf_subsystem *subsystem, unsigned index)
{
	static struct nvmf_discovery_log_entry entry;
	const struct nvmf_listener *listener = &subsystem->listeners[index];
	const struct nvmf_address *address = &listener->address;

	memset(&entry, 0, sizeof(entry));
	entry.trtype = address->trtype;
	entry.adrfam = address->adrfam;
	entry.subtype = NVMF_SUBTYPE_NVM;
	entry.treq = NVMF_TREQ_FLOW_CONTROL_DISABLE;
	entry.portid = (uint16_t)index;
	entry.cntlid = NVMF_CNTLID_DYNAMIC;
	entry.asqsz = (uint16_t)listener->transport->options.max_aq_depth;
	put_padded(entry.trsvcid, sizeof(entry.trsvcid), address->trsvcid);
	put_padded(entry.traddr, sizeof(entry.traddr),
		   is_unspecified(address) ? log->request->ctrlr->local.traddr : address->traddr);
	snprintf(entry.subnqn, sizeof(entry.subnqn), "%s", subsystem->nqn);
	put(log, &entry, sizeof(entry));
}

static bool is_listed(const struct nvmf_ctrlr *ctrlr, const struct nvmf_subsystem *subsystem, unsigned listener)
{
	return subsystem->listeners[listener].used && !subsystem->listeners[listener].transport->memory_based &&
	       !subsystem->deleting && nvmf_subsystem_host_allowed(subsystem, ctrlr->hostnqn);
}

static void put_discovery(struct log *log)
{
	static struct nvmf_discovery_log_header header;
	const struct nvmf_ctrlr *ctrlr = log->request->ctrlr;
	struct nvmf_target *target = ctrlr->subsystem->target;

	memset(&header, 0, sizeof(header));
	header.genctr = target->discovery_changes;
	for (const struct nvmf_subsystem *s = nvmf_subsystem_next(target, NULL); s; s = nvmf_subsystem_next(target, s))
		for (unsigned i = 0; i < NVMF_MAX_LISTENERS; i++)
			header.numrec += is_listed(ctrlr, s, i);
	put(log, &header, sizeof(header));
	for (const struct nvmf_subsystem *s = nvmf_subsystem_next(target, NULL); s; s = nvmf_subsystem_next(target, s))
		for (unsigned i = 0; i < NVMF_MAX_LISTENERS; i++)
			if (is_listed(ctrlr, s, i))
				put_discovery_entry(log, s, i);
}

/* --- The command -------------------------------------------------------------------------------------------------- */

/* The event whose repetition reading this page allows; NVMF_EVENTS: none. */
static enum nvmf_event event_of(uint8_t lid)
{
	switch (lid) {
	case NVME_LOG_ERRORS:
		return NVMF_EVENT_ERROR;
	case NVME_LOG_CHANGED_NAMESPACES:
		return NVMF_EVENT_NAMESPACE;
	case NVME_LOG_ANA:
		return NVMF_EVENT_ANA;
	case NVME_LOG_DISCOVERY:
		return NVMF_EVENT_DISCOVERY;
	default:
		return NVMF_EVENTS;
	}
}

static bool is_supported(const struct nvmf_ctrlr *ctrlr, uint8_t lid)
{
	if (ctrlr->subsystem->discovery)
		return lid == NVME_LOG_DISCOVERY || lid == NVME_LOG_ERRORS;
	return (lid >= NVME_LOG_ERRORS && lid <= NVME_LOG_COMMANDS) ||
	       (lid == NVME_LOG_ANA && ctrlr->subsystem->ana_reporting);
}

static void put_page(struct log *log, uint8_t lid)
{
	switch (lid) {
	case NVME_LOG_ERRORS:
		put_errors(log);
		break;
	case NVME_LOG_HEALTH:
		put_health(log);
		break;
	case NVME_LOG_FIRMWARE:
		put_firmware(log);
		break;
	case NVME_LOG_CHANGED_NAMESPACES:
		put_changed_namespaces(log);
		break;
	case NVME_LOG_COMMANDS:
		put_effects(log);
		break;
	case NVME_LOG_ANA:
		put_ana(log, (log->request->cmd->cdw10 >> 8 & 1) != 0);
		break;
	default:
		put_discovery(log);
		break;
	}
}

void nvmf_get_log_page(struct nvmf_request *request)
{
	const struct nvme_command *cmd = request->cmd;
	struct nvmf_ctrlr *ctrlr = request->ctrlr;
	const uint8_t lid = (uint8_t)cmd->cdw10;
	struct log log = {
		.request = request,
		.from = cmd->cdw12 | (uint64_t)cmd->cdw13 << 32,
		.bytes = NVMF_LOG_BYTES(cmd),
	};

	if (!is_supported(ctrlr, lid)) {
		nvmf_control_fail(request, NVME_SCT_SPECIFIC, NVME_SC_INVALID_LOG_PAGE);
		return;
	}
	if (log.from & 3 || log.from + log.bytes < log.from ||
	    (lid == NVME_LOG_HEALTH && cmd->nsid != 0 && cmd->nsid != NVME_NSID_ALL)) {
		nvmf_control_fail(request, NVME_SCT_GENERIC, NVME_SC_INVALID_FIELD);
		return;
	}
	if (request->length < log.bytes) {
		nvmf_control_fail(request, NVME_SCT_GENERIC, NVME_SC_DATA_SGL_LENGTH);
		return;
	}
	put_page(&log, lid);
	if (log.from <= log.position && !(cmd->cdw10 & 1u << 15) && event_of(lid) != NVMF_EVENTS) {
		if (lid == NVME_LOG_CHANGED_NAMESPACES)
			ctrlr->changed_ns = 0;
		nvmf_event_log_read(ctrlr, event_of(lid));
	}
	finish(&log);
}
