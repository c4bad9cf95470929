/*
 * Connections: from accept to the last of their requests.
 *
 * Three parties hold on to one: TCP (until gone()), the target (until its queue pair is closed) and the requests whose
 * answers the peer has not acknowledged. When all have let go it is freed, by nvmf_tcp_poll().
 */
#include "cos/arena.h"
#include "nvmf_tcp_internal.h"

/* Answers stay in memory until they are acknowledged, so a queue needs more requests than entries. */
#define REQUESTS_PER_ENTRY 2u
#define REQUESTS_BEFORE_CONNECT 2u

static void own_chunk_sent(struct net_chunk *chunk)
{
	struct nvmf_tcp_conn *conn = chunk->owner;

	conn->own_chunks--;
	if (conn->state == CONN_ENDING)
		conn->group->ended = true;
}

static void send_own(struct nvmf_tcp_conn *conn, struct net_chunk *chunk, const uint8_t *bytes, uint32_t len)
{
	*chunk = (struct net_chunk){.data = bytes, .len = len, .release = own_chunk_sent, .owner = conn};
	conn->own_chunks++;
	if (!tcp_send(conn->tcp, chunk))
		own_chunk_sent(chunk);
}

void conn_send_ic_resp(struct nvmf_tcp_conn *conn)
{
	const struct pdu_ic_resp pdu = {.ch = {.type = PDU_IC_RESP, .hlen = sizeof pdu, .plen = sizeof pdu},
					.dgst = (uint8_t)((conn->header_digest ? PDU_DGST_HEADER : 0) |
							  (conn->data_digest ? PDU_DGST_DATA : 0)),
					.maxh2cdata = nvmf_tcp_transport.options.max_io_size};

	memcpy(conn->ic_resp.bytes, &pdu, sizeof pdu);
	send_own(conn, &conn->ic_resp.chunk, conn->ic_resp.bytes, sizeof pdu);
}

static void qpair_closed(struct nvmf_qpair *qpair, void *arg)
{
	struct nvmf_tcp_conn *conn = (struct nvmf_tcp_conn *)qpair;

	(void)arg;
	conn->closed = true;
	conn->group->ended = true;
}

/* No more commands: tells the target once. */
static void stop(struct nvmf_tcp_conn *conn)
{
	conn->state = CONN_ENDING;
	if (conn->closing)
		return;
	conn->closing = true;
	if (conn->into && conn->into->state == REQUEST_DATA) /* its data will not come */
		conn->into = NULL;
	for (uint32_t i = 0; conn->busy && i < requests_made(conn->group); i++) {
		struct nvmf_tcp_request *request = request_of(conn, (uint16_t)i);

		if (request)
			request_free_if_done(request);
	}
	nvmf_qpair_close(&conn->qpair, qpair_closed, NULL);
}

void conn_end(struct nvmf_tcp_conn *conn)
{
	stop(conn);
	if (conn->tcp)
		tcp_close(conn->tcp);
}

void conn_fail(struct nvmf_tcp_conn *conn, enum pdu_fatal fes, uint32_t information)
{
	const uint32_t data = conn->have < PDU_TERM_DATA_MAX ? conn->have : PDU_TERM_DATA_MAX;
	const struct pdu_term_req pdu = {
		.ch = {.type = PDU_C2H_TERM_REQ, .hlen = sizeof pdu, .plen = (uint32_t)sizeof pdu + data},
		.fes = fes,
		.fei_low = (uint16_t)information,
		.fei_high = (uint16_t)(information >> 16)};

	if (conn->state == CONN_ENDING)
		return;
	conn->group->stats.protocol_errors++;
	memcpy(conn->term, &pdu, sizeof pdu);
	memcpy(conn->term + sizeof pdu, conn->header, data);
	send_own(conn, &conn->term_chunk, conn->term, pdu.ch.plen);
	conn_end(conn);
}

