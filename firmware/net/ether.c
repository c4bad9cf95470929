/* Ethernet headers and the neighbour cache; ARP (RFC 826). */
#include "internal.h"

#define ARP_BYTES 28u
#define ARP_REQUEST 1u
#define ARP_REPLY 2u

#define SECOND 1000000u
#define REQUEST_TRIES 3u
#define REACHABLE_US (30u * 60u * SECOND) /* an entry is asked for again after half an hour */
#define CHECK_US (SECOND / 4)

enum { NEIGHBOUR_FREE, NEIGHBOUR_ASKED, NEIGHBOUR_KNOWN };

static const uint8_t broadcast[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

bool ether_send(struct netif *netif, struct net_tx *tx, uint16_t type, const uint8_t mac[6])
{
	uint8_t *h;

	tx->start -= 2;
	put16(tx->header + tx->start, type);
	if (netif->vlan >= 0) {
		tx->start -= 4;
		put16(tx->header + tx->start, ETHER_VLAN);
		put16(tx->header + tx->start + 2, (uint32_t)netif->vlan);
	}
	tx->start -= 12;
	h = tx->header + tx->start;
	memcpy(h, mac, 6);
	memcpy(h + 6, netif->mac, 6);
	netif->stats.tx_packets++;
	netif->stats.tx_bytes += net_tx_bytes(tx);
	if (netif->transmit(netif, tx))
		return true;
	netif->stats.tx_refused++;
	net_tx_done(tx);
	return false;
}

void arp_request(struct netif *netif, uint32_t addr, const uint8_t *to_mac)
{
	struct net_tx *tx = tx_alloc(netif->stack);
	uint8_t *a;

	if (!tx)
		return;
	a = tx->header + NET_L4_OFFSET;
	memset(a, 0, ARP_BYTES);
	put32(a, 0x00010800);
	put32(a + 4, 0x06040000 | ARP_REQUEST);
	memcpy(a + 8, netif->mac, 6);
	put32(a + 14, netif->ip4);
	put32(a + 24, addr);
	tx->end = NET_L4_OFFSET + ARP_BYTES;
	ether_send(netif, tx, ETHER_ARP, to_mac ? to_mac : broadcast);
}

void arp_input(struct netif *netif, struct net_buf *buf, const uint8_t *data, uint32_t len)
{
	struct net_addr from;
	struct net_tx *tx;
	uint8_t *a;

	(void)buf;
	if (len < ARP_BYTES || get32(data) != 0x00010800 || get16(data + 4) != 0x0604) {
		netif->stack->stats.bad_frames++;
		return;
	}
	from = net_v4(get32(data + 14));
	/* Who asks for us will be talked to; others only refresh what is known. */
	if (net_v4_of(&from) != 0)
		neighbour_learn(netif, &from, data + 8, get32(data + 24) == netif->ip4);
	if (get16(data + 6) != ARP_REQUEST || get32(data + 24) != netif->ip4 || netif->ip4 == 0)
		return;
	tx = tx_alloc(netif->stack);
	if (!tx)
		return;
	a = tx->header + NET_L4_OFFSET;
	memcpy(a, data, 6);
	put16(a + 6, ARP_REPLY);
	memcpy(a + 8, netif->mac, 6);
	put32(a + 14, netif->ip4);
	memcpy(a + 18, data + 8, 10);
	tx->end = NET_L4_OFFSET + ARP_BYTES;
	ether_send(netif, tx, ETHER_ARP, data + 8);
}

static struct net_neighbour *find(struct netif *netif, const struct net_addr *addr)
{
	for (unsigned i = 0; i < NET_NEIGHBOURS; i++) {
		struct net_neighbour *n = &netif->stack->neighbours[i];

		if (n->state != NEIGHBOUR_FREE && n->netif == netif && net_addr_equal(&n->addr, addr))
			return n;
	}
	return NULL;
}

static void drop_pending(struct net_stack *stack, struct net_neighbour *n)
{
	while (n->pending) {
		struct net_tx *tx = n->pending;

		n->pending = tx->next;
		stack->stats.no_neighbour++;
		net_tx_done(tx);
	}
	n->pending_count = 0;
}

/* A free entry, or the one that was used longest ago. */
static struct net_neighbour *claim(struct netif *netif, const struct net_addr *addr)
{
	struct net_stack *stack = netif->stack;
	struct net_neighbour *best = &stack->neighbours[0];

	for (unsigned i = 0; i < NET_NEIGHBOURS && best->state != NEIGHBOUR_FREE; i++) {
		struct net_neighbour *n = &stack->neighbours[i];

		if (n->state == NEIGHBOUR_FREE || n->used < best->used)
			best = n;
	}
	drop_pending(stack, best);
	*best = (struct net_neighbour){.addr = *addr, .netif = netif, .used = stack->now, .since = stack->now};
	stack->neighbour_check = stack->now + CHECK_US;
	return best;
}

static void ask(struct net_neighbour *n, const uint8_t *mac)
{
	if (net_is_v4(&n->addr))
		arp_request(n->netif, net_v4_of(&n->addr), mac);
	else
		ndp_solicit(n->netif, &n->addr, mac);
	n->since = n->netif->stack->now;
	n->tries++;
}

static bool send_to(struct net_neighbour *n, struct net_tx *tx)
{
	n->used = n->netif->stack->now;
	return ether_send(n->netif, tx, tx->v6 ? ETHER_IPV6 : ETHER_IPV4, n->mac);
}

void neighbour_learn(struct netif *netif, const struct net_addr *addr, const uint8_t mac[6], bool create)
{
	struct net_neighbour *n = find(netif, addr);

	if (!n && !create)
		return;
	if (!n)
		n = claim(netif, addr);
	memcpy(n->mac, mac, 6);
	n->state = NEIGHBOUR_KNOWN;
	n->since = netif->stack->now;
	n->tries = 0;
	while (n->pending) {
		struct net_tx *tx = n->pending;

		n->pending = tx->next;
		send_to(n, tx);
	}
	n->pending_count = 0;
}

void neighbour_hear(const struct packet *in)
{
	struct net_addr hop;
	struct netif *netif = ip_route(in->netif->stack, &in->from, &hop);
	const struct net_neighbour *n;

	if (netif != in->netif)
		return;
	n = find(netif, &hop);
	if (!n || n->state != NEIGHBOUR_KNOWN)
		neighbour_learn(netif, &hop, in->buf->data + 6, true);
}

bool neighbour_send(struct netif *netif, struct net_tx *tx, const struct net_addr *next_hop)
{
	struct net_neighbour *n = find(netif, next_hop);
	struct net_tx **tail;

	if (n && n->state == NEIGHBOUR_KNOWN)
		return send_to(n, tx);
	if (!n) {
		n = claim(netif, next_hop);
		n->state = NEIGHBOUR_ASKED;
		ask(n, NULL);
	}
	if (n->pending_count == NET_NEIGHBOUR_PENDING) {
		netif->stack->stats.no_neighbour++;
		net_tx_done(tx);
		return true;
	}
	for (tail = &n->pending; *tail; tail = &(*tail)->next)
		;
	tx->next = NULL;
	*tail = tx;
	n->pending_count++;
	return true;
}

void neighbour_poll(struct net_stack *stack)
{
	bool used = false;

	for (unsigned i = 0; i < NET_NEIGHBOURS; i++) {
		struct net_neighbour *n = &stack->neighbours[i];
		const uint64_t age = stack->now - n->since;

		if (n->state == NEIGHBOUR_FREE)
			continue;
		used = true;
		if (age < SECOND || (n->state == NEIGHBOUR_KNOWN && n->tries == 0 && age < REACHABLE_US))
			continue;
		if (n->tries < REQUEST_TRIES) {
			ask(n, n->state == NEIGHBOUR_KNOWN ? n->mac : NULL);
			continue;
		}
		drop_pending(stack, n);
		n->state = NEIGHBOUR_FREE;
	}
	stack->neighbour_check = used ? stack->now + CHECK_US : UINT64_MAX;
}
