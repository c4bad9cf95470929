/*
 * Timers. A connection has several; it is filed in a wheel of 256 slots of 1 ms under the earliest. A timer that moves
 * later leaves it where it is: when its slot comes up the connection is filed again.
 */
#include "tcp_internal.h"

#define GRANULARITY_US 1000u
#define MAX_BACKOFF 12u

void tcp_rtt_sample(struct tcp_conn *conn, uint32_t us)
{
	const struct tcp_config *config = conn->stack->tcp;
	uint32_t rto;

	us = max_u32(us, 1);
	if (!conn->srtt) {
		conn->srtt = us;
		conn->rttvar = us / 2;
	} else {
		const uint32_t error = us > conn->srtt ? us - conn->srtt : conn->srtt - us;

		conn->rttvar += error / 4 - conn->rttvar / 4;
		conn->srtt = max_u32(conn->srtt + us / 8 - conn->srtt / 8, 1);
	}
	conn->backoff = 0;
	rto = conn->srtt + max_u32(GRANULARITY_US, 4 * conn->rttvar);
	conn->rto = min_u32(max_u32(rto, config->rto_min), config->rto_max);
}

void tcp_arm_rto(struct tcp_conn *conn)
{
	const uint64_t rto = (uint64_t)conn->rto << conn->backoff;
	const uint64_t max = conn->stack->tcp->rto_max;

	conn->rto_at = conn->stack->now + (rto < max ? rto : max);
}

void tcp_start_keep_alive(struct tcp_conn *conn)
{
	const uint32_t idle = conn->stack->tcp->keep_idle;

	conn->keep_sent = 0;
	conn->keep_at = idle ? conn->stack->now + idle : 0;
}

static uint64_t earliest(const struct tcp_conn *conn)
{
	const uint64_t times[] = {conn->rto_at, conn->probe_at, conn->persist_at,
				  conn->ack_at, conn->keep_at,	conn->wait_at};
	uint64_t first = UINT64_MAX;

	for (unsigned i = 0; i < sizeof(times) / sizeof(*times); i++)
		if (times[i] && times[i] < first)
			first = times[i];
	return first;
}

void tcp_unschedule(struct tcp_conn *conn)
{
	if (!conn->wheel_prev)
		return;
	*conn->wheel_prev = conn->wheel_next;
	if (conn->wheel_next)
		conn->wheel_next->wheel_prev = conn->wheel_prev;
	conn->wheel_prev = NULL;
}

void tcp_schedule(struct tcp_conn *conn)
{
	struct net_stack *stack = conn->stack;
	const uint64_t at = earliest(conn);
	uint64_t tick;
	struct tcp_conn **slot;

	if (at == UINT64_MAX)
		return tcp_unschedule(conn);
	tick = (at + TCP_WHEEL_TICK_US - 1) / TCP_WHEEL_TICK_US;
	if (tick < stack->wheel_tick)
		tick = stack->wheel_tick;
	if (tick > stack->wheel_tick + TCP_WHEEL_SLOTS - 1)
		tick = stack->wheel_tick + TCP_WHEEL_SLOTS - 1;
	if (conn->wheel_prev && conn->wheel_at <= tick)
		return;
	tcp_unschedule(conn);
	slot = &stack->wheel[tick % TCP_WHEEL_SLOTS];
	conn->wheel_at = tick;
	conn->wheel_next = *slot;
	conn->wheel_prev = slot;
	if (*slot)
		(*slot)->wheel_prev = &conn->wheel_next;
	*slot = conn;
}

static void back_off(struct tcp_conn *conn)
{
	conn->tries++;
	conn->backoff = (uint8_t)min_u32(conn->backoff + 1u, MAX_BACKOFF);
}

/* Returns false if the connection has been given up. */
static bool retransmission_timeout(struct tcp_conn *conn)
{
	const struct tcp_config *config = conn->stack->tcp;
	const bool opening = conn->state == TCP_SYN_SENT || conn->state == TCP_SYN_RECEIVED;

	conn->rto_at = 0;
	if (conn->tries >= (opening ? config->syn_tries : config->data_tries)) {
		tcp_end(conn, TCP_END_TIMEOUT);
		return false;
	}
	if (opening) {
		back_off(conn);
		conn->timing = false;
		tcp_send_syn(conn);
		tcp_arm_rto(conn);
	} else if (conn->una != conn->nxt) {
		tcp_enter_loss(conn);
		back_off(conn);
		tcp_arm_rto(conn);
		tcp_make_ready(conn);
	}
	return true;
}

