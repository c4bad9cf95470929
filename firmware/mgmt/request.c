/* Methods and their requests: parameters, results, errors, the order in which clusters execute them. */
#include <errno.h>
#include <string.h>

#include "internal.h"

static struct rpc_method *methods;

void rpc_register(struct rpc_method *added, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		struct rpc_method **at = &methods;

		/* By name, as rpc_get_methods shows them. */
		while (*at && strcmp((*at)->name, added[i].name) < 0)
			at = &(*at)->next;
		if (*at == &added[i])
			continue;
		added[i].next = *at;
		*at = &added[i];
	}
}

struct rpc_method *rpc_first(void) { return methods; }

struct rpc_method *rpc_find(const char *name)
{
	struct rpc_method *method = methods;

	while (method && strcmp(method->name, name) != 0)
		method = method->next;
	return method;
}

/* --- Execution ------------------------------------------------------------------------------------------------------
 */

static void run_here(struct rpc_request *request)
{
	if (request->code)
		request->finished(request);
	else
		request->method->run(request);
}

static void finish(struct rpc_request *request) { request->finished(request); }

void rpc_execute(struct rpc_request *request)
{
	request->code = 0;
	request->message[0] = 0;
	request->result.length = 0;
	request->result.overflow = request->result.comma = false;
	if (request->method->flags & RPC_OTHERS_FIRST && !request->local_only && rpc_has_others())
		rpc_replicate(request, run_here);
	else
		request->method->run(request);
}

void rpc_local_end(struct rpc_request *request)
{
	if (request->result.overflow) {
		request->code = RPC_INTERNAL_ERROR;
		strcpy(request->message, "Response too large");
	}
	if (!request->code && request->method->flags & RPC_EVERYWHERE && !request->local_only && rpc_has_others())
		rpc_replicate(request, finish);
	else
		request->finished(request);
}

/* --- Results --------------------------------------------------------------------------------------------------------
 */

const struct json_value *rpc_params(const struct rpc_request *request) { return request->params; }
struct json_writer *rpc_result(struct rpc_request *request) { return &request->result; }
void rpc_done(struct rpc_request *request) { rpc_local_end(request); }

void rpc_done_true(struct rpc_request *request)
{
	json_bool(&request->result, NULL, true);
	rpc_done(request);
}

void rpc_error(struct rpc_request *request, int code, const char *message)
{
	const size_t most = sizeof(request->message) - 1, length = strlen(message);

	request->code = code;
	memcpy(request->message, message, length < most ? length : most);
	request->message[length < most ? length : most] = 0;
	rpc_local_end(request);
}

static const char *error_text(int error)
{
	static const struct {
		int error;
		const char *text;
	} kTexts[] = {
		{EPERM, "Operation not permitted"},
		{ENOENT, "No such file or directory"},
		{EIO, "Input/output error"},
		{EBADF, "Bad file descriptor"},
		{EAGAIN, "Resource temporarily unavailable"},
		{ENOMEM, "Cannot allocate memory"},
		{EBUSY, "Device or resource busy"},
		{EEXIST, "File exists"},
		{ENODEV, "No such device"},
		{EINVAL, "Invalid argument"},
		{ENOSPC, "No space left on device"},
		{ERANGE, "Numerical result out of range"},
		{ENOTSUP, "Operation not supported"},
		{ETIMEDOUT, "Connection timed out"},
	};

	for (unsigned i = 0; i < sizeof(kTexts) / sizeof(kTexts[0]); i++)
		if (kTexts[i].error == error)
			return kTexts[i].text;
	return "Error";
}

void rpc_errno(struct rpc_request *request, int result)
{
	if (result < 0)
		rpc_error(request, result, error_text(-result));
	else
		rpc_done_true(request);
}

/* --- Parameters -----------------------------------------------------------------------------------------------------
 */

/* `count` bytes from digits; dashes between bytes are allowed if `dashes`. */
static bool get_bytes(const struct json_value *value, uint8_t *out, unsigned count, bool dashes)
{
	char text[64];
	const char *at = text;

	if (!json_get_string(value, text, sizeof(text)))
		return false;
	for (unsigned i = 0; i < count; i++, at += 2) {
		if (dashes && i && *at == '-')
			at++;
		if (json_hex_digit(at[0]) < 0 || json_hex_digit(at[1]) < 0)
			return false;
		out[i] = (uint8_t)(json_hex_digit(at[0]) << 4 | json_hex_digit(at[1]));
	}
	return *at == 0;
}

static bool get_param(const struct rpc_param *param, const struct json_value *value, void *out)
{
	void *field = (uint8_t *)out + param->offset;
	uint64_t number = 0;

	switch ((enum rpc_kind)param->kind) {
	case RPC_STRING:
		return json_get_string(value, field, param->bytes);
	case RPC_U32:
		if (!json_get_u64(value, &number) || number > UINT32_MAX)
			return false;
		*(uint32_t *)field = (uint32_t)number;
		return true;
	case RPC_U64:
		return json_get_u64(value, field);
	case RPC_BOOL:
		return json_get_bool(value, field);
	case RPC_UUID:
		return get_bytes(value, field, 16, true);
	case RPC_HEX:
		return get_bytes(value, field, param->bytes, false);
	case RPC_VALUE:
		*(const struct json_value **)field = value;
		return true;
	}
	return false;
}

static const struct rpc_param *find_param(const struct rpc_param *params, unsigned count, const struct json_value *name)
{
	for (unsigned i = 0; i < count; i++)
		if (json_string_is(name, params[i].name))
			return &params[i];
	return NULL;
}

static bool invalid(struct rpc_request *request, const char *what, const char *name)
{
	char text[sizeof(request->message)] = "Invalid parameters: ";

	strncat(text, what, sizeof(text) - strlen(text) - 1);
	strncat(text, name, sizeof(text) - strlen(text) - 1);
	rpc_error(request, RPC_INVALID_PARAMS, text);
	return false;
}

bool rpc_decode(struct rpc_request *request, const struct json_value *object, const struct rpc_param *params,
		unsigned count, void *out)
{
	const struct json_value *member = object ? object + 1 : NULL;
	uint64_t seen = 0;

	if (object && object->type != JSON_OBJECT)
		return invalid(request, "not an object", "");
	for (uint32_t i = 0; object && i < object->count; i++, member = json_next(member + 1)) {
		const struct rpc_param *param = find_param(params, count, member);
		char name[RPC_MAX_NAME] = "?";

		json_get_string(member, name, sizeof(name));
		if (!param)
			return invalid(request, "unknown ", name);
		if (!get_param(param, member + 1, out))
			return invalid(request, "bad value of ", name);
		seen |= 1ull << (param - params);
	}
	for (unsigned i = 0; i < count; i++)
		if (params[i].required && !(seen >> i & 1))
			return invalid(request, "missing ", params[i].name);
	return true;
}
