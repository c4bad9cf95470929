/* The card in a server: NVMe controllers of a host's own. Function n has volume n as its namespace 1. */
#include <stdio.h>

#include "cos/console.h"
#include "cos/cpu.h"
#include "cos/reactor.h"
#include "drivers/pcie_phy.h"
#include "emulation/emulation.h"
#include "volumes.h"

static void check(int error, const char *what)
{
	if (error < 0)
		cos_panic("%s: error %d", what, error);
}

static void add_function(const struct k200lp_options *volumes, struct nvmf_target *target, unsigned number)
{
	const struct nvmf_ns_options ns = {.nsid = 1};
	struct nvmf_address address = {.trtype = NVMF_TRTYPE_PCIE};
	struct nvmf_subsystem_options options = {.allow_any_host = true};
	struct nvmf_subsystem *subsystem;
	char nqn[64], serial[21], volume[VOLUME_NAME];

	snprintf(nqn, sizeof nqn, K200LP_NQN ":function%u", number);
	snprintf(serial, sizeof serial, "MPPA3K200LP%u", number);
	volume_name(volumes, number, volume);
	snprintf(address.traddr, sizeof address.traddr, "%u", number);
	options.nqn = nqn;
	options.serial_number = serial;
	check(nvmf_subsystem_create(target, &options, &subsystem), nqn);
	check(nvmf_subsystem_add_ns(subsystem, volume, &ns), volume);
	check(nvmf_subsystem_add_listener(subsystem, &address), nqn);
}

/* The same in all clusters. */
static void set_up(const struct k200lp_options *options)
{
	const struct nvmf_target_config config = {.cluster = (uint8_t)cos_cluster_id(),
						  .control_core = MPPA_RM,
						  .max_subsystems = (uint16_t)options->volumes};
	const struct emulation_config emulation = {
		.clusters = options->clusters, .cores = options->pes, .lanes_mode = PCIE_LANES_X8_X8};
	const struct nvmf_transport_options defaults = {0};
	struct nvmf_target *target = nvmf_target_create(&config);

	if (!target)
		cos_panic("no memory for the target");
	management_start(options, target);
	nvmf_transport_register(target, emulation_transport());
	check(emulation_init(&emulation), "emulation");
	check(nvmf_transport_create(emulation_transport(), &defaults), "transport");
	for (unsigned i = 0; i < options->volumes; i++)
		add_function(options, target, i);
}

static void start_pe(void *arg1, void *arg2)
{
	(void)arg1, (void)arg2;
	if (!emulation_core_start())
		cos_panic("no memory for the queues of this core");
}

static void start_cluster(const struct k200lp_options *options)
{
	set_up(options);
	for (unsigned pe = 0; pe < options->pes; pe++)
		cos_event_call(pe, start_pe, NULL, NULL);
}

static void serve(const struct k200lp_options *options)
{
	(void)options;
	while (!emulation_ready())
		cos_reactor_poll();
	emulation_link(true);
}

const struct k200lp_personality personality_emul = {"emul", set_up, start_cluster, serve};
