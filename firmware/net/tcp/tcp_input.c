/* Segments that arrive: RFC 9293 section 3.10.7, with PAWS, challenge acknowledgements and fast recovery. */
#include "tcp_internal.h"

#define PAWS_LIMIT_US (24ull * 24 * 3600 * 1000000) /* after 24 days without a segment the clock may have wrapped */
#define CHALLENGES_PER_SECOND 100u
#define ANSWER_INTERVAL_US 1000u

/* ---- Handshakes ---- */

static void take_syn_options(struct tcp_conn *conn, const struct segment *s)
{
	const struct tcp_config *config = conn->stack->tcp;

	conn->timestamps = s->has_timestamp && config->timestamps;
	conn->sack = s->sack_ok && config->sack;
	conn->send_scale = s->scale >= 0 ? (uint8_t)s->scale : 0;
	if (s->scale < 0)
		conn->receive_scale = 0;
	conn->ts_recent = s->ts_value;
	conn->ts_recent_at = conn->stack->now;
	conn->irs = s->seq;
	tcp_set_mss(conn, s->mss);
	tcp_init_window(conn);
}

static void set_window(struct tcp_conn *conn, const struct segment *s, uint8_t scale)
{
	conn->window = s->window << scale;
	conn->max_window = max_u32(conn->max_window, conn->window);
	conn->wl1 = s->seq;
	conn->wl2 = s->ack;
}

/* The connection is open: congestion control and keep-alive begin. */
static void open_up(struct tcp_conn *conn)
{
	conn->state = conn->fin_queued ? TCP_FIN_WAIT_1 : TCP_ESTABLISHED;
	conn->rto_at = 0;
	conn->una = conn->iss + 1;
	conn->high_rxt = conn->recover = conn->una;
	tcp_congestion_start(conn);
	if (conn->tries > 0) /* no round trip is known, and it may be long (RFC 6298 section 5.7) */
		conn->rto = 3 * conn->stack->tcp->rto_initial;
	conn->tries = 0;
	conn->backoff = 0;
	tcp_start_keep_alive(conn);
	tcp_make_ready(conn);
}

/* A listener's connection is complete; false if nobody wants it. */
static bool accept(struct tcp_conn *conn)
{
	struct tcp_listener *listener = conn->listener;

	listener->pending--;
	conn->listener = NULL;
	conn->ops = listener->accept(listener, conn);
	if (!conn->ops) {
		tcp_abort(conn);
		return false;
	}
	conn->stack->tcp_stats.accepted++;
	conn->ops->established(conn);
	return conn->state != TCP_CLOSED;
}

/* Both sides have connected at once. */
static bool opened_at_once(struct tcp_conn *conn)
{
	conn->stack->tcp_stats.connected++;
	conn->ops->established(conn);
	return conn->state != TCP_CLOSED;
}

static struct tcp_listener *find_listener(struct net_stack *stack, const struct segment *s)
{
	struct tcp_listener *l = stack->listeners;

	while (l && !(l->port == s->to_port && (net_addr_is_zero(&l->addr) || net_addr_equal(&l->addr, &s->in->to))))
		l = l->next;
	return l;
}

static struct tcp_conn *passive(struct net_stack *stack, struct tcp_listener *listener, const struct segment *s)
{
	struct tcp_conn *conn = tcp_new(stack, &s->in->to, s->to_port, &s->in->from, s->from_port);

	if (conn) {
		conn->state = TCP_SYN_RECEIVED;
		conn->listener = listener;
		listener->pending++;
	}
	return conn;
}

static void syn_for_listener(struct net_stack *stack, struct tcp_listener *listener, const struct segment *s)
{
	struct tcp_conn *conn = NULL;

	neighbour_hear(s->in);
	if (listener->pending < stack->tcp->backlog)
		conn = passive(stack, listener, s);
	if (!conn) {
		if (stack->tcp->syn_cookies)
			tcp_send_cookie(stack, s);
		else
			stack->tcp_stats.syn_drops++;
		return;
	}
	take_syn_options(conn, s);
	tcp_shake_hands(conn);
}

