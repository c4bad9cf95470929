/* Namespaces: bdevs of a subsystem, added, resized and removed while hosts use it. On the RM of each cluster. */
#include <errno.h>
#include <string.h>

#include "internal.h"

struct nvmf_ns *nvmf_subsystem_ns(const struct nvmf_subsystem *subsystem, uint32_t nsid)
{
	struct nvmf_ns *ns;

	if (nsid == 0 || nsid > subsystem->max_namespaces)
		return NULL;
	ns = subsystem->ns[nsid - 1];
	return ns && !ns->removing ? ns : NULL;
}

static void bdev_changed(enum bdev_event event, struct bdev *bdev, void *arg)
{
	struct nvmf_ns *ns = arg;

	if (event == BDEV_EVENT_REMOVE) {
		nvmf_subsystem_remove_ns(ns->subsystem, ns->options.nsid, NULL, NULL);
		return;
	}
	ns->blocks = bdev_num_blocks(bdev);
	nvmf_views_resize_ns(ns);
	nvmf_namespace_changed(ns);
}

/* A UUID (version 8, RFC 9562) of the names: hosts insist on identifiers, and every run and cluster has to find the
 * same. FNV-1a, 64 bits at a time. */
static void derive_uuid(const struct nvmf_ns *ns, uint8_t uuid[16])
{
	for (unsigned half = 0; half < 2; half++) {
		uint64_t hash = 0xcbf29ce484222325ull + half;

		for (const char *c = ns->subsystem->nqn; *c; c++)
			hash = (hash ^ (uint8_t)*c) * 0x100000001b3ull;
		for (const char *c = bdev_name(ns->bdev); *c; c++)
			hash = (hash ^ (uint8_t)*c) * 0x100000001b3ull;
		memcpy(uuid + 8 * half, &hash, sizeof(hash));
	}
	uuid[6] = (uint8_t)((uuid[6] & 0x0f) | 0x80);
	uuid[8] = (uint8_t)((uuid[8] & 0x3f) | 0x80);
}

/* What the options leave open. Every cluster comes to the same answer. */
static void complete_options(struct nvmf_ns *ns, const struct nvmf_ns_options *options, uint32_t nsid)
{
	ns->options = *options;
	ns->options.nsid = nsid;
	if (!ns->options.ana_group)
		ns->options.ana_group = 1;
	if (nvmf_is_zero(ns->options.uuid, sizeof(ns->options.uuid)))
		memcpy(ns->options.uuid, bdev_uuid(ns->bdev), sizeof(ns->options.uuid));
	if (nvmf_is_zero(ns->options.uuid, sizeof(ns->options.uuid)))
		derive_uuid(ns, ns->options.uuid);
	if (nvmf_is_zero(ns->options.nguid, sizeof(ns->options.nguid)))
		memcpy(ns->options.nguid, ns->options.uuid, sizeof(ns->options.nguid));
}

static uint32_t log2_of(uint32_t value)
{
	uint32_t n = 0;

	while (value >>= 1)
		n++;
	return n;
}

static int open_bdev(struct nvmf_ns *ns, const char *bdev_name)
{
	const int result = bdev_open(bdev_name, true, bdev_changed, ns, &ns->desc);

	if (result != 0)
		return result == -ENODEV ? -ENOENT : result;
	ns->bdev = bdev_desc_bdev(ns->desc);
	ns->blocks = bdev_num_blocks(ns->bdev);
	ns->block_shift = log2_of(bdev_block_size(ns->bdev));
	return 0;
}

static uint32_t free_nsid(const struct nvmf_subsystem *subsystem)
{
	for (uint32_t nsid = 1; nsid <= subsystem->max_namespaces; nsid++)
		if (!subsystem->ns[nsid - 1])
			return nsid;
	return 0;
}

int nvmf_subsystem_add_ns(struct nvmf_subsystem *subsystem, const char *bdev_name,
			  const struct nvmf_ns_options *options)
{
	const uint32_t nsid = options->nsid ? options->nsid : free_nsid(subsystem);
	struct nvmf_ns *ns;
	int result;

	if (!nsid)
		return -ENOSPC;
	if (nsid > subsystem->max_namespaces || options->ana_group > NVMF_MAX_ANA_GROUPS || subsystem->deleting)
		return -EINVAL;
	if (subsystem->ns[nsid - 1])
		return -EEXIST;
	ns = cos_zalloc(COS_SMEM, sizeof(*ns), COS_CACHE_LINE);
	if (!ns)
		return -ENOMEM;
	ns->subsystem = subsystem;
	result = open_bdev(ns, bdev_name);
	if (result != 0) {
		cos_free(ns);
		return result;
	}
	complete_options(ns, options, nsid);
	result = nvmf_limits_set(ns, options->iops_limit, options->rate_limit);
	if (result != 0) {
		bdev_close(ns->desc);
		cos_free(ns);
		return result;
	}
	__atomic_store_n(&subsystem->ns[nsid - 1], ns, __ATOMIC_RELEASE);
	nvmf_views_add_ns(ns);
	subsystem->ana_changes++;
	nvmf_namespace_changed(ns);
	return (int)nsid;
}

/* No core has a channel or a command of it any more. */
static void drained(struct nvmf_ns *ns)
{
	struct nvmf_subsystem *subsystem = ns->subsystem;
	const bool deleting = subsystem->deleting;
	void (*removed)(void *) = ns->removed;
	void *arg = ns->removed_arg;

	subsystem->ns[ns->options.nsid - 1] = NULL;
	bdev_close(ns->desc);
	nvmf_limits_free(ns);
	cos_free(ns);
	if (removed)
		removed(arg);
	if (deleting)
		nvmf_subsystem_check_deleted(subsystem);
}

int nvmf_subsystem_remove_ns(struct nvmf_subsystem *subsystem, uint32_t nsid, void (*done)(void *arg), void *arg)
{
	struct nvmf_ns *ns;

	if (nsid == 0 || nsid > subsystem->max_namespaces || !subsystem->ns[nsid - 1])
		return -ENOENT;
	ns = subsystem->ns[nsid - 1];
	if (ns->removing)
		return -EBUSY;
	ns->removing = true;
	ns->removed = done;
	ns->removed_arg = arg;
	subsystem->ana_changes++;
	nvmf_namespace_changed(ns);
	nvmf_views_remove_ns(ns, drained);
	return 0;
}

int nvmf_subsystem_set_ns_limits(struct nvmf_subsystem *subsystem, uint32_t nsid, uint64_t iops, uint64_t bytes)
{
	struct nvmf_ns *ns = nvmf_subsystem_ns(subsystem, nsid);

	return ns ? nvmf_limits_set(ns, iops, bytes) : -ENOENT;
}
