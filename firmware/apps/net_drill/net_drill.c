/*
 * The end of TCP connections that does what a script tells it (tests/firmware/net/scripts): 10.0.0.1 and fd00::1 on
 * Ethernet 0, on the RM of cluster 0. It listens on port 7.
 *
 * Arguments: key=value for fields of struct tcp_config, times in microseconds; mtu=, vlan=, rate= (Gb/s; 25: lane=).
 *
 * Commands come as UDP datagrams to port 9: "<port of the peer> <verb> [number]".
 *   connect   from port 6000 to the peer's port; connect6: by IPv6
 *   send N    the next N bytes of the pattern
 *   close, abort
 *   hold      received bytes are not consumed from now on; the window closes
 *   consume N
 *   pile N    how many packets may wait behind holes
 * Reports go to port 9 of 10.0.0.2: "<port of the peer> <event> [number]".
 *   established, finished, gone closed|reset|timeout|refused|aborted
 *   data N    bytes received so far, all of them as the pattern has them
 *   corrupt N the byte at N was wrong
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cos/arena.h"
#include "cos/cluster.h"
#include "cos/console.h"
#include "cos/cpu.h"
#include "cos/reactor.h"
#include "net_host.h"

#define TCP_PORT 7
#define CONTROL_PORT 9
#define OWN_PORT 6000 /* of connections that we open */
#define PEER_ADDRESS 0x0a000002u
#define ENDS 32u
#define SENDING 64u /* commands to send that are not acknowledged */
#define REPORTS 64u
#define REPORT_BYTES 40u
#define PATTERN 251u
#define MAX_SEND (64u * 1024)

/* One end of a connection. */
struct end {
	struct tcp_conn *conn; /* NULL: free */
	unsigned port;	       /* of the peer */
	uint32_t received, reported, queued;
	bool hold, corrupt;
};

struct report {
	struct net_chunk chunk;
	struct report *next;
	char text[REPORT_BYTES];
};

static struct net_host *host;
static struct end ends[ENDS];
static struct net_chunk sending[SENDING];
static struct report reports[REPORTS], *free_reports;
static struct udp_socket control;
static struct tcp_listener listener;
static uint8_t *pattern; /* byte n of the stream is pattern[n % PATTERN] */

static void release_report(struct net_chunk *chunk)
{
	struct report *r = (struct report *)chunk;

	r->next = free_reports;
	free_reports = r;
}

__attribute__((format(printf, 1, 2))) static void say(const char *format, ...)
{
	const struct net_addr to = net_v4(PEER_ADDRESS);
	struct report *r = free_reports;
	va_list arguments;

	if (!r)
		cos_panic("no report left");
	free_reports = r->next;
	va_start(arguments, format);
	vsnprintf(r->text, REPORT_BYTES, format, arguments);
	va_end(arguments);
	r->chunk = (struct net_chunk){
		.data = (const uint8_t *)r->text, .len = (uint32_t)strlen(r->text), .release = release_report};
	udp_send(&host->stack, CONTROL_PORT, &to, CONTROL_PORT, &r->chunk);
}

static struct end *find_end(unsigned port)
{
	for (unsigned i = 0; i < ENDS; i++)
		if (ends[i].conn && ends[i].port == port)
			return &ends[i];
	return NULL;
}

static struct end *new_end(unsigned port)
{
	for (unsigned i = 0; i < ENDS; i++) {
		if (!ends[i].conn) {
			ends[i] = (struct end){.port = port};
			return &ends[i];
		}
	}
	cos_panic("no room for a connection");
}

/* ---- What the stack says ---- */

static void on_established(struct tcp_conn *conn)
{
	struct end *e = conn->owner;

	e->conn = conn;
	say("%u established", e->port);
}