/* The acknowledgement of a cookie makes the connection; NULL if it is none. */
static struct tcp_conn *conn_from_cookie(struct net_stack *stack, struct tcp_listener *listener,
					 const struct segment *s)
{
	struct tcp_cookie cookie;
	struct segment syn = *s;
	struct tcp_conn *conn;

	if (!tcp_check_cookie(stack, s, &cookie))
		return NULL;
	conn = passive(stack, listener, s);
	if (!conn) {
		stack->tcp_stats.syn_drops++;
		return NULL;
	}
	syn.seq = s->seq - 1;
	syn.mss = cookie.mss;
	syn.scale = (int8_t)cookie.scale;
	syn.sack_ok = cookie.sack;
	take_syn_options(conn, &syn);
	conn->iss = s->ack - 1;
	conn->una = conn->iss;
	conn->nxt = conn->end = s->ack;
	conn->rcv_adv = conn->rcv_nxt + min_u32(stack->tcp->receive_window, 0xffff);
	return conn;
}

static void segment_input(struct tcp_conn *conn, const struct segment *s);

static void no_connection(struct net_stack *stack, const struct segment *s)
{
	struct tcp_listener *listener = find_listener(stack, s);
	struct tcp_conn *conn;

	if (listener && !(s->flags & TCP_RST)) {
		if (s->flags & TCP_ACK) {
			conn = s->flags & TCP_SYN ? NULL : conn_from_cookie(stack, listener, s);
			if (conn) {
				segment_input(conn, s);
				return;
			}
		} else if (s->flags & TCP_SYN) {
			syn_for_listener(stack, listener, s);
			return;
		}
	}
	if (!listener)
		stack->stats.no_port++;
	tcp_send_reset_for(s);
}

static void syn_sent_input(struct tcp_conn *conn, const struct segment *s)
{
	const bool ack = s->flags & TCP_ACK;

	if (ack && s->ack != conn->nxt) {
		tcp_send_reset_for(s);
		return;
	}
	if (s->flags & TCP_RST) {
		conn->stack->tcp_stats.resets_in++;
		if (ack)
			tcp_end(conn, TCP_END_REFUSED);
		return;
	}
	if (!(s->flags & TCP_SYN))
		return;
	take_syn_options(conn, s);
	if (!ack) { /* both sides open at once */
		conn->state = TCP_SYN_RECEIVED;
		tcp_send_syn(conn);
		tcp_arm_rto(conn);
		tcp_schedule(conn);
		return;
	}
	if (conn->timing)
		tcp_rtt_sample(conn, (uint32_t)(conn->stack->now - conn->timed_at));
	conn->timing = false;
	conn->stack->tcp_stats.connected++;
	open_up(conn);
	set_window(conn, s, 0);
	conn->ack_now = true;
	conn->ops->established(conn);
}

/* ---- Acknowledgements ---- */

static void challenge(struct tcp_conn *conn)
{
	struct net_stack *stack = conn->stack;
	const uint64_t second = stack->now / 1000000;

	if (second != stack->challenge_second) {
		stack->challenge_second = second;
		stack->challenge_count = 0;
	}
	if (stack->challenge_count++ >= CHALLENGES_PER_SECOND)
		return;
	stack->tcp_stats.challenge_acks++;
	tcp_send_ack(conn);
}

static void measure(struct tcp_conn *conn, const struct segment *s)
{
	if (conn->timing && seq_lt(conn->timed_seq, s->ack)) {
		conn->timing = false;
		tcp_rtt_sample(conn, (uint32_t)(conn->stack->now - conn->timed_at));
	} else if (!conn->timing && conn->timestamps && s->has_timestamp && s->ts_echo && conn->backoff) {
		/* After a retransmission the echo tells which transmission is meant. */
		const uint32_t ms = tcp_clock(conn->stack) - s->ts_echo;

		if (ms < 120 * 1000)
			tcp_rtt_sample(conn, ms * 1000);
	}
}

/* Gives acknowledged chunks back. */
static void release_acked(struct tcp_conn *conn)
{
	while (conn->chunks && seq_le(conn->chunks->seq + conn->chunks->len, conn->una)) {
		struct net_chunk *chunk = conn->chunks;

		conn->chunks = chunk->next;
		if (conn->cursor == chunk)
			conn->cursor = NULL;
		if (conn->last_chunk == chunk)
			conn->last_chunk = NULL;
		chunk_put(chunk);
	}
}

