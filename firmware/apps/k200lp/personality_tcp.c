/*
 * NVMe/TCP over both Ethernet ports. Each serving PE has a TCP/IP stack, an Ethernet queue on one of the ports and a
 * group of connections; the controllers spread connections over the PEs of their port by a hash, so a connection, its
 * commands and its SSD queues stay on one core.
 *
 * RX buffers come from the four job caches of a cluster's DMA, shared by the PEs whose numbers agree modulo four. Every
 * PE sends through a TX FIFO and virtual channel of its own, so that frames of different PEs never mix.
 */

#include "cos/arena.h"
#include "cos/cluster.h"
#include "cos/console.h"
#include "cos/cpu.h"
#include "cos/reactor.h"
#include "drivers/dma.h"
#include "drivers/ethernet.h"
#include "k200lp.h"
#include "nvmf/tcp.h"

#define ETHERNET_OVERHEAD 18 /* header, one VLAN tag */
#define CACHES 4u
#define FIFOS 8u
#define RX_BYTES (768u << 10) /* RX buffers of a cluster */
#define RX_BUFFERS_MAX 256u
#define CONNS 16u      /* in SMEM */
#define FAR_CONNS 240u /* more, in DDR */
#define HASH 128u
#define PACKETS 48u
#define DMA_JOBS_LOG2 7
#define NEAR_PAGES 12u
#define FAR_PAGES 32768u
#define LARGE_BUFFERS 128u
#define COPY_JOBS_LOG2 5
#define TIMER_PERIOD_US 500 /* the stack's timers have a resolution of 1 ms */
#define CHECK_PERIOD_US 100000
#define CONNECT_TIMEOUT_US 30000000
#define SUBSYSTEM_PORT "4420"
#define DISCOVERY_PORT "8009"

/* What a PE needs; nothing of it is shared. */
struct server {
	struct net_stack stack;
	struct netif netif;
	struct ethernet_queue *queue;
	struct nvmf_tcp_group *group;
	struct tcp_conn conns[CONNS];
	struct tcp_conn *hash[HASH];
	struct net_tx packets[PACKETS];
};

static struct tcp_config tcp;
static struct ethernet_buffers *buffers[CACHES];
static unsigned rx_buffers;
static uint32_t started; /* PEs */

/* Of the next power of two. */
static unsigned log2_of(unsigned n) { return n > 1 ? 32 - (unsigned)__builtin_clz(n - 1) : 0; }
static uint64_t now_us(void) { return cos_timestamp() / (cos_timestamp_hz() / 1000000); }
static unsigned port_of(unsigned pe) { return pe % K200LP_PORTS; }
static void mac_of(unsigned port, uint8_t mac[6])
{
	const uint8_t address[6] = {2, 0, 0, 0, 0, (uint8_t)(1 + port)};

	__builtin_memcpy(mac, address, sizeof address);
}

static int poll_network(void *arg)
{
	struct server *server = arg;

	if (!ethernet_pending(server->queue) && !server->stack.ready && !nvmf_tcp_pending(server->group))
		return COS_POLLER_IDLE;
	server->stack.now = now_us();
	ethernet_poll(server->queue);
	nvmf_tcp_poll(server->group);
	net_poll(&server->stack, server->stack.now);
	ethernet_flush(server->queue);
	return COS_POLLER_BUSY;
}

static int poll_timers(void *arg)
{
	struct server *server = arg;

	net_poll(&server->stack, now_us());
	nvmf_tcp_poll(server->group);
	ethernet_flush(server->queue);
	return COS_POLLER_BUSY;
}

static int check_connections(void *arg)
{
	nvmf_tcp_check(((struct server *)arg)->group);
	return COS_POLLER_BUSY;
}

