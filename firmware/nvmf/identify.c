/* Identify (clause 5.15 of NVMe 1.4; NVMe over fabrics 1.1 for the fields of its controllers). */
#include <stdio.h>
#include <string.h>

#include "internal.h"

#define PAGE 4096u

/* Texts are padded with spaces, not terminated. */
static void put_text(char *field, size_t bytes, const char *text)
{
	const size_t length = strlen(text);

	memset(field, ' ', bytes);
	memcpy(field, text, length < bytes ? length : bytes);
}

static void finish(struct nvmf_request *request, const void *page)
{
	if (request->length < PAGE) {
		nvmf_control_fail(request, NVME_SCT_GENERIC, NVME_SC_DATA_SGL_LENGTH);
		return;
	}
	nvmf_data_write(request, 0, page, PAGE);
	nvmf_control_complete(request);
}

/* The buffer of the page being built; commands are executed one after the other, and nothing waits in between. */
static union {
	struct nvme_ctrlr_data ctrlr;
	struct nvme_ns_data ns;
	uint32_t nsids[PAGE / 4];
	uint16_t cntlids[PAGE / 2];
	uint8_t bytes[PAGE];
} page;

/* --- Controller --------------------------------------------------------------------------------------------------- */

static uint16_t optional_commands(const struct nvmf_subsystem *subsystem)
{
	uint16_t oncs = NVME_ONCS_COMPARE | NVME_ONCS_DSM | NVME_ONCS_WRITE_ZEROES | NVMF_ONCS_SELECT;

	/* A namespace may come whose bdev cannot compare; its commands then fail with Invalid Command Opcode. */
	for (uint32_t i = 0; i < subsystem->max_namespaces; i++)
		if (subsystem->ns[i] && !bdev_io_type_supported(subsystem->ns[i]->bdev, BDEV_IO_COMPARE))
			oncs &= (uint16_t)~NVME_ONCS_COMPARE;
	return oncs;
}

bool nvmf_has_write_cache(const struct nvmf_subsystem *subsystem)
{
	for (uint32_t i = 0; i < subsystem->max_namespaces; i++)
		if (subsystem->ns[i] && bdev_has_write_cache(subsystem->ns[i]->bdev))
			return true;
	return false;
}

static uint8_t log2_pages(uint32_t bytes)
{
	uint8_t n = 0;

	while ((8192u << n) <= bytes)
		n++;
	return n;
}

static void describe_fabrics(const struct nvmf_ctrlr *ctrlr, struct nvme_ctrlr_data *data)
{
	const struct nvmf_transport_options *options = &ctrlr->transport->options;

	if (ctrlr->transport->memory_based)
		return;
	data->ioccsz = (uint32_t)(sizeof(struct nvme_command) + options->in_capsule_data_size) / 16;
	data->iorcsz = sizeof(struct nvme_completion) / 16;
	data->msdbd = 1;
	data->ofcs[0] = 1; /* Disconnect */
}

static void describe_nvm(const struct nvmf_ctrlr *ctrlr, struct nvme_ctrlr_data *data)
{
	const struct nvmf_subsystem *subsystem = ctrlr->subsystem;

	data->cntrltype = 1;
	data->rab = 4;
	data->cmic = NVME_CMIC_MULTI_PORT | NVME_CMIC_MULTI_CTRLR | (subsystem->ana_reporting ? NVME_CMIC_ANA : 0);
	data->oaes = 1u << 8 | (subsystem->ana_reporting ? 1u << 11 : 0);
	data->acl = NVMF_MAX_AER - 1;
	data->frmw = 0x03; /* one slot, read only */
	data->wctemp = 343;
	data->cctemp = 358;
	data->sqes = 0x66;
	data->cqes = 0x44;
	data->nn = data->mnan = subsystem->max_namespaces;
	data->oncs = optional_commands(subsystem);
	/* Flush takes one namespace, not all of them at once (bits 2:1 = 2). */
	data->vwc = 2u << 1 | (nvmf_has_write_cache(subsystem) ? NVME_VWC_PRESENT : 0);
	if (subsystem->ana_reporting) {
		data->anatt = 10;
		data->anacap = 0x1f; /* all five states are reported */
		data->anagrpmax = data->nanagrpid = NVMF_MAX_ANA_GROUPS;
	}
}

