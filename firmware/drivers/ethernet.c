#include "drivers/ethernet.h"

#include <stddef.h>
#include <string.h>

#include "cos/arena.h"
#include "cos/cpu.h"
#include "cos/mmio.h"
#include "cos/mmu.h"
#include "cos/ring.h"
#include "drivers/dma.h"

#define BURST 32 /* frames a poll takes at most, so that sending gets its turn */
#define ERROR_CHANNEL 63
#define PARSER_HALF 16	 /* in the aggregated modes both halves must hold the same rules */
#define LUT_LANE_BITS 3u /* the lane is the top of the LUT's index */
#define XPCS_25G (5u << 2)

/* The parsers of a port. Per half, parsers 11, 12 and 14 can check four checksums at line rate, 1 and 4 can check one;
 * rules for IPv4 and TCP check two, rules for IPv6 and TCP one. */
struct parsers {
	uint8_t tcp4, tcp6;
};
static const struct parsers aggregated_parsers = {11, 12};
static const struct parsers lane_parsers[MPPA_ETH_LANES] = {
	{11, 1}, {12, 4}, {PARSER_HALF + 11, PARSER_HALF + 1}, {PARSER_HALF + 12, PARSER_HALF + 4}};
#define TX_FIFO_RUN 4
#define SOURCE_GROUP_BIT (1ull << 40)

/* Routes from the controllers to the clusters (published; nibbles of output ports, lowest first, 8 = arrived). */
static const uint16_t route_to_cluster[2][MPPA_CLUSTERS] = {{0x80, 0x81, 0x82, 0x83, 0x84},
							    {0x831, 0x81, 0x82, 0x83, 0x84}};

#define GIVE_BATCH 8

struct rx_buffer {
	struct net_buf buf;
	uint8_t *memory;
};

struct ethernet_buffers {
	struct rx_buffer *buffers;
	uint8_t *memory; /* of all */
	uint64_t bytes;	 /* of one */
	unsigned cache;
};

struct sending {
	struct net_tx *tx;
	dma_ticket last;
};

struct ethernet_queue {
	struct ethernet_queue_config config;
	struct netif *netif;
	struct dma_rx_stream stream;
	struct dma_queue *jobs;
	unsigned route;
	struct ethernet_buffers *buffers;
	struct mppa_dma_buffer give[GIVE_BATCH]; /* free buffers that the cache does not have yet */
	unsigned give_count;
	struct mppa_eth_tx_header *headers;
	struct sending *ring;
	uint64_t ring_mask, sent, freed;
};

static uintptr_t base(unsigned controller) { return controller ? MPPA_ETH1_BASE : MPPA_ETH0_BASE; }

static void mac_write(unsigned controller, uint32_t offset, uint32_t value)
{
	cos_write32(base(controller) + MPPA_ETH_MAC + offset, value);
}

static void lb_write(unsigned controller, uint32_t offset, uint32_t value)
{
	cos_write32(base(controller) + MPPA_ETH_LB + offset, value);
}

static void lb_write64(unsigned controller, uint32_t offset, uint64_t value)
{
	cos_write64(base(controller) + MPPA_ETH_LB + offset, value);
}

bool ethernet_map(unsigned controller)
{
	const uint64_t page = 4096;

	return cos_mmu_map(base(controller), (MPPA_ETH_SIZE + page - 1) / page * page, COS_MMU_RW, COS_MMU_DEVICE);
}

/* ---- Port ---- */

/* Appends bits to a parser rule; fields are packed from bit 0 on. */
struct rule {
	uint32_t words[MPPA_ETH_PARSER_WORDS];
	unsigned bit;
};

static void bits(struct rule *rule, uint64_t value, unsigned width)
{
	for (unsigned i = 0; i < width; i++, rule->bit++)
		rule->words[rule->bit / 32] |= (uint32_t)(value >> i & 1) << rule->bit % 32;
}

/* polarity, value, mask: matches everything; then the hash mask */
static void any(struct rule *rule, unsigned width, uint64_t hash)
{
	bits(rule, 0, 1);
	bits(rule, 0, width);
	bits(rule, 0, width);
	bits(rule, hash, width);
}

static unsigned put_line(unsigned controller, unsigned parser, unsigned line, struct rule *rule)
{
	for (unsigned w = 0; w < MPPA_ETH_PARSER_WORDS; w++)
		lb_write(controller, MPPA_ETH_PARSER_RAM(parser, line, w), rule->words[w]);
	memset(rule, 0, sizeof *rule);
	return line + 1;
}

