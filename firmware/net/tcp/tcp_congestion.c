/* Congestion windows: slow start, NewReno (RFC 5681), CUBIC (RFC 9438). */
#include "tcp_internal.h"

#define CUBIC_C 0.4
#define CUBIC_BETA 0.7

/* Cube root by Newton's method; x >= 0. */
static double cube_root(double x)
{
	double r = x > 1 ? x / 3 + 1 : 1;

	if (x <= 0)
		return 0;
	for (int i = 0; i < 40; i++)
		r -= (r * r * r - x) / (3 * r * r);
	return r;
}

void tcp_congestion_start(struct tcp_conn *conn)
{
	/* Whose SYN has been lost more than once is far away or behind a full line (RFC 6928 section 2). */
	conn->cwnd = (conn->tries > 1 ? 1 : conn->stack->tcp->initial_window) * conn->mss;
	conn->ssthresh = UINT32_MAX;
}

uint32_t tcp_congestion_reduce(struct tcp_conn *conn)
{
	/* What limited transmit has added does not count (RFC 5681 section 3.2). */
	const uint32_t flight = min_u32(conn->nxt - conn->una, conn->cwnd), floor = 2u * conn->mss;
	const double window = (double)conn->cwnd / conn->mss;

	if (conn->stack->tcp->control == TCP_NEWRENO)
		return max_u32(flight / 2, floor);
	/* A window that did not reach the last maximum leaves room to newcomers (section 4.7). */
	conn->cubic_wmax = window < conn->cubic_wmax ? window * (1 + CUBIC_BETA) / 2 : window;
	conn->cubic_epoch = 0;
	return max_u32((uint32_t)((double)flight * CUBIC_BETA), floor);
}

static void newreno(struct tcp_conn *conn, uint32_t bytes)
{
	conn->acked_bytes += bytes;
	if (conn->acked_bytes < conn->cwnd)
		return;
	conn->acked_bytes -= conn->cwnd;
	conn->cwnd += conn->mss;
}

static void cubic(struct tcp_conn *conn, uint32_t bytes)
{
	const double window = (double)conn->cwnd / conn->mss, acked = (double)bytes / conn->mss;
	double t, wanted;

	if (!conn->cubic_epoch) {
		conn->cubic_epoch = conn->stack->now;
		conn->cubic_west = window;
		if (conn->cubic_wmax < window)
			conn->cubic_wmax = window;
		conn->cubic_k = cube_root((conn->cubic_wmax - window) / CUBIC_C);
	}
	t = (double)(conn->stack->now - conn->cubic_epoch + conn->srtt) * 1e-6 - conn->cubic_k;
	wanted = CUBIC_C * t * t * t + conn->cubic_wmax;
	/* What NewReno would have: never be slower (section 4.3). */
	conn->cubic_west += 3 * (1 - CUBIC_BETA) / (1 + CUBIC_BETA) * acked / window;
	if (wanted < conn->cubic_west)
		wanted = conn->cubic_west;
	if (wanted > window * 1.5)
		wanted = window * 1.5;
	if (wanted > window)
		conn->cwnd += (uint32_t)((wanted - window) / window * bytes);
}

void tcp_congestion_acked(struct tcp_conn *conn, uint32_t bytes)
{
	const uint32_t limit = 1u << 30;

	if (conn->cwnd >= limit)
		return;
	if (conn->cwnd < conn->ssthresh)
		conn->cwnd += min_u32(bytes, 2u * conn->mss); /* RFC 3465 */
	else if (conn->stack->tcp->control == TCP_NEWRENO)
		newreno(conn, bytes);
	else
		cubic(conn, bytes);
}