static void identify_controller(struct nvmf_request *request)
{
	const struct nvmf_ctrlr *ctrlr = request->ctrlr;
	const struct nvmf_subsystem *subsystem = ctrlr->subsystem;
	struct nvme_ctrlr_data *data = &page.ctrlr;

	memset(data, 0, sizeof(*data));
	data->vid = ctrlr->transport->vid;
	data->ssvid = ctrlr->transport->ssvid;
	put_text(data->sn, sizeof(data->sn), subsystem->serial);
	put_text(data->mn, sizeof(data->mn), subsystem->model);
	put_text(data->fr, sizeof(data->fr), NVMF_FIRMWARE_REVISION);
	data->mdts = log2_pages(ctrlr->transport->options.max_io_size);
	data->cntlid = ctrlr->cntlid;
	data->ver = NVME_VERSION_1_4;
	data->ctratt = 1; /* host identifiers of 128 bits */
	data->lpa = 0x06; /* commands supported, extended data */
	data->aerl = NVMF_MAX_AER - 1;
	data->elpe = NVMF_ERROR_LOG_ENTRIES - 1;
	data->kas = 1; /* 100 ms */
	data->maxcmd = (uint16_t)(ctrlr->transport->options.max_queue_depth);
	data->sgls = ctrlr->transport->sgls;
	snprintf(data->subnqn, sizeof(data->subnqn), "%s", subsystem->nqn);
	if (subsystem->discovery) {
		data->cntrltype = 2;
		data->oaes = 1u << 31;
	} else {
		describe_nvm(ctrlr, data);
	}
	describe_fabrics(ctrlr, data);
	finish(request, data);
}

/* --- Namespaces --------------------------------------------------------------------------------------------------- */

static void identify_namespace(struct nvmf_request *request)
{
	const struct nvmf_subsystem *subsystem = request->ctrlr->subsystem;
	const struct nvmf_ns *ns = nvmf_subsystem_ns(subsystem, request->cmd->nsid);
	struct nvme_ns_data *data = &page.ns;

	/* "All" stands for what namespaces have in common, which only controllers with namespace management tell. */
	if (request->cmd->nsid == 0 || request->cmd->nsid > subsystem->max_namespaces) {
		nvmf_control_fail(request, NVME_SCT_GENERIC, NVME_SC_INVALID_NAMESPACE);
		return;
	}
	memset(data, 0, sizeof(*data));
	if (ns) {
		data->nsze = data->ncap = data->nuse = ns->blocks;
		data->nmic = 1;
		data->noiob = (uint16_t)bdev_optimal_boundary(ns->bdev);
		data->anagrpid = subsystem->ana_reporting ? ns->options.ana_group : 0;
		memcpy(data->nguid, ns->options.nguid, sizeof(data->nguid));
		memcpy(data->eui64, ns->options.eui64, sizeof(data->eui64));
		data->lbaf[0].lbads = (uint8_t)ns->block_shift;
	}
	finish(request, data);
}

static void list_namespaces(struct nvmf_request *request)
{
	const struct nvmf_subsystem *subsystem = request->ctrlr->subsystem;
	unsigned count = 0;

	if (request->cmd->nsid >= 0xfffffffe) {
		nvmf_control_fail(request, NVME_SCT_GENERIC, NVME_SC_INVALID_NAMESPACE);
		return;
	}
	memset(page.nsids, 0, sizeof(page.nsids));
	for (uint32_t nsid = request->cmd->nsid + 1; nsid <= subsystem->max_namespaces; nsid++)
		if (nvmf_subsystem_ns(subsystem, nsid))
			page.nsids[count++] = nsid;
	finish(request, &page);
}

