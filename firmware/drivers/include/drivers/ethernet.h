/*
 * The Ethernet controllers: one 100G or 40G port each, and queues that connect a core's TCP/IP stack to a port.
 *
 * A queue is an RX channel of the cluster's DMA with its own buffers, and a DMA job queue for sending. It belongs to
 * the core that opened it. What arrives is spread by the controller: TCP connections by a hash of addresses and ports
 * over all queues of the port, everything else to the port's first queue.
 */
#ifndef DRIVERS_ETHERNET_H
#define DRIVERS_ETHERNET_H

#include <stdbool.h>
#include <stdint.h>

#include "mppa/eth_regs.h"
#include "net/net.h"

struct ethernet_queue;

struct ethernet_queue_config {
	unsigned controller;   /* 0 or 1 */
	unsigned channel;      /* RX channel of this cluster's DMA, 0..63; free */
	unsigned cache;	       /* RX job cache 0..3; free */
	unsigned tx_fifo;      /* 0..9 */
	unsigned tx_thread;    /* DMA TX thread 0..3; see dma_send_frame() */
	unsigned buffers_log2; /* RX buffers: 1 << this, of max_frame bytes and metadata each, in SMEM */
	unsigned jobs_log2;    /* DMA jobs that may wait; a frame takes one for its headers and one for each fragment */
	uint64_t notify;       /* written when a frame has arrived: a mailbox's global address, or 0 */
};

/* Starts the port: MAC, frame size, checks of checksums, nothing goes anywhere yet. One core of the chip calls it, once
 * for each controller, before any queue is opened. `max_frame` without FCS, e.g. MTU + 18. False: no memory map entry
 * left for the registers. */
bool ethernet_start(unsigned controller, const uint8_t mac[6], unsigned max_frame, bool at_40g);
bool ethernet_link_up(unsigned controller);

/* Opens a queue and fills in the driver's part of `netif` (mac must be set). The controller's registers must be mapped
 * (ethernet_start() on this cluster, or ethernet_map()). NULL if memory is exhausted. */
struct ethernet_queue *ethernet_open(const struct ethernet_queue_config *config, struct netif *netif,
				     unsigned max_frame);
bool ethernet_map(unsigned controller);

/* Where frames go: queue `i` is RX channel channels[i] of cluster clusters[i]; the first one gets what is not TCP. */
void ethernet_steer(unsigned controller, const uint8_t *clusters, const uint8_t *channels, unsigned count);

/* Hands what has arrived to the stack, frees what has been sent. True if there was anything. */
bool ethernet_poll(struct ethernet_queue *queue);

#endif