/* Sends new data if there are any and the window has room, else the last segment again. */
static void tail_probe(struct tcp_conn *conn)
{
	const uint32_t waiting = tcp_send_end(conn) - conn->nxt;
	const uint32_t edge = conn->una + conn->window;
	uint32_t seq = conn->nxt, len;

	conn->probe_at = 0;
	if (conn->una == conn->nxt || conn->recovery != TCP_OPEN)
		return;
	len = min_u32(waiting, conn->mss);
	if (len == 0 || seq_lt(edge, conn->nxt + len)) {
		len = min_u32(conn->nxt - conn->una, conn->mss);
		seq = conn->nxt - len;
	}
	conn->probed = true;
	conn->stack->tcp_stats.tail_probes++;
	tcp_send_data(conn, seq, len);
	tcp_arm_rto(conn);
}

static void persist(struct tcp_conn *conn)
{
	const uint32_t edge = conn->una + conn->window;
	const uint64_t wait = (uint64_t)conn->rto << min_u32(conn->persist_backoff, MAX_BACKOFF);
	const uint64_t max = conn->stack->tcp->rto_max;

	if (conn->persist_backoff < UINT8_MAX)
		conn->persist_backoff++;
	conn->persist_at = conn->stack->now + (2 * wait < max ? 2 * wait : max);
	if (seq_lt(conn->nxt, edge)) {
		conn->window_forced = true;
		tcp_make_ready(conn);
	} else {
		tcp_send_probe(conn, false);
	}
}

static bool keep_alive(struct tcp_conn *conn)
{
	const struct tcp_config *config = conn->stack->tcp;

	if (conn->keep_sent >= config->keep_tries) {
		tcp_send_reset(conn);
		tcp_end(conn, TCP_END_TIMEOUT);
		return false;
	}
	conn->keep_sent++;
	conn->keep_at = conn->stack->now + config->keep_interval;
	if (conn->una == conn->nxt) /* otherwise retransmissions find out */
		tcp_send_probe(conn, true);
	return true;
}

static bool due(uint64_t at, uint64_t now) { return at && at <= now; }

static void fire(struct tcp_conn *conn)
{
	const uint64_t now = conn->stack->now;

	if (due(conn->wait_at, now)) {
		tcp_end(conn, TCP_END_CLOSED);
		return;
	}
	if (due(conn->rto_at, now) && !retransmission_timeout(conn))
		return;
	if (due(conn->keep_at, now) && !keep_alive(conn))
		return;
	if (due(conn->probe_at, now))
		tail_probe(conn);
	if (due(conn->persist_at, now))
		persist(conn);
	if (due(conn->ack_at, now)) {
		conn->stack->tcp_stats.delayed_acks++;
		tcp_send_ack(conn);
	}
	tcp_schedule(conn);
}

static void turn_wheel(struct net_stack *stack)
{
	const uint64_t now_tick = stack->now / TCP_WHEEL_TICK_US;

	if (now_tick >= stack->wheel_tick + TCP_WHEEL_SLOTS)
		stack->wheel_tick = now_tick - TCP_WHEEL_SLOTS + 1; /* every slot comes up once */
	while (stack->wheel_tick <= now_tick) {
		struct tcp_conn *conn = stack->wheel[stack->wheel_tick % TCP_WHEEL_SLOTS];

		stack->wheel[stack->wheel_tick % TCP_WHEEL_SLOTS] = NULL;
		stack->wheel_tick++;
		if (conn)
			conn->wheel_prev = &conn;
		while (conn) {
			struct tcp_conn *first = conn;

			tcp_unschedule(first);
			fire(first);
		}
	}
}

void tcp_poll(struct net_stack *stack)
{
	struct tcp_conn *ready, *dead;

	turn_wheel(stack);
	ready = stack->ready;
	stack->ready = NULL;
	while (ready) {
		struct tcp_conn *conn = ready;

		ready = conn->ready_next;
		conn->ready = false;
		if (conn->state == TCP_CLOSED)
			continue;
		tcp_output(conn);
		tcp_schedule(conn);
	}
	dead = stack->dead;
	stack->dead = NULL;
	while (dead) {
		struct tcp_conn *conn = dead;

		dead = conn->next;
		if (conn->ready) { /* still in the list of the next poll */
			conn->next = stack->dead;
			stack->dead = conn;
		} else {
			conn->next = stack->free_conns;
			stack->free_conns = conn;
		}
	}
}

uint64_t tcp_next_event(const struct net_stack *stack)
{
	if (stack->ready || stack->dead)
		return stack->now;
	for (uint64_t t = stack->wheel_tick; t < stack->wheel_tick + TCP_WHEEL_SLOTS; t++)
		if (stack->wheel[t % TCP_WHEEL_SLOTS])
			return t * TCP_WHEEL_TICK_US;
	return UINT64_MAX;
}
