/* The methods of the server itself, and the start-up configuration in SPDK's form:
 * {"subsystems": [{"subsystem": NAME, "config": [{"method": NAME, "params": {...}}, ...]}, ...]} */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cos/console.h"
#include "cos/reactor.h"
#include "internal.h"

static void get_methods(struct rpc_request *request)
{
	struct json_writer *w = rpc_result(request);
	/* All methods can be called at any time, and none has a second name: both options change nothing. */
	bool options[2];
	static const struct rpc_param kParams[] = {
		{"current", RPC_BOOL, false, 0, 1},
		{"include_aliases", RPC_BOOL, false, 1, 1},
	};

	if (!rpc_decode(request, rpc_params(request), kParams, 2, options))
		return;
	json_open_array(w, NULL);
	for (const struct rpc_method *method = rpc_first(); method; method = method->next)
		json_string(w, NULL, method->name);
	json_close_array(w);
	rpc_done(request);
}

/* The version is that of the interface: the release whose method names and parameters these are. */
static void get_version(struct rpc_request *request)
{
	struct json_writer *w = rpc_result(request);

	if (!rpc_decode(request, rpc_params(request), NULL, 0, NULL))
		return;
	json_open_object(w, NULL);
	json_string(w, "version", "SPDK v24.01 (methods of mppasim's firmware)");
	json_open_object(w, "fields");
	json_u64(w, "major", 24);
	json_u64(w, "minor", 1);
	json_u64(w, "patch", 0);
	json_string(w, "suffix", "");
	json_close_object(w);
	json_close_object(w);
	rpc_done(request);
}

/* Initialisation is over when the channel is served. */
static void ready(struct rpc_request *request)
{
	if (rpc_decode(request, rpc_params(request), NULL, 0, NULL))
		rpc_done_true(request);
}

static int leave(void *arg)
{
	(void)arg;
	cos_exit(0);
}

/* Ends the firmware, and with it the run, after the answer has been sent. Which signal makes no difference. */
static void kill_instance(struct rpc_request *request)
{
	char signal[16];
	static const struct rpc_param kParams[] = {{"sig_name", RPC_STRING, true, 0, sizeof(signal)}};

	if (!rpc_decode(request, rpc_params(request), kParams, 1, signal))
		return;
	if (cos_poller_register(leave, NULL, 1000))
		rpc_done_true(request);
	else
		rpc_errno(request, -ENOMEM);
}

/* --- Start-up configuration -----------------------------------------------------------------------------------------
 */

/* One at a time: requests are executed one after the other. */
static struct {
	struct rpc_request *outer;
	struct rpc_request inner;
	const struct json_value *subsystem, *call;
	uint32_t subsystems_left, calls_left, done;
	bool running, again; /* a call that ends at once must not deepen the stack */
} load;

static void next_call(void);

static void fail(int code, const char *what)
{
	char text[sizeof(load.outer->message)], name[RPC_MAX_NAME] = "?";
	const struct json_value *method = load.call ? json_member(load.call, "method") : NULL;

	if (method)
		json_get_string(method, name, sizeof(name));
	snprintf(text, sizeof(text), "Call %u, %s: %s", (unsigned)load.done + 1, name, what);
	rpc_error(load.outer, code, text);
}

static void call_finished(struct rpc_request *inner)
{
	if (inner->code) {
		fail(inner->code, inner->message);
		return;
	}
	load.done++;
	load.calls_left--;
	load.call = json_next(load.call);
	next_call();
}

static void run_call(void)
{
	const struct json_value *method = json_member(load.call, "method");
	char name[RPC_MAX_NAME];

	load.inner.method = method && json_get_string(method, name, sizeof(name)) ? rpc_find(name) : NULL;
	load.inner.params = json_member(load.call, "params");
	load.inner.finished = call_finished;
	load.inner.result = load.outer->result; /* overwritten: only the last result matters, which is ours */
	if (!load.inner.method || load.inner.method == load.outer->method)
		fail(RPC_METHOD_NOT_FOUND, "Method not found");
	else
		rpc_execute(&load.inner);
}

/* The calls of the next subsystem that has some. */
static bool next_subsystem(void)
{
	while (load.subsystems_left) {
		const struct json_value *config = json_member(load.subsystem, "config");

		load.subsystems_left--;
		load.subsystem = json_next(load.subsystem);
		if (config && config->type == JSON_ARRAY && config->count) {
			load.calls_left = config->count;
			load.call = config + 1;
			return true;
		}
	}
	return false;
}

static void step(void)
{
	if (load.calls_left || next_subsystem()) {
		run_call();
		return;
	}
	load.call = NULL;
	rpc_result(load.outer)->length = 0;
	rpc_result(load.outer)->comma = false;
	rpc_done_true(load.outer);
}

static void next_call(void)
{
	load.again = true;
	if (load.running)
		return;
	load.running = true;
	while (load.again) {
		load.again = false;
		step();
	}
	load.running = false;
}

static void load_config(struct rpc_request *request)
{
	struct {
		const struct json_value *subsystems;
	} options = {NULL};
	static const struct rpc_param kParams[] = {{"subsystems", RPC_VALUE, true, 0, 8}};

	if (!rpc_decode(request, rpc_params(request), kParams, 1, &options))
		return;
	if (options.subsystems->type != JSON_ARRAY) {
		rpc_error(request, RPC_INVALID_PARAMS, "Invalid parameters: subsystems is not a list");
		return;
	}
	memset(&load, 0, sizeof(load));
	load.outer = request;
	load.subsystems_left = options.subsystems->count;
	load.subsystem = options.subsystems + 1;
	next_call();
}

void rpc_register_framework(void)
{
	static struct rpc_method methods[] = {
		{.name = "rpc_get_methods", .run = get_methods},
		{.name = "spdk_get_version", .run = get_version},
		{.name = "framework_start_init", .run = ready},
		{.name = "framework_wait_init", .run = ready},
		{.name = "spdk_kill_instance", .run = kill_instance},
		{.name = "framework_load_config", .run = load_config},
	};

	rpc_register(methods, sizeof(methods) / sizeof(methods[0]));
}
