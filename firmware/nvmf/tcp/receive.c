/*
 * The stream of PDUs from the host. A PDU may begin and end anywhere in a segment, and a segment anywhere in a PDU:
 * headers are collected in conn->header, data go straight to where they belong, piece by piece.
 *
 * Errors of the peer end the connection as clause 3.5 of the specification says: a C2HTermReq with the reason, then the
 * end of the stream. Only a wrong data digest is an error of the command alone.
 */
#include "digest.h"
#include "nvmf_tcp_internal.h"

#define MIN(a, b) ((a) < (b) ? (a) : (b))

/* Offsets of fields for the information of a C2HTermReq. */
enum { AT_TYPE = 0, AT_FLAGS = 1, AT_HLEN = 2, AT_PDO = 3, AT_PLEN = 4, AT_CCCID = 8, AT_TTAG = 10, AT_DATAO = 12 };

static const uint8_t header_bytes[PDU_TYPES] = {[PDU_IC_REQ] = sizeof(struct pdu_ic_req),
						[PDU_H2C_TERM_REQ] = sizeof(struct pdu_term_req),
						[PDU_CAPSULE_CMD] = sizeof(struct pdu_capsule_cmd),
						[PDU_H2C_DATA] = sizeof(struct pdu_data)};

/* The first eight bytes are there: is such a PDU possible now? */
static bool check_common(struct nvmf_tcp_conn *conn, const struct pdu_header *ch)
{
	const bool known = ch->type < PDU_TYPES && header_bytes[ch->type];
	uint8_t flags = 0;

	if (!known) {
		conn_fail(conn, FES_HEADER_FIELD, AT_TYPE);
		return false;
	}
	if (ch->type != PDU_H2C_TERM_REQ && (ch->type == PDU_IC_REQ) != (conn->state == CONN_NEW)) {
		conn_fail(conn, FES_SEQUENCE, 0);
		return false;
	}
	if (ch->hlen != header_bytes[ch->type]) {
		conn_fail(conn, FES_HEADER_FIELD, AT_HLEN);
		return false;
	}
	if (ch->type == PDU_CAPSULE_CMD || ch->type == PDU_H2C_DATA)
		flags = (uint8_t)((conn->header_digest ? PDU_HDGST : 0) | (conn->data_digest ? PDU_DDGST : 0) |
				  (ch->type == PDU_H2C_DATA ? PDU_LAST : 0));
	if (ch->flags & ~flags || (flags & PDU_HDGST & ~ch->flags)) {
		conn_fail(conn, FES_HEADER_FIELD, AT_FLAGS);
		return false;
	}
	conn->need = ch->hlen + (flags & PDU_HDGST ? PDU_DIGEST_BYTES : 0);
	return true;
}

static void ic_req(struct nvmf_tcp_conn *conn)
{
	struct pdu_ic_req req;

	memcpy(&req, conn->header, sizeof req);
	if (req.ch.plen != sizeof req)
		return conn_fail(conn, FES_HEADER_FIELD, AT_PLEN);
	if (req.pfv != 0)
		return conn_fail(conn, FES_UNSUPPORTED, offsetof(struct pdu_ic_req, pfv));
	if (req.hpda > PDU_HPDA_MAX)
		return conn_fail(conn, FES_HEADER_FIELD, offsetof(struct pdu_ic_req, hpda));
	conn->data_align = (uint8_t)((req.hpda + 1) * 4);
	conn->header_digest = req.dgst & PDU_DGST_HEADER;
	conn->data_digest = req.dgst & PDU_DGST_DATA;
	conn->state = CONN_READY;
	conn_send_ic_resp(conn);
}

/* Where the data begin, and how many bytes there are up to the digest. */
static bool data_extent(struct nvmf_tcp_conn *conn, const struct pdu_header *ch)
{
	const uint32_t digest = conn->data_digest && ch->flags & PDU_DDGST ? PDU_DIGEST_BYTES : 0;

	if (conn->data_digest && !digest) {
		conn_fail(conn, FES_HEADER_FIELD, AT_FLAGS);
		return false;
	}
	if (ch->pdo < conn->need) {
		conn_fail(conn, FES_HEADER_FIELD, AT_PDO);
		return false;
	}
	if (ch->plen <= ch->pdo + digest) {
		conn_fail(conn, FES_HEADER_FIELD, AT_PLEN);
		return false;
	}
	conn->pad = ch->pdo - conn->need;
	conn->data_left = ch->plen - ch->pdo - digest;
	return true;
}

static void capsule(struct nvmf_tcp_conn *conn)
{
	struct pdu_header ch;

	memcpy(&ch, conn->header, sizeof ch);
	if (ch.plen != conn->need) {
		if (!data_extent(conn, &ch))
			return;
		if (conn->data_left > nvmf_tcp_transport.options.in_capsule_data_size)
			return conn_fail(conn, FES_HEADER_FIELD, AT_PLEN);
	}
	request_begin(conn, conn->header + sizeof ch, conn->data_left);
}

