/* What the files of the transport share. */
#ifndef NVMF_TCP_INTERNAL_H
#define NVMF_TCP_INTERNAL_H

#include <string.h>

#include "address.h"
#include "nvmf/tcp.h"
#include "pdu.h"

/* A command's data are in so many pages, or in one large buffer. */
#define PIECES_MAX 2u
#define CACHE_LINE 64u
/* Near pages that only admin and fabrics commands may take. */
#define NEAR_RESERVE 8u

struct nvmf_tcp_conn;
struct nvmf_tcp_request;

/* Buffers of one size in one memory. Those that are free are a stack of numbers: the last one used is the next. */
struct pool {
	struct nvmf_tcp_memory memory;
	uint32_t bytes; /* of a buffer */
	uint32_t free, reserved;
	uint16_t *stack;
};
enum pool_name { POOL_NEAR, POOL_FAR, POOL_LARGE, POOLS };

/* A buffer of a command. Its chunk carries it to the host. */
struct piece {
	struct net_chunk chunk; /* first; owner: the request */
	struct pool *pool;
	uint16_t buffer;
};

/* A PDU without data, or the head of one. */
struct small_pdu {
	struct net_chunk chunk; /* first; owner: the request */
	uint8_t bytes[32];
};
struct head_pdu {
	struct net_chunk chunk;
	uint8_t bytes[PDU_HEADER_MAX]; /* with digest and padding up to the data */
};

enum request_state {
	REQUEST_FREE,
	REQUEST_WAITING, /* for memory */
	REQUEST_DATA,	 /* of the host */
	REQUEST_COPYING, /* has all; some are still on their way into its buffers */
	REQUEST_EXECUTING,
	REQUEST_REPLYING
};

/* A command, from its capsule until its answer has been acknowledged. */
struct nvmf_tcp_request {
	struct nvmf_request base; /* first */
	struct nvme_command command;
	struct nvmf_tcp_conn *conn;
	struct nvmf_tcp_group *group;
	struct nvmf_tcp_request *next; /* free, or waiting for memory */
	uint32_t received;	       /* bytes of data from the host */
	uint16_t ttag;
	uint8_t state; /* enum request_state */
	uint8_t direction;
	uint8_t piece_count;
	uint8_t unsent;	       /* chunks that TCP has not given back */
	uint16_t copies;       /* that are under way */
	bool failed;	       /* completes with cpl.status; data that still come are dropped */
	struct head_pdu head;  /* C2HData, CapsuleResp */
	struct small_pdu tail; /* R2T; what follows the data */
	struct piece pieces[PIECES_MAX];
	struct bdev_segment segments[PIECES_MAX];
};

enum conn_state {
	CONN_NEW,   /* waits for ICReq */
	CONN_READY, /* capsules may come */
	CONN_ENDING /* what comes is dropped, completions are not sent */
};

enum receive_phase { RX_HEADER, RX_PAD, RX_DATA, RX_DIGEST };

struct nvmf_tcp_conn {
	struct nvmf_qpair qpair; /* first */
	struct nvmf_tcp_group *group;
	struct nvmf_tcp_conn *next, **previous; /* of the group */
	struct tcp_conn *tcp;			/* NULL: gone */
	uint64_t deadline;			/* us: for its Connect */
	uint8_t state;				/* enum conn_state */
	bool closing, closed;			/* nvmf_qpair_close() was called; is done */
	bool header_digest, data_digest;
	uint8_t data_align; /* of C2HData, bytes */
	uint8_t own_chunks; /* ICResp, TermReq that TCP has not given back */

	uint32_t request_limit;	 /* requests promised to it */
	uint32_t reserved_pages; /* far ones, kept for its in-capsule data */
	uint32_t busy;		 /* requests that are not free */

	/* The PDU that is being received */
	uint8_t phase; /* enum receive_phase */
	uint32_t have, need;
	uint32_t pad, data_left, crc;
	struct nvmf_tcp_request *into; /* whose data it carries */
	bool last;
	uint8_t header[PDU_HEADER_MAX + PDU_DIGEST_BYTES];
	uint8_t digest[PDU_DIGEST_BYTES];

	struct head_pdu ic_resp;
	struct net_chunk term_chunk;
	uint8_t term[sizeof(struct pdu_term_req) + PDU_TERM_DATA_MAX];
};

struct listener {
	struct tcp_listener tcp;
	bool used, closed;
};

/* Some requests are near; more are made in blocks in far memory when connections could need them. Transfer tags count
 * through all. */
#define NEAR_REQUESTS 32u
#define BLOCK_REQUESTS 128u
#define BLOCKS_MAX 256u
/* Connections beyond so many are far. */
#define NEAR_CONNS 16u

#define COPIES_MAX 32u /* a power of two */

