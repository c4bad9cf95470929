/*
 * TCP: RFC 9293 with window scaling, timestamps and PAWS (RFC 7323), selective acknowledgement (RFC 2018, 6675),
 * NewReno or CUBIC (RFC 5681, 6582, 9438), retransmission timeout (RFC 6298), tail loss probe (after RFC 8985), limited
 * transmit (RFC 3042), SYN cookies (RFC 4987), challenge acknowledgements (RFC 5961), keep-alive, zero-window probes.
 * Urgent data are delivered as ordinary bytes.
 */
#ifndef NET_TCP_H
#define NET_TCP_H

#include "net/net.h"

enum tcp_control { TCP_NEWRENO, TCP_CUBIC };

/* All times in microseconds. */
struct tcp_config {
	uint32_t receive_window; /* bytes a connection may have received and not consumed */
	uint32_t backlog; /* half-open and not yet accepted connections of a listener before SYN cookies are used */
	uint32_t rto_min, rto_max;		       /* RFC 6298: 1 s and 60 s; Linux: 200 ms and 120 s */
	uint32_t rto_initial;			       /* 1 s */
	uint32_t delayed_ack;			       /* at most 500 ms (RFC 9293) */
	uint32_t keep_idle, keep_interval, keep_tries; /* idle 0: no keep-alive */
	uint32_t time_wait;			       /* 2 MSL */
	uint32_t syn_tries, data_tries;		       /* retransmissions before the connection is given up */
	uint32_t initial_window;		       /* segments; 10 (RFC 6928) */
	uint32_t out_of_order; /* received packets that all connections of a stack may keep behind holes */
	bool nagle;
	bool timestamps, sack;
	bool syn_cookies;
	enum tcp_control control;
};

extern const struct tcp_config tcp_defaults;

enum tcp_state {
	TCP_CLOSED,
	TCP_SYN_SENT,
	TCP_SYN_RECEIVED,
	TCP_ESTABLISHED,
	TCP_FIN_WAIT_1,
	TCP_FIN_WAIT_2,
	TCP_CLOSE_WAIT,
	TCP_CLOSING,
	TCP_LAST_ACK,
	TCP_TIME_WAIT
};

enum tcp_end { TCP_END_CLOSED, TCP_END_RESET, TCP_END_TIMEOUT, TCP_END_REFUSED, TCP_END_ABORTED };

/* What the owner of a connection is told. No callback may be NULL but `sent`. */
struct tcp_ops {
	/* The handshake is over. */
	void (*established)(struct tcp_conn *conn);
	/* The next bytes of the stream. They stay valid after the call while a reference to `buf` is held. The window
	 * opens again by tcp_consumed(). */
	void (*receive)(struct tcp_conn *conn, struct net_buf *buf, const uint8_t *data, uint32_t len);
	/* The peer has acknowledged so many bytes. */
	void (*sent)(struct tcp_conn *conn, uint32_t len);
	/* The peer sends nothing more. */
	void (*finished)(struct tcp_conn *conn);
	/* The connection is no more; `conn` must not be used after this call. */
	void (*gone)(struct tcp_conn *conn, enum tcp_end end);
};

struct tcp_listener {
	struct tcp_listener *next;
	struct net_addr addr; /* all zero: any */
	uint16_t port;
	/* A connection has been established: the operations for it, and its owner in conn->owner; NULL resets it. */
	const struct tcp_ops *(*accept)(struct tcp_listener *listener, struct tcp_conn *conn);
	void *owner;
	uint32_t pending; /* half-open connections; the stack's */
};

#define TCP_SACK_RANGES 32
#define TCP_OOO_MAX 256

struct tcp_range {
	uint32_t begin, end;
};

enum tcp_recovery { TCP_OPEN, TCP_FAST_RECOVERY, TCP_LOSS };

