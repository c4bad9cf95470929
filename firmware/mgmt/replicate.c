/*
 * The same request in all clusters. The RM of the control cluster publishes method and parameters in its memory and
 * sends a message to the RMs of the others; they copy, parse and execute, and send back how it ended. There is one such
 * request at a time.
 */
#include <stdio.h>
#include <string.h>

#include "cos/arena.h"
#include "cos/cpu.h"
#include "cos/reactor.h"
#include "internal.h"
#include "mppa/k200lp_messages.h"

enum operation { EXECUTE, EXECUTED };

struct message {
	uint32_t operation;
	int32_t code;
	uint64_t address; /* global; EXECUTE: a struct call; EXECUTED: the text of the error */
};

struct call {
	char method[RPC_MAX_NAME];
	uint64_t params; /* global address; 0: none */
	uint32_t length;
};

/* Control cluster. */
static struct {
	uint32_t others, waiting;
	struct call call;
	struct rpc_request *request;
	void (*done)(struct rpc_request *request);
} master;

/* Other clusters. */
static struct {
	uint8_t control_cluster;
	char *text;
	struct json_value *values;
	struct rpc_request request;
} replica;

bool rpc_has_others(void) { return master.others != 0; }

static void send(unsigned cluster, const struct message *message)
{
	while (!cos_msg_send(cluster, MPPA_RM, K200LP_MSG_MGMT, message, sizeof(*message)))
		cos_reactor_poll();
}

/* --- Control cluster -------------------------------------------------------------------------------------------------
 */

void rpc_replicate(struct rpc_request *request, void (*done)(struct rpc_request *request))
{
	const struct json_value *params = request->params;
	const struct message message = {.operation = EXECUTE, .address = cos_global_address(&master.call)};

	snprintf(master.call.method, sizeof(master.call.method), "%s", request->method->name);
	master.call.params = params ? cos_global_address(params->text) : 0;
	master.call.length = params ? params->length : 0;
	master.request = request;
	master.done = done;
	master.waiting = master.others;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	for (unsigned cluster = 0; cluster < MPPA_CLUSTERS; cluster++)
		if (master.others >> cluster & 1)
			send(cluster, &message);
}

static void executed(unsigned cluster, int code, const char *text)
{
	struct rpc_request *request = master.request;

	if (code && !request->code) {
		request->code = code;
		snprintf(request->message, sizeof(request->message), "Cluster %u: %s", cluster, text);
	}
	master.waiting &= ~(1u << cluster);
	if (!master.waiting)
		master.done(request);
}

/* --- Other clusters --------------------------------------------------------------------------------------------------
 */

static void answer(struct rpc_request *request)
{
	const struct message message = {
		.operation = EXECUTED,
		.code = request->code,
		.address = cos_global_address(request->message),
	};

	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	send(replica.control_cluster, &message);
}

static bool allocate(void)
{
	if (!replica.text) {
		replica.text = cos_alloc(COS_DDR, RPC_MAX_REQUEST, 64);
		replica.values = cos_alloc(COS_DDR, RPC_MAX_VALUES * sizeof(*replica.values), 64);
		replica.request.result.buffer = cos_alloc(COS_DDR, RPC_MAX_RESPONSE, 64);
		replica.request.result.size = RPC_MAX_RESPONSE;
	}
	return replica.text && replica.values && replica.request.result.buffer;
}

static bool prepare(const struct call *call)
{
	uint32_t where;

	replica.request.method = rpc_find(call->method);
	replica.request.params = NULL;
	if (!replica.request.method || call->length > RPC_MAX_REQUEST || !allocate())
		return false;
	if (!call->params)
		return true;
	memcpy(replica.text, (const void *)(uintptr_t)call->params, call->length);
	replica.request.params = replica.values;
	return json_parse(replica.text, call->length, replica.values, RPC_MAX_VALUES, &where) > 0;
}

static void execute(uint64_t address)
{
	const struct call call = *(const struct call *)(uintptr_t)address;

	replica.request.local_only = true;
	replica.request.finished = answer;
	if (prepare(&call)) {
		rpc_execute(&replica.request);
		return;
	}
	replica.request.code = RPC_INTERNAL_ERROR;
	strcpy(replica.request.message, "Not understood");
	answer(&replica.request);
}

static void received(const struct cos_msg *message, void *arg)
{
	struct message copy;

	(void)arg;
	memcpy(&copy, message->data, sizeof(copy));
	if (copy.operation == EXECUTE)
		execute(copy.address);
	else
		executed(message->cluster, copy.code, (const char *)copy.address);
}

void rpc_replicate_start(const struct rpc_config *config)
{
	master.others = config->cluster == config->control_cluster ? config->others : 0;
	replica.control_cluster = config->control_cluster;
	cos_msg_register(K200LP_MSG_MGMT, received, NULL);
}
