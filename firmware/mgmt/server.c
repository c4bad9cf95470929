/*
 * The server: takes a stream of requests, executes them one after the other, sends an answer each (JSON-RPC 2.0). All
 * memory is allocated at the start; what is larger is refused.
 */
#include <errno.h>
#include <string.h>

#include "cos/arena.h"
#include "internal.h"

static struct {
	struct rpc_config config;
	rpc_send_fn send;
	rpc_end_fn ended;
	void *peer;
	/* Input. In SMEM: other clusters read the parameters there. */
	char *text;
	uint32_t length;
	bool skipping; /* the rest of a request that is too long */
	struct json_framer framer;
	struct json_value *values;
	/* The request, or batch of requests, in progress. */
	bool busy;
	bool running, again;		       /* a request that ends at once must not deepen the stack */
	const struct json_value *batch, *item; /* NULL, NULL: a single one */
	uint32_t items_left;
	const struct json_value *id;
	struct rpc_request request;
	struct json_writer reply;
} server;

static bool allocate(void)
{
	server.text = cos_alloc(COS_SMEM, RPC_MAX_REQUEST, 64);
	server.values = cos_alloc(COS_DDR, RPC_MAX_VALUES * sizeof(*server.values), 64);
	server.reply.buffer = cos_alloc(COS_DDR, RPC_MAX_RESPONSE, 64);
	server.request.result.buffer = cos_alloc(COS_DDR, RPC_MAX_RESPONSE, 64);
	server.reply.size = RPC_MAX_RESPONSE;
	/* Room for what is around a result. */
	server.request.result.size = RPC_MAX_RESPONSE - 1024;
	return server.text && server.values && server.reply.buffer && server.request.result.buffer;
}

int rpc_start(const struct rpc_config *config)
{
	memset(&server, 0, sizeof(server));
	server.config = *config;
	if (config->cluster == config->control_cluster && !allocate()) {
		rpc_stop();
		return -ENOMEM;
	}
	rpc_replicate_start(config);
	rpc_register_framework();
	return 0;
}

void rpc_stop(void)
{
	cos_free(server.text);
	cos_free(server.values);
	cos_free(server.reply.buffer);
	cos_free(server.request.result.buffer);
	memset(&server, 0, sizeof(server));
}

bool rpc_is_control(void) { return server.config.cluster == server.config.control_cluster; }
uint32_t rpc_others(void) { return rpc_is_control() ? server.config.others : 0; }

void rpc_set_peer(rpc_send_fn send, rpc_end_fn ended, void *arg)
{
	server.send = send;
	server.ended = ended;
	server.peer = arg;
}

bool rpc_busy(void) { return server.busy; }

/* --- Answers ---------------------------------------------------------------------------------------------------------
 */

static void open_answer(const struct json_value *id)
{
	struct json_writer *reply = &server.reply;

	json_open_object(reply, NULL);
	json_string(reply, "jsonrpc", "2.0");
	if (!id)
		json_null(reply, "id");
	else if (id->type == JSON_STRING)
		json_raw(reply, "id", id->text - 1, id->length + 2);
	else
		json_raw(reply, "id", id->text, id->length);
}

static void answer_error(const struct json_value *id, int code, const char *message)
{
	struct json_writer *reply = &server.reply;

	open_answer(id);
	json_open_object(reply, "error");
	json_i64(reply, "code", code);
	json_string(reply, "message", message);
	json_close_object(reply);
	json_close_object(reply);
}

static void answer_result(const struct json_value *id, const struct json_writer *result)
{
	open_answer(id);
	json_raw(&server.reply, "result", result->buffer, result->length);
	json_close_object(&server.reply);
}

/* Everything has been executed: sends the answers and takes input again. */
static void end(bool bad)
{
	struct json_writer *reply = &server.reply;

	if (reply->overflow) {
		reply->length = 0;
		reply->overflow = reply->comma = false;
		answer_error(NULL, RPC_INTERNAL_ERROR, "Response too large");
	} else if (server.batch && reply->length > 1) {
		json_close_array(reply);
	} else if (server.batch) {
		reply->length = 0; /* only notifications */
	}
	server.busy = false;
	server.length = 0;
	if (reply->length)
		server.send(reply->buffer, reply->length, server.peer);
	server.ended(bad, server.peer);
}

