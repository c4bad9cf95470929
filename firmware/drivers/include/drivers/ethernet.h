/*
 * The Ethernet controllers: one 100G or 40G port each, or four of 25G, and queues that connect a core's TCP/IP stack to
 * a port.
 *
 * A queue is an RX channel of the cluster's DMA and a DMA job queue for sending. It belongs to the core that opened it.
 * RX buffers belong to a job cache of the DMA; a cluster has four, so several queues share one. What arrives is spread
 * by the controller: TCP connections by a hash of addresses and ports over all queues of the port, everything else to
 * the port's first queue.
 *
 * A core's loop: ethernet_poll(), net_poll(), ethernet_flush(). While ethernet_pending() is false and the stack has
 * nothing to do, the loop may skip all of them; asking so only reads memory that stays the same.
 */
#ifndef DRIVERS_ETHERNET_H
#define DRIVERS_ETHERNET_H

#include <stdbool.h>
#include <stdint.h>

#include "mppa/eth_regs.h"
#include "net/net.h"

struct ethernet_queue;

enum ethernet_mode { ETHERNET_100G, ETHERNET_40G, ETHERNET_4X25G };

struct ethernet_queue_config {
	unsigned controller;   /* 0 or 1 */
	unsigned lane;	       /* 0 .. 3 in the 4 x 25G mode, else 0 */
	unsigned channel;      /* RX channel of this cluster's DMA, 0..63; free */
	unsigned tx_fifo;      /* 0..9 */
	unsigned tx_vchan;     /* 0 or 1. Each queue of a cluster needs a FIFO and virtual channel of its own */
	unsigned tx_thread;    /* DMA TX thread 0..3 */
	unsigned records_log2; /* received frames that may wait: 1 << this, not fewer than the buffers */
	unsigned jobs_log2;    /* DMA jobs that may wait; a frame takes one for its headers and one for each fragment */
	uint64_t notify;       /* written when a frame has arrived: a mailbox's global address, or 0 */
};

/* Starts the port: MAC, frame size, checks of checksums, PAUSE frames when the receive buffer fills up; nothing goes
 * anywhere yet. One core of the chip calls it, once
 * for each controller, before any queue is opened. `max_frame` without FCS, e.g. MTU + 18. Four ports have addresses
 * that follow each other. False: no memory map entry left for the registers. */
bool ethernet_start(unsigned controller, const uint8_t mac[6], unsigned max_frame, enum ethernet_mode mode);
bool ethernet_link_up(unsigned controller);

struct ethernet_buffers;
/* `count` RX buffers of max_frame bytes and metadata each, in SMEM, for RX job cache 0..3 of this cluster. NULL if
 * memory is exhausted. */
struct ethernet_buffers *ethernet_buffers_open(unsigned cache, unsigned count, unsigned max_frame);

/* Opens a queue and fills in the driver's part of `netif` (mac must be set). The controller's registers must be mapped
 * (ethernet_start() on this cluster, or ethernet_map()). NULL if memory is exhausted. */
struct ethernet_queue *ethernet_open(const struct ethernet_queue_config *config, struct ethernet_buffers *buffers,
				     struct netif *netif);
bool ethernet_map(unsigned controller);

/* Where frames go: queue `i` is RX channel channels[i] of cluster clusters[i]; the first one gets what is not TCP. */
void ethernet_steer(unsigned controller, const uint8_t *clusters, const uint8_t *channels, unsigned count);
/* The same for one port of the 4 x 25G mode; up to ETHERNET_LANE_QUEUES queues. */
#define ETHERNET_LANE_QUEUES 64u
void ethernet_steer_lane(unsigned controller, unsigned lane, const uint8_t *clusters, const uint8_t *channels,
			 unsigned count);

/* Whether ethernet_poll() would find something. */
bool ethernet_pending(const struct ethernet_queue *queue);
/* Frees what has been sent, hands what has arrived to the stack. True if something has arrived. */
bool ethernet_poll(struct ethernet_queue *queue);
/* Starts to send what the stack has handed over since, gives free buffers back. */
void ethernet_flush(struct ethernet_queue *queue);

#endif
