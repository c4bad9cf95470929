/*
 * A host on Ethernet 0: answers ping and echoes UDP and TCP on port 7; address 10.0.0.1, fd00::1. What comes in by TCP
 * goes out from where it lies.
 *
 * Arguments: frame size without FCS (default 1518); number of PEs, each with its own queue and stack, 1..4 (default:
 * the RM does it alone). The controller spreads TCP connections over them; everything else goes to the first.
 */
#include <stdlib.h>

#include "cos/arena.h"
#include "cos/cluster.h"
#include "cos/console.h"
#include "cos/cpu.h"
#include "cos/reactor.h"
#include "drivers/dma.h"
#include "drivers/ethernet.h"
#include "net/tcp.h"

#define ECHO_PORT 7
#define CONNS 64u
#define PACKETS 128u
#define PIECES 256u
#define TIMER_PERIOD_US 500 /* timers have a resolution of 1 ms */
#define MAX_HOSTS 4u	    /* RX job caches of a cluster */

/* A received piece that is being sent back. */
struct piece {
	struct net_chunk chunk;
	struct net_buf *buf;
	struct tcp_conn *conn; /* NULL: none, or it has ended */
	struct host *host;
	struct piece *next_free;
};

/* What a core needs; nothing of it is shared. */
struct host {
	struct net_stack stack;
	struct netif netif;
	struct ethernet_queue *queue;
	struct piece pieces[PIECES], *free_pieces;
	struct udp_socket udp;
	struct tcp_listener listener;
	struct tcp_config config;
	struct tcp_conn conns[CONNS];
	struct tcp_conn *hash[CONNS];
	struct net_tx packets[PACKETS];
	unsigned index;
};

static unsigned max_frame = 1518;
static bool on_pes;
static volatile uint64_t started;

static uint64_t now_us(void) { return cos_timestamp() / (cos_timestamp_hz() / 1000000); }

static void release_piece(struct net_chunk *chunk)
{
	struct piece *p = (struct piece *)chunk;

	if (p->conn)
		tcp_consumed(p->conn, p->chunk.len);
	net_buf_put(p->buf);
	p->next_free = p->host->free_pieces;
	p->host->free_pieces = p;
}

/* A piece that refers to received bytes; NULL if all are in use. */
static struct piece *take_piece(struct host *host, struct net_buf *buf, const uint8_t *data, uint32_t len)
{
	struct piece *p = host->free_pieces;

	if (!p)
		return NULL;
	host->free_pieces = p->next_free;
	net_buf_get(buf);
	p->buf = buf;
	p->conn = NULL;
	p->chunk = (struct net_chunk){.data = data, .len = len, .release = release_piece};
	return p;
}

static void on_datagram(struct udp_socket *socket, struct net_buf *buf, const uint8_t *data, uint32_t len,
			const struct net_addr *from, uint16_t port)
{
	struct host *host = socket->owner;
	struct piece *p = take_piece(host, buf, data, len);

	if (p)
		udp_send(&host->stack, socket->port, from, port, &p->chunk);
}

static void on_established(struct tcp_conn *conn)
{
	(void)conn;
	if (on_pes)
		cos_printf("accepted by PE%u\n", cos_core_id());
}

static void on_receive(struct tcp_conn *conn, struct net_buf *buf, const uint8_t *data, uint32_t len)
{
	struct piece *p = take_piece(conn->owner, buf, data, len);

	if (!p) {
		tcp_abort(conn);
		return;
	}
	p->conn = conn;
	if (!tcp_send(conn, &p->chunk))
		release_piece(&p->chunk);
}

static void on_finished(struct tcp_conn *conn) { tcp_close(conn); }

/* Nothing may be told to a connection that has ended. */
static void on_gone(struct tcp_conn *conn, enum tcp_end end)
{
	struct host *host = conn->owner;

	(void)end;
	for (unsigned i = 0; i < PIECES; i++)
		if (host->pieces[i].conn == conn)
			host->pieces[i].conn = NULL;
}

static const struct tcp_ops echo_ops = {
	.established = on_established, .receive = on_receive, .finished = on_finished, .gone = on_gone};

static const struct tcp_ops *on_accept(struct tcp_listener *listener, struct tcp_conn *conn)
{
	conn->owner = listener->owner;
	return &echo_ops;
}

