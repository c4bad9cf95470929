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
	for (uint32_t i = 0; i < conn->request_count; i++)
		if (conn->requests[i].state == REQUEST_DATA && conn->requests[i].unsent == 0)
			request_free(&conn->requests[i]);
	if (conn->first.state == REQUEST_DATA && conn->first.unsent == 0)
		request_free(&conn->first);
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

static void link_requests(struct nvmf_tcp_conn *conn, struct nvmf_tcp_request *requests, uint32_t count)
{
	for (uint32_t i = count; i-- > 0;) {
		requests[i].conn = conn;
		requests[i].ttag = (uint16_t)i;
		requests[i].next = conn->free;
		conn->free = &requests[i];
	}
}

bool conn_grow(struct nvmf_tcp_conn *conn, uint32_t entries)
{
	struct nvmf_tcp_group *group = conn->group;
	const uint32_t limit = nvmf_tcp_transport.options.max_queue_depth;
	const uint32_t depth = entries < limit ? entries : limit; /* the target refuses more */
	const uint32_t pages = depth * pages_of(nvmf_tcp_transport.options.in_capsule_data_size);
	const size_t bytes = REQUESTS_PER_ENTRY * depth * sizeof *conn->requests;

	if (group->far_free < group->far_reserved + pages)
		return false;
	conn->requests = cos_zalloc(COS_SMEM, bytes, CACHE_LINE);
	if (!conn->requests)
		conn->requests = cos_zalloc(COS_DDR, bytes, CACHE_LINE);
	if (!conn->requests)
		return false;
	conn->request_count = REQUESTS_PER_ENTRY * depth;
	conn->reserved_pages = pages;
	group->far_reserved += pages;
	link_requests(conn, conn->requests, conn->request_count);
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

const struct tcp_ops *conn_accept(struct tcp_listener *tcp_listener, struct tcp_conn *tcp)
{
	struct listener *listener = (struct listener *)tcp_listener;
	struct nvmf_tcp_group *group = tcp_listener->owner;
	struct nvmf_tcp_conn *conn = listener->closed ? NULL : cos_zalloc(COS_SMEM, sizeof *conn, CACHE_LINE);

	if (!conn) {
		group->stats.refused++;
		return NULL;
	}
	tcp->owner = conn;
	conn->tcp = tcp;
	conn->group = group;
	conn->need = sizeof(struct pdu_header);
	conn->deadline = group->config.stack->now + group->config.connect_timeout;
	link_requests(conn, &conn->first, 1);
	conn->first.ttag = UINT16_MAX; /* a Connect never needs R2T, so nobody can name it */
	nvmf_qpair_init(&conn->qpair, nvmf_tcp_transport.target, &nvmf_tcp_transport);
	conn->qpair.local = listener->address;
	address_set_traddr(&conn->qpair.local, &tcp->local);
	conn->next = group->conns;
	conn->previous = &group->conns;
	if (conn->next)
		conn->next->previous = &conn->next;
	group->conns = conn;
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
	conn->group->far_reserved -= conn->reserved_pages;
	conn->group->stats.closed++;
	cos_free(conn->requests);
	cos_free(conn);
}
