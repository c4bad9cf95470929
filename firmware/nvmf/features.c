/* Get and Set Features (clauses 5.14, 5.21 of NVMe 1.4). No feature is saveable or belongs to a namespace. */
#include <string.h>

#include "internal.h"

#define TEMPERATURE_OVER 343 /* Kelvin; WCTEMP */
#define EVENTS_NVM (0xffu | 1u << 8 | 1u << 11)
#define EVENTS_DISCOVERY (1u << 31)

/* What a feature is like. `mask`: bits of CDW11 that can be set; others that the host sets are refused. */
struct feature {
	bool supported, changeable, memory_based_only, discovery;
	uint32_t mask, value;
};

static const struct feature kFeatures[] = {
	[NVME_FEATURE_ARBITRATION] = {true, true, false, false, 0xffffff07, 0},
	[NVME_FEATURE_POWER] = {true, true, false, false, 0x000000e0, 0},
	[NVME_FEATURE_TEMPERATURE] = {true, true, false, false, 0x003fffff, TEMPERATURE_OVER},
	[NVME_FEATURE_ERROR_RECOVERY] = {true, true, false, false, 0x0000ffff, 0},
	[NVME_FEATURE_WRITE_CACHE] = {true, true, false, false, 0x00000001, 1},
	[NVME_FEATURE_QUEUES] = {true, true, false, false, 0xffffffff, 0},
	[NVME_FEATURE_COALESCING] = {true, true, true, false, 0x0000ffff, 0},
	[NVME_FEATURE_VECTOR] = {true, true, true, false, 0x0001ffff, 0},
	[NVME_FEATURE_WRITE_ATOMICITY] = {true, true, false, false, 0x00000001, 0},
	[NVME_FEATURE_ASYNC_EVENT] = {true, true, false, true, 0xffffffff, 0},
	[NVME_FEATURE_KEEP_ALIVE] = {true, true, false, true, 0xffffffff, 0},
};
_Static_assert(sizeof(kFeatures) / sizeof(kFeatures[0]) == NVMF_FEATURES, "one value each");

static void tell_coalescing(struct nvmf_ctrlr *ctrlr)
{
	const uint32_t value = ctrlr->feature[NVME_FEATURE_COALESCING];

	if (ctrlr->transport->coalescing_changed)
		ctrlr->transport->coalescing_changed(ctrlr, (uint8_t)value, (uint8_t)(value >> 8),
						     ctrlr->no_coalescing);
}

void nvmf_features_reset(struct nvmf_ctrlr *ctrlr)
{
	for (unsigned i = 0; i < NVMF_FEATURES; i++)
		ctrlr->feature[i] = kFeatures[i].value;
	/* All notices are on until the host chooses. */
	ctrlr->feature[NVME_FEATURE_ASYNC_EVENT] = ctrlr->subsystem->discovery ? EVENTS_DISCOVERY : EVENTS_NVM;
	ctrlr->temperature_threshold[0] = TEMPERATURE_OVER;
	ctrlr->temperature_threshold[1] = 0;
	memset(ctrlr->no_coalescing, 0, sizeof(ctrlr->no_coalescing));
	tell_coalescing(ctrlr);
}

static const struct feature *feature_of(const struct nvmf_request *request)
{
	const uint8_t fid = (uint8_t)request->cmd->cdw10;
	const struct nvmf_ctrlr *ctrlr = request->ctrlr;
	const struct feature *feature = fid < NVMF_FEATURES ? &kFeatures[fid] : NULL;

	if (!feature || !feature->supported || (feature->memory_based_only && !ctrlr->transport->memory_based) ||
	    (ctrlr->subsystem->discovery && !feature->discovery) ||
	    (fid == NVME_FEATURE_WRITE_CACHE && !nvmf_has_write_cache(ctrlr->subsystem)))
		return NULL;
	return feature;
}

static void invalid_field(struct nvmf_request *request)
{
	nvmf_control_fail(request, NVME_SCT_GENERIC, NVME_SC_INVALID_FIELD);
}

static uint32_t queue_count(const struct nvmf_ctrlr *ctrlr)
{
	const uint32_t most = ctrlr->transport->options.max_io_qpairs - 1;

	return most << 16 | most;
}

