/*
 * The storage node's firmware: one image on all clusters. Cluster 0 is the control plane: its RM starts the others,
 * owns the controllers of the target and the admin queues of the SSDs. The other clusters serve I/O on their PEs.
 *
 * Every cluster reads the same arguments and sets up the same volumes and subsystems for itself.
 */
#ifndef K200LP_H
#define K200LP_H

#include <stdbool.h>
#include <stdint.h>

#include "mppa/soc.h"

#define K200LP_NQN "nqn.2014-08.com.kalray:k200lp"
#define K200LP_PORTS 2u

struct k200lp_options {
	const struct k200lp_personality *personality;
	unsigned clusters;	 /* of the data plane: 1 .. clusters */
	unsigned pes;		 /* of each of them that serve */
	unsigned mtu;		 /* bytes of IP */
	const char *volume_kind; /* malloc, null, nvme */
	unsigned volumes;	 /* namespaces */
	unsigned volume_mib;	 /* of malloc and null */
	unsigned ssd_queue;	 /* entries of an SSD's queue pair; each serving PE has one on each SSD */
	unsigned ssd_controller; /* PCIe controller above the SSDs: 0 with 16 lanes, or 4 with 8 */
	unsigned ssd_timeout_ms; /* of a command of an SSD, before it is aborted, and of the abort before a reset */
};

/* What the card is. One file each. */
struct k200lp_personality {
	const char *name; /* first argument */
	/* On cluster 0, before the other clusters run. */
	void (*start_chip)(const struct k200lp_options *options);
	/* On the RM of each data-plane cluster; volumes are there, PEs run. */
	void (*start_cluster)(const struct k200lp_options *options);
	/* On cluster 0, when all clusters have done so. */
	void (*serve)(const struct k200lp_options *options);
};

extern const struct k200lp_personality personality_tcp, personality_emul;

/* options.c: ends the run with a message if the arguments make no sense. */
struct k200lp_options k200lp_parse(int argc, char **argv);

/* subsystem.c: the target of this cluster with one subsystem that has all volumes; on the RM of each cluster. */
struct nvmf_transport;
void subsystem_start(const struct k200lp_options *options, struct nvmf_transport *transport);
/* The subsystem is reached at the address (NVMF_ADRFAM_...), and so is the discovery service. */
void subsystem_listen(uint8_t family, const char *traddr, const char *port);
/* Only the discovery service. */
void discovery_listen(uint8_t family, const char *traddr, const char *port);

/* management.c: the methods of this cluster; on the RM of each, before cluster 0 serves the channel. */
struct nvmf_target;
void management_start(const struct k200lp_options *options, struct nvmf_target *target);

#endif
