/* What the files of the stack share. */
#ifndef NET_INTERNAL_H
#define NET_INTERNAL_H

#include <string.h>

#include "net/net.h"

#define ETHER_HEADER 14u
#define ETHER_IPV4 0x0800u
#define ETHER_ARP 0x0806u
#define ETHER_VLAN 0x8100u
#define ETHER_IPV6 0x86ddu

#define IP_ICMP 1u
#define IP_TCP 6u
#define IP_UDP 17u
#define IP_ICMP6 58u

static inline uint16_t get16(const uint8_t *p) { return (uint16_t)(p[0] << 8 | p[1]); }
static inline uint32_t get32(const uint8_t *p) { return (uint32_t)get16(p) << 16 | get16(p + 2); }
static inline void put16(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}
static inline void put32(uint8_t *p, uint32_t v)
{
	put16(p, v >> 16);
	put16(p + 2, v);
}

/* A received packet on its way up. */
struct packet {
	struct netif *netif;
	struct net_buf *buf;
	struct net_addr from, to;
	const uint8_t *l3;
	const uint8_t *l4;
	uint32_t l4_len;
	bool group; /* sent to a group or to all */
};

/* checksum.c: sums of big-endian words, not folded */
uint64_t sum_bytes(uint64_t sum, const uint8_t *data, uint32_t len);
uint16_t sum_fold(uint64_t sum);
uint64_t sum_pseudo(const struct net_addr *from, const struct net_addr *to, uint8_t protocol, uint32_t len);
/* Of the L4 header and everything behind it. */
uint16_t tx_l4_sum(const struct net_tx *tx);

/* buf.c */
struct net_tx *tx_alloc(struct net_stack *stack);
bool tx_add(struct net_tx *tx, const uint8_t *data, uint32_t len, struct net_chunk *chunk);
void chunk_put(struct net_chunk *chunk);

/* ether.c: adds the Ethernet header and hands the packet to the driver, at once or when the address is known. Takes
 * over the packet; false if the driver refused it. */
bool ether_send(struct netif *netif, struct net_tx *tx, uint16_t type, const uint8_t mac[6]);
bool neighbour_send(struct netif *netif, struct net_tx *tx, const struct net_addr *next_hop);
void neighbour_learn(struct netif *netif, const struct net_addr *addr, const uint8_t mac[6], bool create);
/* Somebody opens a connection: its way back is where it came from. Stacks that share a port need not ask then; answers
 * to ARP and NDP reach only the port's first queue. */
void neighbour_hear(const struct packet *in);
void neighbour_poll(struct net_stack *stack);
void arp_input(struct netif *netif, struct net_buf *buf, const uint8_t *data, uint32_t len);
void arp_request(struct netif *netif, uint32_t addr, const uint8_t *to_mac);

/* ip.c: the interface and source address for a destination; NULL: no route */
struct netif *ip_route(struct net_stack *stack, const struct net_addr *to, struct net_addr *next_hop);
struct net_addr ip_source(const struct netif *netif, const struct net_addr *to);
bool ip_is_ours(const struct netif *netif, const struct net_addr *addr);
void ip4_input(struct netif *netif, struct net_buf *buf, const uint8_t *data, uint32_t len);
void ip6_input(struct netif *netif, struct net_buf *buf, const uint8_t *data, uint32_t len);
/* Adds the IP header to a packet whose L4 header lies at NET_L4_OFFSET and inserts its checksum (field at
 * `checksum_at` in the L4 header) unless the driver does. Takes over the packet. */
bool ip_send(struct net_stack *stack, struct net_tx *tx, const struct net_addr *from, const struct net_addr *to,
	     uint8_t protocol, unsigned checksum_at);

/* icmp.c */
void icmp_input(const struct packet *in);
void icmp6_input(const struct packet *in);
void icmp_unreachable(const struct packet *in); /* port */
void ndp_solicit(struct netif *netif, const struct net_addr *addr, const uint8_t *to_mac);

/* udp.c, tcp */
void udp_input(const struct packet *in);
void tcp_input(const struct packet *in);
void tcp_init(struct net_stack *stack, const struct net_memory *memory, const struct tcp_config *config);
void tcp_poll(struct net_stack *stack);
uint64_t tcp_next_event(const struct net_stack *stack);

#endif
