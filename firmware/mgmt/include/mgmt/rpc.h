/*
 * Management by JSON-RPC 2.0, with SPDK's method names. Requests arrive on the management channel at the RM of the
 * control cluster and are executed there, one after the other; methods that change what all clusters have are executed
 * by the RM of each.
 *
 * A library offers methods by rpc_register(). A method reads its parameters with rpc_decode() and ends, now or later,
 * with exactly one of rpc_done(), rpc_done_true(), rpc_errno(), rpc_error().
 */
#ifndef MGMT_RPC_H
#define MGMT_RPC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mgmt/json.h"

/* --- Methods -------------------------------------------------------------------------------------------------------
 */

/* Error codes of JSON-RPC 2.0, clause 5.1. Others are negative errnos, as SPDK answers them. */
enum rpc_code {
	RPC_PARSE_ERROR = -32700,
	RPC_INVALID_REQUEST = -32600,
	RPC_METHOD_NOT_FOUND = -32601,
	RPC_INVALID_PARAMS = -32602,
	RPC_INTERNAL_ERROR = -32603,
};

struct rpc_request;

#define RPC_EVERYWHERE 1u   /* executed by all clusters, on the control cluster first */
#define RPC_OTHERS_FIRST 2u /* ... on the control cluster last: what hosts see there is usable everywhere */

struct rpc_method {
	const char *name;
	void (*run)(struct rpc_request *request);
	unsigned flags;
	struct rpc_method *next; /* the server's */
};

/* Adds `count` methods; the array stays in use. */
void rpc_register(struct rpc_method *methods, unsigned count);

/* --- Within a method ------------------------------------------------------------------------------------------------
 */

/* The parameters: an object, or NULL if there are none. */
const struct json_value *rpc_params(const struct rpc_request *request);

enum rpc_kind {
	RPC_STRING, /* char[bytes], terminated */
	RPC_U32,
	RPC_U64,
	RPC_BOOL,
	RPC_UUID,  /* uint8_t[16], from the text form */
	RPC_HEX,   /* uint8_t[bytes], from twice as many digits */
	RPC_VALUE, /* const struct json_value *, whatever it is */
};

struct rpc_param {
	const char *name;
	uint8_t kind; /* enum rpc_kind */
	bool required;
	uint16_t offset, bytes; /* in the structure that is filled */
};
#define RPC_FIELD(type, member) offsetof(type, member), sizeof(((type *)0)->member)

/*
 * Fills the structure at `out` from the members of `object` (NULL: has none); what is not there stays as it was. A
 * member that is not listed, has the wrong type or is missing although required ends the request with Invalid
 * parameters; the result is false then.
 */
bool rpc_decode(struct rpc_request *request, const struct json_value *object, const struct rpc_param *params,
		unsigned count, void *out);

/* Where the result is written; exactly one value. Then rpc_done(). */
struct json_writer *rpc_result(struct rpc_request *request);
void rpc_done(struct rpc_request *request);
/* The result `true`. */
void rpc_done_true(struct rpc_request *request);
/* Ends with `true`, or with an error if `result` is a negative errno. */
void rpc_errno(struct rpc_request *request, int result);
void rpc_error(struct rpc_request *request, int code, const char *message);

/* --- Server ---------------------------------------------------------------------------------------------------------
 */

#define RPC_MAX_REQUEST 32768 /* bytes of a request, or of a batch of them */
#define RPC_MAX_RESPONSE 131072

struct rpc_config {
	uint8_t cluster, control_cluster; /* this one; the one with the management channel */
	uint32_t others;		  /* control cluster: the other clusters that execute methods, one bit each */
};

/* On the RM of each cluster, before messages arrive. Registers the framework's methods. 0, -ENOMEM. */
int rpc_start(const struct rpc_config *config);
void rpc_stop(void);

/* Whether this is the control cluster; there: the other clusters that execute methods, one bit each. */
bool rpc_is_control(void);
uint32_t rpc_others(void);

/* Control cluster: where answers go; and who is told that a request has been executed and answered, if it wants an
 * answer. `bad`: what was taken is no request, and where the next one begins is not known. */
typedef void (*rpc_send_fn)(const char *text, uint32_t length, void *arg);
typedef void (*rpc_end_fn)(bool bad, void *arg);
void rpc_set_peer(rpc_send_fn send, rpc_end_fn ended, void *arg);
/* True while a request is being executed: no input is taken then. */
bool rpc_busy(void);
/* Takes a byte of the stream of requests. */
void rpc_take(char byte);

/* Takes the simulator's management channel (mppa/sim_port.h) as the peer. Control cluster only. */
void rpc_serve_channel(void);

#endif