static void acked_new(struct tcp_conn *conn, const struct segment *s)
{
	const uint32_t flight = conn->nxt - conn->una, bytes = s->ack - conn->una;
	const bool fin = conn->fin_queued && s->ack == tcp_send_end(conn);
	/* The window grows only if it was the limit, and not by what ends a fast recovery. */
	const bool limited = conn->cwnd < conn->ssthresh ? 2 * (uint64_t)flight >= conn->cwnd
							 : flight + 3u * conn->mss >= conn->cwnd;
	const bool grows = limited && conn->recovery != TCP_FAST_RECOVERY;

	measure(conn, s);
	conn->una = s->ack;
	conn->tries = 0;
	conn->probed = false;
	tcp_sack_trim(conn);
	release_acked(conn);
	if (conn->recovery != TCP_OPEN && seq_le(conn->recover, conn->una)) {
		tcp_leave_recovery(conn);
	} else if (conn->recovery == TCP_FAST_RECOVERY && !conn->sack) {
		conn->force_retransmit = true; /* partial acknowledgement: the next segment is lost, too */
		conn->dup_acks = (uint8_t)(conn->dup_acks - min_u32(conn->dup_acks, bytes / conn->mss));
	} else if (conn->recovery == TCP_OPEN) {
		conn->dup_acks = 0;
	}
	if (grows)
		tcp_congestion_acked(conn, bytes);
	conn->rto_at = 0;
	conn->probe_at = 0;
	if (conn->una != conn->nxt)
		tcp_arm_rto(conn);
	if (fin)
		conn->fin_acked = true;
	if (conn->ops->sent && bytes > fin)
		conn->ops->sent(conn, bytes - fin);
}

static void acked_again(struct tcp_conn *conn, const struct segment *s, bool window_changed, uint8_t sacked_before)
{
	const bool duplicate = s->len == 0 && !window_changed && conn->una != conn->nxt && !(s->flags & TCP_FIN);

	if (s->window == 0) /* no room, but alive: that may last (RFC 9293 section 3.8.6.1) */
		conn->tries = 0;
	if ((duplicate || conn->sacked_count != sacked_before) && conn->dup_acks < UINT8_MAX)
		conn->dup_acks++;
}

/* False if the segment is to be dropped or the connection has gone. */
static bool ack_input(struct tcp_conn *conn, const struct segment *s)
{
	const uint8_t sacked_before = conn->sacked_count;
	const uint32_t window = s->window << conn->send_scale;
	const bool newer = seq_lt(conn->wl1, s->seq) || (conn->wl1 == s->seq && seq_le(conn->wl2, s->ack));
	const bool window_changed = newer && window != conn->window;

	if (seq_lt(conn->nxt, s->ack)) { /* nothing like that was sent */
		challenge(conn);
		return false;
	}
	if (seq_lt(s->ack, conn->una - conn->max_window)) { /* far too old: somebody guesses (RFC 5961) */
		challenge(conn);
		return false;
	}
	tcp_sack_update(conn, s);
	if (seq_lt(conn->una, s->ack))
		acked_new(conn, s);
	else if (s->ack == conn->una)
		acked_again(conn, s, window_changed, sacked_before);
	if (conn->state == TCP_CLOSED)
		return false;
	if (newer && seq_le(conn->una, s->ack))
		set_window(conn, s, conn->send_scale);
	if (conn->recovery == TCP_OPEN && conn->una != conn->nxt && seq_le(conn->recover, conn->una) &&
	    (conn->dup_acks >= TCP_DUP_THRESHOLD || (conn->sacked_count && tcp_is_lost(conn, conn->una))))
		tcp_enter_recovery(conn);
	tcp_make_ready(conn);
	return true;
}

/* Our FIN has been acknowledged; false if that was the end. */
static bool fin_acked(struct tcp_conn *conn)
{
	switch (conn->state) {
	case TCP_FIN_WAIT_1:
		conn->state = TCP_FIN_WAIT_2;
		/* A peer that neither sends nor closes must not keep the connection for ever. */
		conn->wait_at = conn->stack->now + conn->stack->tcp->time_wait;
		return true;
	case TCP_CLOSING:
		conn->state = TCP_TIME_WAIT;
		conn->keep_at = 0;
		conn->wait_at = conn->stack->now + conn->stack->tcp->time_wait;
		return true;
	case TCP_LAST_ACK:
		tcp_end(conn, TCP_END_CLOSED);
		return false;
	default:
		return true;
	}
}