static void on_receive(struct tcp_conn *conn, struct net_buf *buf, const uint8_t *data, uint32_t len)
{
	struct end *e = conn->owner;

	(void)buf;
	for (uint32_t i = 0; i < len && !e->corrupt; i++) {
		e->corrupt = data[i] != (e->received + i) % PATTERN;
		if (e->corrupt)
			say("%u corrupt %u", e->port, e->received + i);
	}
	e->received += len;
	if (!e->hold)
		tcp_consumed(conn, len);
}

/* What came in one poll is one report. */
static void report_data(struct end *e)
{
	if (e->reported != e->received)
		say("%u data %u", e->port, e->received);
	e->reported = e->received;
}

static void on_finished(struct tcp_conn *conn)
{
	struct end *e = conn->owner;

	report_data(e);
	say("%u finished", e->port);
}

static void on_gone(struct tcp_conn *conn, enum tcp_end how)
{
	static const char *const names[] = {"closed", "reset", "timeout", "refused", "aborted"};
	struct end *e = conn->owner;

	report_data(e);
	e->conn = NULL;
	say("%u gone %s", e->port, names[how]);
}

static const struct tcp_ops ops = {
	.established = on_established, .receive = on_receive, .finished = on_finished, .gone = on_gone};

static const struct tcp_ops *on_accept(struct tcp_listener *l, struct tcp_conn *conn)
{
	(void)l;
	conn->owner = new_end(conn->remote_port);
	return &ops;
}

static void after_poll(struct net_host *unused)
{
	(void)unused;
	for (unsigned i = 0; i < ENDS; i++)
		if (ends[i].conn)
			report_data(&ends[i]);
}

/* ---- What the script says ---- */

static void do_connect(unsigned port, struct net_addr to)
{
	struct end *e = new_end(port);

	e->conn = tcp_connect(&host->stack, &to, (uint16_t)port, OWN_PORT, &ops, e);
	if (!e->conn)
		cos_panic("cannot connect to port %u", port);
}

static void do_send(struct end *e, uint32_t len)
{
	struct net_chunk *chunk = sending;

	while (chunk < sending + SENDING && chunk->refs)
		chunk++;
	if (len > MAX_SEND || chunk == sending + SENDING)
		cos_panic("send %u: too much", len);
	*chunk = (struct net_chunk){.data = pattern + e->queued % PATTERN, .len = len};
	e->queued += len;
	if (!tcp_send(e->conn, chunk))
		cos_panic("send %u: the connection takes nothing", len);
}

static void command(unsigned port, const char *verb, uint32_t number)
{
	struct net_addr to6 = {{0xfd, [15] = 2}};
	struct end *e = find_end(port);

	if (strcmp(verb, "connect") == 0)
		do_connect(port, net_v4(PEER_ADDRESS));
	else if (strcmp(verb, "connect6") == 0)
		do_connect(port, to6);
	else if (strcmp(verb, "pile") == 0)
		host->config.out_of_order = number;
	else if (!e)
		cos_panic("%s: no connection with port %u", verb, port);
	else if (strcmp(verb, "send") == 0)
		do_send(e, number);
	else if (strcmp(verb, "close") == 0)
		tcp_close(e->conn);
	else if (strcmp(verb, "abort") == 0)
		tcp_abort(e->conn);
	else if (strcmp(verb, "hold") == 0)
		e->hold = true;
	else if (strcmp(verb, "consume") == 0)
		tcp_consumed(e->conn, number);
	else
		cos_panic("unknown command '%s'", verb);
}

static void on_command(struct udp_socket *socket, struct net_buf *buf, const uint8_t *data, uint32_t len,
		       const struct net_addr *from, uint16_t from_port)
{
	char text[REPORT_BYTES] = "", *verb, *rest;
	unsigned port;

	(void)socket, (void)buf, (void)from, (void)from_port;
	memcpy(text, data, len < sizeof text ? len : sizeof text - 1);
	port = (unsigned)strtoul(text, &verb, 10);
	verb += *verb == ' ';
	rest = strchr(verb, ' ');
	if (rest)
		*rest++ = 0;
	command(port, verb, rest ? (uint32_t)strtoul(rest, NULL, 10) : 0);
}

