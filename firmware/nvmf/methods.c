/* nvmf_create_transport, nvmf_create_subsystem ...: parameters as SPDK's JSON-RPC describes them. What is not SPDK's is
 * marked. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "methods.h"
#include "nvmf/methods.h"

struct nvmf_target *nvmf_methods_target;

/* --- Transports ------------------------------------------------------------------------------------------------- */

struct transport_params {
	char trtype[16];
	struct nvmf_transport_options options;
};
#define OPTION(member) RPC_FIELD(struct transport_params, options.member)

static void create_transport(struct rpc_request *request)
{
	static const struct rpc_param kParams[] = {
		{"trtype", RPC_STRING, true, RPC_FIELD(struct transport_params, trtype)},
		{"max_queue_depth", RPC_U32, false, OPTION(max_queue_depth)},
		{"max_io_qpairs_per_ctrlr", RPC_U32, false, OPTION(max_io_qpairs)},
		{"in_capsule_data_size", RPC_U32, false, OPTION(in_capsule_data_size)},
		{"max_io_size", RPC_U32, false, OPTION(max_io_size)},
		{"io_unit_size", RPC_U32, false, OPTION(io_unit_size)},
		{"max_aq_depth", RPC_U32, false, OPTION(max_aq_depth)},
		{"num_shared_buffers", RPC_U32, false, OPTION(num_shared_buffers)},
		{"c2h_success", RPC_BOOL, false, OPTION(no_c2h_success)},
	};
	struct transport_params p;
	struct nvmf_transport *transport;

	memset(&p, 0, sizeof(p));
	/* Read as "c2h_success", kept as its contrary. */
	p.options.no_c2h_success = true;
	if (!rpc_decode(request, rpc_params(request), kParams, COUNT(kParams), &p))
		return;
	p.options.no_c2h_success = !p.options.no_c2h_success;
	transport = nvmf_transport_find(nvmf_methods_target, p.trtype);
	rpc_errno(request, transport ? nvmf_transport_create(transport, &p.options) : -ENODEV);
}

/* --- Subsystems ------------------------------------------------------------------------------------------------- */

struct subsystem_params {
	char nqn[NVMF_NQN_MAX + 1];
	char serial_number[21], model_number[41];
	bool allow_any_host, ana_reporting;
	uint32_t max_namespaces, min_cntlid, max_cntlid;
};

static void create_subsystem(struct rpc_request *request)
{
	static const struct rpc_param kParams[] = {
		{"nqn", RPC_STRING, true, RPC_FIELD(struct subsystem_params, nqn)},
		{"serial_number", RPC_STRING, false, RPC_FIELD(struct subsystem_params, serial_number)},
		{"model_number", RPC_STRING, false, RPC_FIELD(struct subsystem_params, model_number)},
		{"allow_any_host", RPC_BOOL, false, RPC_FIELD(struct subsystem_params, allow_any_host)},
		{"ana_reporting", RPC_BOOL, false, RPC_FIELD(struct subsystem_params, ana_reporting)},
		{"max_namespaces", RPC_U32, false, RPC_FIELD(struct subsystem_params, max_namespaces)},
		{"min_cntlid", RPC_U32, false, RPC_FIELD(struct subsystem_params, min_cntlid)},
		{"max_cntlid", RPC_U32, false, RPC_FIELD(struct subsystem_params, max_cntlid)},
	};
	struct subsystem_params p;
	struct nvmf_subsystem *subsystem;

	memset(&p, 0, sizeof(p));
	if (!rpc_decode(request, rpc_params(request), kParams, COUNT(kParams), &p))
		return;
	if (p.min_cntlid > NVMF_CNTLID_MAX || p.max_cntlid > NVMF_CNTLID_MAX) {
		rpc_errno(request, -EINVAL);
		return;
	}
	const struct nvmf_subsystem_options options = {
		.nqn = p.nqn,
		.serial_number = p.serial_number[0] ? p.serial_number : NULL,
		.model_number = p.model_number[0] ? p.model_number : NULL,
		.allow_any_host = p.allow_any_host,
		.ana_reporting = p.ana_reporting,
		.max_namespaces = p.max_namespaces,
		.min_cntlid = (uint16_t)p.min_cntlid,
		.max_cntlid = (uint16_t)p.max_cntlid,
	};

	rpc_errno(request, nvmf_subsystem_create(nvmf_methods_target, &options, &subsystem));
}