/* Type, metadata index, and checksum check where the rule has one. */
static void begin(struct rule *rule, unsigned type, bool with_check)
{
	bits(rule, type, 5);
	bits(rule, 1, 1);
	if (with_check)
		bits(rule, 1, 1);
	bits(rule, 0, 1); /* no exchange of source and destination */
}

/* Erratum of the aggregated modes: the hardware puts frames of its own among the received ones, with the group bit set
 * in their source address. No rule may match them. */
static unsigned put_mac(unsigned controller, unsigned parser)
{
	struct rule rule = {.bit = 0};

	begin(&rule, MPPA_ETH_PTYPE_MAC_VLAN, false);
	bits(&rule, 3, 2); /* any number of VLAN tags */
	bits(&rule, 0, 1);
	any(&rule, 48, 0);
	bits(&rule, 0, 1 + 48);
	bits(&rule, SOURCE_GROUP_BIT, 48);
	bits(&rule, 0, 48);
	return put_line(controller, parser, 0, &rule);
}

static unsigned put_ipv4(unsigned controller, unsigned parser, unsigned line)
{
	struct rule rule = {.bit = 0};

	begin(&rule, MPPA_ETH_PTYPE_IPV4, true);
	any(&rule, 6, 0);
	any(&rule, 2, 0);
	any(&rule, 8, 0);
	any(&rule, 32, UINT32_MAX);
	any(&rule, 32, UINT32_MAX);
	return put_line(controller, parser, line, &rule);
}

static unsigned put_ipv6(unsigned controller, unsigned parser, unsigned line)
{
	struct rule rule = {.bit = 0};

	begin(&rule, MPPA_ETH_PTYPE_IPV6, false);
	any(&rule, 8, 0);
	any(&rule, 20, 0);
	any(&rule, 8, 0);
	line = put_line(controller, parser, line, &rule);
	for (unsigned address = 0; address < 2; address++) {
		bits(&rule, 0, 1);
		for (unsigned word = 0; word < 6; word++) /* value and mask, then the hash mask */
			bits(&rule, word < 4 ? 0 : UINT64_MAX, 64);
		line = put_line(controller, parser, line, &rule);
	}
	return line;
}

static unsigned put_tcp(unsigned controller, unsigned parser, unsigned line)
{
	struct rule rule = {.bit = 0};

	begin(&rule, MPPA_ETH_PTYPE_TCP, true);
	for (unsigned port = 0; port < 2; port++) {
		bits(&rule, 0, 32);
		bits(&rule, 2, 2); /* any port */
		bits(&rule, UINT16_MAX, 16);
	}
	any(&rule, 9, 0);
	return put_line(controller, parser, line, &rule);
}

static void program_parser(unsigned controller, unsigned parser, unsigned lane, bool v6)
{
	struct rule end = {.bit = 0};
	unsigned line = put_mac(controller, parser);

	line = v6 ? put_ipv6(controller, parser, line) : put_ipv4(controller, parser, line);
	line = put_tcp(controller, parser, line);
	put_line(controller, parser, line, &end);
	lb_write(controller, MPPA_ETH_PARSER(parser),
		 MPPA_ETH_PARSER_CTL_VALUE(MPPA_ETH_PARSER_HASH_LUT, lane, 3, 10, 0xfff));
}

static uint64_t dispatch_entry(unsigned controller, unsigned cluster, unsigned channel)
{
	return MPPA_ETH_DISPATCH_VALUE(route_to_cluster[controller][cluster], channel, 0, 0);
}

/* MAC and PCS of a lane. */
static void start_lane(unsigned controller, unsigned lane, const uint8_t mac[6], unsigned max_frame)
{
	const uint32_t pmac = MPPA_ETH_PMAC(lane);
	const uint8_t last = (uint8_t)(mac[5] + lane);

	mac_write(controller, pmac + MPPA_ETH_MAC_ADDR_LO,
		  (uint32_t)mac[0] | (uint32_t)mac[1] << 8 | (uint32_t)mac[2] << 16 | (uint32_t)mac[3] << 24);
	mac_write(controller, pmac + MPPA_ETH_MAC_ADDR_HI, (uint32_t)mac[4] | (uint32_t)last << 8);
	mac_write(controller, pmac + MPPA_ETH_MAC_FRM_LEN, max_frame + 4);
	/* A burst that cores cannot take at once waits at the sender instead of being lost here. */
	lb_write(controller, MPPA_ETH_RX_PFC(lane) + MPPA_ETH_RX_PFC_CTRL, MPPA_ETH_RX_PFC_GLOBAL_PAUSE);
	mac_write(controller, pmac + MPPA_ETH_MAC_CMD_CFG,
		  MPPA_ETH_CMD_TX_EN | MPPA_ETH_CMD_RX_EN | MPPA_ETH_CMD_PROMISC | MPPA_ETH_CMD_TX_PAD);
}

