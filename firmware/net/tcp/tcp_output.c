/* Sending: what may go out, and the segments themselves. */
#include "tcp_internal.h"

static void put_header(uint8_t *h, uint16_t from, uint16_t to, uint32_t seq, uint32_t ack, uint8_t flags,
		       uint32_t window, unsigned options)
{
	put16(h, from);
	put16(h + 2, to);
	put32(h + 4, seq);
	put32(h + 8, ack);
	h[12] = (uint8_t)((TCP_HEADER + options) / 4 << 4);
	h[13] = flags;
	put16(h + 14, window);
	put32(h + 16, 0);
}

static bool emit(struct tcp_conn *conn, struct net_tx *tx)
{
	conn->stack->tcp_stats.segments_out++;
	return ip_send(conn->stack, tx, &conn->local, &conn->remote, IP_TCP, 16);
}

/* Announces the window; what this segment acknowledges need not be acknowledged again. */
static uint32_t announce(struct tcp_conn *conn)
{
	/* Rounded up, so that the edge does not move back by the rounding. */
	const uint32_t unit = 1u << conn->receive_scale;
	const uint32_t window = min_u32((tcp_receive_window(conn) + unit - 1) >> conn->receive_scale, 0xffff);

	conn->rcv_adv = seq_max(conn->rcv_adv, conn->rcv_nxt + (window << conn->receive_scale));
	conn->last_ack_sent = conn->rcv_nxt;
	conn->ack_now = false;
	conn->ack_pending = 0;
	conn->ack_at = 0;
	return window;
}

/* A segment without data. */
static bool send_plain(struct tcp_conn *conn, uint32_t seq, uint8_t flags)
{
	struct net_tx *tx = tx_alloc(conn->stack);
	uint8_t *h;
	unsigned options;

	if (!tx)
		return false;
	h = tx->header + NET_L4_OFFSET;
	options = tcp_put_options(conn, h + TCP_HEADER);
	put_header(h, conn->local_port, conn->remote_port, seq, conn->rcv_nxt, flags, announce(conn), options);
	tx->end = (uint16_t)(NET_L4_OFFSET + TCP_HEADER + options);
	return emit(conn, tx);
}

void tcp_send_ack(struct tcp_conn *conn) { send_plain(conn, conn->nxt, TCP_ACK); }

/* An old sequence number makes the peer answer with its window. */
void tcp_send_probe(struct tcp_conn *conn, bool keep_alive)
{
	if (keep_alive)
		conn->stack->tcp_stats.keep_alives++;
	else
		conn->stack->tcp_stats.zero_window_probes++;
	send_plain(conn, conn->una - 1, TCP_ACK);
}

void tcp_send_reset(struct tcp_conn *conn)
{
	conn->stack->tcp_stats.resets_out++;
	send_plain(conn, conn->nxt, TCP_RST | TCP_ACK);
}

/* The answer to a segment that belongs to no connection (RFC 9293 section 3.10.7.1). */
void tcp_send_reset_for(const struct segment *s)
{
	struct net_stack *stack = s->in->netif->stack;
	struct net_tx *tx;
	uint8_t *h;

	if (s->flags & TCP_RST || s->in->group)
		return;
	tx = tx_alloc(stack);
	if (!tx)
		return;
	h = tx->header + NET_L4_OFFSET;
	if (s->flags & TCP_ACK)
		put_header(h, s->to_port, s->from_port, s->ack, 0, TCP_RST, 0, 0);
	else
		put_header(h, s->to_port, s->from_port, 0,
			   s->seq + s->len + !!(s->flags & TCP_SYN) + !!(s->flags & TCP_FIN), TCP_RST | TCP_ACK, 0, 0);
	tx->end = NET_L4_OFFSET + TCP_HEADER;
	stack->tcp_stats.resets_out++;
	stack->tcp_stats.segments_out++;
	ip_send(stack, tx, &s->in->to, &s->in->from, IP_TCP, 16);
}