/* The subsystem that a request names; NULL: the request has ended. */
static struct nvmf_subsystem *named_subsystem(struct rpc_request *request, const char *nqn)
{
	struct nvmf_subsystem *subsystem = nvmf_subsystem_find(nvmf_methods_target, nqn);

	if (!subsystem)
		rpc_errno(request, -ENOENT);
	return subsystem;
}

static void ended(void *request) { rpc_done_true(request); }

static void delete_subsystem(struct rpc_request *request)
{
	static const struct rpc_param kParams[] = {{"nqn", RPC_STRING, true, 0, NVMF_NQN_MAX + 1}};
	char nqn[NVMF_NQN_MAX + 1];
	struct nvmf_subsystem *subsystem;

	if (!rpc_decode(request, rpc_params(request), kParams, COUNT(kParams), nqn))
		return;
	subsystem = named_subsystem(request, nqn);
	if (subsystem && subsystem->deleting)
		rpc_errno(request, -EBUSY);
	else if (subsystem)
		nvmf_subsystem_delete(subsystem, ended, request);
}

/* --- Namespaces ------------------------------------------------------------------------------------------------- */

struct ns_params {
	char nqn[NVMF_NQN_MAX + 1];
	const struct json_value *ns;
	uint32_t nsid;
	uint64_t iops, bytes;
};

struct ns_object {
	char bdev_name[BDEV_NAME_MAX];
	struct nvmf_ns_options options;
};

static void add_ns(struct rpc_request *request)
{
	static const struct rpc_param kParams[] = {
		{"nqn", RPC_STRING, true, RPC_FIELD(struct ns_params, nqn)},
		{"namespace", RPC_VALUE, true, RPC_FIELD(struct ns_params, ns)},
	};
	static const struct rpc_param kNamespace[] = {
		{"bdev_name", RPC_STRING, true, RPC_FIELD(struct ns_object, bdev_name)},
		{"nsid", RPC_U32, false, RPC_FIELD(struct ns_object, options.nsid)},
		{"nguid", RPC_HEX, false, RPC_FIELD(struct ns_object, options.nguid)},
		{"eui64", RPC_HEX, false, RPC_FIELD(struct ns_object, options.eui64)},
		{"uuid", RPC_UUID, false, RPC_FIELD(struct ns_object, options.uuid)},
		{"anagrpid", RPC_U32, false, RPC_FIELD(struct ns_object, options.ana_group)},
	};
	struct ns_params p;
	struct ns_object o;
	struct nvmf_subsystem *subsystem;
	int nsid;

	memset(&o, 0, sizeof(o));
	if (!rpc_decode(request, rpc_params(request), kParams, COUNT(kParams), &p) ||
	    !rpc_decode(request, p.ns, kNamespace, COUNT(kNamespace), &o))
		return;
	subsystem = named_subsystem(request, p.nqn);
	if (!subsystem)
		return;
	nsid = nvmf_subsystem_add_ns(subsystem, o.bdev_name, &o.options);
	if (nsid < 0) {
		rpc_errno(request, nsid);
		return;
	}
	json_u64(rpc_result(request), NULL, (uint64_t)nsid);
	rpc_done(request);
}

static const struct rpc_param kNsid[] = {
	{"nqn", RPC_STRING, true, RPC_FIELD(struct ns_params, nqn)},
	{"nsid", RPC_U32, true, RPC_FIELD(struct ns_params, nsid)},
	/* nvmf_subsystem_set_ns_limits only: */
	{"rw_ios_per_sec", RPC_U64, false, RPC_FIELD(struct ns_params, iops)},
	{"rw_bytes_per_sec", RPC_U64, false, RPC_FIELD(struct ns_params, bytes)},
};

static void remove_ns(struct rpc_request *request)
{
	struct ns_params p;
	struct nvmf_subsystem *subsystem;
	int result;

	if (!rpc_decode(request, rpc_params(request), kNsid, 2, &p))
		return;
	subsystem = named_subsystem(request, p.nqn);
	if (!subsystem)
		return;
	result = nvmf_subsystem_remove_ns(subsystem, p.nsid, ended, request);
	if (result < 0)
		rpc_errno(request, result);
}

/* Not SPDK's: its limits (bdev_set_qos_limit) belong to bdevs, ours to namespaces. 0 lifts a limit. */
static void set_ns_limits(struct rpc_request *request)
{
	struct ns_params p = {.iops = 0};
	struct nvmf_subsystem *subsystem;

	if (!rpc_decode(request, rpc_params(request), kNsid, COUNT(kNsid), &p))
		return;
	subsystem = named_subsystem(request, p.nqn);
	if (subsystem)
		rpc_errno(request, nvmf_subsystem_set_ns_limits(subsystem, p.nsid, p.iops, p.bytes));
}