/* A connection. Owners read, the stack writes; all but `owner`. */
struct tcp_conn {
	void *owner;
	struct net_stack *stack;
	const struct tcp_ops *ops;
	struct tcp_listener *listener;
	struct tcp_conn *next; /* in its hash chain, or among the free ones */
	struct net_addr local, remote;
	uint16_t local_port, remote_port;
	enum tcp_state state;

	/* Sending */
	uint32_t iss, una, nxt; /* initial number, oldest unacknowledged, highest sent + 1 */
	uint32_t window, max_window, wl1, wl2;
	uint32_t end; /* sequence number behind the last byte queued */
	uint16_t mss; /* payload of a full segment, options already taken off */
	uint8_t send_scale, receive_scale;
	bool fin_queued, fin_acked, timestamps, sack;
	struct net_chunk *chunks, *last_chunk;
	struct net_chunk *cursor; /* holds `nxt`, or an older one */

	/* Congestion (bytes) */
	uint32_t cwnd, ssthresh, acked_bytes;
	double cubic_wmax, cubic_k, cubic_west; /* segments, seconds, segments */
	uint64_t cubic_epoch;			/* us; 0: none */
	uint8_t dup_acks;
	enum tcp_recovery recovery;
	uint32_t recover;			  /* recovery ends when this is acknowledged */
	uint32_t high_rxt;			  /* highest retransmitted + 1 in this recovery */
	bool force_retransmit;			  /* the first retransmission goes out whatever the window says */
	struct tcp_range sacked[TCP_SACK_RANGES]; /* sorted, disjoint */
	uint8_t sacked_count;

	/* Round trips, us */
	uint32_t srtt, rttvar, rto;
	bool timing;
	uint32_t timed_seq;
	uint64_t timed_at;
	uint8_t backoff; /* of the timeout; kept until there is a new sample (RFC 6298 section 5) */
	uint8_t tries;	 /* timeouts since the last progress */

	/* Receiving */
	uint32_t irs, rcv_nxt, rcv_adv; /* rcv_adv: right edge announced */
	uint32_t unconsumed;		/* given to the owner and not consumed */
	struct net_buf *ooo;		/* sorted by sequence number */
	uint16_t ooo_count;
	uint32_t ooo_latest; /* where the last segment out of order began: first SACK block */
	bool fin_received;
	uint32_t ts_recent, last_ack_sent;
	uint64_t ts_recent_at;
	uint64_t answer_at;  /* us: the next empty segment outside the window is not answered before */
	uint8_t ack_pending; /* full segments not acknowledged */
	bool ack_now;

	/* Timers, us; 0: off */
	uint64_t rto_at, probe_at, persist_at, ack_at, keep_at, wait_at;
	uint8_t persist_backoff, keep_sent;
	bool probed;	    /* a tail loss probe is out */
	bool window_forced; /* the persist timer lets a small segment out */
	struct tcp_conn *wheel_next, **wheel_prev;
	uint64_t wheel_at; /* tick it is filed under */
	struct tcp_conn *ready_next;
	bool ready;
};

void tcp_listen(struct net_stack *stack, struct tcp_listener *listener);
/* Opens a connection; `local_port` 0: any. NULL: no connection, route or port free. */
struct tcp_conn *tcp_connect(struct net_stack *stack, const struct net_addr *to, uint16_t port, uint16_t local_port,
			     const struct tcp_ops *ops, void *owner);
/* Queues a chunk (len > 0) and sends what the windows allow. False if the sending side is closed; the chunk is then not
 * taken. */
bool tcp_send(struct tcp_conn *conn, struct net_chunk *chunk);
/* The owner is done with `len` received bytes. */
void tcp_consumed(struct tcp_conn *conn, uint32_t len);
/* Nothing more will be sent; what is queued is. Ends with gone(TCP_END_CLOSED). */
void tcp_close(struct tcp_conn *conn);
/* Sends a reset and forgets the connection; calls gone(TCP_END_ABORTED). */
void tcp_abort(struct tcp_conn *conn);
/* Bytes queued and not acknowledged. */
uint32_t tcp_unacked(const struct tcp_conn *conn);

#endif