/* SYN, or SYN and ACK. The window of a SYN is never scaled. */
void tcp_send_syn(struct tcp_conn *conn)
{
	struct net_tx *tx = tx_alloc(conn->stack);
	const bool answer = conn->state == TCP_SYN_RECEIVED;
	uint32_t window = min_u32(conn->stack->tcp->receive_window, 0xffff);
	const int scale = !answer || conn->receive_scale ? conn->receive_scale : conn->send_scale ? 0 : -1;
	unsigned options;
	uint8_t *h;

	if (!tx)
		return;
	h = tx->header + NET_L4_OFFSET;
	options = tcp_put_syn_options(h + TCP_HEADER, tcp_local_mss(conn->stack, &conn->remote), scale, conn->sack,
				      conn->timestamps, tcp_clock(conn->stack), conn->ts_recent);
	put_header(h, conn->local_port, conn->remote_port, conn->iss, answer ? conn->rcv_nxt : 0,
		   answer ? TCP_SYN | TCP_ACK : TCP_SYN, window, options);
	tx->end = (uint16_t)(NET_L4_OFFSET + TCP_HEADER + options);
	if (answer)
		conn->rcv_adv = conn->rcv_nxt + window;
	emit(conn, tx);
}

uint32_t tcp_send_end(const struct tcp_conn *conn) { return conn->end + conn->fin_queued; }

/* Adds the queued bytes from `seq` on; returns how many. */
static uint32_t add_data(struct tcp_conn *conn, struct net_tx *tx, uint32_t seq, uint32_t len)
{
	struct net_chunk *chunk = conn->cursor && seq_le(conn->cursor->seq, seq) ? conn->cursor : conn->chunks;
	uint32_t added = 0;

	while (chunk && added < len) {
		const uint32_t offset = seq + added - chunk->seq;

		if (offset < chunk->len) {
			const uint32_t n = min_u32(chunk->len - offset, len - added);

			if (!tx_add(tx, chunk->data + offset, n, chunk))
				break;
			added += n;
			conn->cursor = chunk;
		}
		chunk = chunk->next;
	}
	return added;
}

/* Books what has been sent. What the driver refused goes out again at the next poll. */
static bool sent(struct tcp_conn *conn, uint32_t seq, uint32_t len, bool accepted)
{
	struct net_stack *stack = conn->stack;

	if (!conn->rto_at)
		tcp_arm_rto(conn);
	if (!accepted) {
		tcp_make_ready(conn);
		return false;
	}
	if (seq_lt(seq, conn->nxt)) {
		stack->tcp_stats.retransmits++;
		if (conn->timing && seq_le(seq, conn->timed_seq)) /* Karn: no sample from what was sent twice */
			conn->timing = false;
		conn->high_rxt = seq_max(conn->high_rxt, seq + len);
	} else if (!conn->timing) {
		conn->timing = true;
		conn->timed_seq = seq;
		conn->timed_at = stack->now;
	}
	conn->nxt = seq_max(conn->nxt, seq + len);
	stack->tcp_stats.bytes_out += len;
	return true;
}

bool tcp_send_data(struct tcp_conn *conn, uint32_t seq, uint32_t len)
{
	struct net_tx *tx = tx_alloc(conn->stack);
	unsigned options, extra;
	uint8_t flags = TCP_ACK;
	uint8_t *h;

	if (!tx) {
		tcp_make_ready(conn);
		return false;
	}
	h = tx->header + NET_L4_OFFSET;
	options = tcp_put_options(conn, h + TCP_HEADER);
	extra = options - (conn->timestamps ? TCP_TIMESTAMP_BYTES : 0);
	tx->end = (uint16_t)(NET_L4_OFFSET + TCP_HEADER + options);
	len = min_u32(len, conn->mss > extra ? conn->mss - extra : 1);
	if (seq_lt(conn->end, seq + len))
		len = conn->end - seq;
	len = add_data(conn, tx, seq, len);
	if (seq + len == conn->end) {
		flags |= len ? TCP_PSH : 0;
		flags |= conn->fin_queued ? TCP_FIN : 0;
	}
	put_header(h, conn->local_port, conn->remote_port, seq, conn->rcv_nxt, flags, announce(conn), options);
	len += !!(flags & TCP_FIN);
	return sent(conn, seq, len, emit(conn, tx));
}

