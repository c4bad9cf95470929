/* Connections: making, finding, ending; the calls of their owners. */
#include "tcp_internal.h"

#define SECOND 1000000u
#define FIRST_PORT 49152u
#define DEFAULT_MSS4 536u
#define DEFAULT_MSS6 1220u
#define MIN_MSS 64u /* a peer that announces less would make us send headers only */

const struct tcp_config tcp_defaults = {
	.receive_window = 512 * 1024,
	.backlog = 128,
	.rto_min = SECOND / 5,
	.rto_max = 120 * SECOND,
	.rto_initial = SECOND,
	.delayed_ack = 40 * 1000,
	.keep_idle = 7200u * SECOND / 4,
	.keep_interval = 75 * SECOND,
	.keep_tries = 9,
	.time_wait = 60 * SECOND,
	.syn_tries = 6,
	.data_tries = 15,
	.initial_window = 10,
	.out_of_order = UINT32_MAX,
	.timestamps = true,
	.sack = true,
	.syn_cookies = true,
	.control = TCP_CUBIC,
};

void tcp_init(struct net_stack *stack, const struct net_memory *memory, const struct tcp_config *config)
{
	stack->tcp = config;
	stack->hash = memory->hash;
	stack->hash_mask = memory->hash_size - 1;
	stack->wheel_tick = stack->now / TCP_WHEEL_TICK_US;
	stack->next_port = (uint16_t)(FIRST_PORT + stack->secret[0] % 8192);
	memset(memory->hash, 0, memory->hash_size * sizeof(*memory->hash));
	net_add_conns(stack, memory->conns, memory->conn_count);
}

void net_add_conns(struct net_stack *stack, struct tcp_conn *conns, uint32_t count)
{
	struct tcp_conn **end = &stack->free_conns;

	while (*end)
		end = &(*end)->next;
	for (uint32_t i = 0; i < count; i++) {
		conns[i].state = TCP_CLOSED;
		*end = &conns[i];
		end = &conns[i].next;
	}
	*end = NULL;
}

static struct tcp_conn **bucket(struct net_stack *stack, const struct net_addr *remote, uint16_t remote_port,
				uint16_t local_port)
{
	uint64_t h = (uint64_t)remote_port << 16 | local_port;
	uint64_t a, b;

	memcpy(&a, remote->b, 8);
	memcpy(&b, remote->b + 8, 8);
	h = (h ^ a ^ stack->secret[0]) * 0x9e3779b97f4a7c15u;
	h = (h ^ h >> 29 ^ b) * 0xbf58476d1ce4e5b9u;
	return &stack->hash[(h >> 32) & stack->hash_mask];
}

static struct tcp_conn *lookup(struct net_stack *stack, const struct net_addr *local, uint16_t local_port,
			       const struct net_addr *remote, uint16_t remote_port)
{
	struct tcp_conn *c = *bucket(stack, remote, remote_port, local_port);

	while (c && !(c->remote_port == remote_port && c->local_port == local_port &&
		      net_addr_equal(&c->remote, remote) && net_addr_equal(&c->local, local)))
		c = c->next;
	return c;
}

struct tcp_conn *tcp_find(struct net_stack *stack, const struct segment *s)
{
	return lookup(stack, &s->in->to, s->to_port, &s->in->from, s->from_port);
}

uint8_t tcp_window_scale(const struct net_stack *stack)
{
	uint8_t scale = 0;

	while (stack->tcp->receive_window >> scale > 0xffff)
		scale++;
	return scale;
}

struct tcp_conn *tcp_new(struct net_stack *stack, const struct net_addr *local, uint16_t local_port,
			 const struct net_addr *remote, uint16_t remote_port)
{
	struct tcp_conn *conn = stack->free_conns;
	struct tcp_conn **chain;

	if (!conn)
		return NULL;
	stack->free_conns = conn->next;
	memset(conn, 0, sizeof(*conn));
	conn->stack = stack;
	conn->local = *local;
	conn->remote = *remote;
	conn->local_port = local_port;
	conn->remote_port = remote_port;
	conn->rto = stack->tcp->rto_initial;
	conn->receive_scale = tcp_window_scale(stack);
	chain = bucket(stack, remote, remote_port, local_port);
	conn->next = *chain;
	*chain = conn;
	return conn;
}