/* --- Temperature, interrupt vectors: one value for each selector in CDW11 ------------------------------------------
 */

static bool temperature_selector_valid(uint32_t cdw11)
{
	const uint32_t sensor = cdw11 >> 16 & 0xf;

	/* The composite temperature is the only one; 15 = all that there are. */
	return (sensor == 0 || sensor == 15) && (cdw11 >> 20 & 3) < 2;
}

static bool vector_valid(const struct nvmf_ctrlr *ctrlr, uint32_t cdw11)
{
	return (cdw11 & 0xffff) <= ctrlr->transport->options.max_io_qpairs;
}

/* --- Host identifier ---------------------------------------------------------------------------------------------- */

static void get_host_id(struct nvmf_request *request)
{
	const bool extended = (request->cmd->cdw11 & 1) != 0;
	const uint32_t bytes = extended ? 16 : 8;

	if (!extended && !request->ctrlr->transport->memory_based) {
		invalid_field(request);
		return;
	}
	if (request->length < bytes) {
		nvmf_control_fail(request, NVME_SCT_GENERIC, NVME_SC_DATA_SGL_LENGTH);
		return;
	}
	nvmf_data_write(request, 0, request->ctrlr->hostid, bytes);
	nvmf_control_complete(request);
}

static void set_host_id(struct nvmf_request *request)
{
	const uint32_t bytes = request->cmd->cdw11 & 1 ? 16 : 8;

	/* On fabrics it comes with Connect and stays. */
	if (!request->ctrlr->transport->memory_based) {
		nvmf_control_fail(request, NVME_SCT_GENERIC, NVME_SC_COMMAND_SEQUENCE);
		return;
	}
	if (request->length < bytes) {
		nvmf_control_fail(request, NVME_SCT_GENERIC, NVME_SC_DATA_SGL_LENGTH);
		return;
	}
	memset(request->ctrlr->hostid, 0, sizeof(request->ctrlr->hostid));
	nvmf_data_read(request, 0, request->ctrlr->hostid, bytes);
	nvmf_control_complete(request);
}

/* --- Get ---------------------------------------------------------------------------------------------------------- */

static uint32_t current_value(const struct nvmf_ctrlr *ctrlr, uint8_t fid, uint32_t cdw11, bool *valid)
{
	switch (fid) {
	case NVME_FEATURE_TEMPERATURE:
		*valid = temperature_selector_valid(cdw11);
		return *valid ? ctrlr->temperature_threshold[cdw11 >> 20 & 3] : 0;
	case NVME_FEATURE_QUEUES:
		return queue_count(ctrlr);
	case NVME_FEATURE_VECTOR:
		*valid = vector_valid(ctrlr, cdw11);
		return *valid ? (cdw11 & 0xffff) |
					(uint32_t)(ctrlr->no_coalescing[(cdw11 & 0xffff) / 64] >> (cdw11 & 63) & 1)
						<< 16
			      : 0;
	case NVME_FEATURE_KEEP_ALIVE:
		return ctrlr->kato;
	default:
		return ctrlr->feature[fid];
	}
}

void nvmf_get_features(struct nvmf_request *request)
{
	const struct nvmf_ctrlr *ctrlr = request->ctrlr;
	const uint8_t fid = (uint8_t)request->cmd->cdw10;
	const uint32_t select = NVME_FEATURE_SELECT(request->cmd->cdw10);
	const struct feature *feature = feature_of(request);
	bool valid = true;

	if (fid == NVME_FEATURE_HOST_ID && !ctrlr->subsystem->discovery && select == 0) {
		get_host_id(request);
		return;
	}
	if (!feature || select > 3) {
		invalid_field(request);
		return;
	}
	if (select == 3)
		request->cpl.cdw0 = feature->changeable ? 4 : 0;
	else if (select != 0 && fid != NVME_FEATURE_QUEUES)
		request->cpl.cdw0 = feature->value;
	else
		request->cpl.cdw0 = current_value(ctrlr, fid, request->cmd->cdw11, &valid);
	if (valid)
		nvmf_control_complete(request);
	else
		invalid_field(request);
}

/* --- Set ---------------------------------------------------------------------------------------------------------- */

