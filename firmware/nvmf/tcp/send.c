/* PDUs to the host: built in the request, sent as chunks, given back when the host has acknowledged them. */
#include "cos/arena.h"
#include "digest.h"
#include "nvmf_tcp_internal.h"

static void pdu_sent(struct net_chunk *chunk)
{
	struct nvmf_tcp_request *request = chunk->owner;

	request->unsent--;
	request_free_if_done(request);
}

static void send_chunk(struct nvmf_tcp_request *request, struct net_chunk *chunk)
{
	request->unsent++;
	if (!tcp_send(request->conn->tcp, chunk))
		chunk->release(chunk);
}

static void set_chunk(struct nvmf_tcp_request *request, struct net_chunk *chunk, const uint8_t *bytes, uint32_t len)
{
	*chunk = (struct net_chunk){.data = bytes, .len = len, .release = pdu_sent, .owner = request};
}

/* The header is at `bytes`; adds its digest. Returns the length. */
static uint32_t seal(const struct nvmf_tcp_conn *conn, uint8_t *bytes, uint32_t hlen)
{
	uint32_t digest;

	if (!conn->header_digest)
		return hlen;
	digest = digest_of(bytes, hlen);
	memcpy(bytes + hlen, &digest, sizeof digest);
	return hlen + PDU_DIGEST_BYTES;
}

static uint8_t header_flags(const struct nvmf_tcp_conn *conn) { return conn->header_digest ? PDU_HDGST : 0; }
static uint8_t header_digest_bytes(const struct nvmf_tcp_conn *conn)
{
	return conn->header_digest ? PDU_DIGEST_BYTES : 0;
}

/* Asks for all data of the command at once. */
void request_send_r2t(struct nvmf_tcp_request *request)
{
	struct nvmf_tcp_conn *conn = request->conn;
	const struct pdu_r2t pdu = {.ch = {.type = PDU_R2T,
					   .flags = header_flags(conn),
					   .hlen = sizeof pdu,
					   .plen = sizeof pdu + header_digest_bytes(conn)},
				    .cccid = request->command.cid,
				    .ttag = request->ttag,
				    .r2tl = request->base.length};

	memcpy(request->tail.bytes, &pdu, sizeof pdu);
	set_chunk(request, &request->tail.chunk, request->tail.bytes, seal(conn, request->tail.bytes, sizeof pdu));
	conn->group->stats.r2ts++;
	send_chunk(request, &request->tail.chunk);
}

/* A response capsule at `bytes`; returns its length. */
static uint32_t put_response(struct nvmf_tcp_request *request, uint8_t *bytes)
{
	const struct nvmf_tcp_conn *conn = request->conn;
	struct pdu_capsule_resp pdu = {.ch = {.type = PDU_CAPSULE_RESP,
					      .flags = header_flags(conn),
					      .hlen = sizeof pdu,
					      .plen = sizeof pdu + header_digest_bytes(conn)}};

	memcpy(pdu.cqe, &request->base.cpl, sizeof pdu.cqe);
	memcpy(bytes, &pdu, sizeof pdu);
	conn->group->stats.responses++;
	return seal(conn, bytes, sizeof pdu);
}

static void send_response(struct nvmf_tcp_request *request)
{
	set_chunk(request, &request->head.chunk, request->head.bytes, put_response(request, request->head.bytes));
	send_chunk(request, &request->head.chunk);
}

/* The host may take the last data for the whole answer: nothing but zeros would be in the response. */
static bool success_flag(const struct nvmf_tcp_request *request)
{
	return request->conn->qpair.no_flow_control && !nvmf_tcp_transport.options.no_c2h_success &&
	       request->base.cpl.cdw0 == 0 && request->base.cpl.cdw1 == 0;
}

/* Of what the device has written; drops what the core's cache holds of it first. */
static uint32_t data_digest(const struct nvmf_tcp_request *request)
{
	uint32_t crc = DIGEST_START;

	for (uint32_t i = 0; i < request->piece_count; i++) {
		const uint8_t *data = piece_memory(&request->pieces[i]);

		cos_dma_sync_for_cpu(data, request->segments[i].length);
		crc = digest_add(crc, data, request->segments[i].length);
	}
	return digest_end(crc);
}

static uint32_t put_data_header(struct nvmf_tcp_request *request, bool success)
{
	const struct nvmf_tcp_conn *conn = request->conn;
	const uint32_t hlen = sizeof(struct pdu_data) + header_digest_bytes(conn);
	const uint32_t pdo = (hlen + conn->data_align - 1) / conn->data_align * conn->data_align;
	const struct pdu_data pdu = {
		.ch = {.type = PDU_C2H_DATA,
		       .flags = (uint8_t)(header_flags(conn) | (conn->data_digest ? PDU_DDGST : 0) | PDU_LAST |
					  (success ? PDU_SUCCESS : 0)),
		       .hlen = sizeof pdu,
		       .pdo = (uint8_t)pdo,
		       .plen = pdo + request->base.length + (conn->data_digest ? PDU_DIGEST_BYTES : 0)},
		.cccid = request->command.cid,
		.datal = request->base.length};

	memcpy(request->head.bytes, &pdu, sizeof pdu);
	seal(conn, request->head.bytes, sizeof pdu);
	memset(request->head.bytes + hlen, 0, pdo - hlen);
	return pdo;
}

/* One C2HData PDU with all data, then the response unless the flag says it. */
static void send_data(struct nvmf_tcp_request *request)
{
	struct nvmf_tcp_conn *conn = request->conn;
	const bool success = success_flag(request);
	uint8_t *tail = request->tail.bytes;
	uint32_t tail_bytes = 0, pieces = request->piece_count;

	request->unsent++; /* stays until all is queued */
	set_chunk(request, &request->head.chunk, request->head.bytes, put_data_header(request, success));
	send_chunk(request, &request->head.chunk);
	if (conn->data_digest) {
		const uint32_t digest = data_digest(request);

		memcpy(tail, &digest, sizeof digest);
		tail_bytes = sizeof digest;
	}
	request->piece_count = 0; /* they go back one by one */
	for (uint32_t i = 0; i < pieces; i++)
		send_chunk(request, &request->pieces[i].chunk);
	if (!success)
		tail_bytes += put_response(request, tail + tail_bytes);
	if (tail_bytes) {
		set_chunk(request, &request->tail.chunk, tail, tail_bytes);
		send_chunk(request, &request->tail.chunk);
	}
	conn->group->stats.data_pdus_out++;
	conn->group->stats.successes += success;
	request->unsent--;
	request_free_if_done(request);
}

void request_complete(struct nvmf_request *base)
{
	struct nvmf_tcp_request *request = (struct nvmf_tcp_request *)base;
	const bool data = request->direction == NVMF_CONTROLLER_TO_HOST && base->length && !NVME_CPL_STATUS(&base->cpl);

	request->state = REQUEST_REPLYING;
	if (request->conn->state == CONN_ENDING) {
		request_free_if_done(request);
		return;
	}
	if (data) {
		send_data(request);
		return;
	}
	request_free_buffers(request);
	send_response(request);
}
