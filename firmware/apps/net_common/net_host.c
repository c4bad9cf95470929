#include "net_host.h"

#include <string.h>

#include "cos/console.h"
#include "cos/cpu.h"
#include "cos/reactor.h"
#include "drivers/dma.h"

#define TIMER_PERIOD_US 500 /* timers have a resolution of 1 ms */

static uint64_t now_us(void) { return cos_timestamp() / (cos_timestamp_hz() / 1000000); }

static void poll_stack(struct net_host *host)
{
	net_poll(&host->stack, now_us());
	if (host->polled)
		host->polled(host);
	ethernet_flush(host->queue);
}

static int poll_network(void *arg)
{
	struct net_host *host = arg;

	if (!ethernet_pending(host->queue) && !host->stack.ready)
		return COS_POLLER_IDLE;
	ethernet_poll(host->queue);
	poll_stack(host);
	return COS_POLLER_BUSY;
}

static int poll_timers(void *arg)
{
	poll_stack(arg);
	return COS_POLLER_BUSY;
}

static const uint8_t mac[6] = {2, 0, 0, 0, 0, 1};

void net_host_start_port(const struct net_port *port)
{
	dma_init();
	if (!ethernet_start(0, mac, port->max_frame, port->mode))
		cos_panic("cannot map the Ethernet controller");
}

void net_host_start(struct net_host *host, unsigned index, const struct net_port *port)
{
	static const uint64_t secret[2] = {0x243f6a8885a308d3, 0x13198a2e03707344};
	const struct net_memory memory = {host->packets,  NET_HOST_PACKETS, host->conns,
					  NET_HOST_CONNS, host->hash,	    NET_HOST_CONNS};
	const struct ethernet_queue_config queue = {.lane = port->lane,
						    .channel = index,
						    .tx_fifo = index,
						    .tx_thread = index,
						    .records_log2 = 7,
						    .jobs_log2 = 9};
	struct ethernet_buffers *buffers =
		ethernet_buffers_open(index, port->max_frame > 2048 ? 64 : 128, port->max_frame);

	net_init(&host->stack, &memory, &host->config, secret, now_us());
	host->netif = (struct netif){.mtu = (uint16_t)(port->max_frame - 18),
				     .vlan = -1,
				     .ip4 = 0x0a000001,
				     .mask4 = 0xffffff00,
				     .ip6 = {{0xfd, [15] = 1}},
				     .prefix6 = 64};
	memcpy(host->netif.mac, mac, sizeof mac);
	host->netif.mac[5] = (uint8_t)(mac[5] + port->lane);
	host->queue = buffers ? ethernet_open(&queue, buffers, &host->netif) : NULL;
	if (!host->queue || !net_add(&host->stack, &host->netif))
		cos_panic("no memory for the network");
	cos_poller_register(poll_network, host, 0);
	cos_poller_register(poll_timers, host, TIMER_PERIOD_US);
}

void net_host_steer(const struct net_port *port, unsigned count)
{
	static const uint8_t clusters[NET_HOST_MAX], channels[NET_HOST_MAX] = {0, 1, 2, 3};

	if (port->mode == ETHERNET_4X25G)
		ethernet_steer_lane(0, port->lane, clusters, channels, count);
	else
		ethernet_steer(0, clusters, channels, count);
}
