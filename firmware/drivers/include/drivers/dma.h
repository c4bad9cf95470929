/*
 * The cluster's DMA: memory to memory over AXI, memory to another cluster's DMA over the RDMA NoC.
 *
 * A core opens a queue for itself and submits jobs to it; nothing is shared between cores. Jobs of a queue start and
 * finish in order. Addresses are local (own cluster) or global, of any alignment; lengths are bytes. Stores the core
 * has made to a job's source must have arrived (kvx_fence()) before it is submitted; the functions here do that.
 *
 * Microcode and parameter layout: mppa/dma_microcode.h; registers: mppa/dma_regs.h.
 */
#ifndef DRIVERS_DMA_H
#define DRIVERS_DMA_H

#include <stdbool.h>
#include <stdint.h>

#include "mppa/dma_regs.h"

/* Programs, tables, error report. main() on the RM calls it once, before anybody opens a queue. */
void dma_init(void);

struct dma_queue;

/* Number of a job in its queue; DMA_FULL if there was no room. */
typedef uint64_t dma_ticket;
#define DMA_FULL (~0ul)

/*
 * A queue of 1 << slots_log2 jobs (0..10) for the calling core, served by TX thread `thread` (0..3). `wake`: each
 * completion rings the core's doorbell. NULL if all queues are taken or memory is exhausted.
 */
struct dma_queue *dma_queue_open(unsigned thread, unsigned slots_log2, bool wake);
/* Waits for what is submitted, then gives the queue back. */
void dma_queue_close(struct dma_queue *queue);

dma_ticket dma_copy(struct dma_queue *queue, uint64_t to, uint64_t from, uint64_t bytes);
/* `blocks` blocks of `bytes`; a stride is the distance of the starts of two blocks. */
dma_ticket dma_copy_strided(struct dma_queue *queue, uint64_t to, uint64_t to_stride, uint64_t from,
			    uint64_t from_stride, uint64_t bytes, uint32_t blocks);

/* Whether a job is finished and its data in place. */
bool dma_done(struct dma_queue *queue, dma_ticket ticket);
/* Spins until then; false if the queue has failed (see dma_queue_error()). */
bool dma_wait(struct dma_queue *queue, dma_ticket ticket);
/* Causes (bits 2.. of TX_JOB_QUEUE.STATUS, dma_regs.h) if the queue stopped at an error, else 0. */
uint64_t dma_queue_error(const struct dma_queue *queue);

/*
 * For queues whose addresses somebody else has chosen (a host): an error is not reported on the console. Instead the
 * owner calls dma_queue_skip_failed() while it waits: true if the queue had stopped at an error; *failed is the job,
 * the queue goes on with the next one. A load of a word as long as there is no error.
 */
void dma_queue_tolerate_errors(struct dma_queue *queue);
bool dma_queue_skip_failed(struct dma_queue *queue, dma_ticket *failed);

/* --- NoC -----------------------------------------------------------------------------------------------------------
 */

/* Destinations: clusters 0..4, Ethernet controllers. */
#define DMA_NODE_ETH0 5
#define DMA_NODE_ETH1 6

/* Enters the route from this cluster to channel `tag` (0..63) of `node`; the number to send with. `vchan` 0 or 1. */
unsigned dma_route(unsigned node, unsigned tag, unsigned vchan);
/* Sends memory to the RX channel at the end of the route, to `offset` in its buffer. Done = the data has left. */
dma_ticket dma_send(struct dma_queue *queue, unsigned route, uint64_t offset, uint64_t from, uint64_t bytes);

/*
 * Opens RX channel `channel` (0..63) of this cluster on a buffer. Each end of a transfer counts one in dma_rx_count()
 * and writes 1 to `notify` (a mailbox's address; 0 = nothing).
 */
void dma_rx_open(unsigned channel, uint64_t buffer, uint64_t bytes, uint64_t notify);
void dma_rx_close(unsigned channel);
uint64_t dma_rx_count(unsigned channel);
/* Bytes received since it was opened. */
uint64_t dma_rx_bytes(unsigned channel);

/* Whether so many jobs can be submitted now. */
bool dma_has_room(struct dma_queue *queue, uint64_t jobs);

/*
 * Sends a piece of a frame to the Ethernet controller at the end of the route. `header`: address of the frame's struct
 * mppa_eth_tx_header with its first piece, else 0. `last`: the frame is complete. The DMA hears of it at the next
 * dma_ring(), so that one doorbell serves many frames. All frames for one TX FIFO and virtual channel must come from
 * one queue of the cluster.
 */
dma_ticket dma_send_frame(struct dma_queue *queue, unsigned route, uint64_t header, uint64_t from, uint64_t bytes,
			  bool last);
/* Starts what dma_send_frame() has put into the queue. */
void dma_ring(struct dma_queue *queue);

/* Buffers for RX job cache `cache` (0..3): a ring of 1 << slots_log2. False if memory is exhausted. */
bool dma_rx_cache_open(unsigned cache, unsigned slots_log2);
/* Gives buffers to the cache; the ring must have room. Any core. */
void dma_rx_give(unsigned cache, const struct mppa_dma_buffer *buffers, unsigned count);

/* A channel that puts each transfer into a buffer of a cache and a record into a ring. */
struct dma_rx_stream {
	volatile struct mppa_dma_rx_completion *ring;
	uint64_t mask, taken;
	unsigned channel;
};
/* `notify` as in dma_rx_open(). False if memory is exhausted. */
bool dma_rx_stream_open(struct dma_rx_stream *stream, unsigned channel, unsigned cache, unsigned slots_log2,
			uint64_t notify);
/* Whether there is a record. Reads memory only, which stays the same while nothing arrives. */
static inline bool dma_rx_stream_pending(const struct dma_rx_stream *stream)
{
	return stream->ring[stream->taken & stream->mask].notifications != 0;
}
/* Takes the next record; false if there is none. */
bool dma_rx_stream_next(struct dma_rx_stream *stream, struct mppa_dma_rx_completion *record);
/* Gives the places of the records taken so far back to the DMA. */
void dma_rx_stream_free(struct dma_rx_stream *stream);

#endif
