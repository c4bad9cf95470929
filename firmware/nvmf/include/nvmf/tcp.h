/*
 * The NVMe/TCP transport: NVM Express TCP Transport Specification 1.0 (TP 8000) over firmware/net, below the target of
 * nvmf/target.h.
 *
 * Each data-plane core has a group: the connections that its TCP/IP stack has accepted, data pages, nothing shared. A
 * connection stays on the core to which the Ethernet controller steers its packets. All functions of a group are called
 * on its core.
 *
 * Data: what a controller-to-host command reads goes from the bdev's buffer to the wire without a copy; the pages are
 * free again when the host has acknowledged them. What a host sends is copied once, from the received frames into
 * aligned buffers: drives take PRP lists, which want whole aligned pages, and a TCP stream puts data anywhere. A copier
 * (a DMA) does it while the core goes on.
 */
#ifndef NVMF_TCP_H
#define NVMF_TCP_H

#include "net/tcp.h"
#include "nvmf/target.h"

#define NVMF_TCP_PAGE 4096u
#define NVMF_TCP_MAX_IO (32u * NVMF_TCP_PAGE) /* bytes of a command */
#define NVMF_TCP_MAX_IN_CAPSULE 8192u
#define NVMF_TCP_MAX_LISTENERS 16u

struct nvmf_tcp_group;

/* Buffers for data, up to 65536. `memory` is where this core accesses them, `address` where devices do. */
struct nvmf_tcp_memory {
	uint8_t *memory;
	uint64_t address;
	uint32_t buffers;
};

/* Copies in the background, in order. */
struct nvmf_tcp_copier {
	void *queue;
	/* Begins to copy `bytes` to where devices access `to`. False: no room for it now. */
	bool (*copy)(void *queue, uint64_t to, const uint8_t *from, uint32_t bytes, uint64_t *ticket);
	bool (*done)(void *queue, uint64_t ticket);
};

struct nvmf_tcp_group_config {
	struct net_stack *stack;
	struct nvmf_tcp_memory near;  /* SMEM, pages: for small transfers and all data of admin commands; at least 16 */
	struct nvmf_tcp_memory far;   /* DDR, pages: what does not fit. At least 256 */
	struct nvmf_tcp_memory large; /* DDR: NVMF_TCP_MAX_IO bytes each, for commands of more than two pages */
	struct nvmf_tcp_copier copier; /* copy NULL: the core copies */
	/* How long a connection may take until its Connect command, microseconds. */
	uint64_t connect_timeout;
};

/* This core's group; it hears of listeners from now on. NULL if memory is exhausted. */
struct nvmf_tcp_group *nvmf_tcp_group_create(const struct nvmf_tcp_group_config *config);
/* Frees what has ended and starts commands that waited for memory; after each net_poll(). */
void nvmf_tcp_poll(struct nvmf_tcp_group *group);
/* Whether nvmf_tcp_poll() must be called again soon although nothing has been received. */
bool nvmf_tcp_pending(const struct nvmf_tcp_group *group);
/* Ends connections that have been silent for too long before their Connect; every 100 ms or so. */
void nvmf_tcp_check(struct nvmf_tcp_group *group);
/* All connections must be gone; the stack must not be used any more. */
void nvmf_tcp_group_destroy(struct nvmf_tcp_group *group);

struct nvmf_tcp_stats {
	uint64_t accepted, refused, closed;
	uint64_t commands, in_capsule, r2ts, data_pdus_in, data_pdus_out, responses, successes;
	uint64_t protocol_errors; /* connections ended by C2HTermReq */
	uint64_t host_term_reqs;  /* connections ended by H2CTermReq */
	uint64_t header_digest_errors, data_digest_errors;
	uint64_t waits; /* commands that waited for memory */
	uint64_t connect_timeouts;
};
const struct nvmf_tcp_stats *nvmf_tcp_group_stats(const struct nvmf_tcp_group *group);

/* Of this cluster; to be registered with its target. */
extern struct nvmf_transport nvmf_tcp_transport;

#endif
