/* A core's TCP/IP stack on a queue of Ethernet 0: 10.0.0.1, fd00::1. Nothing of it is shared with other cores. */
#ifndef NET_COMMON_NET_HOST_H
#define NET_COMMON_NET_HOST_H

#include "drivers/ethernet.h"
#include "net/tcp.h"

#define NET_HOST_CONNS 64u
#define NET_HOST_PACKETS 128u
#define NET_HOST_MAX 4u /* on one cluster: one for each RX job cache */

struct net_host {
	struct net_stack stack;
	struct netif netif;
	struct tcp_config config;
	struct ethernet_queue *queue;
	struct tcp_conn conns[NET_HOST_CONNS];
	struct tcp_conn *hash[NET_HOST_CONNS];
	struct net_tx packets[NET_HOST_PACKETS];
	/* After every poll of the stack; may be NULL. */
	void (*polled)(struct net_host *host);
};

/* The port: once, on the cluster of the hosts. `max_frame` without FCS. Panics if it cannot be mapped. */
void net_host_start_port(unsigned max_frame, bool at_40g);

/* On the core that is to run it, whose reactor polls it from now on. `index`: 0 .. NET_HOST_MAX - 1, which queue.
 * host->config must be set. Panics if memory is exhausted. */
void net_host_start(struct net_host *host, unsigned index, unsigned max_frame);

/* Lets the port deliver, once all hosts run: TCP connections spread over `count` hosts, everything else to the first.
 */
void net_host_steer(unsigned count);

#endif