/* Received data that are on their way; the frame stays until then. */
struct copy {
	uint64_t ticket;
	struct net_buf *buf;
	struct nvmf_tcp_request *request;
};

struct nvmf_tcp_group {
	struct nvmf_tcp_group_config config;
	struct nvmf_tcp_request *near_requests, *blocks[BLOCKS_MAX];
	uint32_t block_count;
	uint32_t promised; /* requests, to all connections */
	struct nvmf_tcp_request *near_free, *far_free;
	struct nvmf_tcp_conn *conns;
	uint32_t conn_count;
	struct listener listeners[NVMF_TCP_MAX_LISTENERS]; /* as the transport numbers them */
	struct pool pools[POOLS];
	struct copy *copies; /* a ring, oldest first */
	uint32_t copies_begun, copies_ended;
	struct nvmf_tcp_request *waiting, **waiting_end;
	bool ended; /* some connection can be freed */
	struct nvmf_tcp_stats stats;
};

static inline uint32_t pages_of(uint32_t bytes) { return (bytes + NVMF_TCP_PAGE - 1) / NVMF_TCP_PAGE; }

/* memory.c: buffers for base.length bytes. False if there are none now; `in_capsule` draws on what the connection has
 * reserved. */
bool request_take_buffers(struct nvmf_tcp_request *request, bool in_capsule);
void request_free_buffers(struct nvmf_tcp_request *request);
/* The pieces go to the host; each is free when it has arrived. */
void piece_sent(struct net_chunk *chunk);
/* Where the core accesses it. */
static inline uint8_t *piece_memory(const struct piece *piece)
{
	return piece->pool->memory.memory + (size_t)piece->buffer * piece->pool->bytes;
}
bool memory_create(struct nvmf_tcp_group *group);
void memory_destroy(struct nvmf_tcp_group *group);
/* Sees to it that there are as many requests as have been promised. False if there is no memory. */
bool requests_grow(struct nvmf_tcp_group *group);
/* NULL if all are busy. */
struct nvmf_tcp_request *request_take(struct nvmf_tcp_group *group);
void request_give(struct nvmf_tcp_request *request);
/* How many there are: tags are less than that. */
uint32_t requests_made(const struct nvmf_tcp_group *group);
/* By transfer tag; NULL if it names none of the connection's. */
struct nvmf_tcp_request *request_of(const struct nvmf_tcp_conn *conn, uint16_t ttag);

/* transport.c */
const struct nvmf_address *listener_address(const struct listener *listener);

/* connection.c */
const struct tcp_ops *conn_accept(struct tcp_listener *listener, struct tcp_conn *tcp);
/* Requests and pages for a queue of `entries`. False if there is no memory. */
bool conn_grow(struct nvmf_tcp_conn *conn, uint32_t entries);
/* Ends the connection by C2HTermReq; `information` as FES wants it. The offending header is conn->header. */
void conn_fail(struct nvmf_tcp_conn *conn, enum pdu_fatal fes, uint32_t information);
/* Ends the connection in an orderly way. */
void conn_end(struct nvmf_tcp_conn *conn);
void conn_send_ic_resp(struct nvmf_tcp_conn *conn);
/* Frees it, if nothing needs it any more. */
void conn_free_if_ended(struct nvmf_tcp_conn *conn);

/* receive.c: the stream of PDUs. */
void conn_receive(struct tcp_conn *tcp, struct net_buf *buf, const uint8_t *data, uint32_t len);

/* request.c */
/* A command capsule with `in_capsule` bytes of data behind it. */
void request_begin(struct nvmf_tcp_conn *conn, const uint8_t *sqe, uint32_t in_capsule);
/* Data of an H2CData PDU or in a capsule, in `buf`. */
void request_place(struct nvmf_tcp_request *request, struct net_buf *buf, const uint8_t *data, uint32_t len);
/* A data digest was wrong: the command fails when all its data have come. */
void request_spoil(struct nvmf_tcp_request *request);
/* All data have come. */
void request_data_end(struct nvmf_tcp_request *request);
/* None of its copies is under way any more. */
void request_copied(struct nvmf_tcp_request *request);
/* Tries again to get memory; false if there is still none. */
bool request_retry(struct nvmf_tcp_request *request);
void request_free(struct nvmf_tcp_request *request);
/* Frees it if nobody needs it any more: its answer has been acknowledged, or it will get none. */
void request_free_if_done(struct nvmf_tcp_request *request);

/* copy.c: data into the buffers of a request. */
void copy_in(struct nvmf_tcp_request *request, const struct piece *piece, uint32_t offset, struct net_buf *buf,
	     const uint8_t *data, uint32_t len);
/* Lets go of what has arrived. */
void copies_poll(struct nvmf_tcp_group *group);

/* send.c */
void request_complete(struct nvmf_request *base);
void request_send_r2t(struct nvmf_tcp_request *request);

#endif
