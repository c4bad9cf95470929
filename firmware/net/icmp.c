/* ICMP echo and unreachable ports (RFC 792, RFC 4443); neighbour discovery (RFC 4861: solicitations and
 * advertisements, no routers, no duplicate address detection). */
#include "internal.h"

#define ECHO_REPLY 0u
#define UNREACHABLE 3u
#define PORT 3u
#define ECHO 8u
#define ECHO6 128u
#define ECHO6_REPLY 129u
#define UNREACHABLE6 1u
#define PORT6 4u
#define SOLICIT 135u
#define ADVERTISE 136u
#define OPTION_SOURCE 1u
#define OPTION_TARGET 2u
#define QUOTED 28u /* bytes of the packet that an error quotes: IPv4 header and 8 bytes */

/* An ICMP header of 8 bytes; the checksum is filled in by ip_send(). */
static struct net_tx *make(struct net_stack *stack, uint8_t type, uint8_t code, uint32_t rest)
{
	struct net_tx *tx = tx_alloc(stack);

	if (!tx)
		return NULL;
	tx->header[NET_L4_OFFSET] = type;
	tx->header[NET_L4_OFFSET + 1] = code;
	put32(tx->header + NET_L4_OFFSET + 4, rest);
	tx->end = NET_L4_OFFSET + 8;
	return tx;
}

/* The reply carries the request's bytes where they lie. */
static void echo(const struct packet *in, uint8_t type, uint8_t protocol)
{
	struct net_stack *stack = in->netif->stack;
	struct net_tx *tx = make(stack, type, 0, get32(in->l4 + 4));

	if (!tx)
		return;
	stack->stats.icmp_echoes++;
	if (in->l4_len > 8) {
		net_buf_get(in->buf);
		tx->buf = in->buf;
		tx_add(tx, in->l4 + 8, in->l4_len - 8, NULL);
	}
	ip_send(stack, tx, &in->to, &in->from, protocol, 2);
}

static bool good(const struct packet *in, uint64_t pseudo)
{
	if (in->l4_len >= 8 && sum_fold(sum_bytes(pseudo, in->l4, in->l4_len)) == 0xffff)
		return true;
	in->netif->stack->stats.bad_checksums++;
	return false;
}

void icmp_input(const struct packet *in)
{
	if (good(in, 0) && in->l4[0] == ECHO && !in->group)
		echo(in, ECHO_REPLY, IP_ICMP);
}

void icmp_unreachable(const struct packet *in)
{
	struct net_stack *stack = in->netif->stack;
	const bool v4 = net_is_v4(&in->from);
	const uint32_t available = (uint32_t)(in->l4 - in->l3) + in->l4_len;
	struct net_tx *tx;

	if (in->group)
		return;
	tx = v4 ? make(stack, UNREACHABLE, PORT, 0) : make(stack, UNREACHABLE6, PORT6, 0);
	if (!tx)
		return;
	net_buf_get(in->buf);
	tx->buf = in->buf;
	tx_add(tx, in->l3, v4 && available > QUOTED ? QUOTED : available > 1200 ? 1200 : available, NULL);
	ip_send(stack, tx, &in->to, &in->from, v4 ? IP_ICMP : IP_ICMP6, 2);
}

static void add_mac_option(struct net_tx *tx, uint8_t type, const uint8_t mac[6])
{
	tx->header[tx->end] = type;
	tx->header[tx->end + 1] = 1; /* in units of 8 bytes */
	memcpy(tx->header + tx->end + 2, mac, 6);
	tx->end += 8;
}

void ndp_solicit(struct netif *netif, const struct net_addr *addr, const uint8_t *to_mac)
{
	struct net_tx *tx = make(netif->stack, SOLICIT, 0, 0);
	struct net_addr group = {{0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff, addr->b[13], addr->b[14], addr->b[15]}};
	const struct net_addr from = ip_source(netif, addr);

	(void)to_mac; /* a probe goes to the group, too */
	if (!tx)
		return;
	memcpy(tx->header + tx->end, addr->b, 16);
	tx->end += 16;
	add_mac_option(tx, OPTION_SOURCE, netif->mac);
	ip_send(netif->stack, tx, &from, &group, IP_ICMP6, 2);
}

static void advertise(const struct packet *in, const struct net_addr *target)
{
	struct net_tx *tx = make(in->netif->stack, ADVERTISE, 0, 0x60000000); /* solicited, override */
	struct net_addr all = {{0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}};

	if (!tx)
		return;
	memcpy(tx->header + tx->end, target->b, 16);
	tx->end += 16;
	add_mac_option(tx, OPTION_TARGET, in->netif->mac);
	if (net_addr_is_zero(&in->from)) /* somebody checks whether the address is taken */
		tx->header[NET_L4_OFFSET + 4] = 0x20;
	ip_send(in->netif->stack, tx, target, net_addr_is_zero(&in->from) ? &all : &in->from, IP_ICMP6, 2);
}

static const uint8_t *find_option(const struct packet *in, uint8_t type)
{
	uint32_t at = 24;

	while (at + 8 <= in->l4_len) {
		const uint32_t bytes = 8u * in->l4[at + 1];

		if (bytes == 0 || at + bytes > in->l4_len)
			return NULL;
		if (in->l4[at] == type)
			return in->l4 + at + 2;
		at += bytes;
	}
	return NULL;
}

void icmp6_input(const struct packet *in)
{
	struct net_addr target;
	const uint8_t *mac;

	if (!good(in, sum_pseudo(&in->from, &in->to, IP_ICMP6, in->l4_len)))
		return;
	if (in->l4[0] == ECHO6 && !in->group)
		echo(in, ECHO6_REPLY, IP_ICMP6);
	if ((in->l4[0] != SOLICIT && in->l4[0] != ADVERTISE) || in->l4_len < 24 || in->l3[7] != 255)
		return;
	memcpy(target.b, in->l4 + 8, 16);
	if (in->l4[0] == ADVERTISE) {
		mac = find_option(in, OPTION_TARGET);
		if (mac)
			neighbour_learn(in->netif, &target, mac, false);
	} else if (ip_is_ours(in->netif, &target)) {
		mac = find_option(in, OPTION_SOURCE);
		if (mac && !net_addr_is_zero(&in->from))
			neighbour_learn(in->netif, &in->from, mac, true);
		advertise(in, &target);
	}
}
