/* Subsystems: who may connect to them, and where. On the RM of each cluster. */
#include <errno.h>
#include <string.h>

#include "internal.h"

/* --- Names -------------------------------------------------------------------------------------------------------- */

/* "nqn.yyyy-mm.domain[:name]", 7.9 of NVMe 1.4; characters that are visible in ASCII or belong to UTF-8. */
bool nvmf_nqn_valid(const char *nqn)
{
	static const char kPattern[] = "nqn.dddd-dd.";
	const size_t length = strlen(nqn);

	if (length < sizeof(kPattern) || length > NVMF_NQN_MAX)
		return false;
	for (size_t i = 0; i < sizeof(kPattern) - 1; i++)
		if (kPattern[i] == 'd' ? nqn[i] < '0' || nqn[i] > '9' : nqn[i] != kPattern[i])
			return false;
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)nqn[i] <= ' ' || nqn[i] == 0x7f)
			return false;
	return true;
}

static bool text_valid(const char *text, size_t most)
{
	if (strlen(text) > most)
		return false;
	for (; *text; text++)
		if (*text < 0x20 || *text > 0x7e)
			return false;
	return true;
}

/* --- Coming, going, finding --------------------------------------------------------------------------------------- */

static int free_index(const struct nvmf_target *target)
{
	for (unsigned i = 0; i < target->config.max_subsystems; i++)
		if (!target->subsystems[i])
			return (int)i;
	return -ENOSPC;
}

int nvmf_subsystem_create(struct nvmf_target *target, const struct nvmf_subsystem_options *options,
			  struct nvmf_subsystem **out)
{
	const char *serial = options->serial_number ? options->serial_number : "00000000000000000000";
	const char *model = options->model_number ? options->model_number : NVMF_DEFAULT_MODEL;
	const uint32_t namespaces = options->max_namespaces ? options->max_namespaces : 32;
	const uint16_t min = options->min_cntlid ? options->min_cntlid : 1;
	const uint16_t max = options->max_cntlid ? options->max_cntlid : NVMF_CNTLID_MAX;
	const int index = free_index(target);
	struct nvmf_subsystem *subsystem;

	if (!nvmf_nqn_valid(options->nqn) || !text_valid(serial, 20) || !text_valid(model, 40) ||
	    namespaces > NVMF_MAX_NAMESPACES || min > max || max > NVMF_CNTLID_MAX)
		return -EINVAL;
	if (nvmf_subsystem_for_connect(target, options->nqn))
		return -EEXIST;
	if (index < 0)
		return index;
	subsystem = cos_zalloc(COS_SMEM, sizeof(*subsystem), COS_CACHE_LINE);
	if (!subsystem)
		return -ENOMEM;
	subsystem->target = target;
	subsystem->index = (uint16_t)index;
	subsystem->allow_any_host = options->allow_any_host;
	subsystem->ana_reporting = options->ana_reporting;
	subsystem->max_namespaces = namespaces;
	subsystem->min_cntlid = subsystem->next_cntlid = min;
	subsystem->max_cntlid = max;
	strcpy(subsystem->nqn, options->nqn);
	strcpy(subsystem->serial, serial);
	strcpy(subsystem->model, model);
	target->subsystems[index] = subsystem;
	*out = subsystem;
	return 0;
}

struct nvmf_subsystem *nvmf_subsystem_by_index(struct nvmf_target *target, uint16_t index)
{
	return index <= target->config.max_subsystems ? target->subsystems[index] : NULL;
}

struct nvmf_subsystem *nvmf_subsystem_next(struct nvmf_target *target, const struct nvmf_subsystem *after)
{
	for (unsigned i = after ? after->index + 1u : 0; i < target->config.max_subsystems; i++)
		if (target->subsystems[i])
			return target->subsystems[i];
	return NULL;
}

struct nvmf_subsystem *nvmf_subsystem_for_connect(struct nvmf_target *target, const char *nqn)
{
	for (unsigned i = 0; i <= target->config.max_subsystems; i++)
		if (target->subsystems[i] && strcmp(target->subsystems[i]->nqn, nqn) == 0)
			return target->subsystems[i];
	return NULL;
}

struct nvmf_subsystem *nvmf_subsystem_find(struct nvmf_target *target, const char *nqn)
{
	struct nvmf_subsystem *subsystem = nvmf_subsystem_for_connect(target, nqn);

	return subsystem == target->discovery ? NULL : subsystem;
}

uint16_t nvmf_subsystem_index(const struct nvmf_subsystem *subsystem) { return subsystem->index; }
const char *nvmf_subsystem_nqn(const struct nvmf_subsystem *subsystem) { return subsystem->nqn; }

/* --- Deletion: connections end, then namespaces go, then the memory ------------------------------------------------
 */

