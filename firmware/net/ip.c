/* IPv4 (RFC 791) and IPv6 (RFC 8200): routes, headers. Fragments are dropped; path MTUs are not searched. */
#include "internal.h"

#define IP4_HEADER 20u
#define IP6_HEADER 40u
#define TTL 64u

static bool in_prefix6(const struct net_addr *a, const struct net_addr *net, unsigned bits)
{
	const unsigned bytes = bits / 8, rest = bits % 8;

	if (memcmp(a->b, net->b, bytes) != 0)
		return false;
	return rest == 0 || ((a->b[bytes] ^ net->b[bytes]) >> (8 - rest)) == 0;
}

static bool is_link_local(const struct net_addr *a) { return a->b[0] == 0xfe && (a->b[1] & 0xc0) == 0x80; }

static bool on_link(const struct netif *netif, const struct net_addr *to)
{
	if (net_is_v4(to))
		return netif->ip4 != 0 && ((net_v4_of(to) ^ netif->ip4) & netif->mask4) == 0;
	return is_link_local(to) || (!net_addr_is_zero(&netif->ip6) && in_prefix6(to, &netif->ip6, netif->prefix6));
}

struct netif *ip_route(struct net_stack *stack, const struct net_addr *to, struct net_addr *next_hop)
{
	for (unsigned i = 0; i < stack->if_count; i++) {
		if (on_link(stack->ifs[i], to)) {
			*next_hop = *to;
			return stack->ifs[i];
		}
	}
	for (unsigned i = 0; i < stack->if_count; i++) {
		struct netif *netif = stack->ifs[i];

		if (net_is_v4(to) && netif->gateway4 != 0) {
			*next_hop = net_v4(netif->gateway4);
			return netif;
		}
		if (!net_is_v4(to) && !net_addr_is_zero(&netif->gateway6)) {
			*next_hop = netif->gateway6;
			return netif;
		}
	}
	return NULL;
}

struct net_addr ip_source(const struct netif *netif, const struct net_addr *to)
{
	if (net_is_v4(to))
		return net_v4(netif->ip4);
	return is_link_local(to) || to->b[0] == 0xff || net_addr_is_zero(&netif->ip6) ? netif->link_local : netif->ip6;
}

bool ip_is_ours(const struct netif *netif, const struct net_addr *addr)
{
	if (net_is_v4(addr))
		return netif->ip4 != 0 && net_v4_of(addr) == netif->ip4;
	return net_addr_equal(addr, &netif->link_local) ||
	       (!net_addr_is_zero(&netif->ip6) && net_addr_equal(addr, &netif->ip6));
}

static bool is_group4(const struct netif *netif, uint32_t to)
{
	return to == UINT32_MAX || to >> 28 == 0xe || (netif->ip4 && to == (netif->ip4 | ~netif->mask4));
}

static void dispatch(const struct packet *in, uint8_t protocol)
{
	switch (protocol) {
	case IP_TCP:
		tcp_input(in);
		break;
	case IP_UDP:
		udp_input(in);
		break;
	case IP_ICMP:
		icmp_input(in);
		break;
	case IP_ICMP6:
		icmp6_input(in);
		break;
	default:
		in->netif->stack->stats.no_port++;
		break;
	}
}

void ip4_input(struct netif *netif, struct net_buf *buf, const uint8_t *data, uint32_t len)
{
	struct net_stats *stats = &netif->stack->stats;
	const unsigned header = len >= IP4_HEADER ? 4u * (data[0] & 15) : 0;
	const uint32_t total = header ? get16(data + 2) : 0;
	struct packet in = {.netif = netif, .buf = buf, .l3 = data};

	if (header < IP4_HEADER || data[0] >> 4 != 4 || total < header || total > len) {
		stats->bad_frames++;
		return;
	}
	if (!buf->checksum_good && sum_fold(sum_bytes(0, data, header)) != 0xffff) {
		stats->bad_checksums++;
		return;
	}
	in.from = net_v4(get32(data + 12));
	in.to = net_v4(get32(data + 16));
	in.group = is_group4(netif, get32(data + 16));
	if ((!in.group && !ip_is_ours(netif, &in.to)) || is_group4(netif, get32(data + 12)) || data[9] == IP_ICMP6) {
		stats->not_for_us++;
		return;
	}
	if (get16(data + 6) & 0x3fff) {
		stats->fragments++;
		return;
	}
	in.l4 = data + header;
	in.l4_len = total - header;
	dispatch(&in, data[9]);
}

