/* The methods nvmf_*: SPDK's names and parameters on this library. */
#ifndef NVMF_METHODS_H
#define NVMF_METHODS_H

#include "nvmf/target.h"

/* On the RM of each cluster, after rpc_start(). */
void nvmf_methods_register(struct nvmf_target *target);

#endif