bool ethernet_start(unsigned controller, const uint8_t mac[6], unsigned max_frame, enum ethernet_mode mode)
{
	static const uint32_t mode_bits[] = {
		[ETHERNET_100G] = MPPA_ETH_MODE_100G, [ETHERNET_40G] = MPPA_ETH_MODE_40G, [ETHERNET_4X25G] = 0};
	const bool lanes = mode == ETHERNET_4X25G;

	if (!ethernet_map(controller))
		return false;
	mac_write(controller, MPPA_ETH_MODE, mode_bits[mode]);
	mac_write(controller, MPPA_ETH_FCS_EN, 0xf);
	mac_write(controller, MPPA_ETH_MAC_RESET_CLEAR, ~0u);
	while (cos_read32(base(controller) + MPPA_ETH_MAC + MPPA_ETH_MAC_RESET))
		;
	for (unsigned e = 0; e < MPPA_ETH_DISPATCH_ENTRIES; e++)
		lb_write64(controller, MPPA_ETH_DISPATCH(e), dispatch_entry(controller, 1, ERROR_CHANNEL));
	lb_write(controller, MPPA_ETH_LUT_CTRL, MPPA_ETH_LUT_CTRL_VALUE(lanes ? LUT_LANE_BITS : 0, 0, 0));
	/* Lane 2 mirrors lane 0 in the aggregated modes. */
	for (unsigned lane = 0; lane < MPPA_ETH_LANES; lane += lanes ? 1 : 2) {
		lb_write(controller, MPPA_ETH_DEFAULT_RULE(lane), MPPA_ETH_DEFAULT_DROP);
		lb_write(controller, MPPA_ETH_LB_CTRL(lane),
			 max_frame | MPPA_ETH_LB_STORE_AND_FORWARD | MPPA_ETH_LB_ADD_HEADER);
	}
	for (unsigned lane = 0; lanes && lane < MPPA_ETH_LANES; lane++)
		mac_write(controller, MPPA_ETH_XPCS_CTRL1(lane), XPCS_25G);
	for (unsigned lane = 0; lane < (lanes ? MPPA_ETH_LANES : 1); lane++)
		start_lane(controller, lane, mac, max_frame);
	return true;
}

bool ethernet_link_up(unsigned controller)
{
	return cos_read32(base(controller) + MPPA_ETH_MAC + MPPA_ETH_SYNC_STATUS) & MPPA_ETH_SYNC_LINK(0);
}

/* The hash is linear: ports that follow each other differ in a few of its bits only. All bits of an index must count.
 */
static unsigned scramble(unsigned i) { return (uint32_t)(i * 0x9e3779b1u) >> 16; }

static void default_to(unsigned controller, unsigned lane, unsigned entry)
{
	lb_write(controller, MPPA_ETH_DEFAULT_RULE(lane) + MPPA_ETH_DEFAULT_RR_TARGET + entry / 32 * 4,
		 1u << entry % 32);
}

static void default_on(unsigned controller, unsigned lane)
{
	lb_write(controller, MPPA_ETH_DEFAULT_RULE(lane), MPPA_ETH_DEFAULT_ROUND_ROBIN | 1 << 8);
}

/* Fills a part of the LUT with the queues, whose dispatch entries begin at `entry`. */
static void spread(unsigned controller, unsigned entry, unsigned first, unsigned slots, const uint8_t *clusters,
		   const uint8_t *channels, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		lb_write64(controller, MPPA_ETH_DISPATCH(entry + i),
			   dispatch_entry(controller, clusters[i], channels[i]));
	for (unsigned i = 0; i < slots; i++)
		lb_write(controller, MPPA_ETH_LUT(first + i), entry + scramble(i) % count);
}

void ethernet_steer(unsigned controller, const uint8_t *clusters, const uint8_t *channels, unsigned count)
{
	const struct parsers p = aggregated_parsers;

	for (unsigned half = 0; half <= PARSER_HALF; half += PARSER_HALF) {
		lb_write(controller, MPPA_ETH_PARSER(half + p.tcp4), MPPA_ETH_PARSER_DISABLED);
		lb_write(controller, MPPA_ETH_PARSER(half + p.tcp6), MPPA_ETH_PARSER_DISABLED);
	}
	spread(controller, 0, 0, MPPA_ETH_LUT_ENTRIES, clusters, channels, count);
	for (unsigned half = 0; half <= PARSER_HALF; half += PARSER_HALF) {
		program_parser(controller, half + p.tcp4, 0, false);
		program_parser(controller, half + p.tcp6, 0, true);
	}
	default_to(controller, 0, 0);
	for (unsigned lane = 0; lane < MPPA_ETH_LANES; lane += 2)
		default_on(controller, lane);
}

