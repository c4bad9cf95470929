/*
 * Limits of a namespace over all cores of the chip: commands and bytes a second, a token bucket each. The buckets lie
 * in the memory of the control cluster, filled once a millisecond by its RM; all cores take tokens with atomic
 * operations through global addresses. What finds no token is held back on its core and tried again.
 *
 * A large command may overdraw the bucket of bytes; the next one waits until that has been repaid.
 */
#include <errno.h>
#include <string.h>

#include "cos/cpu.h"
#include "internal.h"

#define BUCKETS 64
#define FILL_PERIOD_US 1000
#define FILLS_PER_SECOND 1000
#define RETRY_PERIOD_US 100
#define BURST 2 /* fills that may pile up */

struct nvmf_bucket {
	uint64_t owner; /* 0: free; else KEY() */
	uint64_t iops, rate;
	uint64_t iops_rest, rate_rest; /* of a division by FILLS_PER_SECOND */
	int64_t commands, bytes;       /* tokens */
	uint64_t pad;
};

#define KEY(ns) ((uint64_t)((ns)->subsystem->index + 1) << 32 | (ns)->options.nsid)

static COS_SHARED struct nvmf_bucket buckets[BUCKETS];
static struct cos_poller *fill_poller;

/* --- Filling (control cluster) ------------------------------------------------------------------------------------ */

static void fill(int64_t *tokens, uint64_t per_second, uint64_t *rest)
{
	const uint64_t sum = *rest + per_second;
	const int64_t part = (int64_t)(sum / FILLS_PER_SECOND), most = (part + 1) * BURST;
	const int64_t room = most - __atomic_load_n(tokens, __ATOMIC_RELAXED);

	*rest = sum % FILLS_PER_SECOND;
	if (room > 0)
		__atomic_fetch_add(tokens, part < room ? part : room, __ATOMIC_RELAXED);
}

static int fill_buckets(void *arg)
{
	bool used = false;

	(void)arg;
	for (unsigned i = 0; i < BUCKETS; i++) {
		struct nvmf_bucket *bucket = &buckets[i];

		if (!bucket->owner)
			continue;
		used = true;
		fill(&bucket->commands, bucket->iops, &bucket->iops_rest);
		fill(&bucket->bytes, bucket->rate, &bucket->rate_rest);
	}
	if (!used)
		cos_poller_unregister(&fill_poller);
	return COS_POLLER_BUSY;
}

/* --- Setting ------------------------------------------------------------------------------------------------------ */

static struct nvmf_bucket *find_bucket(const struct nvmf_target *target, uint64_t owner)
{
	struct nvmf_bucket *table = cos_remote(target->config.control_cluster, &buckets[0]);

	for (unsigned i = 0; i < BUCKETS; i++)
		if (table[i].owner == owner)
			return &table[i];
	return NULL;
}

static bool owns_buckets(const struct nvmf_target *target)
{
	return target->config.cluster == target->config.control_cluster;
}

/* The control cluster's bucket has been made before the other clusters hear of the namespace. */
static int set_bucket(struct nvmf_ns *ns, uint64_t iops, uint64_t bytes)
{
	const struct nvmf_target *target = ns->subsystem->target;
	struct nvmf_bucket *bucket = find_bucket(target, KEY(ns));

	if (!bucket && owns_buckets(target))
		bucket = find_bucket(target, 0);
	if (!bucket)
		return -ENOSPC;
	if (owns_buckets(target)) {
		*bucket = (struct nvmf_bucket){.owner = KEY(ns), .iops = iops, .rate = bytes};
		if (!fill_poller)
			fill_poller = cos_poller_register(fill_buckets, NULL, FILL_PERIOD_US);
		if (!fill_poller) {
			bucket->owner = 0;
			return -ENOMEM;
		}
	}
	__atomic_store_n(&ns->bucket, bucket, __ATOMIC_RELEASE);
	return 0;
}

void nvmf_limits_free(struct nvmf_ns *ns)
{
	if (ns->bucket && owns_buckets(ns->subsystem->target))
		ns->bucket->owner = 0;
	__atomic_store_n(&ns->bucket, NULL, __ATOMIC_RELEASE);
}