uint16_t tcp_local_mss(struct net_stack *stack, const struct net_addr *remote)
{
	struct net_addr hop;
	const struct netif *netif = ip_route(stack, remote, &hop);
	const unsigned headers = TCP_HEADER + (net_is_v4(remote) ? 20u : 40u);

	return (uint16_t)((netif ? netif->mtu : 576u) - headers);
}

/* `peer_mss`: 0 if the peer has not said. */
void tcp_set_mss(struct tcp_conn *conn, uint16_t peer_mss)
{
	const uint16_t local = tcp_local_mss(conn->stack, &conn->remote);
	uint32_t mss = peer_mss ? max_u32(peer_mss, MIN_MSS) : net_is_v4(&conn->remote) ? DEFAULT_MSS4 : DEFAULT_MSS6;

	mss = min_u32(mss, local);
	conn->mss = (uint16_t)(mss - (conn->timestamps ? TCP_TIMESTAMP_BYTES : 0));
}

/* What may still be received. The right edge never moves back (RFC 9293 section 3.8.6.2.1). */
uint32_t tcp_receive_window(const struct tcp_conn *conn)
{
	const uint32_t limit = min_u32(conn->stack->tcp->receive_window, 0xffffu << conn->receive_scale);
	const uint32_t room = limit > conn->unconsumed ? limit - conn->unconsumed : 0;
	const uint32_t announced = conn->rcv_adv - conn->rcv_nxt;

	/* No small steps: by a full segment or half the buffer (section 3.8.6.2.2). */
	if (room < announced + min_u32(limit / 2, conn->mss))
		return announced;
	return room;
}

void tcp_init_window(struct tcp_conn *conn)
{
	conn->rcv_nxt = conn->irs + 1;
	conn->rcv_adv = conn->rcv_nxt;
	conn->last_ack_sent = conn->rcv_nxt;
}

void tcp_make_ready(struct tcp_conn *conn)
{
	if (conn->ready)
		return;
	conn->ready = true;
	conn->ready_next = conn->stack->ready;
	conn->stack->ready = conn;
}

static void release_memory(struct tcp_conn *conn)
{
	while (conn->chunks) {
		struct net_chunk *chunk = conn->chunks;

		conn->chunks = chunk->next;
		chunk_put(chunk);
	}
	conn->last_chunk = conn->cursor = NULL;
	while (conn->ooo) {
		struct net_buf *buf = conn->ooo;

		conn->ooo = buf->next;
		net_buf_put(buf);
	}
	conn->stack->ooo_count -= conn->ooo_count;
	conn->ooo_count = 0;
}

void tcp_end(struct tcp_conn *conn, enum tcp_end end)
{
	struct net_stack *stack = conn->stack;
	struct tcp_conn **chain = bucket(stack, &conn->remote, conn->remote_port, conn->local_port);

	while (*chain != conn)
		chain = &(*chain)->next;
	*chain = conn->next;
	tcp_unschedule(conn);
	if (conn->listener)
		conn->listener->pending--;
	conn->listener = NULL;
	conn->state = TCP_CLOSED;
	release_memory(conn);
	conn->next = stack->dead;
	stack->dead = conn;
	if (conn->ops)
		conn->ops->gone(conn, end);
}

void tcp_listen(struct net_stack *stack, struct tcp_listener *listener)
{
	listener->pending = 0;
	listener->next = stack->listeners;
	stack->listeners = listener;
}

