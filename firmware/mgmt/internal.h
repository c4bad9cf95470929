/* A request and how it is executed: what the files of this library share. */
#ifndef MGMT_INTERNAL_H
#define MGMT_INTERNAL_H

#include "mgmt/rpc.h"

#define RPC_MAX_VALUES 4096 /* of a request */
#define RPC_MAX_NAME 48	    /* of a method, the terminating zero included */

struct rpc_request {
	const struct rpc_method *method;
	const struct json_value *params;
	struct json_writer result;
	int code; /* 0: success */
	char message[128];
	bool local_only; /* already the part of another cluster's request */
	bool others_done, self_done;
	void (*finished)(struct rpc_request *request);
	void *context;
};

struct rpc_method *rpc_find(const char *name);
struct rpc_method *rpc_first(void);
/* Executes request->method with request->params in all clusters concerned, then calls request->finished. */
void rpc_execute(struct rpc_request *request);
/* The method has ended here; continues with the others or finishes. */
void rpc_local_end(struct rpc_request *request);

/* Replication (replicate.c): has the other clusters execute the request, then calls done(request). An error of one of
 * them is put into the request. */
void rpc_replicate_start(const struct rpc_config *config);
void rpc_replicate(struct rpc_request *request, void (*done)(struct rpc_request *request));
bool rpc_has_others(void);

void rpc_register_framework(void);

#endif
