/* A core's TCP/IP stack on a queue of a port of Ethernet 0: 10.0.0.1, fd00::1. Nothing of it is shared with other
 * cores. */
#ifndef NET_COMMON_NET_HOST_H
#define NET_COMMON_NET_HOST_H

#include "drivers/ethernet.h"
#include "net/tcp.h"

#define NET_HOST_CONNS 64u
#define NET_HOST_PACKETS 128u
#define NET_HOST_MAX 4u /* on one cluster: one for each RX job cache */

struct net_port {
	unsigned max_frame; /* without FCS */
	enum ethernet_mode mode;
	unsigned lane; /* of the 4 x 25G mode, else 0 */
};

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

/* Once, on the cluster of the hosts. Panics if the controller cannot be mapped. */
void net_host_start_port(const struct net_port *port);

/* On the core that is to run it, whose reactor polls it from now on. `index`: 0 .. NET_HOST_MAX - 1, which queue.
 * host->config must be set. Panics if memory is exhausted. */
void net_host_start(struct net_host *host, unsigned index, const struct net_port *port);

/* Lets the port deliver, once all hosts run: TCP connections spread over `count` hosts, everything else to the first.
 */
void net_host_steer(const struct net_port *port, unsigned count);

#endif
