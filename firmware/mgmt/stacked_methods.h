/* The methods of bdevs on other bdevs; part of bdev_methods_register(). */
#ifndef MGMT_STACKED_METHODS_H
#define MGMT_STACKED_METHODS_H

#include "mgmt/rpc.h"

void stacked_methods_register(void);
/* Ends the request by removing the bdev that it names, if it is one of `module`. */
void bdev_methods_delete(struct rpc_request *request, const char *module);

#endif