static bool promise(struct nvmf_tcp_conn *conn, uint32_t requests)
{
	struct nvmf_tcp_group *group = conn->group;

	group->promised += requests;
	if (requests_grow(group)) {
		conn->request_limit += requests;
		return true;
	}
	group->promised -= requests;
	return false;
}

bool conn_grow(struct nvmf_tcp_conn *conn, uint32_t entries)
{
	struct pool *far = &conn->group->pools[POOL_FAR];
	const uint32_t limit = nvmf_tcp_transport.options.max_queue_depth;
	const uint32_t depth = entries < limit ? entries : limit; /* the target refuses more */
	const uint32_t pages = depth * pages_of(nvmf_tcp_transport.options.in_capsule_data_size);

	if (far->free < far->reserved + pages || !promise(conn, REQUESTS_PER_ENTRY * depth - REQUESTS_BEFORE_CONNECT))
		return false;
	conn->reserved_pages = pages;
	far->reserved += pages;
	return true;
}

/* ---- TCP's calls ---- */

static void on_established(struct tcp_conn *tcp) { (void)tcp; }

static void on_finished(struct tcp_conn *tcp) { conn_end(tcp->owner); }

static void on_gone(struct tcp_conn *tcp, enum tcp_end end)
{
	struct nvmf_tcp_conn *conn = tcp->owner;

	(void)end;
	conn->tcp = NULL;
	stop(conn);
	conn->group->ended = true;
}

static const struct tcp_ops conn_ops = {
	.established = on_established, .receive = conn_receive, .finished = on_finished, .gone = on_gone};

static struct nvmf_tcp_conn *alloc_conn(const struct nvmf_tcp_group *group)
{
	struct nvmf_tcp_conn *conn = NULL;

	if (group->conn_count < NEAR_CONNS)
		conn = cos_zalloc(COS_SMEM, sizeof *conn, CACHE_LINE);
	return conn ? conn : cos_zalloc(COS_DDR, sizeof *conn, CACHE_LINE);
}

static struct nvmf_tcp_conn *new_conn(struct nvmf_tcp_group *group)
{
	struct nvmf_tcp_conn *conn = alloc_conn(group);

	if (!conn)
		return NULL;
	conn->group = group;
	if (promise(conn, REQUESTS_BEFORE_CONNECT))
		return conn;
	cos_free(conn);
	return NULL;
}

const struct tcp_ops *conn_accept(struct tcp_listener *tcp_listener, struct tcp_conn *tcp)
{
	struct listener *listener = (struct listener *)tcp_listener;
	struct nvmf_tcp_group *group = tcp_listener->owner;
	struct nvmf_tcp_conn *conn = listener->closed ? NULL : new_conn(group);

	if (!conn) {
		group->stats.refused++;
		return NULL;
	}
	tcp->owner = conn;
	conn->tcp = tcp;
	conn->need = sizeof(struct pdu_header);
	conn->deadline = group->config.stack->now + group->config.connect_timeout;
	nvmf_qpair_init(&conn->qpair, nvmf_tcp_transport.target, &nvmf_tcp_transport);
	conn->qpair.local = *listener_address(listener);
	address_set_traddr(&conn->qpair.local, &tcp->local);
	conn->next = group->conns;
	conn->previous = &group->conns;
	if (conn->next)
		conn->next->previous = &conn->next;
	group->conns = conn;
	group->conn_count++;
	group->stats.accepted++;
	return &conn_ops;
}

void conn_free_if_ended(struct nvmf_tcp_conn *conn)
{
	if (conn->tcp || !conn->closed || conn->busy || conn->own_chunks)
		return;
	*conn->previous = conn->next;
	if (conn->next)
		conn->next->previous = conn->previous;
	conn->group->pools[POOL_FAR].reserved -= conn->reserved_pages;
	conn->group->promised -= conn->request_limit;
	conn->group->conn_count--;
	conn->group->stats.closed++;
	cos_free(conn);
}
