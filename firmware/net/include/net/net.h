/*
 * A TCP/IP stack for one core: polled, shares nothing, allocates nothing.
 *
 * The owner of a struct net_stack hands it received packets (net_input) and the time (net_poll); the stack calls back
 * into the owner from these two only. Received data are passed on where they lie, data to be sent stay where the
 * application has them until the peer has acknowledged them.
 */
#ifndef NET_NET_H
#define NET_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NET_IFS_MAX 4
#define NET_FRAGS_MAX 16
#define NET_HEADER_ROOM 136 /* Ethernet, VLAN, IPv6, TCP with options */
#define NET_L4_OFFSET 64    /* of the L4 header in net_tx.header; IP and Ethernet go in front of it */

struct net_stack;
struct netif;

/* An IPv6 address; IPv4 addresses are mapped into ::ffff:0:0/96. */
struct net_addr {
	uint8_t b[16];
};

/* ---- Received packets ---- */

/* The memory belongs to whoever made the buffer; release is called when the last reference goes. */
struct net_buf {
	struct net_buf *next;
	uint8_t *data; /* destination address */
	uint32_t len;  /* without FCS */
	uint16_t refs;
	bool checksum_good; /* IP, TCP and UDP checksums have been checked by the hardware */
	void (*release)(struct net_buf *buf);
	void *owner;
	/* While TCP holds it out of order: */
	const uint8_t *payload;
	uint32_t payload_len;
	uint32_t seq;
	bool fin;
};

static inline void net_buf_get(struct net_buf *buf) { buf->refs++; }
void net_buf_put(struct net_buf *buf);

/* ---- Packets to be sent ---- */

/* A piece of application data. Must stay unchanged until release. */
struct net_chunk {
	struct net_chunk *next;
	const uint8_t *data;
	uint32_t len;
	uint32_t seq; /* of its first byte; the stack's */
	uint16_t refs;
	void (*release)(struct net_chunk *chunk); /* may be NULL */
	void *owner;
};

enum net_checksum { NET_CHECKSUM_DONE, NET_CHECKSUM_UDP, NET_CHECKSUM_TCP };

struct net_frag {
	const uint8_t *data;
	uint32_t len;
	struct net_chunk *chunk; /* whose reference the packet holds, or NULL */
};

/* One packet on its way to a driver: headers in `header` from `start` to `end`, then the fragments. */
struct net_tx {
	struct net_tx *next;
	struct net_stack *stack;
	uint16_t start, end;
	uint16_t frag_count;
	bool v6;
	enum net_checksum checksum; /* what the driver or hardware has to insert */
	uint16_t pseudo_sum;	    /* folded sum of the pseudo header, for it */
	struct net_buf *buf;	    /* received packet whose bytes it carries, or NULL */
	struct net_frag frags[NET_FRAGS_MAX];
	uint8_t header[NET_HEADER_ROOM] __attribute__((aligned(16)));
};

/* Bytes of the whole frame, and the offset of its L4 header (for hardware checksums). */
uint32_t net_tx_bytes(const struct net_tx *tx);
static inline uint16_t net_tx_l4(const struct net_tx *tx) { return (uint16_t)(NET_L4_OFFSET - tx->start); }
/* Copies the frame to `to` (net_tx_bytes() bytes). */
void net_tx_copy(const struct net_tx *tx, uint8_t *to);
/* To be called by the driver when the packet's memory is not needed any more. */
void net_tx_done(struct net_tx *tx);

/* ---- Interfaces ---- */

struct netif_stats {
	uint64_t rx_packets, rx_bytes, rx_dropped, tx_packets, tx_bytes, tx_refused;
};

struct netif {
	/* Filled in by the driver: */
	uint8_t mac[6];
	uint16_t mtu;	  /* of IP: 576 (IPv6: 1280) .. 9216 */
	bool tx_checksum; /* the driver inserts TCP and UDP checksums (net_tx.checksum) */
	/* Takes the packet (net_tx_done later) and returns true, or refuses it for lack of room. */
	bool (*transmit)(struct netif *netif, struct net_tx *tx);
	void *driver;
	/* Filled in by the application: */
	int vlan;		       /* 1..4094, or -1: untagged */
	uint32_t ip4, mask4, gateway4; /* host order; gateway 0: none */
	struct net_addr ip6;	       /* a second, routable address next to the link-local one; all zero: none */
	uint8_t prefix6;
	struct net_addr gateway6;
	/* The stack's: */
	struct net_stack *stack;
	struct net_addr link_local;
	struct netif_stats stats;
};

/* ---- Neighbours (ARP, NDP) ---- */

#define NET_NEIGHBOURS 64
#define NET_NEIGHBOUR_PENDING 32 /* packets that wait for one address */

struct net_neighbour {
	struct net_addr addr;
	struct netif *netif;
	uint8_t mac[6];
	uint8_t state;
	uint8_t tries;
	uint8_t pending_count;
	uint64_t since; /* us: of the state, or of the last request */
	uint64_t used;
	struct net_tx *pending;
};

