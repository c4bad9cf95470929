/* The FTU: reset and start of clusters. For cluster 0's use; `cluster` is 1..4. */
#ifndef DRIVERS_FTU_H
#define DRIVERS_FTU_H

#include <stdbool.h>
#include <stdint.h>

/* Puts all cores of the cluster back into reset; its memory keeps its contents. */
void ftu_reset_cluster(unsigned cluster);
/* Starts the cluster's RM at `address` (local view, 4 KiB aligned). */
void ftu_start_cluster(unsigned cluster, uint32_t address);
bool ftu_cluster_running(unsigned cluster);

#endif
