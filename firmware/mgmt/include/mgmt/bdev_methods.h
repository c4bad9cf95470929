/* The methods bdev_*: SPDK's names and parameters on firmware/bdev. */
#ifndef MGMT_BDEV_METHODS_H
#define MGMT_BDEV_METHODS_H

/* On the RM of each cluster, after rpc_start(). */
void bdev_methods_register(void);

#endif
