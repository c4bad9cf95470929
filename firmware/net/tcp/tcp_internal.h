/* What the parts of TCP share. */
#ifndef TCP_INTERNAL_H
#define TCP_INTERNAL_H

#include "../internal.h"
#include "net/tcp.h"

#define TCP_FIN 0x01u
#define TCP_SYN 0x02u
#define TCP_RST 0x04u
#define TCP_PSH 0x08u
#define TCP_ACK 0x10u

#define TCP_HEADER 20u
#define TCP_DUP_THRESHOLD 3u
#define TCP_TIMESTAMP_BYTES 12u

/* Sequence numbers are compared modulo 2^32. */
static inline bool seq_lt(uint32_t a, uint32_t b) { return (int32_t)(a - b) < 0; }
static inline bool seq_le(uint32_t a, uint32_t b) { return (int32_t)(a - b) <= 0; }
static inline uint32_t seq_max(uint32_t a, uint32_t b) { return seq_lt(a, b) ? b : a; }
static inline uint32_t seq_min(uint32_t a, uint32_t b) { return seq_lt(a, b) ? a : b; }
static inline uint32_t min_u32(uint32_t a, uint32_t b) { return a < b ? a : b; }
static inline uint32_t max_u32(uint32_t a, uint32_t b) { return a > b ? a : b; }

/* A received segment. */
struct segment {
	const struct packet *in;
	uint16_t from_port, to_port;
	uint32_t seq, ack, window;
	uint8_t flags;
	const uint8_t *data;
	uint32_t len; /* without SYN and FIN */
	/* Options */
	uint16_t mss; /* 0: none */
	int8_t scale; /* -1: none */
	bool sack_ok, has_timestamp;
	uint32_t ts_value, ts_echo;
	struct tcp_range sacks[4];
	uint8_t sack_count;
};

/* tcp_options.c */
bool tcp_parse(const struct packet *in, struct segment *segment);
/* Write options behind the header at `to`; return their length, a multiple of four. */
unsigned tcp_put_syn_options(uint8_t *to, uint16_t mss, int scale, bool sack, bool timestamps, uint32_t value,
			     uint32_t echo);
unsigned tcp_put_options(const struct tcp_conn *conn, uint8_t *to);
uint32_t tcp_clock(const struct net_stack *stack); /* of timestamps: 1 ms */

/* tcp_cookie.c */
uint32_t tcp_make_iss(struct net_stack *stack, const struct net_addr *local, uint16_t local_port,
		      const struct net_addr *remote, uint16_t remote_port);
void tcp_send_cookie(struct net_stack *stack, const struct segment *segment);
/* Fills in mss, scale, sack of the connection that the acknowledgement completes; false if the cookie is wrong. */
struct tcp_cookie {
	uint16_t mss;
	int scale;
	bool sack;
};
bool tcp_check_cookie(struct net_stack *stack, const struct segment *segment, struct tcp_cookie *cookie);

/* tcp_conn.c */
struct tcp_conn *tcp_find(struct net_stack *stack, const struct segment *segment);
struct tcp_conn *tcp_new(struct net_stack *stack, const struct net_addr *local, uint16_t local_port,
			 const struct net_addr *remote, uint16_t remote_port);
/* Sends the first SYN, or the SYN that answers one. */
void tcp_shake_hands(struct tcp_conn *conn);
/* Tells the owner and frees the connection. */
void tcp_end(struct tcp_conn *conn, enum tcp_end end);
void tcp_set_mss(struct tcp_conn *conn, uint16_t peer_mss);
uint16_t tcp_local_mss(struct net_stack *stack, const struct net_addr *remote);
uint32_t tcp_receive_window(const struct tcp_conn *conn);
void tcp_init_window(struct tcp_conn *conn);
void tcp_make_ready(struct tcp_conn *conn);
uint8_t tcp_window_scale(const struct net_stack *stack);

/* tcp_output.c */
void tcp_output(struct tcp_conn *conn);
void tcp_send_syn(struct tcp_conn *conn);
void tcp_send_ack(struct tcp_conn *conn);
void tcp_send_probe(struct tcp_conn *conn, bool keep_alive);
void tcp_send_reset_for(const struct segment *segment);
void tcp_send_reset(struct tcp_conn *conn);
/* Sends `len` bytes from `seq`, and the FIN if it follows. False if the driver or the pool had no room. */
bool tcp_send_data(struct tcp_conn *conn, uint32_t seq, uint32_t len);
uint32_t tcp_send_end(const struct tcp_conn *conn); /* behind all that may be sent, FIN included */

/* tcp_recovery.c */
void tcp_sack_update(struct tcp_conn *conn, const struct segment *segment);
void tcp_sack_trim(struct tcp_conn *conn);
bool tcp_is_lost(const struct tcp_conn *conn, uint32_t seq);
uint32_t tcp_pipe(const struct tcp_conn *conn);
/* The next piece to be retransmitted; `lost_only`: what counts as lost. False if there is none. */
bool tcp_next_hole(const struct tcp_conn *conn, bool lost_only, uint32_t *seq, uint32_t *len);
uint32_t tcp_first_hole(const struct tcp_conn *conn); /* bytes from una, at most a segment */
void tcp_enter_recovery(struct tcp_conn *conn);
void tcp_enter_loss(struct tcp_conn *conn);
void tcp_leave_recovery(struct tcp_conn *conn);

/* tcp_congestion.c */
void tcp_congestion_start(struct tcp_conn *conn);
void tcp_congestion_acked(struct tcp_conn *conn, uint32_t bytes);
/* The slow-start threshold after a loss. */
uint32_t tcp_congestion_reduce(struct tcp_conn *conn);

/* tcp_timer.c */
void tcp_rtt_sample(struct tcp_conn *conn, uint32_t us);
void tcp_arm_rto(struct tcp_conn *conn);
/* Files the connection under its earliest timer. */
void tcp_schedule(struct tcp_conn *conn);
void tcp_unschedule(struct tcp_conn *conn);
void tcp_start_keep_alive(struct tcp_conn *conn);

#endif
