/*
 * A core's part of the target: its queue pairs, and what it has copied of the subsystems that they belong to.
 *
 * A namespace reaches a core in two ways: the core makes its view of the subsystem, or the RM tells all cores with a
 * view of a change. Both may happen at the same time; each looks whether the other was faster. An RM first publishes
 * the change in the subsystem and then asks the cores one after the other, so nobody is left out.
 */

#include "internal.h"

static int group_create(void *io_device, void *context)
{
	struct nvmf_target *target = io_device;
	struct nvmf_group *group = context;

	group->target = target;
	group->held_end = &group->held;
	group->views =
		cos_zalloc(COS_SMEM, (target->config.max_subsystems + 1u) * sizeof(*group->views), COS_CACHE_LINE);
	return group->views ? 0 : -1;
}

static void group_destroy(void *io_device, void *context)
{
	struct nvmf_group *group = context;

	(void)io_device;
	cos_free(group->views);
}

int nvmf_group_device_register(struct nvmf_target *target)
{
	return cos_io_device_register(target, "nvmf", sizeof(struct nvmf_group), group_create, group_destroy);
}

void nvmf_group_device_unregister(struct nvmf_target *target) { cos_io_device_unregister(target); }

struct nvmf_group_statistics nvmf_group_statistics(struct nvmf_target *target)
{
	struct cos_io_channel *channel = cos_get_io_channel(target);
	struct nvmf_group_statistics statistics = {0};

	if (channel) {
		statistics = ((struct nvmf_group *)cos_io_channel_context(channel))->statistics;
		cos_put_io_channel(channel);
	}
	return statistics;
}

/* --- Views -------------------------------------------------------------------------------------------------------- */

static void view_open_ns(struct nvmf_view *view, struct nvmf_ns *ns)
{
	struct nvmf_view_ns *view_ns = &view->ns[ns->options.nsid - 1];

	/* The old namespace of this number may still have commands in flight: nvmf_view_ns_release() comes back. */
	if (view_ns->ns || view_ns->draining)
		return;
	view_ns->channel = bdev_get_channel(ns->desc);
	view_ns->desc = ns->desc;
	view_ns->blocks = ns->blocks;
	view_ns->block_shift = ns->block_shift;
	view_ns->ns = ns;
}

struct nvmf_view *nvmf_view_get(struct nvmf_group *group, struct nvmf_subsystem *subsystem)
{
	struct nvmf_view *view = group->views[subsystem->index];

	if (!view) {
		view = cos_zalloc(COS_SMEM, sizeof(*view) + subsystem->max_namespaces * sizeof(view->ns[0]),
				  COS_CACHE_LINE);
		if (!view)
			return NULL;
		view->subsystem = subsystem;
		group->views[subsystem->index] = view;
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
		for (uint32_t i = 0; i < subsystem->max_namespaces; i++) {
			struct nvmf_ns *ns = __atomic_load_n(&subsystem->ns[i], __ATOMIC_ACQUIRE);

			if (ns && !ns->removing)
				view_open_ns(view, ns);
		}
	}
	view->users++;
	return view;
}

static void view_ns_close(struct nvmf_view_ns *view_ns)
{
	if (view_ns->channel)
		cos_put_io_channel(view_ns->channel);
	view_ns->channel = NULL;
	view_ns->ns = NULL;
}

void nvmf_view_put(struct nvmf_group *group, struct nvmf_view *view)
{
	if (--view->users)
		return;
	/* No queue pair, so nothing is in flight. */
	for (uint32_t i = 0; i < view->subsystem->max_namespaces; i++)
		view_ns_close(&view->ns[i]);
	group->views[view->subsystem->index] = NULL;
	cos_free(view);
}

/* --- Changes ------------------------------------------------------------------------------------------------------ */

static struct nvmf_view *view_of(struct cos_io_channel *channel, const struct nvmf_ns *ns)
{
	struct nvmf_group *group = cos_io_channel_context(channel);

	return group->views[ns->subsystem->index];
}

static void add_on_core(struct cos_io_channel *channel, void *arg)
{
	struct nvmf_ns *ns = arg;
	struct nvmf_view *view = view_of(channel, ns);

	if (view && !ns->removing)
		view_open_ns(view, ns);
}

static void resize_on_core(struct cos_io_channel *channel, void *arg)
{
	struct nvmf_ns *ns = arg;
	struct nvmf_view *view = view_of(channel, ns);

	if (view && view->ns[ns->options.nsid - 1].ns == ns)
		view->ns[ns->options.nsid - 1].blocks = ns->blocks;
}

static void nothing(void *arg) { (void)arg; }

void nvmf_views_add_ns(struct nvmf_ns *ns) { cos_for_each_channel(ns->subsystem->target, add_on_core, ns, nothing); }

void nvmf_views_resize_ns(struct nvmf_ns *ns)
{
	cos_for_each_channel(ns->subsystem->target, resize_on_core, ns, nothing);
}

/* ns->draining counts who has still to report; the last one tells the RM. */
static void drained_on_rm(void *arg1, void *arg2)
{
	struct nvmf_ns *ns = arg1;
	void (*done)(struct nvmf_ns *ns) = (void (*)(struct nvmf_ns *))(uintptr_t)arg2;

	done(ns);
}

static void drained(struct nvmf_ns *ns)
{
	if (__atomic_sub_fetch(&ns->draining, 1, __ATOMIC_ACQ_REL) == 0)
		cos_event_call(ns->subsystem->target->rm, drained_on_rm, ns, (void *)(uintptr_t)ns->drained);
}

static void remove_on_core(struct cos_io_channel *channel, void *arg)
{
	struct nvmf_ns *ns = arg;
	struct nvmf_group *group = cos_io_channel_context(channel);
	struct nvmf_view *view = group->views[ns->subsystem->index];
	struct nvmf_view_ns *view_ns;

	if (!view || view->ns[ns->options.nsid - 1].ns != ns)
		return;
	view_ns = &view->ns[ns->options.nsid - 1];
	if (view_ns->in_flight == 0) {
		view_ns_close(view_ns);
		return;
	}
	__atomic_add_fetch(&ns->draining, 1, __ATOMIC_ACQ_REL);
	view_ns->ns = NULL;
	view_ns->draining = ns;
	nvmf_limits_abort(group, NULL, view_ns);
}

static void removed_everywhere(void *arg) { drained(arg); }

void nvmf_views_remove_ns(struct nvmf_ns *ns, void (*done)(struct nvmf_ns *ns))
{
	ns->drained = done;
	ns->draining = 1;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	cos_for_each_channel(ns->subsystem->target, remove_on_core, ns, removed_everywhere);
}

void nvmf_view_ns_release(struct nvmf_view_ns *view_ns)
{
	struct nvmf_ns *gone = view_ns->draining;

	if (--view_ns->in_flight || !gone)
		return;
	view_ns_close(view_ns);
	view_ns->draining = NULL;
	drained(gone);
}
