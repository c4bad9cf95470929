/* Commands: their memory, their data from the host, their execution. */
#include "cos/arena.h"
#include "nvmf_tcp_internal.h"

static struct nvmf_tcp_request *take_request(struct nvmf_tcp_conn *conn)
{
	struct nvmf_tcp_request *request = conn->busy < conn->request_limit ? request_take(conn->group) : NULL;

	if (!request)
		return NULL;
	conn->busy++;
	request->conn = conn;
	request->state = REQUEST_EXECUTING;
	return request;
}

void request_free(struct nvmf_tcp_request *request)
{
	struct nvmf_tcp_conn *conn = request->conn;

	request_free_buffers(request);
	request->state = REQUEST_FREE;
	request_give(request);
	conn->busy--;
	if (conn->state == CONN_ENDING)
		conn->group->ended = true;
}

void request_free_if_done(struct nvmf_tcp_request *request)
{
	const bool ended = request->conn->state == CONN_ENDING &&
			   (request->state == REQUEST_DATA || request->state == REQUEST_COPYING);

	if (request->unsent == 0 && request->copies == 0 && (ended || request->state == REQUEST_REPLYING))
		request_free(request);
}

static void fail(struct nvmf_tcp_request *request, uint8_t sc, bool dnr)
{
	request->failed = true;
	nvmf_request_set_status(&request->base, NVME_SCT_GENERIC, sc, dnr);
}

static void execute(struct nvmf_tcp_request *request)
{
	request->state = REQUEST_EXECUTING;
	if (request->failed)
		request_complete(&request->base);
	else
		nvmf_request_exec(&request->base);
}

/* What the capsule's SGL descriptor says about the data; false: it cannot be. */
static bool parse_sgl(struct nvmf_tcp_request *request, uint32_t in_capsule, bool *solicit)
{
	const struct nvme_sgl sgl = request->command.sgl;
	const bool from_host = request->direction == NVMF_HOST_TO_CONTROLLER;

	*solicit = false;
	request->base.length = sgl.length;
	if (request->direction == NVMF_NO_DATA || sgl.length == 0) {
		request->base.length = 0;
		return true;
	}
	if (request->direction == NVMF_BIDIRECTIONAL) {
		fail(request, NVME_SC_INVALID_OPCODE, true);
	} else if (sgl.type == NVME_SGL_TYPE(NVME_SGL_DATA, NVME_SGL_OFFSET) && from_host) {
		if (sgl.address != 0) /* ICDOFF is 0: the data begin where they begin */
			fail(request, NVME_SC_INVALID_SGL_OFFSET, true);
		else if (sgl.length > in_capsule)
			fail(request, NVME_SC_DATA_SGL_LENGTH, true);
	} else if (sgl.type == NVME_SGL_TYPE(NVME_SGL_TRANSPORT_DATA, NVME_SGL_TRANSPORT)) {
		if (sgl.length > nvmf_tcp_transport.options.max_io_size)
			fail(request, NVME_SC_DATA_SGL_LENGTH, true);
		*solicit = from_host;
	} else {
		fail(request, NVME_SC_SGL_TYPE, true);
	}
	return !request->failed;
}

/* All is there for a command without data from the host, or to ask for them. */
static void proceed(struct nvmf_tcp_request *request)
{
	if (request->direction == NVMF_HOST_TO_CONTROLLER && request->base.length && !request->failed) {
		request->state = REQUEST_DATA;
		request_send_r2t(request);
	} else {
		execute(request);
	}
}

static void wait_for_memory(struct nvmf_tcp_request *request)
{
	struct nvmf_tcp_group *group = request->conn->group;

	request->state = REQUEST_WAITING;
	request->next = NULL;
	*group->waiting_end = request;
	group->waiting_end = &request->next;
	group->stats.waits++;
}

bool request_retry(struct nvmf_tcp_request *request)
{
	if (request->conn->state == CONN_ENDING)
		request_free(request);
	else if (!request_take_buffers(request, false))
		return false;
	else
		proceed(request);
	return true;
}

/* The queue's size is known: room for its commands. */
static void prepare_connect(struct nvmf_tcp_request *request)
{
	struct nvmf_connect_command connect;

	memcpy(&connect, &request->command, sizeof connect);
	if (connect.fctype != NVMF_CONNECT || request->conn->reserved_pages)
		return;
	if (!conn_grow(request->conn, connect.sqsize + 1u)) {
		request->failed = true;
		nvmf_request_set_status(&request->base, NVME_SCT_SPECIFIC, NVMF_SC_CONTROLLER_BUSY, false);
	}
}

void request_begin(struct nvmf_tcp_conn *conn, const uint8_t *sqe, uint32_t in_capsule)
{
	struct nvmf_tcp_request *request = take_request(conn);
	bool solicit = false, memory;

	if (!request) /* more commands than the queue has entries */
		return conn_fail(conn, FES_SEQUENCE, 0);
	memcpy(&request->command, sqe, sizeof request->command);
	conn->group->stats.commands++;
	request->base.qpair = &conn->qpair;
	request->base.cmd = &request->command;
	request->base.segment_count = 0;
	request->base.length = 0;
	request->received = 0;
	request->failed = false;
	request->direction = (uint8_t)nvmf_command_direction(&request->command);
	if (request->command.opcode == NVME_ADMIN_FABRICS)
		prepare_connect(request);
	memory = request->failed || !parse_sgl(request, in_capsule, &solicit) || request->base.length == 0 ||
		 request_take_buffers(request, in_capsule > 0);
	if (in_capsule) {
		conn->group->stats.in_capsule++;
		if (!memory)
			fail(request, NVME_SC_INTERNAL_ERROR, false);
		request->state = REQUEST_DATA;
		conn->into = request;
	} else if (memory) {
		proceed(request);
	} else {
		wait_for_memory(request);
	}
}

void request_place(struct nvmf_tcp_request *request, struct net_buf *buf, const uint8_t *data, uint32_t len)
{
	uint32_t at = request->received;

	request->received += len;
	for (const struct piece *piece = request->pieces; len > 0 && piece < request->pieces + request->piece_count;
	     piece++) {
		const uint32_t bytes = piece->pool->bytes;

		if (at >= bytes) {
			at -= bytes;
			continue;
		}
		const uint32_t n = len < bytes - at ? len : bytes - at;

		copy_in(request, piece, at, buf, data, n);
		at = 0, data += n, len -= n;
	}
}

void request_spoil(struct nvmf_tcp_request *request) { fail(request, NVME_SC_TRANSIENT_TRANSPORT, false); }

void request_data_end(struct nvmf_tcp_request *request)
{
	cos_dma_sync_for_device();
	if (request->copies > 0)
		request->state = REQUEST_COPYING;
	else
		execute(request);
}

void request_copied(struct nvmf_tcp_request *request)
{
	if (request->conn->state == CONN_ENDING)
		request_free_if_done(request);
	else if (request->state == REQUEST_COPYING)
		execute(request);
}