static bool start_port(struct server *server, const struct k200lp_options *options)
{
	const unsigned pe = cos_core_id(), port = port_of(pe);
	const struct ethernet_queue_config config = {.controller = port,
						     .channel = pe,
						     .tx_fifo = pe / K200LP_PORTS % FIFOS,
						     .tx_thread = pe % 4,
						     .records_log2 = log2_of(rx_buffers),
						     .jobs_log2 = DMA_JOBS_LOG2};

	server->netif = (struct netif){.mtu = (uint16_t)options->mtu,
				       .vlan = -1,
				       .ip4 = 0x0a000001u | port << 8,
				       .mask4 = 0xffffff00,
				       .ip6 = {{0xfd, [7] = (uint8_t)port, [15] = 1}},
				       .prefix6 = 64};
	mac_of(port, server->netif.mac);
	server->queue = ethernet_open(&config, buffers[pe % CACHES], &server->netif);
	return server->queue && net_add(&server->stack, &server->netif);
}

static struct nvmf_tcp_memory data_buffers(enum cos_memory where, uint32_t buffers, uint32_t bytes)
{
	struct nvmf_tcp_memory m = {.buffers = buffers};

	/* Not cos_dma_alloc(), which clears: nobody sees a buffer before it has been filled. */
	m.memory = cos_alloc(where, (size_t)buffers * bytes, NVMF_TCP_PAGE);
	if (!m.memory)
		cos_panic("no memory for data");
	m.address = cos_global_address(m.memory);
	return m;
}

/* ---- Copies by the DMA ---- */

static bool copy(void *queue, uint64_t to, const uint8_t *from, uint32_t bytes, uint64_t *ticket)
{
	*ticket = dma_copy(queue, to, (uint64_t)from, bytes);
	return *ticket != DMA_FULL;
}

static bool copied(void *queue, uint64_t ticket) { return dma_done(queue, ticket); }

/* On each serving PE. */
static void start_server(void *options_, void *unused)
{
	/* Of sequence numbers and cookies. A real card would take them from the crypto unit's generator. */
	static const uint64_t secret[2] = {0x243f6a8885a308d3, 0x13198a2e03707344};
	struct server *server = cos_zalloc(COS_SMEM, sizeof *server, 64);
	struct nvmf_tcp_group_config group = {.connect_timeout = CONNECT_TIMEOUT_US};

	(void)unused;
	if (!server)
		cos_panic("no memory for a server");
	const struct net_memory memory = {server->packets, PACKETS, server->conns, CONNS, server->hash, HASH};
	struct tcp_conn *far_conns = cos_alloc(COS_DDR, FAR_CONNS * sizeof *far_conns, 64);

	net_init(&server->stack, &memory, &tcp, secret, now_us());
	if (!far_conns)
		cos_panic("no memory for connections");
	net_add_conns(&server->stack, far_conns, FAR_CONNS);
	if (!start_port(server, options_))
		cos_panic("no memory for an Ethernet queue");
	group.stack = &server->stack;
	group.near = data_buffers(COS_SMEM, NEAR_PAGES, NVMF_TCP_PAGE);
	group.far = data_buffers(COS_DDR, FAR_PAGES, NVMF_TCP_PAGE);
	group.large = data_buffers(COS_DDR, LARGE_BUFFERS, NVMF_TCP_MAX_IO);
	group.copier = (struct nvmf_tcp_copier){
		.queue = dma_queue_open(cos_core_id() % 4, COPY_JOBS_LOG2, false), .copy = copy, .done = copied};
	if (!group.copier.queue)
		cos_panic("no DMA queue for copies");
	server->group = nvmf_tcp_group_create(&group);
	if (!server->group)
		cos_panic("no memory for connections");
	cos_poller_register(poll_network, server, 0);
	cos_poller_register(poll_timers, server, TIMER_PERIOD_US);
	cos_poller_register(check_connections, server, CHECK_PERIOD_US);
	__atomic_fetch_add(&started, 1, __ATOMIC_RELEASE);
}