static bool has_io_queues(const struct nvmf_ctrlr *ctrlr)
{
	for (unsigned qid = 1; qid <= NVMF_MAX_IO_QUEUES; qid++)
		if (ctrlr->queues[qid].ctrlr || ctrlr->memory_queues[qid].cq || ctrlr->memory_queues[qid].sq)
			return true;
	return false;
}

static void set_queues(struct nvmf_request *request)
{
	const uint32_t value = request->cmd->cdw11;

	if ((value & 0xffff) == 0xffff || value >> 16 == 0xffff) {
		invalid_field(request);
	} else if (has_io_queues(request->ctrlr)) {
		nvmf_control_fail(request, NVME_SCT_GENERIC, NVME_SC_COMMAND_SEQUENCE);
	} else {
		request->cpl.cdw0 = queue_count(request->ctrlr);
		nvmf_control_complete(request);
	}
}

static void set_temperature(struct nvmf_request *request)
{
	const uint32_t value = request->cmd->cdw11;

	if (!temperature_selector_valid(value)) {
		invalid_field(request);
		return;
	}
	request->ctrlr->temperature_threshold[value >> 20 & 3] = value & 0xffff;
	nvmf_control_complete(request);
}

static void set_vector(struct nvmf_request *request)
{
	const uint32_t value = request->cmd->cdw11, vector = value & 0xffff;
	uint64_t *word = &request->ctrlr->no_coalescing[(vector / 64) & 1];

	if (!vector_valid(request->ctrlr, value)) {
		invalid_field(request);
		return;
	}
	*word = (*word & ~(1ull << (vector % 64))) | (uint64_t)(value >> 16 & 1) << (vector % 64);
	tell_coalescing(request->ctrlr);
	nvmf_control_complete(request);
}

static void set_value(struct nvmf_request *request, uint8_t fid)
{
	struct nvmf_ctrlr *ctrlr = request->ctrlr;
	const uint32_t value = request->cmd->cdw11;

	switch (fid) {
	case NVME_FEATURE_QUEUES:
		set_queues(request);
		return;
	case NVME_FEATURE_TEMPERATURE:
		set_temperature(request);
		return;
	case NVME_FEATURE_VECTOR:
		set_vector(request);
		return;
	case NVME_FEATURE_WRITE_CACHE:
		/* The caches belong to the drives, which other hosts use, too. */
		if (!(value & 1)) {
			nvmf_control_fail(request, NVME_SCT_SPECIFIC, NVME_SC_FEATURE_NOT_CHANGEABLE);
			return;
		}
		break;
	case NVME_FEATURE_ASYNC_EVENT:
		ctrlr->feature[fid] = value & (ctrlr->subsystem->discovery ? EVENTS_DISCOVERY : EVENTS_NVM);
		nvmf_control_complete(request);
		return;
	case NVME_FEATURE_KEEP_ALIVE:
		nvmf_keep_alive_start(ctrlr, value);
		break;
	default:
		break;
	}
	ctrlr->feature[fid] = value;
	if (fid == NVME_FEATURE_COALESCING)
		tell_coalescing(ctrlr);
	nvmf_control_complete(request);
}

void nvmf_set_features(struct nvmf_request *request)
{
	const struct nvme_command *cmd = request->cmd;
	const uint8_t fid = (uint8_t)cmd->cdw10;
	const struct feature *feature = feature_of(request);

	if (!feature && (fid != NVME_FEATURE_HOST_ID || request->ctrlr->subsystem->discovery)) {
		invalid_field(request);
	} else if (cmd->cdw10 & NVME_FEATURE_SAVE) {
		nvmf_control_fail(request, NVME_SCT_SPECIFIC, NVME_SC_FEATURE_NOT_SAVEABLE);
	} else if (cmd->nsid != 0 && cmd->nsid != NVME_NSID_ALL) {
		nvmf_control_fail(request, NVME_SCT_SPECIFIC, NVME_SC_FEATURE_NOT_NAMESPACE);
	} else if (fid == NVME_FEATURE_HOST_ID) {
		set_host_id(request);
	} else if (cmd->cdw11 & ~feature->mask) {
		invalid_field(request);
	} else {
		set_value(request, fid);
	}
}
