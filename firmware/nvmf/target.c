/* The target of a cluster: made, taken down; transports. */
#include <errno.h>
#include <string.h>

#include "cos/cpu.h"
#include "internal.h"

#define DEFAULT_SUBSYSTEMS 16

static struct nvmf_subsystem *make_discovery(struct nvmf_target *target)
{
	struct nvmf_subsystem *discovery = cos_zalloc(COS_SMEM, sizeof(*discovery), COS_CACHE_LINE);

	if (!discovery)
		return NULL;
	discovery->target = target;
	discovery->index = target->config.max_subsystems;
	discovery->discovery = true;
	discovery->allow_any_host = true;
	discovery->min_cntlid = discovery->next_cntlid = 1;
	discovery->max_cntlid = NVMF_CNTLID_MAX;
	strcpy(discovery->nqn, NVMF_DISCOVERY_NQN);
	strcpy(discovery->serial, "00000000000000000000");
	strcpy(discovery->model, NVMF_DEFAULT_MODEL);
	return discovery;
}

struct nvmf_target *nvmf_target_create(const struct nvmf_target_config *config)
{
	struct nvmf_target *target = cos_zalloc(COS_SMEM, sizeof(*target), COS_CACHE_LINE);

	if (!target)
		return NULL;
	target->config = *config;
	target->rm = cos_core_id();
	if (!target->config.max_subsystems)
		target->config.max_subsystems = DEFAULT_SUBSYSTEMS;
	/* One more: the discovery subsystem has the last index. */
	target->subsystems = cos_zalloc(COS_SMEM, (target->config.max_subsystems + 1u) * sizeof(*target->subsystems),
					COS_CACHE_LINE);
	target->discovery = make_discovery(target);
	if (!target->subsystems || !target->discovery || nvmf_group_device_register(target) != 0) {
		cos_free(target->subsystems);
		cos_free(target->discovery);
		cos_free(target);
		return NULL;
	}
	target->subsystems[target->config.max_subsystems] = target->discovery;
	nvmf_remote_init(target);
	return target;
}

void nvmf_target_destroy(struct nvmf_target *target)
{
	nvmf_group_device_unregister(target);
	cos_free(target->discovery);
	cos_free(target->subsystems);
	cos_free(target);
}

/* --- Transports --------------------------------------------------------------------------------------------------- */

void nvmf_transport_register(struct nvmf_target *target, struct nvmf_transport *transport)
{
	for (unsigned i = 0; i < NVMF_MAX_TRANSPORTS; i++) {
		if (!target->transports[i]) {
			target->transports[i] = transport;
			transport->target = target;
			transport->created = false;
			return;
		}
	}
}

struct nvmf_transport *nvmf_transport_find(struct nvmf_target *target, const char *name)
{
	for (unsigned i = 0; i < NVMF_MAX_TRANSPORTS; i++)
		if (target->transports[i] && nvmf_same_word(target->transports[i]->name, name))
			return target->transports[i];
	return NULL;
}

/* `value`, or the default, in `*out`. False if it is not in [low, high]. */
static bool choose(uint32_t value, uint32_t transport_default, uint32_t library_default, uint32_t low, uint32_t high,
		   uint32_t *out)
{
	*out = value ? value : transport_default ? transport_default : library_default;
	return *out >= low && *out <= high;
}

int nvmf_transport_create(struct nvmf_transport *transport, const struct nvmf_transport_options *options)
{
	const struct nvmf_transport_options *d = &transport->defaults;
	struct nvmf_transport_options *o = &transport->options;
	int result;

	if (transport->created)
		return -EEXIST;
	*o = *options;
	if (!choose(options->max_queue_depth, d->max_queue_depth, 128, 2, 65536, &o->max_queue_depth) ||
	    !choose(options->max_io_qpairs, d->max_io_qpairs, 16, 1, NVMF_MAX_IO_QUEUES, &o->max_io_qpairs) ||
	    !choose(options->in_capsule_data_size, d->in_capsule_data_size, 4096, 0, 65536, &o->in_capsule_data_size) ||
	    !choose(options->max_io_size, d->max_io_size, NVMF_MAX_TRANSFER, 4096, NVMF_MAX_TRANSFER,
		    &o->max_io_size) ||
	    !choose(options->io_unit_size, d->io_unit_size, 131072, 4096, NVMF_MAX_TRANSFER, &o->io_unit_size) ||
	    !choose(options->max_aq_depth, d->max_aq_depth, 32, 2, 4096, &o->max_aq_depth) ||
	    (o->in_capsule_data_size & 15) || (o->max_io_size & (o->max_io_size - 1)))
		return -EINVAL;
	if (!o->num_shared_buffers)
		o->num_shared_buffers = d->num_shared_buffers;
	result = transport->create ? transport->create(transport) : 0;
	transport->created = result == 0;
	return result;
}
