/* A host on Ethernet 0: answers ping and echoes UDP and TCP on port 7. Runs on the RM of cluster 0; address 10.0.0.1,
 * fd00::1. What comes in by TCP goes out from where it lies. Argument: frame size without FCS (default 1518). */
#include <stdlib.h>

#include "cos/arena.h"
#include "cos/console.h"
#include "cos/cpu.h"
#include "cos/mmio.h"
#include "cos/reactor.h"
#include "drivers/dma.h"
#include "drivers/ethernet.h"
#include "net/tcp.h"

#define ECHO_PORT 7
#define CONNS 64u
#define PACKETS 512u
#define CHUNKS 256u

/* A received piece that is being sent back. */
struct piece {
	struct net_chunk chunk;
	struct net_buf *buf;
	struct tcp_conn *conn; /* NULL: it has ended */
	struct piece *next_free;
};

static struct net_stack stack;
static struct netif netif = {.mac = {2, 0, 0, 0, 0, 1},
			     .vlan = -1,
			     .ip4 = 0x0a000001,
			     .mask4 = 0xffffff00,
			     .ip6 = {{0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}},
			     .prefix6 = 64};
static struct ethernet_queue *queue;
static struct piece pieces[CHUNKS], *free_pieces;
static struct udp_socket udp;
static struct tcp_listener listener;

static uint64_t now_us(void) { return cos_timestamp() / (cos_timestamp_hz() / 1000000); }

static void release_piece(struct net_chunk *chunk)
{
	struct piece *p = (struct piece *)chunk;

	if (p->conn)
		tcp_consumed(p->conn, p->chunk.len);
	net_buf_put(p->buf);
	p->next_free = free_pieces;
	free_pieces = p;
}

/* A piece that refers to received bytes; NULL if all are in use. */
static struct piece *take_piece(struct net_buf *buf, const uint8_t *data, uint32_t len)
{
	struct piece *p = free_pieces;

	if (!p)
		return NULL;
	free_pieces = p->next_free;
	net_buf_get(buf);
	p->buf = buf;
	p->conn = NULL;
	p->chunk = (struct net_chunk){.data = data, .len = len, .release = release_piece};
	return p;
}

static void on_datagram(struct udp_socket *socket, struct net_buf *buf, const uint8_t *data, uint32_t len,
			const struct net_addr *from, uint16_t port)
{
	struct piece *p = take_piece(buf, data, len);

	if (p)
		udp_send(&stack, socket->port, from, port, &p->chunk);
}

static void on_established(struct tcp_conn *conn) { (void)conn; }

static void on_receive(struct tcp_conn *conn, struct net_buf *buf, const uint8_t *data, uint32_t len)
{
	struct piece *p = take_piece(buf, data, len);

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
	(void)end;
	for (unsigned i = 0; i < CHUNKS; i++)
		if (pieces[i].conn == conn)
			pieces[i].conn = NULL;
}

static const struct tcp_ops echo_ops = {
	.established = on_established, .receive = on_receive, .finished = on_finished, .gone = on_gone};

static const struct tcp_ops *on_accept(struct tcp_listener *l, struct tcp_conn *conn)
{
	(void)l, (void)conn;
	return &echo_ops;
}

static int poll_network(void *arg)
{
	const bool received = ethernet_poll(queue);

	(void)arg;
	if (!received && net_next_event(&stack) > now_us())
		return COS_POLLER_IDLE;
	net_poll(&stack, now_us());
	return received ? COS_POLLER_BUSY : COS_POLLER_IDLE;
}

static void start_stack(unsigned max_frame)
{
	static const uint64_t secret[2] = {0x243f6a8885a308d3, 0x13198a2e03707344};
	static struct tcp_conn conns[CONNS];
	static struct tcp_conn *hash[CONNS];
	static struct net_tx packets[PACKETS];
	static struct tcp_config config;
	const struct net_memory memory = {packets, PACKETS, conns, CONNS, hash, CONNS};
	const struct ethernet_queue_config port = {
		.channel = 0, .cache = 0, .tx_fifo = 0, .tx_thread = 0, .buffers_log2 = 8, .jobs_log2 = 9};

	config = tcp_defaults;
	config.receive_window = 128 * 1024;
	config.rto_min = 5000; /* a peer in the same rack; it must not delay acknowledgements longer */
	config.delayed_ack = 1000;
	net_init(&stack, &memory, &config, secret, now_us());
	netif.mtu = (uint16_t)(max_frame - 18);
	queue = ethernet_open(&port, &netif, max_frame);
	if (!queue || !net_add(&stack, &netif))
		cos_panic("no memory for the network");
}

int main(int argc, char **argv)
{
	const unsigned max_frame = argc > 1 ? (unsigned)atoi(argv[1]) : 1518;
	const uint8_t cluster = 0, channel = 0;

	if (cos_cluster_id() != 0)
		return 0;
	dma_init();
	if (!ethernet_start(0, netif.mac, max_frame, false))
		cos_panic("cannot map the Ethernet controller");
	start_stack(max_frame);
	ethernet_steer(0, &cluster, &channel, 1);
	for (unsigned i = 0; i < CHUNKS; i++) {
		pieces[i].next_free = free_pieces;
		free_pieces = &pieces[i];
	}
	udp.port = ECHO_PORT;
	udp.receive = on_datagram;
	udp_bind(&stack, &udp);
	listener.port = ECHO_PORT;
	listener.accept = on_accept;
	tcp_listen(&stack, &listener);
	cos_poller_register(poll_network, NULL, 0);
	cos_printf("echo on 10.0.0.1 port %u, link %s\n", ECHO_PORT, ethernet_link_up(0) ? "up" : "down");
	cos_reactor_run();
	return 0;
}
