/*
 * Loss recovery: the scoreboard of what the peer has selectively acknowledged, the estimate of what is in the network,
 * and what to send again (RFC 6675; without SACK, RFC 6582).
 *
 * A hole is what lies between acknowledged pieces. Since the same pieces lie above every byte of a hole, a hole is lost
 * as a whole or not at all. Nothing is ever sent back in time: `nxt` stays, holes below `high_rxt` have been sent
 * again.
 */
#include "tcp_internal.h"

static void insert(struct tcp_conn *conn, struct tcp_range r)
{
	struct tcp_range *at = conn->sacked;
	unsigned count = conn->sacked_count, first = 0, last;

	while (first < count && seq_lt(at[first].end, r.begin))
		first++;
	for (last = first; last < count && seq_le(at[last].begin, r.end); last++) {
		r.begin = seq_min(r.begin, at[last].begin);
		r.end = seq_max(r.end, at[last].end);
	}
	if (last == first && count == TCP_SACK_RANGES)
		return; /* forgotten: it may be sent again without need */
	memmove(at + first + 1, at + last, (count - last) * sizeof(*at));
	at[first] = r;
	conn->sacked_count = (uint8_t)(count - (last - first) + 1);
}

void tcp_sack_update(struct tcp_conn *conn, const struct segment *s)
{
	if (!conn->sack)
		return;
	for (unsigned i = 0; i < s->sack_count; i++) {
		const struct tcp_range r = s->sacks[i];

		/* Blocks below una report duplicates (RFC 2883). */
		if (seq_lt(r.begin, r.end) && seq_lt(conn->una, r.begin) && seq_le(r.end, conn->nxt))
			insert(conn, r);
	}
}

/* Forgets what lies below una. */
void tcp_sack_trim(struct tcp_conn *conn)
{
	unsigned gone = 0;

	while (gone < conn->sacked_count && seq_le(conn->sacked[gone].end, conn->una))
		gone++;
	conn->sacked_count = (uint8_t)(conn->sacked_count - gone);
	memmove(conn->sacked, conn->sacked + gone, conn->sacked_count * sizeof(*conn->sacked));
	if (conn->sacked_count && seq_lt(conn->sacked[0].begin, conn->una))
		conn->sacked[0].begin = conn->una;
	if (seq_lt(conn->high_rxt, conn->una))
		conn->high_rxt = conn->una;
}

bool tcp_is_lost(const struct tcp_conn *conn, uint32_t seq)
{
	uint32_t bytes = 0;
	unsigned i = conn->sacked_count;

	if (conn->recovery == TCP_LOSS && seq_lt(seq, conn->recover))
		return true;
	if (!conn->sack)
		return conn->recovery == TCP_FAST_RECOVERY && seq_lt(seq, conn->una + conn->mss);
	for (; i > 0 && seq_lt(seq, conn->sacked[i - 1].begin); i--)
		bytes += conn->sacked[i - 1].end - conn->sacked[i - 1].begin;
	return conn->sacked_count - i >= TCP_DUP_THRESHOLD || bytes > (TCP_DUP_THRESHOLD - 1) * conn->mss;
}

/* The end of the hole that begins at `from` with `index` pieces below it; without SACK the lost part counts as one. */
static uint32_t hole_end(const struct tcp_conn *conn, uint32_t from, unsigned index)
{
	uint32_t end = index < conn->sacked_count ? conn->sacked[index].begin : conn->nxt;

	if (conn->recovery == TCP_LOSS && seq_lt(from, conn->recover))
		end = seq_min(end, conn->recover);
	else if (!conn->sack && conn->recovery == TCP_FAST_RECOVERY && seq_lt(from, conn->una + conn->mss))
		end = seq_min(end, conn->una + conn->mss);
	return end;
}

uint32_t tcp_pipe(const struct tcp_conn *conn)
{
	uint32_t pipe = 0, at = conn->una;
	unsigned i = 0;

	while (seq_lt(at, conn->nxt)) {
		const uint32_t end = hole_end(conn, at, i);

		if (!tcp_is_lost(conn, at))
			pipe += end - at;
		if (conn->recovery != TCP_OPEN && seq_lt(at, conn->high_rxt))
			pipe += seq_min(end, conn->high_rxt) - at;
		at = end;
		if (i < conn->sacked_count && at == conn->sacked[i].begin)
			at = conn->sacked[i++].end;
	}
	if (!conn->sack) /* every duplicate acknowledgement tells of a segment that has left the network */
		pipe -= min_u32(pipe, conn->dup_acks * (uint32_t)conn->mss);
	return pipe;
}

bool tcp_next_hole(const struct tcp_conn *conn, bool lost_only, uint32_t *seq, uint32_t *len)
{
	uint32_t at = conn->una;
	unsigned i = 0;

	while (seq_lt(at, conn->nxt)) {
		const uint32_t end = hole_end(conn, at, i), from = seq_max(at, conn->high_rxt);
		const bool inner = i < conn->sacked_count;

		if (seq_lt(from, end) && (lost_only ? tcp_is_lost(conn, at) : inner)) {
			*seq = from;
			*len = min_u32(end - from, conn->mss);
			return true;
		}
		at = end;
		if (inner && at == conn->sacked[i].begin)
			at = conn->sacked[i++].end;
	}
	return false;
}

uint32_t tcp_first_hole(const struct tcp_conn *conn)
{
	return min_u32(hole_end(conn, conn->una, 0) - conn->una, conn->mss);
}

static void enter(struct tcp_conn *conn, enum tcp_recovery kind)
{
	conn->recovery = kind;
	conn->recover = conn->nxt;
	conn->high_rxt = conn->una;
	conn->force_retransmit = true;
	conn->probe_at = 0;
	conn->timing = false;
}

void tcp_enter_recovery(struct tcp_conn *conn)
{
	conn->ssthresh = tcp_congestion_reduce(conn);
	conn->cwnd = conn->ssthresh;
	conn->stack->tcp_stats.fast_recoveries++;
	enter(conn, TCP_FAST_RECOVERY);
}

/* After a timeout everything that is not known to have arrived counts as lost. Repeated timeouts of the same data
 * reduce the threshold only once (RFC 5681 section 3.1). */
void tcp_enter_loss(struct tcp_conn *conn)
{
	if (conn->recovery != TCP_LOSS || !conn->tries)
		conn->ssthresh = tcp_congestion_reduce(conn);
	/* Who acknowledges up to a piece and not the piece has thrown it away (RFC 2018 section 8). */
	if (conn->sacked_count && conn->sacked[0].begin == conn->una)
		conn->sacked_count = 0;
	conn->cwnd = conn->mss;
	conn->acked_bytes = 0;
	conn->dup_acks = 0;
	conn->stack->tcp_stats.timeouts++;
	enter(conn, TCP_LOSS);
}

void tcp_leave_recovery(struct tcp_conn *conn)
{
	if (conn->recovery == TCP_FAST_RECOVERY)
		conn->cwnd = conn->ssthresh;
	conn->recovery = TCP_OPEN;
	conn->force_retransmit = false;
	conn->dup_acks = 0;
	conn->acked_bytes = 0;
}
