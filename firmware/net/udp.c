/* UDP (RFC 768). */
#include "internal.h"

#define UDP_HEADER 8u

void udp_bind(struct net_stack *stack, struct udp_socket *socket)
{
	socket->next = stack->udp;
	stack->udp = socket;
}

void udp_input(const struct packet *in)
{
	struct net_stack *stack = in->netif->stack;
	const uint32_t len = in->l4_len >= UDP_HEADER ? get16(in->l4 + 4) : 0;
	const bool summed = len >= UDP_HEADER && (get16(in->l4 + 6) != 0 || !net_is_v4(&in->to));

	if (len < UDP_HEADER || len > in->l4_len) {
		stack->stats.bad_frames++;
		return;
	}
	if (summed && !in->buf->checksum_good &&
	    sum_fold(sum_bytes(sum_pseudo(&in->from, &in->to, IP_UDP, len), in->l4, len)) != 0xffff) {
		stack->stats.bad_checksums++;
		return;
	}
	for (struct udp_socket *s = stack->udp; s; s = s->next) {
		if (s->port == get16(in->l4 + 2)) {
			s->receive(s, in->buf, in->l4 + UDP_HEADER, len - UDP_HEADER, &in->from, get16(in->l4));
			return;
		}
	}
	stack->stats.no_port++;
	icmp_unreachable(in);
}

static bool send_datagram(struct net_stack *stack, uint16_t from_port, const struct net_addr *to, uint16_t to_port,
			  struct net_chunk *chunk)
{
	struct net_addr next_hop, from;
	struct netif *netif = ip_route(stack, to, &next_hop);
	struct net_tx *tx = netif && chunk->len <= 0xffff - UDP_HEADER ? tx_alloc(stack) : NULL;
	uint8_t *h;

	if (!tx)
		return false;
	h = tx->header + NET_L4_OFFSET;
	put16(h, from_port);
	put16(h + 2, to_port);
	put16(h + 4, UDP_HEADER + chunk->len);
	tx->end = NET_L4_OFFSET + UDP_HEADER;
	tx_add(tx, chunk->data, chunk->len, chunk);
	from = ip_source(netif, to);
	return ip_send(stack, tx, &from, to, IP_UDP, 6);
}

bool udp_send(struct net_stack *stack, uint16_t from_port, const struct net_addr *to, uint16_t to_port,
	      struct net_chunk *chunk)
{
	bool sent;

	chunk->refs = 1;
	sent = send_datagram(stack, from_port, to, to_port, chunk);
	chunk_put(chunk);
	return sent;
}