/* --- Execution -------------------------------------------------------------------------------------------------------
 */

static void next_item(void);

static void finished(struct rpc_request *request)
{
	if (!server.id)
		; /* a notification */
	else if (request->code)
		answer_error(server.id, request->code, request->message);
	else
		answer_result(server.id, &request->result);
	next_item();
}

static bool is_id(const struct json_value *value)
{
	return value->type == JSON_STRING || value->type == JSON_NUMBER || value->type == JSON_NULL;
}

/* False: answered already. */
static bool check(const struct json_value *object)
{
	const struct json_value *version = json_member(object, "jsonrpc"), *method = json_member(object, "method");
	const struct json_value *params = json_member(object, "params");
	char name[RPC_MAX_NAME];

	server.id = json_member(object, "id");
	if (object->type != JSON_OBJECT || !method || method->type != JSON_STRING || (server.id && !is_id(server.id)) ||
	    (version && !json_string_is(version, "2.0")) ||
	    (params && params->type != JSON_OBJECT && params->type != JSON_ARRAY)) {
		answer_error(server.id && is_id(server.id) ? server.id : NULL, RPC_INVALID_REQUEST, "Invalid request");
		return false;
	}
	server.request.method = json_get_string(method, name, sizeof(name)) ? rpc_find(name) : NULL;
	if (!server.request.method) {
		if (server.id)
			answer_error(server.id, RPC_METHOD_NOT_FOUND, "Method not found");
		return false;
	}
	/* Parameters by position are not offered; an empty list is no parameters. */
	if (params && params->type == JSON_ARRAY && params->count) {
		if (server.id)
			answer_error(server.id, RPC_INVALID_PARAMS, "Invalid parameters: not an object");
		return false;
	}
	server.request.params = params && params->type == JSON_OBJECT ? params : NULL;
	return true;
}

static void step(void)
{
	while (server.items_left) {
		const struct json_value *item = server.item;

		server.items_left--;
		server.item = json_next(item);
		if (check(item)) {
			server.request.finished = finished;
			rpc_execute(&server.request);
			return;
		}
	}
	end(false);
}

static void next_item(void)
{
	server.again = true;
	if (server.running)
		return;
	server.running = true;
	while (server.again) {
		server.again = false;
		step();
	}
	server.running = false;
}

static void refuse(int code, const char *message, bool bad)
{
	server.batch = NULL;
	answer_error(NULL, code, message);
	end(bad);
}

static void execute(void)
{
	uint32_t where;
	const int count = json_parse(server.text, server.length, server.values, RPC_MAX_VALUES, &where);

	server.busy = true;
	server.reply.length = 0;
	server.reply.overflow = server.reply.comma = false;
	server.batch = NULL;
	if (count < 0) {
		refuse(RPC_PARSE_ERROR, count == JSON_TOO_LARGE ? "Request too large" : "Parse error", false);
		return;
	}
	if (server.values[0].type == JSON_ARRAY) {
		if (!server.values[0].count) {
			refuse(RPC_INVALID_REQUEST, "Invalid request", false);
			return;
		}
		server.batch = server.values;
		json_open_array(&server.reply, NULL);
		server.items_left = server.batch->count;
		server.item = server.batch + 1;
	} else {
		server.items_left = 1;
		server.item = server.values;
	}
	next_item();
}

/* --- Input -----------------------------------------------------------------------------------------------------------
 */

void rpc_take(char byte)
{
	const enum json_frame frame = json_framer_take(&server.framer, byte);

	if (server.length < RPC_MAX_REQUEST)
		server.text[server.length++] = byte;
	else
		server.skipping = true;
	if (frame == JSON_FRAME_MORE)
		return;
	server.reply.length = 0;
	server.reply.overflow = server.reply.comma = false;
	server.framer = (struct json_framer){0};
	if (frame == JSON_FRAME_BAD) {
		refuse(RPC_PARSE_ERROR, "Parse error", true);
	} else if (server.skipping) {
		server.skipping = false;
		refuse(RPC_PARSE_ERROR, "Request too large", false);
	} else {
		execute();
	}
}