static int poll_network(void *arg)
{
	struct host *host = arg;

	if (!ethernet_pending(host->queue) && !host->stack.ready)
		return COS_POLLER_IDLE;
	ethernet_poll(host->queue);
	net_poll(&host->stack, now_us());
	ethernet_flush(host->queue);
	return COS_POLLER_BUSY;
}

static int poll_timers(void *arg)
{
	struct host *host = arg;

	net_poll(&host->stack, now_us());
	ethernet_flush(host->queue);
	return COS_POLLER_BUSY;
}

static void start_stack(struct host *host)
{
	static const uint64_t secret[2] = {0x243f6a8885a308d3, 0x13198a2e03707344};
	const struct net_memory memory = {host->packets, PACKETS, host->conns, CONNS, host->hash, CONNS};
	const struct ethernet_queue_config port = {.channel = host->index,
						   .tx_fifo = host->index,
						   .tx_thread = host->index,
						   .records_log2 = 7,
						   .jobs_log2 = 9};
	struct ethernet_buffers *buffers = ethernet_buffers_open(host->index, max_frame > 2048 ? 64 : 128, max_frame);

	host->config = tcp_defaults;
	host->config.receive_window = 128 * 1024;
	host->config.rto_min = 5000; /* a peer in the same rack; it must not delay acknowledgements longer */
	host->config.delayed_ack = 1000;
	net_init(&host->stack, &memory, &host->config, secret, now_us());
	host->netif = (struct netif){.mac = {2, 0, 0, 0, 0, 1},
				     .mtu = (uint16_t)(max_frame - 18),
				     .vlan = -1,
				     .ip4 = 0x0a000001,
				     .mask4 = 0xffffff00,
				     .ip6 = {{0xfd, [15] = 1}},
				     .prefix6 = 64};
	host->queue = buffers ? ethernet_open(&port, buffers, &host->netif) : NULL;
	if (!host->queue || !net_add(&host->stack, &host->netif))
		cos_panic("no memory for the network");
}

/* On the core that is to do it. */
static void start_host(void *arg, void *unused)
{
	struct host *host = cos_zalloc(COS_SMEM, sizeof *host, 64);

	(void)unused;
	if (!host)
		cos_panic("no memory for a host");
	host->index = (unsigned)(uintptr_t)arg;
	start_stack(host);
	for (unsigned i = 0; i < PIECES; i++) {
		host->pieces[i].host = host;
		host->pieces[i].next_free = host->free_pieces;
		host->free_pieces = &host->pieces[i];
	}
	host->udp = (struct udp_socket){.port = ECHO_PORT, .receive = on_datagram, .owner = host};
	udp_bind(&host->stack, &host->udp);
	host->listener = (struct tcp_listener){.port = ECHO_PORT, .accept = on_accept, .owner = host};
	tcp_listen(&host->stack, &host->listener);
	cos_poller_register(poll_network, host, 0);
	cos_poller_register(poll_timers, host, TIMER_PERIOD_US);
	__atomic_fetch_add(&started, 1, __ATOMIC_RELEASE);
}

int main(int argc, char **argv)
{
	static const uint8_t mac[6] = {2, 0, 0, 0, 0, 1};
	const uint8_t clusters[MAX_HOSTS] = {0}, channels[MAX_HOSTS] = {0, 1, 2, 3};
	unsigned hosts = argc > 2 ? (unsigned)atoi(argv[2]) : 0;

	if (cos_cluster_id() != 0)
		return 0;
	max_frame = argc > 1 ? (unsigned)atoi(argv[1]) : max_frame;
	on_pes = hosts > 0;
	hosts = hosts == 0 ? 1 : hosts > MAX_HOSTS ? MAX_HOSTS : hosts;
	dma_init();
	if (!ethernet_start(0, mac, max_frame, false))
		cos_panic("cannot map the Ethernet controller");
	if (on_pes)
		cos_start_pes((1u << hosts) - 1);
	for (unsigned i = 0; i < hosts; i++) {
		if (on_pes)
			cos_event_call(i, start_host, (void *)(uintptr_t)i, NULL);
		else
			start_host(NULL, NULL);
	}
	while (started < hosts)
		cos_reactor_poll();
	ethernet_steer(0, clusters, channels, hosts);
	cos_printf("echo on 10.0.0.1 port %u, link %s\n", ECHO_PORT, ethernet_link_up(0) ? "up" : "down");
	cos_reactor_run();
	return 0;
}