/* ---- UDP ---- */

struct udp_socket {
	struct udp_socket *next;
	uint16_t port;
	/* `data` is valid during the call, longer with a reference to `buf`. */
	void (*receive)(struct udp_socket *socket, struct net_buf *buf, const uint8_t *data, uint32_t len,
			const struct net_addr *from, uint16_t from_port);
	void *owner;
};

/* ---- The stack ---- */

struct net_stats {
	uint64_t bad_frames;	/* too short, wrong type, wrong version or length */
	uint64_t bad_checksums; /* found in software */
	uint64_t not_for_us;
	uint64_t fragments; /* IP fragments, which are dropped */
	uint64_t no_port;
	uint64_t no_neighbour; /* packets dropped because nobody answered */
	uint64_t no_tx;	       /* packets not sent for lack of a struct net_tx */
	uint64_t icmp_echoes;
};

struct tcp_conn;
struct tcp_listener;
struct tcp_config;

#define TCP_WHEEL_SLOTS 256u
#define TCP_WHEEL_TICK_US 1000u

struct tcp_stats {
	uint64_t segments_in, segments_out, bytes_in, bytes_out;
	uint64_t retransmits, fast_recoveries, timeouts, tail_probes;
	uint64_t out_of_order, duplicates, paws_drops, outside_window, challenge_acks;
	uint64_t resets_in, resets_out, syn_cookies_sent, syn_cookies_good, syn_drops;
	uint64_t zero_window_probes, keep_alives, delayed_acks;
	uint64_t accepted, connected;
};

struct net_stack {
	uint64_t now;	    /* us */
	uint64_t secret[2]; /* of sequence numbers and SYN cookies */
	struct netif *ifs[NET_IFS_MAX];
	unsigned if_count;
	struct net_neighbour neighbours[NET_NEIGHBOURS];
	struct udp_socket *udp;
	struct net_tx *free_tx;
	uint16_t ip_id;
	struct net_stats stats;
	/* TCP */
	const struct tcp_config *tcp;
	struct tcp_conn *free_conns;
	struct tcp_conn **hash;
	uint32_t hash_mask;
	struct tcp_listener *listeners;
	struct tcp_conn *ready; /* connections with something to send */
	uint32_t ooo_count;	/* packets kept behind holes */
	struct tcp_conn *dead;	/* ended, freed by the next net_poll() */
	struct tcp_conn *wheel[TCP_WHEEL_SLOTS];
	uint64_t wheel_tick; /* the next tick to be looked at */
	uint64_t neighbour_check;
	uint64_t challenge_second;
	uint32_t challenge_count;
	uint16_t next_port;
	struct tcp_stats tcp_stats;
};

/* Memory of a stack, given by its owner for good. */
struct net_memory {
	struct net_tx *tx;
	uint32_t tx_count; /* packets in flight to drivers; 1 .. */
	struct tcp_conn *conns;
	uint32_t conn_count;
	struct tcp_conn **hash; /* a power of two, about as many as connections */
	uint32_t hash_size;
};

/* `secret`: 128 random bits. `now`: microseconds of a clock that never goes back. */
void net_init(struct net_stack *stack, const struct net_memory *memory, const struct tcp_config *tcp,
	      const uint64_t secret[2], uint64_t now);
/* More connections, used when those of net_memory are. */
void net_add_conns(struct net_stack *stack, struct tcp_conn *conns, uint32_t count);
/* False if the stack has no place for it. */
bool net_add(struct net_stack *stack, struct netif *netif);
/* Takes over one reference to the packet. */
void net_input(struct netif *netif, struct net_buf *buf);
/* Timers, and packets that could not be sent earlier. To be called at least every millisecond while there is traffic;
 * net_next_event() says when it must be called next. */
void net_poll(struct net_stack *stack, uint64_t now);
/* us; UINT64_MAX: nothing is due. */
uint64_t net_next_event(const struct net_stack *stack);

void udp_bind(struct net_stack *stack, struct udp_socket *socket);
/* Sends one datagram. False: no room, no route or too long. `chunk` is released once, sent or not. */
bool udp_send(struct net_stack *stack, uint16_t from_port, const struct net_addr *to, uint16_t to_port,
	      struct net_chunk *chunk);

/* ---- Addresses ---- */

static inline struct net_addr net_v4(uint32_t host_order)
{
	struct net_addr a = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, (uint8_t)(host_order >> 24),
			      (uint8_t)(host_order >> 16), (uint8_t)(host_order >> 8), (uint8_t)host_order}};

	return a;
}
bool net_is_v4(const struct net_addr *a);
uint32_t net_v4_of(const struct net_addr *a);
bool net_addr_equal(const struct net_addr *a, const struct net_addr *b);
bool net_addr_is_zero(const struct net_addr *a);

#endif