/* ---- Data ---- */

static bool receiving(const struct tcp_conn *conn)
{
	return conn->state == TCP_ESTABLISHED || conn->state == TCP_FIN_WAIT_1 || conn->state == TCP_FIN_WAIT_2;
}

/* Gives bytes to the owner; false if the connection has gone. */
static bool give(struct tcp_conn *conn, struct net_buf *buf, const uint8_t *data, uint32_t len)
{
	if (len == 0)
		return true;
	conn->rcv_nxt += len;
	conn->unconsumed += len;
	conn->stack->tcp_stats.bytes_in += len;
	conn->ops->receive(conn, buf, data, len);
	return conn->state != TCP_CLOSED;
}

static bool peer_finished(struct tcp_conn *conn)
{
	conn->rcv_nxt++;
	conn->fin_received = true;
	conn->ack_now = true;
	if (conn->state == TCP_ESTABLISHED) {
		conn->state = TCP_CLOSE_WAIT;
	} else if (conn->state == TCP_FIN_WAIT_1) {
		conn->state = TCP_CLOSING;
	} else {
		conn->state = TCP_TIME_WAIT;
		conn->keep_at = 0;
		conn->wait_at = conn->stack->now + conn->stack->tcp->time_wait;
	}
	conn->ops->finished(conn);
	return conn->state != TCP_CLOSED;
}

static void forget_one(struct tcp_conn *conn)
{
	conn->ooo_count--;
	conn->stack->ooo_count--;
}

/* What waited for the gap that has just been closed. */
static bool drain(struct tcp_conn *conn)
{
	while (conn->ooo && seq_le(conn->ooo->seq, conn->rcv_nxt)) {
		struct net_buf *buf = conn->ooo;
		const uint32_t skip = conn->rcv_nxt - buf->seq;
		bool alive = true;

		conn->ooo = buf->next;
		forget_one(conn);
		if (skip < buf->payload_len)
			alive = give(conn, buf, buf->payload + skip, buf->payload_len - skip);
		if (alive && buf->fin && buf->seq + buf->payload_len == conn->rcv_nxt)
			alive = peer_finished(conn);
		net_buf_put(buf);
		if (!alive)
			return false;
	}
	return true;
}

/* Keeps a segment that came too early, if nothing there covers it. What it overlaps is cut off. */
static void keep(struct tcp_conn *conn, const struct segment *s, uint32_t skip, uint32_t len, bool fin)
{
	struct net_buf **at = &conn->ooo, *buf = s->in->buf;
	uint32_t seq = s->seq + skip;
	const uint8_t *data = s->data + skip;

	conn->stack->tcp_stats.out_of_order++;
	conn->ooo_latest = seq;
	while (*at && seq_le((*at)->seq, seq)) {
		const uint32_t end = (*at)->seq + (*at)->payload_len;

		if (seq_lt(seq, end)) {
			const uint32_t cut = end - seq;

			if (cut >= len && !fin)
				return;
			if (cut > len)
				return;
			seq += cut, data += cut, len -= cut;
		}
		at = &(*at)->next;
	}
	while (*at && seq_le((*at)->seq + (*at)->payload_len, seq + len) && !(*at)->fin && len) {
		struct net_buf *covered = *at;

		*at = covered->next;
		forget_one(conn);
		net_buf_put(covered);
	}
	if (*at && seq_lt((*at)->seq, seq + len)) {
		len = (*at)->seq - seq;
		fin = false;
	}
	if ((len == 0 && !fin) || conn->ooo_count == TCP_OOO_MAX || buf->refs > 1 ||
	    conn->stack->ooo_count >= conn->stack->tcp->out_of_order)
		return;
	buf->seq = seq;
	buf->payload = data;
	buf->payload_len = len;
	buf->fin = fin;
	net_buf_get(buf);
	buf->next = *at;
	*at = buf;
	conn->ooo_count++;
	conn->stack->ooo_count++;
}

