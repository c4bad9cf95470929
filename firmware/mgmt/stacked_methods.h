/* The methods of bdevs on other bdevs; part of bdev_methods_register(). */
#ifndef MGMT_STACKED_METHODS_H
#define MGMT_STACKED_METHODS_H

#include "mgmt/rpc.h"

void stacked_methods_register(void);
/* Ends the request with the name of what has been made, or with an error if `result` is a negative errno. */
void bdev_methods_reply(struct rpc_request *request, int result, const char *name);
/* NULL if it is zero: the module then makes one of the name. */
const uint8_t *bdev_methods_uuid(const uint8_t uuid[16]);
/* Ends the request by removing the bdev that it names, if it is one of `module`. */
void bdev_methods_delete(struct rpc_request *request, const char *module);

#endif
