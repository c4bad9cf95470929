/* The stack as a whole: start, packets in, time. */
#include "internal.h"

bool net_is_v4(const struct net_addr *a)
{
	static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

	return memcmp(a->b, mapped, sizeof(mapped)) == 0;
}

uint32_t net_v4_of(const struct net_addr *a) { return get32(a->b + 12); }

bool net_addr_equal(const struct net_addr *a, const struct net_addr *b) { return memcmp(a, b, sizeof(*a)) == 0; }

bool net_addr_is_zero(const struct net_addr *a)
{
	static const struct net_addr zero;

	return net_addr_equal(a, &zero);
}

void net_init(struct net_stack *stack, const struct net_memory *memory, const struct tcp_config *tcp,
	      const uint64_t secret[2], uint64_t now)
{
	memset(stack, 0, sizeof(*stack));
	stack->now = now;
	stack->secret[0] = secret[0];
	stack->secret[1] = secret[1];
	for (uint32_t i = 0; i < memory->tx_count; i++) {
		memory->tx[i].stack = stack;
		memory->tx[i].next = stack->free_tx;
		stack->free_tx = &memory->tx[i];
	}
	tcp_init(stack, memory, tcp);
}

/* The link-local address is made of the MAC address (RFC 4291 appendix A). */
static struct net_addr link_local_of(const uint8_t mac[6])
{
	struct net_addr a = {
		{0xfe, 0x80, 0, 0, 0, 0, 0, 0, mac[0] ^ 2, mac[1], mac[2], 0xff, 0xfe, mac[3], mac[4], mac[5]}};

	return a;
}

bool net_add(struct net_stack *stack, struct netif *netif)
{
	if (stack->if_count == NET_IFS_MAX)
		return false;
	netif->stack = stack;
	netif->link_local = link_local_of(netif->mac);
	stack->ifs[stack->if_count++] = netif;
	return true;
}

void net_input(struct netif *netif, struct net_buf *buf)
{
	struct net_stats *stats = &netif->stack->stats;
	const uint8_t *data = buf->data;
	uint32_t at = ETHER_HEADER;
	uint16_t type = 0;

	netif->stats.rx_packets++;
	netif->stats.rx_bytes += buf->len;
	if (buf->len >= ETHER_HEADER + 4) {
		type = get16(data + 12);
		if (type == ETHER_VLAN && (get16(data + 14) & 0xfff) == netif->vlan) {
			type = get16(data + 16);
			at += 4;
		} else if (type == ETHER_VLAN || netif->vlan >= 0) {
			type = 0;
		}
	}
	if (!(data[0] & 1) && memcmp(data, netif->mac, 6) != 0)
		stats->not_for_us++;
	else if (type == ETHER_IPV4)
		ip4_input(netif, buf, data + at, buf->len - at);
	else if (type == ETHER_IPV6)
		ip6_input(netif, buf, data + at, buf->len - at);
	else if (type == ETHER_ARP)
		arp_input(netif, buf, data + at, buf->len - at);
	else
		stats->bad_frames++;
	net_buf_put(buf);
}

void net_poll(struct net_stack *stack, uint64_t now)
{
	stack->now = now;
	tcp_poll(stack);
	if (now >= stack->neighbour_check)
		neighbour_poll(stack);
}

uint64_t net_next_event(const struct net_stack *stack)
{
	const uint64_t tcp = tcp_next_event(stack);

	return tcp < stack->neighbour_check ? tcp : stack->neighbour_check;
}