/* --- Listeners -------------------------------------------------------------------------------------------------- */

struct listener_params {
	char nqn[NVMF_NQN_MAX + 1];
	const struct json_value *address;
	char ana_state[24];
	uint32_t anagrpid;
};

struct address_object {
	char trtype[16], adrfam[8];
	struct nvmf_address address;
};

static const char *const kAdrfam[] = {
	[NVMF_ADRFAM_NONE] = "", [NVMF_ADRFAM_IPV4] = "IPv4", [NVMF_ADRFAM_IPV6] = "IPv6"};

const char *nvmf_adrfam_name(uint8_t adrfam) { return adrfam < COUNT(kAdrfam) ? kAdrfam[adrfam] : ""; }

static bool get_address(struct rpc_request *request, const struct json_value *value, struct nvmf_address *out)
{
	static const struct rpc_param kParams[] = {
		{"trtype", RPC_STRING, true, RPC_FIELD(struct address_object, trtype)},
		{"adrfam", RPC_STRING, false, RPC_FIELD(struct address_object, adrfam)},
		{"traddr", RPC_STRING, true, RPC_FIELD(struct address_object, address.traddr)},
		{"trsvcid", RPC_STRING, false, RPC_FIELD(struct address_object, address.trsvcid)},
	};
	const struct nvmf_transport *transport;
	struct address_object o;
	uint8_t family = 0;

	memset(&o, 0, sizeof(o));
	if (!rpc_decode(request, value, kParams, COUNT(kParams), &o))
		return false;
	transport = nvmf_transport_find(nvmf_methods_target, o.trtype);
	while (family < COUNT(kAdrfam) && !nvmf_same_word(kAdrfam[family], o.adrfam))
		family++;
	if (!transport || family == COUNT(kAdrfam)) {
		rpc_error(request, RPC_INVALID_PARAMS, "Invalid parameters: unknown trtype or adrfam");
		return false;
	}
	o.address.trtype = transport->trtype;
	o.address.adrfam = family;
	*out = o.address;
	return true;
}

static const struct rpc_param kListener[] = {
	{"nqn", RPC_STRING, true, RPC_FIELD(struct listener_params, nqn)},
	{"listen_address", RPC_VALUE, true, RPC_FIELD(struct listener_params, address)},
	/* nvmf_subsystem_listener_set_ana_state only: */
	{"ana_state", RPC_STRING, true, RPC_FIELD(struct listener_params, ana_state)},
	{"anagrpid", RPC_U32, false, RPC_FIELD(struct listener_params, anagrpid)},
};

/* Subsystem and address of a request about a listener; NULL: the request has ended. */
static struct nvmf_subsystem *get_listener(struct rpc_request *request, unsigned params, struct listener_params *p,
					   struct nvmf_address *address)
{
	if (!rpc_decode(request, rpc_params(request), kListener, params, p) ||
	    !get_address(request, p->address, address))
		return NULL;
	return named_subsystem(request, p->nqn);
}

static void add_listener(struct rpc_request *request)
{
	struct listener_params p;
	struct nvmf_address address;
	struct nvmf_subsystem *subsystem = get_listener(request, 2, &p, &address);

	if (subsystem)
		rpc_errno(request, nvmf_subsystem_add_listener(subsystem, &address));
}

static void remove_listener(struct rpc_request *request)
{
	struct listener_params p;
	struct nvmf_address address;
	struct nvmf_subsystem *subsystem = get_listener(request, 2, &p, &address);

	if (subsystem)
		rpc_errno(request, nvmf_subsystem_remove_listener(subsystem, &address));
}

static const char *const kAnaStates[] = {
	[NVME_ANA_OPTIMIZED] = "optimized",
	[NVME_ANA_NON_OPTIMIZED] = "non_optimized",
	[NVME_ANA_INACCESSIBLE] = "inaccessible",
	[NVME_ANA_PERSISTENT_LOSS] = "persistent_loss",
	[NVME_ANA_CHANGE] = "change",
};

const char *nvmf_ana_name(uint8_t state) { return kAnaStates[state]; }

