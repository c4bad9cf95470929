/* The start-up configuration of the target: one subsystem with all volumes, open to any host. */
#include <stdio.h>
#include <string.h>

#include "cos/console.h"
#include "cos/cpu.h"
#include "k200lp.h"
#include "nvmf/target.h"
#include "volumes.h"

static struct nvmf_subsystem *subsystem;
static struct nvmf_transport *tcp;

void subsystem_start(const struct k200lp_options *options, struct nvmf_transport *transport)
{
	const struct nvmf_target_config config = {.cluster = (uint8_t)cos_cluster_id(), .control_core = MPPA_RM};
	const struct nvmf_subsystem_options subsystem_options = {
		.nqn = K200LP_NQN, .serial_number = "MPPA3K200LP", .allow_any_host = true, .ana_reporting = true};
	const struct nvmf_transport_options transport_options = {0};
	struct nvmf_target *target = nvmf_target_create(&config);
	int error;

	if (!target)
		cos_panic("no memory for the target");
	tcp = transport;
	nvmf_transport_register(target, transport);
	management_start(options, target);
	error = nvmf_transport_create(transport, &transport_options);
	if (!error)
		error = nvmf_subsystem_create(target, &subsystem_options, &subsystem);
	if (error)
		cos_panic("target: error %d", error);
	for (unsigned i = 0; i < options->volumes; i++) {
		const struct nvmf_ns_options ns = {.nsid = i + 1};
		char name[VOLUME_NAME];

		volume_name(options, i, name);
		error = nvmf_subsystem_add_ns(subsystem, name, &ns);
		if (error < 0)
			cos_panic("namespace %u: error %d", i + 1, error);
	}
}

static struct nvmf_address address_of(uint8_t family, const char *traddr, const char *port)
{
	struct nvmf_address address = {.trtype = NVMF_TRTYPE_TCP, .adrfam = family};

	snprintf(address.traddr, sizeof address.traddr, "%s", traddr);
	snprintf(address.trsvcid, sizeof address.trsvcid, "%s", port);
	return address;
}

void subsystem_listen(uint8_t family, const char *traddr, const char *port)
{
	const struct nvmf_address address = address_of(family, traddr, port);
	const int error = nvmf_subsystem_add_listener(subsystem, &address);

	if (error)
		cos_panic("listen at %s:%s: error %d", traddr, port, error);
}

void discovery_listen(uint8_t family, const char *traddr, const char *port)
{
	const struct nvmf_address address = address_of(family, traddr, port);
	const int error = tcp->listen(tcp, &address);

	if (error)
		cos_panic("listen at %s:%s: error %d", traddr, port, error);
}
