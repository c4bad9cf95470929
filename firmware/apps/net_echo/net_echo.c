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
#include "net_host.h"

#define ECHO_PORT 7
#define PIECES 256u

/* A received piece that is being sent back. */
struct piece {
	struct net_chunk chunk;
	struct net_buf *buf;
	struct tcp_conn *conn; /* NULL: none, or it has ended */
	struct echo *echo;
	struct piece *next_free;
};

/* What a core needs; nothing of it is shared. */
struct echo {
	struct net_host host;
	struct piece pieces[PIECES], *free_pieces;
	struct udp_socket udp;
	struct tcp_listener listener;
};

static struct net_port port = {.max_frame = 1518};
static bool on_pes;
static volatile uint64_t started;

static void release_piece(struct net_chunk *chunk)
{
	struct piece *p = (struct piece *)chunk;

	if (p->conn)
		tcp_consumed(p->conn, p->chunk.len);
	net_buf_put(p->buf);
	p->next_free = p->echo->free_pieces;
	p->echo->free_pieces = p;
}

/* A piece that refers to received bytes; NULL if all are in use. */
static struct piece *take_piece(struct echo *echo, struct net_buf *buf, const uint8_t *data, uint32_t len)
{
	struct piece *p = echo->free_pieces;

	if (!p)
		return NULL;
	echo->free_pieces = p->next_free;
	net_buf_get(buf);
	p->buf = buf;
	p->conn = NULL;
	p->chunk = (struct net_chunk){.data = data, .len = len, .release = release_piece};
	return p;
}

static void on_datagram(struct udp_socket *socket, struct net_buf *buf, const uint8_t *data, uint32_t len,
			const struct net_addr *from, uint16_t port)
{
	struct echo *echo = socket->owner;
	struct piece *p = take_piece(echo, buf, data, len);

	if (p)
		udp_send(&echo->host.stack, socket->port, from, port, &p->chunk);
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
	struct echo *echo = conn->owner;

	(void)end;
	for (unsigned i = 0; i < PIECES; i++)
		if (echo->pieces[i].conn == conn)
			echo->pieces[i].conn = NULL;
}

static const struct tcp_ops echo_ops = {
	.established = on_established, .receive = on_receive, .finished = on_finished, .gone = on_gone};

static const struct tcp_ops *on_accept(struct tcp_listener *listener, struct tcp_conn *conn)
{
	conn->owner = listener->owner;
	return &echo_ops;
}

/* On the core that is to do it. */
static void start_echo(void *arg, void *unused)
{
	struct echo *echo = cos_zalloc(COS_SMEM, sizeof *echo, 64);

	(void)unused;
	if (!echo)
		cos_panic("no memory for a host");
	echo->host.config = tcp_defaults;
	echo->host.config.receive_window = 128 * 1024;
	echo->host.config.rto_min = 5000; /* a peer in the same rack; it must not delay acknowledgements longer */
	echo->host.config.delayed_ack = 1000;
	net_host_start(&echo->host, (unsigned)(uintptr_t)arg, &port);
	for (unsigned i = 0; i < PIECES; i++) {
		echo->pieces[i].echo = echo;
		echo->pieces[i].next_free = echo->free_pieces;
		echo->free_pieces = &echo->pieces[i];
	}
	echo->udp = (struct udp_socket){.port = ECHO_PORT, .receive = on_datagram, .owner = echo};
	udp_bind(&echo->host.stack, &echo->udp);
	echo->listener = (struct tcp_listener){.port = ECHO_PORT, .accept = on_accept, .owner = echo};
	tcp_listen(&echo->host.stack, &echo->listener);
	__atomic_fetch_add(&started, 1, __ATOMIC_RELEASE);
}

int main(int argc, char **argv)
{
	unsigned hosts = argc > 2 ? (unsigned)atoi(argv[2]) : 0;

	if (cos_cluster_id() != 0)
		return 0;
	port.max_frame = argc > 1 ? (unsigned)atoi(argv[1]) : port.max_frame;
	on_pes = hosts > 0;
	hosts = hosts == 0 ? 1 : hosts > NET_HOST_MAX ? NET_HOST_MAX : hosts;
	net_host_start_port(&port);
	if (on_pes)
		cos_start_pes((1u << hosts) - 1);
	for (unsigned i = 0; i < hosts; i++) {
		if (on_pes)
			cos_event_call(i, start_echo, (void *)(uintptr_t)i, NULL);
		else
			start_echo(NULL, NULL);
	}
	while (started < hosts)
		cos_reactor_poll();
	net_host_steer(&port, hosts);
	cos_printf("echo on 10.0.0.1 port %u, link %s\n", ECHO_PORT, ethernet_link_up(0) ? "up" : "down");
	cos_reactor_run();
	return 0;
}