static void set_ana_state(struct rpc_request *request)
{
	struct listener_params p = {.anagrpid = 0};
	struct nvmf_address address;
	struct nvmf_subsystem *subsystem = get_listener(request, COUNT(kListener), &p, &address);
	unsigned state = 0;

	if (!subsystem)
		return;
	while (state < COUNT(kAnaStates) && (!kAnaStates[state] || strcmp(kAnaStates[state], p.ana_state) != 0))
		state++;
	if (state == COUNT(kAnaStates))
		rpc_error(request, RPC_INVALID_PARAMS, "Invalid parameters: bad value of ana_state");
	else
		rpc_errno(request,
			  nvmf_subsystem_set_ana_state(subsystem, &address, p.anagrpid, (enum nvme_ana_state)state));
}

/* --- Hosts ------------------------------------------------------------------------------------------------------ */

struct host_params {
	char nqn[NVMF_NQN_MAX + 1], host[NVMF_NQN_MAX + 1];
	bool allow_any_host;
};

static const struct rpc_param kHost[] = {
	{"nqn", RPC_STRING, true, RPC_FIELD(struct host_params, nqn)},
	{"host", RPC_STRING, true, RPC_FIELD(struct host_params, host)},
};

static void change_host(struct rpc_request *request, int (*change)(struct nvmf_subsystem *subsystem, const char *nqn))
{
	struct host_params p;
	struct nvmf_subsystem *subsystem;

	if (!rpc_decode(request, rpc_params(request), kHost, COUNT(kHost), &p))
		return;
	subsystem = named_subsystem(request, p.nqn);
	if (subsystem)
		rpc_errno(request, change(subsystem, p.host));
}

static void add_host(struct rpc_request *request) { change_host(request, nvmf_subsystem_add_host); }
static void remove_host(struct rpc_request *request) { change_host(request, nvmf_subsystem_remove_host); }

static void allow_any_host(struct rpc_request *request)
{
	static const struct rpc_param kParams[] = {
		{"nqn", RPC_STRING, true, RPC_FIELD(struct host_params, nqn)},
		{"allow_any_host", RPC_BOOL, true, RPC_FIELD(struct host_params, allow_any_host)},
	};
	struct host_params p;
	struct nvmf_subsystem *subsystem;

	if (!rpc_decode(request, rpc_params(request), kParams, COUNT(kParams), &p))
		return;
	subsystem = named_subsystem(request, p.nqn);
	if (!subsystem)
		return;
	nvmf_subsystem_allow_any_host(subsystem, p.allow_any_host);
	rpc_done_true(request);
}

/* Additions reach the data plane first, removals the control plane: hosts never see what does not work yet. */
void nvmf_methods_register(struct nvmf_target *target)
{
	static struct rpc_method methods[] = {
		{.name = "nvmf_create_transport", .run = create_transport, .flags = RPC_OTHERS_FIRST},
		{.name = "nvmf_get_transports", .run = nvmf_show_transports},
		{.name = "nvmf_create_subsystem", .run = create_subsystem, .flags = RPC_OTHERS_FIRST},
		{.name = "nvmf_delete_subsystem", .run = delete_subsystem, .flags = RPC_EVERYWHERE},
		{.name = "nvmf_get_subsystems", .run = nvmf_show_subsystems},
		{.name = "nvmf_subsystem_get_controllers", .run = nvmf_show_controllers},
		{.name = "nvmf_subsystem_add_ns", .run = add_ns, .flags = RPC_OTHERS_FIRST},
		{.name = "nvmf_subsystem_remove_ns", .run = remove_ns, .flags = RPC_EVERYWHERE},
		{.name = "nvmf_subsystem_set_ns_limits", .run = set_ns_limits, .flags = RPC_EVERYWHERE},
		{.name = "nvmf_subsystem_add_listener", .run = add_listener, .flags = RPC_OTHERS_FIRST},
		{.name = "nvmf_subsystem_remove_listener", .run = remove_listener, .flags = RPC_EVERYWHERE},
		{.name = "nvmf_subsystem_listener_set_ana_state", .run = set_ana_state, .flags = RPC_OTHERS_FIRST},
		{.name = "nvmf_subsystem_add_host", .run = add_host, .flags = RPC_OTHERS_FIRST},
		{.name = "nvmf_subsystem_remove_host", .run = remove_host, .flags = RPC_EVERYWHERE},
		{.name = "nvmf_subsystem_allow_any_host", .run = allow_any_host, .flags = RPC_OTHERS_FIRST},
	};

	nvmf_methods_target = target;
	rpc_register(methods, COUNT(methods));
}
