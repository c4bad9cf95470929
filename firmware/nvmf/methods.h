/* What the two files of methods share. */
#ifndef NVMF_METHODS_INTERNAL_H
#define NVMF_METHODS_INTERNAL_H

#include "internal.h"
#include "mgmt/rpc.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

extern struct nvmf_target *nvmf_methods_target;

const char *nvmf_ana_name(uint8_t state);
const char *nvmf_adrfam_name(uint8_t adrfam);

void nvmf_show_transports(struct rpc_request *request);
void nvmf_show_subsystems(struct rpc_request *request);
void nvmf_show_controllers(struct rpc_request *request);

#endif
