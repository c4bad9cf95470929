/* The transport as the target sees it: listeners; and the groups, which run on cores of their own. */
#include <errno.h>

#include "cos/arena.h"
#include "cos/cpu.h"
#include "cos/reactor.h"
#include "nvmf_tcp_internal.h"

#define CORES (MPPA_RM + 1)
#define DEFAULT_DEPTH 128

static struct nvmf_tcp_group *groups[CORES];
/* What is listened at; written by the RM. A slot keeps its address for ever. */
static struct {
	struct nvmf_address address;
	bool used;
} listening[NVMF_TCP_MAX_LISTENERS];

static bool same_address(const struct nvmf_address *a, const struct nvmf_address *b)
{
	return strcmp(a->traddr, b->traddr) == 0 && strcmp(a->trsvcid, b->trsvcid) == 0;
}

static int create(struct nvmf_transport *transport)
{
	const struct nvmf_transport_options *o = &transport->options;

	if (o->in_capsule_data_size > NVMF_TCP_MAX_IN_CAPSULE || o->max_io_size > NVMF_TCP_MAX_IO ||
	    o->max_io_size < NVMF_TCP_PAGE || o->max_queue_depth > 1024)
		return -EINVAL;
	return 0;
}

/* ---- Listeners of a group, on its core ---- */

static void start_listener(struct nvmf_tcp_group *group, unsigned slot)
{
	const struct nvmf_address *address = &listening[slot].address;
	struct listener *l = &group->listeners[slot];

	l->closed = false;
	if (l->used)
		return;
	l->used = true;
	l->tcp = (struct tcp_listener){.accept = conn_accept, .owner = group};
	address_parse(address->traddr, &l->tcp.addr);
	address_parse_port(address->trsvcid, &l->tcp.port);
	tcp_listen(group->config.stack, &l->tcp);
}

/* What has become of the slot by now is what counts. */
static void update_listener(void *group_, void *slot_)
{
	struct nvmf_tcp_group *group = group_;
	const unsigned slot = (unsigned)(uintptr_t)slot_;

	if (listening[slot].used)
		start_listener(group, slot);
	else
		group->listeners[slot].closed = true; /* new connections are reset */
}

const struct nvmf_address *listener_address(const struct listener *listener)
{
	const struct nvmf_tcp_group *group = listener->tcp.owner;

	return &listening[listener - group->listeners].address;
}

static void update_all(unsigned slot)
{
	for (unsigned core = 0; core < CORES; core++)
		if (groups[core])
			cos_event_call(core, update_listener, groups[core], (void *)(uintptr_t)slot);
}

static int listen(struct nvmf_transport *transport, const struct nvmf_address *address)
{
	struct net_addr addr;
	uint16_t port;
	unsigned slot = NVMF_TCP_MAX_LISTENERS;

	(void)transport;
	if (!address_parse(address->traddr, &addr) || !address_parse_port(address->trsvcid, &port))
		return -EINVAL;
	for (unsigned i = 0; i < NVMF_TCP_MAX_LISTENERS; i++) {
		if (same_address(&listening[i].address, address)) {
			slot = i;
			break;
		}
		if (!listening[i].address.traddr[0] && slot == NVMF_TCP_MAX_LISTENERS)
			slot = i;
	}
	if (slot == NVMF_TCP_MAX_LISTENERS)
		return -ENOSPC;
	listening[slot].address = *address;
	listening[slot].used = true;
	update_all(slot);
	return 0;
}

static void stop_listen(struct nvmf_transport *transport, const struct nvmf_address *address)
{
	(void)transport;
	for (unsigned i = 0; i < NVMF_TCP_MAX_LISTENERS; i++)
		if (listening[i].used && same_address(&listening[i].address, address)) {
			listening[i].used = false;
			update_all(i);
		}
}

static void disconnect(struct nvmf_qpair *qpair) { conn_end((struct nvmf_tcp_conn *)qpair); }

struct nvmf_transport nvmf_tcp_transport = {
	.name = "TCP",
	.sgls = 1 | 1 << 20, /* of any alignment; data in the capsule, by offset */
	.trtype = NVMF_TRTYPE_TCP,
	.defaults = {.max_queue_depth = DEFAULT_DEPTH,
		     .in_capsule_data_size = NVMF_TCP_PAGE,
		     .max_io_size = NVMF_TCP_MAX_IO},
	.create = create,
	.listen = listen,
	.stop_listen = stop_listen,
	.complete = request_complete,
	.disconnect = disconnect,
};

/* ---- Groups ---- */

struct nvmf_tcp_group *nvmf_tcp_group_create(const struct nvmf_tcp_group_config *config)
{
	struct nvmf_tcp_group *group = cos_zalloc(COS_SMEM, sizeof *group, CACHE_LINE);

	if (!group)
		return NULL;
	group->config = *config;
	group->waiting_end = &group->waiting;
	if (!memory_create(group)) {
		cos_free(group);
		return NULL;
	}
	groups[cos_core_id()] = group;
	for (unsigned i = 0; i < NVMF_TCP_MAX_LISTENERS; i++)
		if (listening[i].used)
			start_listener(group, i);
	return group;
}

void nvmf_tcp_group_destroy(struct nvmf_tcp_group *group)
{
	groups[cos_core_id()] = NULL;
	memory_destroy(group);
	cos_free(group);
}

static void free_ended(struct nvmf_tcp_group *group)
{
	struct nvmf_tcp_conn *next;

	group->ended = false;
	for (struct nvmf_tcp_conn *conn = group->conns; conn; conn = next) {
		next = conn->next;
		conn_free_if_ended(conn);
	}
}

bool nvmf_tcp_pending(const struct nvmf_tcp_group *group) { return group->copies_ended != group->copies_begun; }

void nvmf_tcp_poll(struct nvmf_tcp_group *group)
{
	copies_poll(group);
	while (group->waiting) {
		struct nvmf_tcp_request *request = group->waiting, *next = request->next;

		if (!request_retry(request))
			break;
		group->waiting = next;
		if (!next)
			group->waiting_end = &group->waiting;
	}
	if (group->ended)
		free_ended(group);
}

void nvmf_tcp_check(struct nvmf_tcp_group *group)
{
	const uint64_t now = group->config.stack->now;

	for (struct nvmf_tcp_conn *conn = group->conns; conn; conn = conn->next) {
		if (conn->state == CONN_ENDING || conn->qpair.state == NVMF_QPAIR_READY || now < conn->deadline)
			continue;
		group->stats.connect_timeouts++;
		conn_end(conn);
	}
}

const struct nvmf_tcp_stats *nvmf_tcp_group_stats(const struct nvmf_tcp_group *group) { return &group->stats; }