static void free_subsystem(struct nvmf_subsystem *subsystem)
{
	struct nvmf_target *target = subsystem->target;
	void (*deleted)(void *) = subsystem->deleted;
	void *arg = subsystem->deleted_arg;

	while (subsystem->hosts) {
		struct nvmf_host *host = subsystem->hosts;

		subsystem->hosts = host->next;
		cos_free(host);
	}
	target->subsystems[subsystem->index] = NULL;
	cos_free(subsystem);
	deleted(arg);
}

void nvmf_subsystem_check_deleted(struct nvmf_subsystem *subsystem)
{
	if (!subsystem->deleting || subsystem->ctrlrs || subsystem->busy)
		return;
	for (uint32_t i = 0; i < subsystem->max_namespaces; i++) {
		if (subsystem->ns[i]) {
			/* One after the other; its end leads back to here. A failure: it is on its way already. */
			nvmf_subsystem_remove_ns(subsystem, i + 1, NULL, NULL);
			return;
		}
	}
	free_subsystem(subsystem);
}

static bool any_ctrlr(const struct nvmf_ctrlr *ctrlr, const void *arg)
{
	(void)ctrlr, (void)arg;
	return true;
}

void nvmf_subsystem_delete(struct nvmf_subsystem *subsystem, void (*done)(void *arg), void *arg)
{
	if (subsystem->deleting)
		return;
	subsystem->deleting = true;
	subsystem->deleted = done;
	subsystem->deleted_arg = arg;
	subsystem->busy++;
	for (unsigned i = 0; i < NVMF_MAX_LISTENERS; i++)
		if (subsystem->listeners[i].used)
			nvmf_subsystem_remove_listener(subsystem, &subsystem->listeners[i].address);
	nvmf_ctrlrs_end(subsystem, any_ctrlr, NULL);
	nvmf_discovery_changed(subsystem->target);
	subsystem->busy--;
	nvmf_subsystem_check_deleted(subsystem);
}

/* --- Hosts -------------------------------------------------------------------------------------------------------- */

static struct nvmf_host **find_host(const struct nvmf_subsystem *subsystem, const char *nqn)
{
	struct nvmf_host **at = (struct nvmf_host **)&subsystem->hosts;

	while (*at && strcmp((*at)->nqn, nqn) != 0)
		at = &(*at)->next;
	return at;
}

bool nvmf_subsystem_host_allowed(const struct nvmf_subsystem *subsystem, const char *hostnqn)
{
	return subsystem->allow_any_host || *find_host(subsystem, hostnqn);
}

int nvmf_subsystem_add_host(struct nvmf_subsystem *subsystem, const char *nqn)
{
	struct nvmf_host **end = find_host(subsystem, nqn);

	if (!nvmf_nqn_valid(nqn))
		return -EINVAL;
	if (*end)
		return -EEXIST;
	*end = cos_zalloc(COS_SMEM, sizeof(**end), COS_CACHE_LINE);
	if (!*end)
		return -ENOMEM;
	strcpy((*end)->nqn, nqn);
	nvmf_discovery_changed(subsystem->target);
	return 0;
}

static bool host_is_refused(const struct nvmf_ctrlr *ctrlr, const void *arg)
{
	(void)arg;
	return !ctrlr->transport->memory_based && !nvmf_subsystem_host_allowed(ctrlr->subsystem, ctrlr->hostnqn);
}

int nvmf_subsystem_remove_host(struct nvmf_subsystem *subsystem, const char *nqn)
{
	struct nvmf_host **at = find_host(subsystem, nqn);
	struct nvmf_host *host = *at;

	if (!host)
		return -ENOENT;
	*at = host->next;
	cos_free(host);
	nvmf_ctrlrs_end(subsystem, host_is_refused, NULL);
	nvmf_discovery_changed(subsystem->target);
	return 0;
}

void nvmf_subsystem_allow_any_host(struct nvmf_subsystem *subsystem, bool allow)
{
	subsystem->allow_any_host = allow;
	nvmf_ctrlrs_end(subsystem, host_is_refused, NULL);
	nvmf_discovery_changed(subsystem->target);
}

/* --- Listeners ---------------------------------------------------------------------------------------------------- */

static bool same_address(const struct nvmf_address *a, const struct nvmf_address *b)
{
	return a->trtype == b->trtype && a->adrfam == b->adrfam && strcmp(a->traddr, b->traddr) == 0 &&
	       strcmp(a->trsvcid, b->trsvcid) == 0;
}

/* Whether a connection to `local` has come in by a listener at `address`. */
static bool covers(const struct nvmf_address *address, const struct nvmf_address *local)
{
	const bool any = strcmp(address->traddr, "0.0.0.0") == 0 || strcmp(address->traddr, "::") == 0;

	return address->trtype == local->trtype && strcmp(address->trsvcid, local->trsvcid) == 0 &&
	       (same_address(address, local) || (any && address->adrfam == local->adrfam));
}

