/*
 * Cores and clusters: who is there, how they start.
 *
 * The RM of a cluster boots, clears memory, sets up the MMU and runs the application's main(argc, argv). PEs start when
 * main asks for them and run cos_pe_main(), which is the reactor loop unless the application defines its own. The RM of
 * cluster 0 starts the other clusters; each of them runs main of its own image.
 */
#ifndef COS_CLUSTER_H
#define COS_CLUSTER_H

#include <stdbool.h>
#include <stdint.h>

#include "mppa/boot.h"
#include "mppa/soc.h"

#define COS_ALL_PES 0xffffu

/* What a started PE runs; weak, the default is cos_reactor_run(). A return puts the PE to sleep for good. */
void cos_pe_main(void);

/* Starts the PEs of this cluster whose bits are set, by rising number, and waits until each has reached ClusterOS. RM
 * only. Already running PEs are left alone. */
void cos_start_pes(uint32_t mask);
/* PEs of this cluster that run, one bit each. */
uint32_t cos_running_pes(void);

/* Loads the image of a cluster (ELF file of the boot table), starts its RM by the FTU and waits until its main runs. RM
 * of cluster 0 only. False if the boot table has no image for it. */
bool cos_start_cluster(unsigned cluster);
/* Clusters that run, one bit each; this one included. */
uint32_t cos_running_clusters(void);

/* The loader's table on the RM of cluster 0; NULL without one (image started by hand) and elsewhere. */
const struct mppa_boot_table *cos_boot_table(void);

/* Size of DDR, bytes; 0 if nobody told. */
uint64_t cos_ddr_size(void);

#endif
