/* nvmf_get_transports, nvmf_get_subsystems, nvmf_subsystem_get_controllers: results in SPDK's form. */
#include <errno.h>
#include <string.h>

#include "methods.h"

/* True: there are no parameters, as it should be. */
static bool no_params(struct rpc_request *request) { return rpc_decode(request, rpc_params(request), NULL, 0, NULL); }

void nvmf_show_transports(struct rpc_request *request)
{
	struct json_writer *w = rpc_result(request);

	if (!no_params(request))
		return;
	json_open_array(w, NULL);
	for (unsigned i = 0; i < NVMF_MAX_TRANSPORTS; i++) {
		const struct nvmf_transport *transport = nvmf_methods_target->transports[i];

		if (!transport || !transport->created)
			continue;
		json_open_object(w, NULL);
		json_string(w, "trtype", transport->name);
		json_u64(w, "max_queue_depth", transport->options.max_queue_depth);
		json_u64(w, "max_io_qpairs_per_ctrlr", transport->options.max_io_qpairs);
		json_u64(w, "in_capsule_data_size", transport->options.in_capsule_data_size);
		json_u64(w, "max_io_size", transport->options.max_io_size);
		json_u64(w, "io_unit_size", transport->options.io_unit_size);
		json_u64(w, "max_aq_depth", transport->options.max_aq_depth);
		json_u64(w, "num_shared_buffers", transport->options.num_shared_buffers);
		json_bool(w, "c2h_success", !transport->options.no_c2h_success);
		json_close_object(w);
	}
	json_close_array(w);
	rpc_done(request);
}

static void put_address(struct json_writer *w, const struct nvmf_listener *listener)
{
	json_open_object(w, NULL);
	json_string(w, "trtype", listener->transport->name);
	json_string(w, "adrfam", nvmf_adrfam_name(listener->address.adrfam));
	json_string(w, "traddr", listener->address.traddr);
	json_string(w, "trsvcid", listener->address.trsvcid);
	json_close_object(w);
}

static void put_namespace(struct json_writer *w, const struct nvmf_ns *ns)
{
	json_open_object(w, NULL);
	json_u64(w, "nsid", ns->options.nsid);
	json_string(w, "bdev_name", bdev_name(ns->bdev));
	json_string(w, "name", bdev_name(ns->bdev));
	json_hex(w, "nguid", ns->options.nguid, sizeof(ns->options.nguid));
	if (!nvmf_is_zero(ns->options.eui64, sizeof(ns->options.eui64)))
		json_hex(w, "eui64", ns->options.eui64, sizeof(ns->options.eui64));
	json_uuid(w, "uuid", ns->options.uuid);
	if (ns->subsystem->ana_reporting)
		json_u64(w, "anagrpid", ns->options.ana_group);
	json_close_object(w);
}

static void put_lists(struct json_writer *w, const struct nvmf_subsystem *subsystem)
{
	json_open_array(w, "listen_addresses");
	for (unsigned i = 0; i < NVMF_MAX_LISTENERS; i++)
		if (subsystem->listeners[i].used)
			put_address(w, &subsystem->listeners[i]);
	json_close_array(w);
	json_bool(w, "allow_any_host", subsystem->allow_any_host);
	json_open_array(w, "hosts");
	for (const struct nvmf_host *host = subsystem->hosts; host; host = host->next) {
		json_open_object(w, NULL);
		json_string(w, "nqn", host->nqn);
		json_close_object(w);
	}
	json_close_array(w);
}

static void put_subsystem(struct json_writer *w, const struct nvmf_subsystem *subsystem)
{
	json_open_object(w, NULL);
	json_string(w, "nqn", subsystem->nqn);
	json_string(w, "subtype", subsystem->discovery ? "Discovery" : "NVMe");
	put_lists(w, subsystem);
	if (!subsystem->discovery) {
		json_string(w, "serial_number", subsystem->serial);
		json_string(w, "model_number", subsystem->model);
		json_u64(w, "max_namespaces", subsystem->max_namespaces);
		json_u64(w, "min_cntlid", subsystem->min_cntlid);
		json_u64(w, "max_cntlid", subsystem->max_cntlid);
		json_open_array(w, "namespaces");
		for (uint32_t nsid = 1; nsid <= subsystem->max_namespaces; nsid++)
			if (nvmf_subsystem_ns(subsystem, nsid))
				put_namespace(w, nvmf_subsystem_ns(subsystem, nsid));
		json_close_array(w);
	}
	json_close_object(w);
}

struct show_params {
	char nqn[NVMF_NQN_MAX + 1];
};
static const struct rpc_param kNqn[] = {{"nqn", RPC_STRING, false, RPC_FIELD(struct show_params, nqn)}};

void nvmf_show_subsystems(struct rpc_request *request)
{
	struct nvmf_target *target = nvmf_methods_target;
	struct json_writer *w = rpc_result(request);
	struct show_params p = {""};

	if (!rpc_decode(request, rpc_params(request), kNqn, COUNT(kNqn), &p))
		return;
	if (p.nqn[0] && !nvmf_subsystem_for_connect(target, p.nqn)) {
		rpc_errno(request, -ENODEV);
		return;
	}
	json_open_array(w, NULL);
	if (!p.nqn[0] || strcmp(p.nqn, target->discovery->nqn) == 0)
		put_subsystem(w, target->discovery);
	for (const struct nvmf_subsystem *s = nvmf_subsystem_next(target, NULL); s; s = nvmf_subsystem_next(target, s))
		if (!p.nqn[0] || strcmp(p.nqn, s->nqn) == 0)
			put_subsystem(w, s);
	json_close_array(w);
	rpc_done(request);
}

static unsigned io_queues(const struct nvmf_ctrlr *ctrlr)
{
	unsigned count = 0;

	for (unsigned qid = 1; qid <= NVMF_MAX_IO_QUEUES; qid++)
		count += ctrlr->queues[qid].ctrlr || ctrlr->memory_queues[qid].sq;
	return count;
}

void nvmf_show_controllers(struct rpc_request *request)
{
	struct json_writer *w = rpc_result(request);
	struct show_params p = {""};
	const struct nvmf_subsystem *subsystem;

	if (!rpc_decode(request, rpc_params(request), kNqn, COUNT(kNqn), &p))
		return;
	subsystem = nvmf_subsystem_for_connect(nvmf_methods_target, p.nqn);
	if (!subsystem) {
		rpc_errno(request, -ENODEV);
		return;
	}
	json_open_array(w, NULL);
	for (const struct nvmf_ctrlr *ctrlr = subsystem->ctrlrs; ctrlr; ctrlr = ctrlr->next) {
		json_open_object(w, NULL);
		json_u64(w, "cntlid", ctrlr->cntlid);
		json_string(w, "hostnqn", ctrlr->hostnqn);
		json_uuid(w, "hostid", ctrlr->hostid);
		json_string(w, "trtype", ctrlr->transport->name);
		json_u64(w, "num_io_qpairs", io_queues(ctrlr));
		json_close_object(w);
	}
	json_close_array(w);
	rpc_done(request);
}