/* Text and FIN of an acceptable segment; false if the connection has gone. */
static bool data_input(struct tcp_conn *conn, const struct segment *s)
{
	const uint32_t old = seq_lt(s->seq, conn->rcv_nxt) ? conn->rcv_nxt - s->seq : 0;
	const uint32_t edge = seq_max(conn->rcv_adv, conn->rcv_nxt);
	bool fin = s->flags & TCP_FIN;
	uint32_t len = s->len;

	if (seq_lt(edge, s->seq + len)) { /* beyond the window */
		len = seq_lt(s->seq, edge) ? edge - s->seq : 0;
		fin = false;
	}
	if (len == 0 && !fin)
		return true;
	if (old > len || (old == len && !fin)) {
		conn->ack_now = true;
		return true;
	}
	if (seq_lt(conn->rcv_nxt, s->seq)) {
		keep(conn, s, 0, len, fin);
		tcp_send_ack(conn); /* every one: the peer counts them */
		return true;
	}
	if (conn->ooo)
		conn->ack_now = true; /* the gap is being closed (RFC 5681 section 4.2) */
	if (!give(conn, s->in->buf, s->data + old, len - old))
		return false;
	if (fin && !peer_finished(conn))
		return false;
	if (!fin && !drain(conn))
		return false;
	if (conn->state == TCP_FIN_WAIT_2) /* the peer's half of the connection is in use */
		conn->wait_at = conn->stack->now + conn->stack->tcp->time_wait;
	if (len - old >= conn->mss / 2)
		conn->ack_pending++;
	if (conn->ack_pending >= 2)
		conn->ack_now = true;
	else if (!conn->ack_now && !conn->ack_at)
		conn->ack_at = conn->stack->now + conn->stack->tcp->delayed_ack;
	return true;
}

/* ---- Checks in front of all that ---- */

static bool in_window(const struct tcp_conn *conn, const struct segment *s)
{
	const uint32_t len = s->len + !!(s->flags & TCP_SYN) + !!(s->flags & TCP_FIN);
	const uint32_t edge = seq_max(conn->rcv_adv, conn->rcv_nxt);
	const uint32_t last = s->seq + (len ? len - 1 : 0);
	const bool first_in = seq_le(conn->rcv_nxt, s->seq) && seq_lt(s->seq, edge);
	const bool last_in = seq_le(conn->rcv_nxt, last) && seq_lt(last, edge);

	if (len == 0)
		return s->seq == conn->rcv_nxt || first_in;
	return first_in || last_in || (s->seq == conn->rcv_nxt && edge == conn->rcv_nxt && s->len == 0);
}

/* RFC 7323 section 5: an old timestamp means an old duplicate. */
static bool paws_ok(struct tcp_conn *conn, const struct segment *s)
{
	if (!conn->timestamps || s->flags & TCP_RST)
		return true;
	if ((int32_t)(s->ts_value - conn->ts_recent) >= 0)
		return true;
	return conn->stack->now - conn->ts_recent_at > PAWS_LIMIT_US;
}

/* Two ends that disagree must not answer each other's acknowledgements for ever: one a millisecond is enough. */
static void answer(struct tcp_conn *conn, const struct segment *s)
{
	const bool empty = s->len == 0 && !(s->flags & (TCP_SYN | TCP_FIN));

	if (empty && conn->stack->now < conn->answer_at)
		return;
	conn->answer_at = conn->stack->now + ANSWER_INTERVAL_US;
	tcp_send_ack(conn);
}

/* False if the segment is not acceptable; it has then been answered if it may be. */
static bool acceptable(struct tcp_conn *conn, const struct segment *s)
{
	const bool fresh = paws_ok(conn, s);

	if (conn->timestamps && !s->has_timestamp && !(s->flags & TCP_RST)) { /* RFC 7323 section 3.2 */
		conn->stack->tcp_stats.paws_drops++;
		return false;
	}
	if (fresh && in_window(conn, s))
		return true;
	if (!fresh)
		conn->stack->tcp_stats.paws_drops++;
	else if (seq_lt(s->seq, conn->rcv_nxt))
		conn->stack->tcp_stats.duplicates++;
	else
		conn->stack->tcp_stats.outside_window++;
	if (s->flags & TCP_RST)
		return false;
	/* Even so an acknowledgement in it may open our window; it is checked like any other. */
	if (fresh && s->flags & TCP_ACK && s->seq == conn->rcv_nxt && !ack_input(conn, s))
		return false;
	if (conn->state == TCP_TIME_WAIT)
		conn->wait_at = conn->stack->now + conn->stack->tcp->time_wait;
	answer(conn, s);
	return false;
}