static struct nvmf_listener *find_listener(struct nvmf_subsystem *subsystem, const struct nvmf_address *address)
{
	for (unsigned i = 0; i < NVMF_MAX_LISTENERS; i++)
		if (subsystem->listeners[i].used && same_address(&subsystem->listeners[i].address, address))
			return &subsystem->listeners[i];
	return NULL;
}

int nvmf_subsystem_listener(const struct nvmf_subsystem *subsystem, const struct nvmf_address *local)
{
	/* Whatever the transport has accepted reaches the discovery subsystem. */
	if (subsystem->discovery)
		return 0;
	for (int i = 0; i < NVMF_MAX_LISTENERS; i++)
		if (subsystem->listeners[i].used && covers(&subsystem->listeners[i].address, local))
			return i;
	return -1;
}

static bool used_elsewhere(struct nvmf_target *target, const struct nvmf_address *address)
{
	for (unsigned i = 0; i <= target->config.max_subsystems; i++)
		if (target->subsystems[i] && find_listener(target->subsystems[i], address))
			return true;
	return false;
}

static struct nvmf_transport *created_transport(struct nvmf_target *target, uint8_t trtype)
{
	for (unsigned i = 0; i < NVMF_MAX_TRANSPORTS; i++) {
		struct nvmf_transport *transport = target->transports[i];

		if (transport && transport->trtype == trtype && transport->created)
			return transport;
	}
	return NULL;
}

static int start_listening(struct nvmf_subsystem *subsystem, struct nvmf_listener *listener, bool first)
{
	struct nvmf_transport *transport = listener->transport;
	int result = first && transport->listen ? transport->listen(transport, &listener->address) : 0;

	if (result != 0)
		return result;
	result = transport->attach ? transport->attach(transport, subsystem, &listener->address) : 0;
	if (result != 0 && first && transport->stop_listen)
		transport->stop_listen(transport, &listener->address);
	return result;
}

int nvmf_subsystem_add_listener(struct nvmf_subsystem *subsystem, const struct nvmf_address *address)
{
	struct nvmf_transport *transport = created_transport(subsystem->target, address->trtype);
	const bool first = !used_elsewhere(subsystem->target, address);
	struct nvmf_listener *listener = subsystem->listeners;
	int result;

	if (!transport)
		return -ENODEV;
	if (find_listener(subsystem, address))
		return -EEXIST;
	while (listener->used)
		if (++listener == &subsystem->listeners[NVMF_MAX_LISTENERS])
			return -ENOSPC;
	*listener = (struct nvmf_listener){.used = true, .address = *address, .transport = transport};
	memset(listener->ana_state, NVME_ANA_OPTIMIZED, sizeof(listener->ana_state));
	result = start_listening(subsystem, listener, first);
	if (result != 0)
		listener->used = false;
	else
		nvmf_discovery_changed(subsystem->target);
	return result;
}

static bool came_by(const struct nvmf_ctrlr *ctrlr, const void *listener)
{
	return &ctrlr->subsystem->listeners[ctrlr->listener] == listener;
}

int nvmf_subsystem_remove_listener(struct nvmf_subsystem *subsystem, const struct nvmf_address *address)
{
	struct nvmf_listener *listener = find_listener(subsystem, address);
	struct nvmf_transport *transport;
	struct nvmf_address copy;

	if (!listener)
		return -ENOENT;
	transport = listener->transport;
	copy = listener->address;
	nvmf_ctrlrs_end(subsystem, came_by, listener);
	listener->used = false;
	if (transport->detach)
		transport->detach(transport, subsystem, &copy);
	if (transport->stop_listen && !used_elsewhere(subsystem->target, &copy))
		transport->stop_listen(transport, &copy);
	nvmf_discovery_changed(subsystem->target);
	return 0;
}

/* --- ANA ---------------------------------------------------------------------------------------------------------- */

int nvmf_subsystem_set_ana_state(struct nvmf_subsystem *subsystem, const struct nvmf_address *address, uint32_t group,
				 enum nvme_ana_state state)
{
	struct nvmf_listener *listener = find_listener(subsystem, address);

	if (!listener)
		return -ENOENT;
	if (!subsystem->ana_reporting || group > NVMF_MAX_ANA_GROUPS ||
	    (state > NVME_ANA_PERSISTENT_LOSS && state != NVME_ANA_CHANGE) || state < NVME_ANA_OPTIMIZED)
		return -EINVAL;
	for (uint32_t i = 1; i <= NVMF_MAX_ANA_GROUPS; i++)
		if (group == 0 || group == i)
			listener->ana_state[i - 1] = (uint8_t)state;
	subsystem->ana_changes++;
	nvmf_ana_changed(subsystem);
	return 0;
}