void ethernet_steer_lane(unsigned controller, unsigned lane, const uint8_t *clusters, const uint8_t *channels,
			 unsigned count)
{
	const struct parsers p = lane_parsers[lane];
	const unsigned slots = MPPA_ETH_LUT_ENTRIES / MPPA_ETH_LANES;

	lb_write(controller, MPPA_ETH_PARSER(p.tcp4), MPPA_ETH_PARSER_DISABLED);
	lb_write(controller, MPPA_ETH_PARSER(p.tcp6), MPPA_ETH_PARSER_DISABLED);
	spread(controller, lane * ETHERNET_LANE_QUEUES, lane * slots, slots, clusters, channels, count);
	program_parser(controller, p.tcp4, lane, false);
	program_parser(controller, p.tcp6, lane, true);
	default_to(controller, lane, lane * ETHERNET_LANE_QUEUES);
	default_on(controller, lane);
}

/* ---- Queues ---- */

struct ethernet_buffers *ethernet_buffers_open(unsigned cache, unsigned count, unsigned max_frame)
{
	struct ethernet_buffers *b = cos_zalloc(COS_SMEM, sizeof *b, COS_CACHE_LINE);
	const unsigned log2 = count > 1 ? 32 - (unsigned)__builtin_clz(count - 1) : 0;

	if (!b)
		return NULL;
	b->cache = cache;
	b->bytes =
		(sizeof(struct mppa_eth_rx_header) + max_frame + COS_CACHE_LINE - 1) / COS_CACHE_LINE * COS_CACHE_LINE;
	b->buffers = cos_zalloc(COS_SMEM, count * sizeof *b->buffers, COS_CACHE_LINE);
	b->memory = cos_dma_alloc(COS_SMEM, count * b->bytes, COS_CACHE_LINE, NULL);
	if (!b->buffers || !b->memory || !dma_rx_cache_open(cache, log2))
		return NULL;
	for (unsigned i = 0; i < count; i++) {
		b->buffers[i].memory = b->memory + i * b->bytes;
		dma_rx_give(cache, &(struct mppa_dma_buffer){(uint64_t)b->buffers[i].memory, b->bytes}, 1);
	}
	return b;
}

static void give_buffers(struct ethernet_queue *queue)
{
	if (queue->give_count)
		dma_rx_give(queue->buffers->cache, queue->give, queue->give_count);
	queue->give_count = 0;
}

/* The last reference to a received packet has gone. */
static void release_buffer(struct net_buf *buf)
{
	struct rx_buffer *b = (struct rx_buffer *)buf;
	struct ethernet_queue *queue = buf->owner;

	queue->give[queue->give_count++] = (struct mppa_dma_buffer){(uint64_t)b->memory, queue->buffers->bytes};
	if (queue->give_count == GIVE_BATCH)
		give_buffers(queue);
}

/* What the hardware inserts, and where. */
static uint64_t tx_control(const struct net_tx *tx, uint32_t bytes, unsigned lane)
{
	const unsigned ip = tx->v6 ? MPPA_ETH_TX_IP_V6 : MPPA_ETH_TX_IP_V4;

	if (tx->checksum == NET_CHECKSUM_DONE)
		return MPPA_ETH_TX_CONTROL(bytes, lane, 0, 0, 0);
	return MPPA_ETH_TX_CONTROL(bytes, lane, ip,
				   tx->checksum == NET_CHECKSUM_TCP ? MPPA_ETH_TX_CRC_TCP : MPPA_ETH_TX_CRC_UDP,
				   tx->pseudo_sum);
}

static void free_sent(struct ethernet_queue *queue)
{
	while (queue->freed != queue->sent) {
		struct sending *s = &queue->ring[queue->freed & queue->ring_mask];

		if (!dma_done(queue->jobs, s->last))
			return;
		queue->freed++;
		net_tx_done(s->tx);
	}
}