static uint16_t pick_port(struct net_stack *stack, const struct net_addr *local, const struct net_addr *to,
			  uint16_t port)
{
	for (unsigned tries = 0; tries < 65536 - FIRST_PORT; tries++) {
		const uint16_t candidate = stack->next_port;

		stack->next_port = candidate == 65535 ? FIRST_PORT : (uint16_t)(candidate + 1);
		if (!lookup(stack, local, candidate, to, port))
			return candidate;
	}
	return 0;
}

void tcp_shake_hands(struct tcp_conn *conn)
{
	conn->iss = tcp_make_iss(conn->stack, &conn->local, conn->local_port, &conn->remote, conn->remote_port);
	conn->una = conn->iss;
	conn->nxt = conn->end = conn->iss + 1;
	conn->timing = true;
	conn->timed_seq = conn->iss;
	conn->timed_at = conn->stack->now;
	tcp_send_syn(conn);
	tcp_arm_rto(conn);
	tcp_schedule(conn);
}

struct tcp_conn *tcp_connect(struct net_stack *stack, const struct net_addr *to, uint16_t port, uint16_t local_port,
			     const struct tcp_ops *ops, void *owner)
{
	struct net_addr hop, local;
	const struct netif *netif = ip_route(stack, to, &hop);
	struct tcp_conn *conn;

	if (!netif)
		return NULL;
	local = ip_source(netif, to);
	if (local_port == 0)
		local_port = pick_port(stack, &local, to, port);
	if (local_port == 0 || lookup(stack, &local, local_port, to, port))
		return NULL;
	conn = tcp_new(stack, &local, local_port, to, port);
	if (!conn)
		return NULL;
	conn->ops = ops;
	conn->owner = owner;
	conn->timestamps = stack->tcp->timestamps;
	conn->sack = stack->tcp->sack;
	tcp_set_mss(conn, 0);
	conn->state = TCP_SYN_SENT;
	tcp_shake_hands(conn);
	return conn;
}

bool tcp_send(struct tcp_conn *conn, struct net_chunk *chunk)
{
	if (conn->fin_queued || chunk->len == 0 || conn->state == TCP_CLOSED || conn->state == TCP_TIME_WAIT)
		return false;
	chunk->refs = 1;
	chunk->next = NULL;
	chunk->seq = conn->end;
	conn->end += chunk->len;
	if (conn->last_chunk)
		conn->last_chunk->next = chunk;
	else
		conn->chunks = chunk;
	conn->last_chunk = chunk;
	tcp_make_ready(conn);
	return true;
}

void tcp_consumed(struct tcp_conn *conn, uint32_t len)
{
	const uint32_t announced = conn->rcv_adv - conn->rcv_nxt;

	conn->unconsumed -= len;
	if (conn->state == TCP_CLOSED)
		return;
	/* Tell the peer when the window has grown by two segments or half the buffer. */
	if (tcp_receive_window(conn) >= announced + min_u32(2u * conn->mss, conn->stack->tcp->receive_window / 2)) {
		conn->ack_now = true;
		tcp_make_ready(conn);
	}
}

void tcp_close(struct tcp_conn *conn)
{
	switch (conn->state) {
	case TCP_SYN_SENT:
		tcp_end(conn, TCP_END_CLOSED);
		return;
	case TCP_SYN_RECEIVED: /* closed as soon as it is open */
		break;
	case TCP_ESTABLISHED:
		conn->state = TCP_FIN_WAIT_1;
		break;
	case TCP_CLOSE_WAIT:
		conn->state = TCP_LAST_ACK;
		break;
	default:
		return;
	}
	conn->fin_queued = true;
	tcp_make_ready(conn);
}

void tcp_abort(struct tcp_conn *conn)
{
	if (conn->state == TCP_CLOSED)
		return;
	if (conn->state != TCP_SYN_SENT && conn->state != TCP_TIME_WAIT)
		tcp_send_reset(conn);
	tcp_end(conn, TCP_END_ABORTED);
}

uint32_t tcp_unacked(const struct tcp_conn *conn)
{
	const uint32_t from = seq_max(conn->una, conn->iss + 1);

	return seq_lt(from, conn->end) ? conn->end - from : 0;
}