/* ---- Start ---- */

static unsigned mtu = 1500, newreno, vlan, rate = 100, lane;

static void set(struct tcp_config *config, const char *argument)
{
	const struct {
		const char *key;
		uint32_t *value;
	} numbers[] = {{"receive_window", &config->receive_window},
		       {"backlog", &config->backlog},
		       {"rto_min", &config->rto_min},
		       {"rto_max", &config->rto_max},
		       {"rto_initial", &config->rto_initial},
		       {"delayed_ack", &config->delayed_ack},
		       {"keep_idle", &config->keep_idle},
		       {"keep_interval", &config->keep_interval},
		       {"keep_tries", &config->keep_tries},
		       {"time_wait", &config->time_wait},
		       {"syn_tries", &config->syn_tries},
		       {"data_tries", &config->data_tries},
		       {"initial_window", &config->initial_window},
		       {"out_of_order", &config->out_of_order},
		       {"newreno", &newreno},
		       {"mtu", &mtu},
		       {"vlan", &vlan},
		       {"rate", &rate},
		       {"lane", &lane}};
	const struct {
		const char *key;
		bool *value;
	} switches[] = {{"nagle", &config->nagle},
			{"timestamps", &config->timestamps},
			{"sack", &config->sack},
			{"syn_cookies", &config->syn_cookies}};
	const char *equals = strchr(argument, '=');
	const size_t length = equals ? (size_t)(equals - argument) : 0;
	const uint32_t value = equals ? (uint32_t)strtoul(equals + 1, NULL, 10) : 0;

	for (unsigned i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		if (length && strlen(numbers[i].key) == length && memcmp(numbers[i].key, argument, length) == 0) {
			*numbers[i].value = value;
			return;
		}
	}
	for (unsigned i = 0; i < sizeof switches / sizeof *switches; i++) {
		if (length && strlen(switches[i].key) == length && memcmp(switches[i].key, argument, length) == 0) {
			*switches[i].value = value;
			return;
		}
	}
	cos_panic("unknown argument '%s'", argument);
}

static void prepare(void)
{
	host = cos_zalloc(COS_SMEM, sizeof *host, 64);
	pattern = cos_zalloc(COS_SMEM, MAX_SEND + PATTERN, 64);
	if (!host || !pattern)
		cos_panic("no memory");
	for (unsigned i = 0; i < MAX_SEND + PATTERN; i++)
		pattern[i] = (uint8_t)(i % PATTERN);
	for (unsigned i = 0; i < REPORTS; i++)
		release_report(&reports[i].chunk);
	host->config = tcp_defaults;
	host->polled = after_poll;
}

int main(int argc, char **argv)
{
	struct net_port port;

	if (cos_cluster_id() != 0)
		return 0;
	prepare();
	for (int i = 1; i < argc; i++)
		set(&host->config, argv[i]);
	host->config.control = newreno ? TCP_NEWRENO : TCP_CUBIC;
	port = (struct net_port){
		.max_frame = mtu + 18,
		.mode = rate == 25   ? ETHERNET_4X25G
			: rate == 40 ? ETHERNET_40G
				     : ETHERNET_100G,
		.lane = lane,
	};
	net_host_start_port(&port);
	net_host_start(host, 0, &port);
	if (vlan)
		host->netif.vlan = (int)vlan;
	control = (struct udp_socket){.port = CONTROL_PORT, .receive = on_command};
	udp_bind(&host->stack, &control);
	listener = (struct tcp_listener){.port = TCP_PORT, .accept = on_accept};
	tcp_listen(&host->stack, &listener);
	net_host_steer(&port, 1);
	cos_printf("listening on port %u\n", TCP_PORT);
	cos_reactor_run();
	return 0;
}