/* One job for the headers, one for each fragment. */
static bool transmit(struct netif *netif, struct net_tx *tx)
{
	struct ethernet_queue *queue = netif->driver;
	const uint64_t slot = queue->sent & queue->ring_mask;
	struct mppa_eth_tx_header *header = &queue->headers[slot];

	if (queue->sent - queue->freed > queue->ring_mask)
		free_sent(queue);
	/* Every frame in flight has one job at least, so the ring never holds more frames than jobs. */
	if (queue->sent - queue->freed > queue->ring_mask || !dma_has_room(queue->jobs, 1u + tx->frag_count))
		return false;
	header->control = tx_control(tx, net_tx_bytes(tx), queue->config.lane);
	header->offset = net_tx_l4(tx);
	queue->ring[slot].tx = tx;
	queue->ring[slot].last =
		dma_send_frame(queue->jobs, queue->route, (uint64_t)header, (uint64_t)(tx->header + tx->start),
			       (uint64_t)(tx->end - tx->start), tx->frag_count == 0);
	for (unsigned i = 0; i < tx->frag_count; i++)
		queue->ring[slot].last = dma_send_frame(queue->jobs, queue->route, 0, (uint64_t)tx->frags[i].data,
							tx->frags[i].len, i + 1u == tx->frag_count);
	queue->sent++;
	return true;
}

static bool allocate(struct ethernet_queue *queue)
{
	const size_t frames = 1ul << queue->config.jobs_log2;

	queue->headers = cos_dma_alloc(COS_SMEM, frames * sizeof *queue->headers, COS_CACHE_LINE, NULL);
	queue->ring = cos_zalloc(COS_SMEM, frames * sizeof *queue->ring, COS_CACHE_LINE);
	queue->ring_mask = frames - 1;
	queue->jobs = dma_queue_open(queue->config.tx_thread, queue->config.jobs_log2, false);
	return queue->headers && queue->ring && queue->jobs &&
	       dma_rx_stream_open(&queue->stream, queue->config.channel, queue->buffers->cache,
				  queue->config.records_log2, queue->config.notify);
}

struct ethernet_queue *ethernet_open(const struct ethernet_queue_config *config, struct ethernet_buffers *buffers,
				     struct netif *netif)
{
	struct ethernet_queue *queue = cos_zalloc(COS_SMEM, sizeof *queue, COS_CACHE_LINE);

	if (!queue)
		return NULL;
	queue->config = *config;
	queue->buffers = buffers;
	queue->netif = netif;
	if (!allocate(queue))
		return NULL;
	queue->route = dma_route(DMA_NODE_ETH0 + config->controller, config->tx_fifo, config->tx_vchan);
	lb_write(config->controller, MPPA_ETH_TX_FIFO(config->tx_fifo) + MPPA_ETH_TX_LANE_CTRL(config->lane),
		 1 | TX_FIFO_RUN << 9);
	lb_write(config->controller, MPPA_ETH_TX_FIFO(config->tx_fifo) + MPPA_ETH_TX_CTRL,
		 MPPA_ETH_TX_HEADER_EN | MPPA_ETH_TX_GLOBAL);
	netif->transmit = transmit;
	netif->driver = queue;
	netif->tx_checksum = true;
	return queue;
}

/* The checks of a parser's rules have passed if one matched: wrong frames do not come this far. */
static void receive(struct ethernet_queue *queue, const struct mppa_dma_rx_completion *record)
{
	const uint64_t index = (record->base - (uint64_t)queue->buffers->memory) / queue->buffers->bytes;
	struct rx_buffer *b = &queue->buffers->buffers[index];
	const struct mppa_eth_rx_header *header = (const struct mppa_eth_rx_header *)b->memory;

	b->buf.owner = queue;
	b->buf.release = release_buffer;
	b->buf.data = b->memory + sizeof *header;
	b->buf.len = header->bytes;
	b->buf.refs = 1;
	b->buf.checksum_good = !MPPA_ETH_RX_DEFAULT_RULE(header->info);
	net_input(queue->netif, &b->buf);
}

bool ethernet_pending(const struct ethernet_queue *queue)
{
	return dma_rx_stream_pending(&queue->stream) || queue->sent != queue->freed;
}

bool ethernet_poll(struct ethernet_queue *queue)
{
	struct mppa_dma_rx_completion record;
	unsigned count = 0;

	if (queue->sent != queue->freed)
		free_sent(queue);
	while (count < BURST && dma_rx_stream_next(&queue->stream, &record)) {
		receive(queue, &record);
		count++;
	}
	if (count > 0)
		dma_rx_stream_free(&queue->stream);
	return count > 0;
}

void ethernet_flush(struct ethernet_queue *queue)
{
	dma_ring(queue->jobs);
	give_buffers(queue);
}