static uint8_t *put_descriptor(uint8_t *at, uint8_t type, const uint8_t *id, uint8_t bytes)
{
	const struct nvme_ns_descriptor descriptor = {.type = type, .bytes = bytes};

	if (nvmf_is_zero(id, bytes))
		return at;
	memcpy(at, &descriptor, sizeof(descriptor));
	memcpy(at + sizeof(descriptor), id, bytes);
	return at + sizeof(descriptor) + bytes;
}

/* The status for a namespace that has to be active (6.1.2 .. 6.1.5). */
static const struct nvmf_ns *active_namespace(struct nvmf_request *request)
{
	const struct nvmf_subsystem *subsystem = request->ctrlr->subsystem;
	const uint32_t nsid = request->cmd->nsid;
	const struct nvmf_ns *ns = nvmf_subsystem_ns(subsystem, nsid);

	if (!ns)
		nvmf_control_fail(request, NVME_SCT_GENERIC,
				  nsid == 0 || nsid > subsystem->max_namespaces ? NVME_SC_INVALID_NAMESPACE
										: NVME_SC_INVALID_FIELD);
	return ns;
}

static void identify_descriptors(struct nvmf_request *request)
{
	const struct nvmf_ns *ns = active_namespace(request);
	uint8_t *at = page.bytes;

	if (!ns)
		return;
	memset(&page, 0, sizeof(page));
	at = put_descriptor(at, NVME_NIDT_EUI64, ns->options.eui64, sizeof(ns->options.eui64));
	at = put_descriptor(at, NVME_NIDT_NGUID, ns->options.nguid, sizeof(ns->options.nguid));
	put_descriptor(at, NVME_NIDT_UUID, ns->options.uuid, sizeof(ns->options.uuid));
	finish(request, &page);
}

/* --- Controllers of the subsystem --------------------------------------------------------------------------------- */

/* Those with an id of CDW10.CNTID or more, by rising id: a count, then the ids. */
static void list_controllers(struct nvmf_request *request)
{
	const uint32_t from = request->cmd->cdw10 >> 16;
	uint32_t next = from;
	unsigned count = 0;

	if ((request->cmd->cdw10 & 0xff) == NVME_CNS_ATTACHED_CONTROLLERS && !active_namespace(request))
		return;
	memset(&page, 0, sizeof(page));
	for (;;) {
		const struct nvmf_ctrlr *lowest = NULL;

		for (const struct nvmf_ctrlr *c = request->ctrlr->subsystem->ctrlrs; c; c = c->next)
			if (c->cntlid >= next && (!lowest || c->cntlid < lowest->cntlid))
				lowest = c;
		if (!lowest || count == PAGE / 2 - 1)
			break;
		page.cntlids[++count] = lowest->cntlid;
		next = lowest->cntlid + 1u;
	}
	page.cntlids[0] = (uint16_t)count;
	finish(request, &page);
}

void nvmf_identify(struct nvmf_request *request)
{
	const uint8_t cns = (uint8_t)request->cmd->cdw10;

	if (request->ctrlr->subsystem->discovery && cns != NVME_CNS_CONTROLLER) {
		nvmf_control_fail(request, NVME_SCT_GENERIC, NVME_SC_INVALID_FIELD);
		return;
	}
	switch (cns) {
	case NVME_CNS_NAMESPACE:
	case NVME_CNS_ALLOCATED_NAMESPACE:
		identify_namespace(request);
		break;
	case NVME_CNS_CONTROLLER:
		identify_controller(request);
		break;
	case NVME_CNS_ACTIVE_NAMESPACES:
	case NVME_CNS_ALLOCATED_NAMESPACES:
		list_namespaces(request);
		break;
	case NVME_CNS_DESCRIPTORS:
		identify_descriptors(request);
		break;
	case NVME_CNS_ATTACHED_CONTROLLERS:
	case NVME_CNS_CONTROLLERS:
		list_controllers(request);
		break;
	default:
		nvmf_control_fail(request, NVME_SCT_GENERIC, NVME_SC_INVALID_FIELD);
		break;
	}
}