/* On each cluster: the control core checks hosts against its own copy of the listeners. */
static void listen(void)
{
	/* As start_port() sets them, in the shortest form of each. */
	static const struct {
		uint8_t family;
		const char *address;
	} own[] = {{NVMF_ADRFAM_IPV4, "10.0.0.1"},
		   {NVMF_ADRFAM_IPV4, "10.0.1.1"},
		   {NVMF_ADRFAM_IPV6, "fd00::1"},
		   {NVMF_ADRFAM_IPV6, "fd00:0:0:1::1"}};

	for (unsigned i = 0; i < sizeof own / sizeof *own; i++) {
		subsystem_listen(own[i].family, own[i].address, SUBSYSTEM_PORT);
		discovery_listen(own[i].family, own[i].address, DISCOVERY_PORT);
	}
}

static unsigned max_frame(const struct k200lp_options *options) { return options->mtu + ETHERNET_OVERHEAD; }

static void start_chip(const struct k200lp_options *options)
{
	for (unsigned port = 0; port < K200LP_PORTS; port++) {
		uint8_t mac[6];

		mac_of(port, mac);
		if (!ethernet_start(port, mac, max_frame(options), ETHERNET_100G))
			cos_panic("cannot map Ethernet controller %u", port);
	}
	subsystem_start(options, &nvmf_tcp_transport);
	listen();
}

static void set_up_tcp(void)
{
	tcp = tcp_defaults;
	tcp.receive_window = 64 << 10;
	tcp.rto_min = 5000; /* initiators in the same rack; they must not delay acknowledgements longer */
	tcp.delayed_ack = 1000;
	tcp.time_wait = 1000000;	   /* likewise: no segment wanders about for minutes */
	tcp.out_of_order = rx_buffers / 3; /* a hole must not take all RX buffers of the PEs that share them */
}

static void start_cluster(const struct k200lp_options *options)
{
	static struct k200lp_options shared;

	shared = *options;
	subsystem_start(options, &nvmf_tcp_transport);
	rx_buffers = RX_BYTES / CACHES / (max_frame(options) + 64);
	if (rx_buffers > RX_BUFFERS_MAX)
		rx_buffers = RX_BUFFERS_MAX;
	set_up_tcp();
	for (unsigned port = 0; port < K200LP_PORTS; port++)
		ethernet_map(port);
	for (unsigned cache = 0; cache < CACHES; cache++) {
		buffers[cache] = ethernet_buffers_open(cache, rx_buffers, max_frame(options));
		if (!buffers[cache])
			cos_panic("no memory for RX buffers");
	}
	for (unsigned pe = 0; pe < options->pes; pe++)
		cos_event_call(pe, start_server, &shared, NULL);
	while (__atomic_load_n(&started, __ATOMIC_ACQUIRE) < options->pes)
		cos_reactor_poll();
	listen();
}

/* All PEs of all clusters that serve the port, in the order of the dispatch table. */
static void steer(const struct k200lp_options *options, unsigned port)
{
	uint8_t clusters[MPPA_CLUSTERS * MPPA_PES], channels[MPPA_CLUSTERS * MPPA_PES];
	unsigned count = 0;

	for (unsigned pe = 0; pe < options->pes; pe++) {
		for (unsigned c = 1; c <= options->clusters; c++) {
			if (port_of(pe) != port)
				continue;
			clusters[count] = (uint8_t)c;
			channels[count++] = (uint8_t)pe;
		}
	}
	ethernet_steer(port, clusters, channels, count);
}

static void serve(const struct k200lp_options *options)
{
	for (unsigned port = 0; port < K200LP_PORTS; port++) {
		steer(options, port);
		cos_printf("port %u: 10.0.%u.1, link %s\n", port, port, ethernet_link_up(port) ? "up" : "down");
	}
}

const struct k200lp_personality personality_tcp = {
	.name = "tcp", .start_chip = start_chip, .start_cluster = start_cluster, .serve = serve};