static void reset_input(struct tcp_conn *conn, const struct segment *s)
{
	enum tcp_end end = TCP_END_RESET;

	if (conn->state == TCP_TIME_WAIT) /* RFC 1337: old duplicates must not end it early */
		return;
	if (s->seq != conn->rcv_nxt) {
		challenge(conn);
		return;
	}
	conn->stack->tcp_stats.resets_in++;
	if (conn->state == TCP_SYN_RECEIVED && !conn->listener)
		end = TCP_END_REFUSED;
	if (conn->state == TCP_CLOSING || conn->state == TCP_LAST_ACK)
		end = TCP_END_CLOSED; /* both sides had said all */
	tcp_end(conn, end);
}

static void segment_input(struct tcp_conn *conn, const struct segment *s)
{
	/* A repeated SYN of a half-open connection: our answer has got lost. */
	if (conn->state == TCP_SYN_RECEIVED && s->flags & TCP_SYN && s->seq == conn->irs && !(s->flags & TCP_ACK)) {
		tcp_send_syn(conn);
		return;
	}
	if (conn->state == TCP_TIME_WAIT && s->flags & TCP_SYN && !(s->flags & TCP_ACK) &&
	    seq_lt(conn->rcv_nxt, s->seq)) { /* a new incarnation (section 3.6.1) */
		struct net_stack *stack = conn->stack;

		tcp_end(conn, TCP_END_CLOSED);
		no_connection(stack, s);
		return;
	}
	if (!acceptable(conn, s))
		return;
	if (s->flags & TCP_RST) {
		reset_input(conn, s);
		return;
	}
	if (s->flags & TCP_SYN) {
		challenge(conn);
		return;
	}
	if (conn->timestamps && seq_le(s->seq, conn->last_ack_sent)) {
		conn->ts_recent = s->ts_value;
		conn->ts_recent_at = conn->stack->now;
	}
	if (!(s->flags & TCP_ACK))
		return;
	if (conn->state == TCP_SYN_RECEIVED) {
		if (s->ack != conn->iss + 1) {
			tcp_send_reset_for(s);
			return;
		}
		if (conn->timing)
			tcp_rtt_sample(conn, (uint32_t)(conn->stack->now - conn->timed_at));
		conn->timing = false;
		open_up(conn);
		set_window(conn, s, conn->send_scale);
		if (!(conn->listener ? accept(conn) : opened_at_once(conn)))
			return;
	}
	tcp_start_keep_alive(conn);
	if (!ack_input(conn, s))
		return;
	if (conn->fin_acked && !fin_acked(conn))
		return;
	if (receiving(conn) && !data_input(conn, s))
		return;
	if (!receiving(conn) && conn->fin_received && s->len)
		conn->ack_now = true;
	if (conn->ack_now)
		tcp_make_ready(conn);
	tcp_schedule(conn);
}

void tcp_input(const struct packet *in)
{
	struct net_stack *stack = in->netif->stack;
	struct tcp_conn *conn;
	struct segment s;

	stack->tcp_stats.segments_in++;
	if (in->group || !tcp_parse(in, &s)) {
		stack->stats.bad_frames++;
		return;
	}
	if (!in->buf->checksum_good &&
	    sum_fold(sum_bytes(sum_pseudo(&in->from, &in->to, IP_TCP, in->l4_len), in->l4, in->l4_len)) != 0xffff) {
		stack->stats.bad_checksums++;
		return;
	}
	conn = tcp_find(stack, &s);
	if (!conn)
		no_connection(stack, &s);
	else if (conn->state == TCP_SYN_SENT)
		syn_sent_input(conn, &s);
	else
		segment_input(conn, &s);
}