void ip6_input(struct netif *netif, struct net_buf *buf, const uint8_t *data, uint32_t len)
{
	struct net_stats *stats = &netif->stack->stats;
	struct packet in = {.netif = netif, .buf = buf, .l3 = data};

	if (len < IP6_HEADER || data[0] >> 4 != 6 || get16(data + 4) > len - IP6_HEADER) {
		stats->bad_frames++;
		return;
	}
	memcpy(in.from.b, data + 8, 16);
	memcpy(in.to.b, data + 24, 16);
	in.group = in.to.b[0] == 0xff;
	if ((!in.group && !ip_is_ours(netif, &in.to)) || in.from.b[0] == 0xff || data[6] == IP_ICMP ||
	    net_is_v4(&in.from) || net_is_v4(&in.to)) {
		stats->not_for_us++;
		return;
	}
	in.l4 = data + IP6_HEADER;
	in.l4_len = get16(data + 4);
	dispatch(&in, data[6]); /* extension headers have no handler: dropped and counted */
}

static void add_header4(struct net_stack *stack, struct net_tx *tx, const struct net_addr *from,
			const struct net_addr *to, uint8_t protocol, uint32_t l4_len)
{
	uint8_t *h;

	tx->start = (uint16_t)(NET_L4_OFFSET - IP4_HEADER);
	h = tx->header + tx->start;
	put16(h, 0x4500);
	put16(h + 2, IP4_HEADER + l4_len);
	put16(h + 4, stack->ip_id++);
	put16(h + 6, 0x4000); /* do not fragment */
	h[8] = TTL;
	h[9] = protocol;
	put16(h + 10, 0);
	memcpy(h + 12, from->b + 12, 4);
	memcpy(h + 16, to->b + 12, 4);
	put16(h + 10, (uint16_t)~sum_fold(sum_bytes(0, h, IP4_HEADER)));
}

static void add_header6(struct net_tx *tx, const struct net_addr *from, const struct net_addr *to, uint8_t protocol,
			uint32_t l4_len)
{
	uint8_t *h;

	tx->start = (uint16_t)(NET_L4_OFFSET - IP6_HEADER);
	h = tx->header + tx->start;
	put32(h, 0x60000000);
	put16(h + 4, l4_len);
	h[6] = protocol;
	h[7] = protocol == IP_ICMP6 ? 255 : TTL; /* neighbour discovery wants 255 */
	memcpy(h + 8, from->b, 16);
	memcpy(h + 24, to->b, 16);
}

static void add_checksum(struct netif *netif, struct net_tx *tx, uint64_t pseudo, uint8_t protocol, unsigned at)
{
	uint8_t *field = tx->header + NET_L4_OFFSET + at;
	uint16_t sum;

	put16(field, 0);
	tx->pseudo_sum = sum_fold(pseudo);
	if (netif->tx_checksum && (protocol == IP_TCP || protocol == IP_UDP)) {
		tx->checksum = protocol == IP_TCP ? NET_CHECKSUM_TCP : NET_CHECKSUM_UDP;
		return;
	}
	sum = (uint16_t)~sum_fold((uint64_t)tx->pseudo_sum + tx_l4_sum(tx));
	put16(field, sum == 0 && protocol == IP_UDP ? 0xffff : sum);
}

/* 33-33 and the last four bytes (RFC 2464), or 01-00-5e and the last 23 bits (RFC 1112). */
static void group_mac(const struct net_addr *to, uint8_t mac[6])
{
	mac[0] = mac[1] = 0x33;
	memcpy(mac + 2, to->b + 12, 4);
	if (net_is_v4(to)) {
		mac[0] = 1, mac[1] = 0, mac[2] = 0x5e;
		mac[3] &= 0x7f;
		if (net_v4_of(to) >> 28 != 0xe)
			memset(mac, 0xff, 6);
	}
}

bool ip_send(struct net_stack *stack, struct net_tx *tx, const struct net_addr *from, const struct net_addr *to,
	     uint8_t protocol, unsigned checksum_at)
{
	const uint32_t l4_len = net_tx_bytes(tx);
	const bool v4 = net_is_v4(to);
	struct net_addr next_hop;
	struct netif *netif = ip_route(stack, to, &next_hop);
	uint8_t mac[6];

	if (!v4 && to->b[0] == 0xff) /* a group: the interface of the source address */
		for (unsigned i = 0; i < stack->if_count; i++)
			if (ip_is_ours(stack->ifs[i], from))
				netif = stack->ifs[i];
	if (!netif || l4_len + (v4 ? IP4_HEADER : IP6_HEADER) > netif->mtu) {
		net_tx_done(tx);
		return false;
	}
	/* ICMP for IPv4 has no pseudo header. */
	add_checksum(netif, tx, protocol == IP_ICMP ? 0 : sum_pseudo(from, to, protocol, l4_len), protocol,
		     checksum_at);
	tx->v6 = !v4;
	if (v4)
		add_header4(stack, tx, from, to, protocol, l4_len);
	else
		add_header6(tx, from, to, protocol, l4_len);
	if ((v4 && is_group4(netif, net_v4_of(to))) || (!v4 && to->b[0] == 0xff)) {
		group_mac(to, mac);
		return ether_send(netif, tx, v4 ? ETHER_IPV4 : ETHER_IPV6, mac);
	}
	return neighbour_send(netif, tx, &next_hop);
}