static void h2c_data(struct nvmf_tcp_conn *conn)
{
	struct pdu_data pdu;
	struct nvmf_tcp_request *request;

	memcpy(&pdu, conn->header, sizeof pdu);
	if (!data_extent(conn, &pdu.ch))
		return;
	if (pdu.datal != conn->data_left)
		return conn_fail(conn, FES_HEADER_FIELD, AT_PLEN);
	request = request_of(conn, pdu.ttag);
	if (!request || request->state != REQUEST_DATA)
		return conn_fail(conn, FES_HEADER_FIELD, AT_TTAG);
	if (pdu.cccid != request->command.cid)
		return conn_fail(conn, FES_HEADER_FIELD, AT_CCCID);
	if (pdu.datao != request->received)
		return conn_fail(conn, FES_HEADER_FIELD, AT_DATAO);
	if (pdu.datal > request->base.length - request->received)
		return conn_fail(conn, FES_OUT_OF_RANGE, 0);
	conn->last = pdu.datao + pdu.datal == request->base.length;
	if (!(pdu.ch.flags & PDU_LAST) != !conn->last)
		return conn_fail(conn, FES_HEADER_FIELD, AT_FLAGS);
	conn->group->stats.data_pdus_in++;
	conn->into = request;
}

static void header_complete(struct nvmf_tcp_conn *conn)
{
	const uint32_t hlen = conn->header[AT_HLEN];

	conn->pad = conn->data_left = 0;
	conn->into = NULL;
	conn->last = true;
	conn->crc = DIGEST_START;
	if (conn->need > hlen) {
		uint32_t received;

		memcpy(&received, conn->header + hlen, sizeof received);
		if (received != digest_of(conn->header, hlen)) {
			conn->group->stats.header_digest_errors++;
			return conn_fail(conn, FES_HEADER_DIGEST, received);
		}
	}
	switch (conn->header[AT_TYPE]) {
	case PDU_CAPSULE_CMD:
		return capsule(conn);
	case PDU_H2C_DATA:
		return h2c_data(conn);
	case PDU_IC_REQ:
		return ic_req(conn);
	default: /* the host has found an error of ours; whatever follows does not matter */
		conn->group->stats.host_term_reqs++;
		conn_end(conn);
	}
}

/* The next part of the PDU that is not empty. */
static void next_phase(struct nvmf_tcp_conn *conn)
{
	if (conn->state == CONN_ENDING)
		return;
	if (conn->pad) {
		conn->phase = RX_PAD;
	} else if (conn->data_left) {
		conn->phase = RX_DATA;
	} else {
		conn->phase = RX_HEADER;
		conn->have = 0;
		conn->need = sizeof(struct pdu_header);
	}
}

static uint32_t take_header(struct nvmf_tcp_conn *conn, struct net_buf *buf, const uint8_t *data, uint32_t len)
{
	const uint32_t n = MIN(len, conn->need - conn->have);

	(void)buf;
	memcpy(conn->header + conn->have, data, n);
	conn->have += n;
	if (conn->have < conn->need)
		return n;
	if (conn->have == sizeof(struct pdu_header)) {
		struct pdu_header ch;

		memcpy(&ch, conn->header, sizeof ch);
		check_common(conn, &ch);
		return n;
	}
	header_complete(conn);
	next_phase(conn);
	return n;
}

static void data_complete(struct nvmf_tcp_conn *conn, bool digest_good)
{
	struct nvmf_tcp_request *request = conn->into;

	if (!digest_good) {
		conn->group->stats.data_digest_errors++;
		request_spoil(request);
	}
	if (conn->last)
		request_data_end(request);
	next_phase(conn);
}

static uint32_t take_data(struct nvmf_tcp_conn *conn, struct net_buf *buf, const uint8_t *data, uint32_t len)
{
	const uint32_t n = MIN(len, conn->data_left);

	if (conn->data_digest)
		conn->crc = digest_add(conn->crc, data, n);
	request_place(conn->into, buf, data, n);
	conn->data_left -= n;
	if (conn->data_left)
		return n;
	if (conn->data_digest) {
		conn->phase = RX_DIGEST;
		conn->have = 0;
	} else {
		data_complete(conn, true);
	}
	return n;
}

static uint32_t take_digest(struct nvmf_tcp_conn *conn, struct net_buf *buf, const uint8_t *data, uint32_t len)
{
	const uint32_t n = MIN(len, PDU_DIGEST_BYTES - conn->have);
	uint32_t received;

	(void)buf;
	memcpy(conn->digest + conn->have, data, n);
	conn->have += n;
	if (conn->have == PDU_DIGEST_BYTES) {
		memcpy(&received, conn->digest, sizeof received);
		data_complete(conn, received == digest_end(conn->crc));
	}
	return n;
}

static uint32_t take_pad(struct nvmf_tcp_conn *conn, struct net_buf *buf, const uint8_t *data, uint32_t len)
{
	const uint32_t n = MIN(len, conn->pad);

	(void)buf, (void)data;
	conn->pad -= n;
	if (conn->pad == 0)
		next_phase(conn);
	return n;
}

void conn_receive(struct tcp_conn *tcp, struct net_buf *buf, const uint8_t *data, uint32_t len)
{
	static uint32_t (*const take[])(struct nvmf_tcp_conn *, struct net_buf *, const uint8_t *, uint32_t) = {
		[RX_HEADER] = take_header, [RX_PAD] = take_pad, [RX_DATA] = take_data, [RX_DIGEST] = take_digest};
	struct nvmf_tcp_conn *conn = tcp->owner;
	uint32_t at = 0;

	while (at < len && conn->state != CONN_ENDING)
		at += take[conn->phase](conn, buf, data + at, len - at);
	if (conn->tcp)
		tcp_consumed(tcp, len);
}