int nvmf_limits_set(struct nvmf_ns *ns, uint64_t iops, uint64_t bytes)
{
	if (iops > INT64_MAX / 4 || bytes > INT64_MAX / 4)
		return -EINVAL;
	ns->options.iops_limit = iops;
	ns->options.rate_limit = bytes;
	if (iops || bytes)
		return set_bucket(ns, iops, bytes);
	nvmf_limits_free(ns);
	return 0;
}

/* --- Taking ------------------------------------------------------------------------------------------------------- */

static bool take(struct nvmf_bucket *bucket, uint32_t bytes)
{
	if (bucket->iops && __atomic_fetch_sub(&bucket->commands, 1, __ATOMIC_RELAXED) <= 0) {
		__atomic_fetch_add(&bucket->commands, 1, __ATOMIC_RELAXED);
		return false;
	}
	if (bucket->rate && __atomic_fetch_sub(&bucket->bytes, bytes, __ATOMIC_RELAXED) <= 0) {
		__atomic_fetch_add(&bucket->bytes, bytes, __ATOMIC_RELAXED);
		if (bucket->iops)
			__atomic_fetch_add(&bucket->commands, 1, __ATOMIC_RELAXED);
		return false;
	}
	return true;
}

static bool take_for(const struct nvmf_request *request, const void *arg)
{
	struct nvmf_bucket *bucket = __atomic_load_n(&request->view_ns->ns->bucket, __ATOMIC_ACQUIRE);

	(void)arg;
	return !bucket || take(bucket, request->pending);
}

/* Takes those for which wanted() says so out of what is held back; they stay in order. */
static struct nvmf_request *let_go(struct nvmf_group *group,
				   bool (*wanted)(const struct nvmf_request *request, const void *arg), const void *arg)
{
	struct nvmf_request **at = &group->held, *request, *first = NULL, **end = &first;

	while ((request = *at)) {
		if (!wanted(request, arg)) {
			at = &request->next;
			continue;
		}
		*at = request->next;
		request->view_ns->held--;
		request->next = NULL;
		*end = request;
		end = &request->next;
	}
	group->held_end = at;
	return first;
}

/* Starts what may go now. Those of one namespace stay in order because tokens do not come back meanwhile. */
static int retry(void *arg)
{
	struct nvmf_group *group = arg;
	struct nvmf_request *request, *started = let_go(group, take_for, NULL);
	const bool any = started != NULL;

	/* A request that fails at once may bring others, or close a queue pair: the list has been left before. */
	while ((request = started)) {
		started = request->next;
		nvmf_io_start(request);
	}
	if (!group->held)
		cos_poller_unregister(&group->held_poller);
	return any ? COS_POLLER_BUSY : COS_POLLER_IDLE;
}

/* request->pending holds the bytes while the request waits. */
bool nvmf_limits_admit(struct nvmf_request *request, uint32_t bytes)
{
	struct nvmf_group *group = request->qpair->group;

	if (!__atomic_load_n(&request->view_ns->ns->bucket, __ATOMIC_ACQUIRE) && !request->view_ns->held)
		return true;
	request->pending = bytes;
	if (!request->view_ns->held && take_for(request, NULL))
		return true;
	if (!group->held_poller)
		group->held_poller = cos_poller_register(retry, group, RETRY_PERIOD_US);
	if (!group->held_poller)
		return true; /* no memory to wait: rather too fast than lost */
	request->next = NULL;
	request->view_ns->held++;
	*group->held_end = request;
	group->held_end = &request->next;
	group->statistics.held_back++;
	return false;
}

struct owner {
	const struct nvmf_qpair *qpair;
	const struct nvmf_view_ns *view_ns;
};

static bool belongs_to(const struct nvmf_request *request, const void *arg)
{
	const struct owner *owner = arg;

	return request->qpair == owner->qpair || request->view_ns == owner->view_ns;
}

void nvmf_limits_abort(struct nvmf_group *group, const struct nvmf_qpair *qpair, const struct nvmf_view_ns *view_ns)
{
	const struct owner owner = {qpair, view_ns};
	struct nvmf_request *request, *aborted = let_go(group, belongs_to, &owner);

	while ((request = aborted)) {
		aborted = request->next;
		if (qpair)
			nvmf_io_fail(request, NVME_SCT_GENERIC, NVME_SC_ABORTED_SQ_DELETION);
		else
			nvmf_io_fail(request, NVME_SCT_GENERIC, NVME_SC_INVALID_NAMESPACE);
	}
}
