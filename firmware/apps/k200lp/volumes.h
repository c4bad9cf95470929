/* The bdevs that become namespaces. All functions: on RMs. */
#ifndef K200LP_VOLUMES_H
#define K200LP_VOLUMES_H

#include "k200lp.h"

#define VOLUME_NAME 16

/* Every cluster: volumes in memory are there afterwards; SSDs can be attached. */
void volumes_start(const struct k200lp_options *options);
/* Cluster 0, when all clusters have done so. */
void volumes_attach(const struct k200lp_options *options);
/* Every cluster: until all volumes are there. */
void volumes_wait(const struct k200lp_options *options);
/* `name` has VOLUME_NAME bytes. */
void volume_name(const struct k200lp_options *options, unsigned volume, char *name);

#endif