/* New data: as much as both windows allow, in full segments. */
static bool next_new(struct tcp_conn *conn, uint32_t pipe, uint32_t *len)
{
	const uint32_t waiting = tcp_send_end(conn) - conn->nxt;
	const uint32_t edge = conn->una + conn->window;
	const uint32_t usable = seq_lt(conn->nxt, edge) ? edge - conn->nxt : 0;

	*len = min_u32(min_u32(waiting, conn->mss), usable);
	if (*len == 0 || pipe + min_u32(*len, conn->mss) > conn->cwnd)
		return false;
	if (*len == conn->mss || conn->window_forced)
		return true;
	if (*len < waiting) /* the window cuts it short: worth sending only if it is half the peer's buffer */
		return *len >= conn->max_window / 2;
	return !conn->stack->tcp->nagle || conn->una == conn->nxt || conn->fin_queued;
}

static bool send_next(struct tcp_conn *conn)
{
	uint32_t pipe = tcp_pipe(conn), seq, len;

	if (conn->force_retransmit) {
		len = tcp_first_hole(conn);
		conn->force_retransmit = !tcp_send_data(conn, conn->una, len);
		return !conn->force_retransmit;
	}
	if (conn->recovery != TCP_OPEN && tcp_next_hole(conn, true, &seq, &len) && pipe + len <= conn->cwnd)
		return tcp_send_data(conn, seq, len);
	if (next_new(conn, pipe, &len)) {
		conn->window_forced = false;
		return tcp_send_data(conn, conn->nxt, len);
	}
	if (conn->recovery == TCP_FAST_RECOVERY && tcp_next_hole(conn, false, &seq, &len) && pipe + len <= conn->cwnd)
		return tcp_send_data(conn, seq, len);
	return false;
}

/* Data that wait with nothing on the way wait for the window: somebody must ask. */
static void check_persist(struct tcp_conn *conn)
{
	const bool stuck = conn->una == conn->nxt && seq_lt(conn->nxt, tcp_send_end(conn));

	if (!stuck) {
		conn->persist_at = 0;
		conn->persist_backoff = 0;
	} else if (!conn->persist_at) {
		conn->persist_at = conn->stack->now + conn->rto;
	}
}

/* A probe for the end of the flight, unless the timeout comes first anyway (after RFC 8985 section 7). */
static void arm_tail_probe(struct tcp_conn *conn)
{
	const bool want =
		conn->recovery == TCP_OPEN && conn->una != conn->nxt && conn->srtt && !conn->probed && conn->sack;
	uint64_t after = 2u * (uint64_t)conn->srtt + 2000;

	if (conn->nxt - conn->una <= 2u * conn->mss) /* the peer may be waiting for a second full segment */
		after += conn->stack->tcp->delayed_ack;
	conn->probe_at = want ? conn->stack->now + after : 0;
	if (conn->probe_at >= conn->rto_at)
		conn->probe_at = 0;
}

void tcp_output(struct tcp_conn *conn)
{
	const uint32_t before = conn->nxt;

	if (conn->state < TCP_ESTABLISHED || conn->state == TCP_TIME_WAIT) {
		if (conn->ack_now)
			tcp_send_ack(conn);
		return;
	}
	while (send_next(conn))
		;
	if (conn->ack_now)
		tcp_send_ack(conn);
	check_persist(conn);
	if (conn->nxt != before || !conn->probe_at)
		arm_tail_probe(conn);
}
