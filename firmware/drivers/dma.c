#include "drivers/dma.h"

#include <stddef.h>

#include "cos/arena.h"
#include "cos/console.h"
#include "cos/cpu.h"
#include "cos/mmio.h"
#include "cos/ring.h"
#include "cos/sync.h"
#include "drivers/gic.h"
#include "drivers/mailbox.h"
#include "mppa/dma_microcode.h"

enum program { MEM2MEM, MEM2NOC, MEM2ETH };
#define PROGRAM_SPACING 16 /* words; all are shorter */

#define ROUTE_AXI 0 /* jobs always name a route */
#define FIRST_NOC_ROUTE 1
#define NODES 7

/* Published routes of the NoC (Linux Ethernet driver): [from][to], nibbles of output ports, lowest first, 8 = arrived.
 */
static const uint16_t noc_route[MPPA_CLUSTERS][NODES] = {
	{0x8, 0x82, 0x83, 0x84, 0x85, 0x81, 0x825}, {0x83, 0x8, 0x84, 0x843, 0x85, 0x81, 0x82},
	{0x83, 0x85, 0x8, 0x84, 0x853, 0x81, 0x82}, {0x83, 0x823, 0x85, 0x8, 0x84, 0x81, 0x82},
	{0x83, 0x84, 0x833, 0x85, 0x8, 0x81, 0x82},
};

struct dma_queue {
	struct mppa_dma_tx_job *ring;
	uint64_t slots;
	uint64_t submitted; /* jobs so far */
	uint64_t rung;	    /* of them the DMA knows */
	uint64_t completed; /* as far as we have looked */
	unsigned index;	    /* of job and completion queue */
};

static uint64_t taken_queues;
static uint64_t tolerant_queues; /* their owners deal with errors */
static uint64_t failed_queues;	 /* of those; set by the error interrupt */
static struct cos_spinlock lock;

static uintptr_t reg(uint32_t block, unsigned index, uint32_t offset)
{
	return MPPA_DMA_OFFSET + block + index * MPPA_DMA_OBJECT_STRIDE + offset;
}

static void write_reg(uint32_t block, unsigned index, uint32_t offset, uint64_t value)
{
	cos_write64(reg(block, index, offset), value);
}

static uint64_t read_reg(uint32_t block, unsigned index, uint32_t offset)
{
	return cos_read64(reg(block, index, offset));
}

static void load_program(enum program program, const uint64_t *words, size_t count, bool axi)
{
	const unsigned start = program * PROGRAM_SPACING;

	for (size_t i = 0; i < count; i++)
		write_reg(MPPA_DMA_PROGRAM_MEMORY, 0, (uint32_t)(8 * (start + i)), words[i]);
	write_reg(MPPA_DMA_PROGRAM_TABLE, 0, 8 * program, MPPA_DMA_PROGRAM(start, axi, 1, 0));
}

static uint64_t read_error(uint32_t bitmap) { return read_reg(MPPA_DMA_ERROR, 0, bitmap + MPPA_DMA_ERROR_LAC); }

/* On the RM. Queues for addresses that others chose report to their owners; else it is a programming error. */
static void on_error(unsigned input, void *argument)
{
	(void)input, (void)argument;
	const uint64_t causes = read_reg(MPPA_DMA_IT, 0, MPPA_DMA_IT_VECTOR_LAC);
	const uint64_t queues = read_error(MPPA_DMA_ERROR_TX_JOB_QUEUE),
		       channels = read_error(MPPA_DMA_ERROR_RX_CHANNEL);
	const uint64_t others = read_error(MPPA_DMA_ERROR_RX_JOB_QUEUE) | read_error(MPPA_DMA_ERROR_TX_THREAD) |
				read_error(MPPA_DMA_ERROR_TX_COMP_QUEUE);
	const uint64_t tolerated = queues & cos_load_acquire(&tolerant_queues);

	__atomic_fetch_or(&failed_queues, tolerated, __ATOMIC_RELEASE);
	if (queues != tolerated || channels || others)
		cos_printf("*** cluster %u: DMA error 0x%lx, TX job queues 0x%lx, RX channels 0x%lx\n",
			   cos_cluster_id(), causes, queues, channels);
}

#define LOAD(program, words, axi) load_program(program, words, sizeof words / sizeof *words, axi)

void dma_init(void)
{
	LOAD(MEM2MEM, mppa_dma_mem2mem, true);
	LOAD(MEM2NOC, mppa_dma_mem2noc, false);
	LOAD(MEM2ETH, mppa_dma_mem2eth, false);
	write_reg(MPPA_DMA_ROUTE_TABLE, 0, 8 * ROUTE_AXI, MPPA_DMA_ROUTE(0, 0, 0, 1, 0, 0));
	gic_attach(MPPA_GIC_INPUT_DMA_ERROR, on_error, NULL);
	write_reg(MPPA_DMA_IT, 0, MPPA_DMA_IT_EN, MPPA_DMA_IT_MASK);
}

static int take_queue(void)
{
	int index = -1;

	cos_spin_lock(&lock);
	if (taken_queues != ~0ul) {
		index = __builtin_ctzll(~taken_queues);
		taken_queues |= 1ul << index;
	}
	cos_spin_unlock(&lock);
	return index;
}

static void give_queue(unsigned index)
{
	cos_spin_lock(&lock);
	taken_queues &= ~(1ul << index);
	__atomic_fetch_and(&tolerant_queues, ~(1ul << index), __ATOMIC_RELAXED);
	cos_spin_unlock(&lock);
}

static void start_completion_queue(unsigned index, uint64_t notify)
{
	write_reg(MPPA_DMA_TX_COMP_QUEUE, index, MPPA_DMA_TXC_MODE, 1);
	write_reg(MPPA_DMA_TX_COMP_QUEUE, index, MPPA_DMA_TXC_FIELD_EN, 0);
	write_reg(MPPA_DMA_TX_COMP_QUEUE, index, MPPA_DMA_TXC_GLOBAL, 1);
	write_reg(MPPA_DMA_TX_COMP_QUEUE, index, MPPA_DMA_TXC_NOTIF_ADDRESS, notify);
	write_reg(MPPA_DMA_TX_COMP_QUEUE, index, MPPA_DMA_TXC_NOTIF_ARG, 0);
	write_reg(MPPA_DMA_TX_COMP_QUEUE, index, MPPA_DMA_TXC_WP, 0);
	write_reg(MPPA_DMA_TX_COMP_QUEUE, index, MPPA_DMA_TXC_ACTIVATE, 1);
}

static void start_job_queue(const struct dma_queue *queue, unsigned thread, unsigned slots_log2)
{
	const unsigned index = queue->index;

	write_reg(MPPA_DMA_TX_JOB_QUEUE, index, MPPA_DMA_TXQ_START, (uint64_t)queue->ring);
	write_reg(MPPA_DMA_TX_JOB_QUEUE, index, MPPA_DMA_TXQ_SLOT_LOG2, slots_log2);
	write_reg(MPPA_DMA_TX_JOB_QUEUE, index, MPPA_DMA_TXQ_WP, 0);
	write_reg(MPPA_DMA_TX_JOB_QUEUE, index, MPPA_DMA_TXQ_VALID_WP, 0);
	write_reg(MPPA_DMA_TX_JOB_QUEUE, index, MPPA_DMA_TXQ_RP, 0);
	write_reg(MPPA_DMA_TX_JOB_QUEUE, index, MPPA_DMA_TXQ_NOTIF_ADDRESS, 0);
	write_reg(MPPA_DMA_TX_JOB_QUEUE, index, MPPA_DMA_TXQ_ASN, 0);
	write_reg(MPPA_DMA_TX_JOB_QUEUE, index, MPPA_DMA_TXQ_THREAD_ID, thread);
	write_reg(MPPA_DMA_TX_JOB_QUEUE, index, MPPA_DMA_TXQ_ACTIVATE, 1);
}

struct dma_queue *dma_queue_open(unsigned thread, unsigned slots_log2, bool wake)
{
	const int index = take_queue();

	if (index < 0)
		return NULL;
	struct dma_queue *queue = cos_zalloc(COS_SMEM, sizeof *queue, COS_CACHE_LINE);
	const size_t ring_bytes = sizeof(struct mppa_dma_tx_job) << slots_log2;

	if (queue)
		queue->ring = cos_zalloc(COS_SMEM, ring_bytes, COS_CACHE_LINE);
	if (!queue || !queue->ring) {
		cos_free(queue);
		give_queue((unsigned)index);
		return NULL;
	}
	queue->slots = 1ul << slots_log2;
	queue->index = (unsigned)index;
	kvx_fence();
	start_completion_queue(queue->index, wake ? mailbox_global(cos_cluster_id(), cos_core_id()) : 0);
	start_job_queue(queue, thread, slots_log2);
	return queue;
}

void dma_queue_close(struct dma_queue *queue)
{
	if (queue->submitted)
		dma_wait(queue, queue->submitted - 1);
	write_reg(MPPA_DMA_TX_JOB_QUEUE, queue->index, MPPA_DMA_TXQ_STOP, 1);
	write_reg(MPPA_DMA_TX_COMP_QUEUE, queue->index, MPPA_DMA_TXC_STOP, 1);
	give_queue(queue->index);
	cos_free(queue->ring);
	cos_free(queue);
}

static uint64_t look(struct dma_queue *queue)
{
	queue->completed = read_reg(MPPA_DMA_TX_COMP_QUEUE, queue->index, MPPA_DMA_TXC_WP);
	return queue->completed;
}

/* A slot for the next job, or NULL. A slot is free when its job has finished: later than the hardware needs it. */
static struct mppa_dma_tx_job *slot_of(struct dma_queue *queue)
{
	if (queue->submitted - queue->completed >= queue->slots && queue->submitted - look(queue) >= queue->slots)
		return NULL;
	return &queue->ring[queue->submitted & (queue->slots - 1)];
}

bool dma_has_room(struct dma_queue *queue, uint64_t jobs)
{
	return queue->submitted - queue->completed + jobs <= queue->slots ||
	       queue->submitted - look(queue) + jobs <= queue->slots;
}

void dma_ring(struct dma_queue *queue)
{
	if (queue->rung == queue->submitted)
		return;
	queue->rung = queue->submitted;
	kvx_fence();
	write_reg(MPPA_DMA_TX_JOB_QUEUE, queue->index, MPPA_DMA_TXQ_VALID_WP, queue->submitted);
}

static dma_ticket stage(struct dma_queue *queue, struct mppa_dma_tx_job *job, unsigned route, enum program program)
{
	job->control = MPPA_DMA_JOB_CONTROL(queue->index, route, program) | MPPA_DMA_JOB_FENCE_AFTER;
	return queue->submitted++;
}

static dma_ticket submit(struct dma_queue *queue, struct mppa_dma_tx_job *job, unsigned route, enum program program)
{
	const dma_ticket ticket = stage(queue, job, route, program);

	dma_ring(queue);
	return ticket;
}

static void set_blocks(struct mppa_dma_tx_job *job, uint64_t from, uint64_t to, uint64_t bytes, uint64_t blocks)
{
	job->param[0] = from;
	job->param[1] = to;
	job->param[2] = bytes / 16;
	job->param[3] = bytes % 16;
	job->param[4] = blocks;
	job->param[5] = job->param[6] = 0;
}

dma_ticket dma_copy_strided(struct dma_queue *queue, uint64_t to, uint64_t to_stride, uint64_t from,
			    uint64_t from_stride, uint64_t bytes, uint32_t blocks)
{
	struct mppa_dma_tx_job *job = slot_of(queue);

	if (!job)
		return DMA_FULL;
	set_blocks(job, from, to, bytes, blocks);
	job->param[5] = to_stride - bytes;
	job->param[6] = from_stride - bytes;
	return submit(queue, job, ROUTE_AXI, MEM2MEM);
}

dma_ticket dma_copy(struct dma_queue *queue, uint64_t to, uint64_t from, uint64_t bytes)
{
	return dma_copy_strided(queue, to, bytes, from, bytes, bytes, 1);
}

dma_ticket dma_send(struct dma_queue *queue, unsigned route, uint64_t offset, uint64_t from, uint64_t bytes)
{
	struct mppa_dma_tx_job *job = slot_of(queue);

	if (!job)
		return DMA_FULL;
	set_blocks(job, from, offset, bytes, 1);
	return submit(queue, job, route, MEM2NOC);
}

dma_ticket dma_send_frame(struct dma_queue *queue, unsigned route, uint64_t header, uint64_t from, uint64_t bytes,
			  bool last)
{
	struct mppa_dma_tx_job *job = slot_of(queue);

	if (!job)
		return DMA_FULL;
	job->param[2] = from;
	job->param[3] = bytes / 16 | bytes % 16 << 32;
	job->param[4] = (uint64_t)last | (uint64_t)(header != 0) << 32;
	job->param[5] = header;
	return stage(queue, job, route, MEM2ETH);
}

bool dma_done(struct dma_queue *queue, dma_ticket ticket) { return ticket < queue->completed || ticket < look(queue); }

bool dma_wait(struct dma_queue *queue, dma_ticket ticket)
{
	while (!dma_done(queue, ticket))
		if (dma_queue_error(queue))
			return false;
	return true;
}

uint64_t dma_queue_error(const struct dma_queue *queue)
{
	const uint64_t status = read_reg(MPPA_DMA_TX_JOB_QUEUE, queue->index, MPPA_DMA_TXQ_STATUS);

	return (status & 3) == MPPA_DMA_FAILED ? status & ~3ul : 0;
}

void dma_queue_tolerate_errors(struct dma_queue *queue)
{
	__atomic_fetch_or(&tolerant_queues, 1ul << queue->index, __ATOMIC_RELEASE);
}

bool dma_queue_skip_failed(struct dma_queue *queue, dma_ticket *failed)
{
	const uint64_t bit = 1ul << queue->index;

	if (!(cos_load_acquire(&failed_queues) & bit))
		return false;
	/* The queue stopped behind the job; those before it may still be under way. */
	const uint64_t next = read_reg(MPPA_DMA_TX_JOB_QUEUE, queue->index, MPPA_DMA_TXQ_RP);

	if (look(queue) + 1 != next)
		return false;
	*failed = queue->completed;
	queue->completed = next;
	__atomic_fetch_and(&failed_queues, ~bit, __ATOMIC_RELAXED);
	write_reg(MPPA_DMA_TX_COMP_QUEUE, queue->index, MPPA_DMA_TXC_WP, next);
	read_reg(MPPA_DMA_TX_JOB_QUEUE, queue->index, MPPA_DMA_TXQ_STATUS_LAC);
	write_reg(MPPA_DMA_TX_JOB_QUEUE, queue->index, MPPA_DMA_TXQ_ACTIVATE, 1);
	return true;
}

unsigned dma_route(unsigned node, unsigned tag, unsigned vchan)
{
	const unsigned id = FIRST_NOC_ROUTE + node * MPPA_DMA_RX_CHANNELS + tag;

	write_reg(MPPA_DMA_ROUTE_TABLE, 0, 8 * id,
		  MPPA_DMA_ROUTE(noc_route[cos_cluster_id()][node], tag, 0, 1, 0, vchan));
	return id;
}

void dma_rx_open(unsigned channel, uint64_t buffer, uint64_t bytes, uint64_t notify)
{
	static const uint16_t zero[] = {MPPA_DMA_RXC_ACTIVATED,	     MPPA_DMA_RXC_JOB_QUEUE_CFG,
					MPPA_DMA_RXC_CURRENT_OFFSET, MPPA_DMA_RXC_BYTE_CNT,
					MPPA_DMA_RXC_NOTIF_CNT,	     MPPA_DMA_RXC_CNT_CLEAR_MODE,
					MPPA_DMA_RXC_COMP_START,     MPPA_DMA_RXC_COMP_SLOT_LOG2,
					MPPA_DMA_RXC_NOTIF_ARG,	     MPPA_DMA_RXC_ASN};

	for (size_t i = 0; i < sizeof zero / sizeof *zero; i++)
		write_reg(MPPA_DMA_RX_CHANNEL, channel, zero[i], 0);
	write_reg(MPPA_DMA_RX_CHANNEL, channel, MPPA_DMA_RXC_BUF_ENABLE, 1);
	write_reg(MPPA_DMA_RX_CHANNEL, channel, MPPA_DMA_RXC_COMP_CFG, 1);
	write_reg(MPPA_DMA_RX_CHANNEL, channel, MPPA_DMA_RXC_COMP_MODE, 1);
	write_reg(MPPA_DMA_RX_CHANNEL, channel, MPPA_DMA_RXC_NOTIF_ADDRESS, notify);
	write_reg(MPPA_DMA_RX_CHANNEL, channel, MPPA_DMA_RXC_BUF_START, buffer);
	write_reg(MPPA_DMA_RX_CHANNEL, channel, MPPA_DMA_RXC_BUF_SIZE, bytes);
	write_reg(MPPA_DMA_RX_CHANNEL, channel, MPPA_DMA_RXC_ACTIVATED, 1);
	kvx_fence();
}

void dma_rx_close(unsigned channel) { write_reg(MPPA_DMA_RX_CHANNEL, channel, MPPA_DMA_RXC_ACTIVATED, 0); }
uint64_t dma_rx_count(unsigned channel) { return read_reg(MPPA_DMA_RX_CHANNEL, channel, MPPA_DMA_RXC_NOTIF_CNT); }
uint64_t dma_rx_bytes(unsigned channel) { return read_reg(MPPA_DMA_RX_CHANNEL, channel, MPPA_DMA_RXC_BYTE_CNT); }

/* --- Streams of frames --- */

#define CACHES 4

static struct {
	struct mppa_dma_buffer *ring;
	uint64_t mask, given;
	struct cos_spinlock lock; /* several cores may give */
} rx_cache[CACHES];

bool dma_rx_cache_open(unsigned cache, unsigned slots_log2)
{
	const unsigned queue = 2 * cache; /* the other one is for buffers that the DMA itself recycles */
	const size_t bytes = sizeof(struct mppa_dma_buffer) << slots_log2;

	rx_cache[cache].ring = cos_zalloc(COS_SMEM, bytes, COS_CACHE_LINE);
	if (!rx_cache[cache].ring)
		return false;
	rx_cache[cache].mask = (1ul << slots_log2) - 1;
	kvx_fence();
	write_reg(MPPA_DMA_RX_JOB_QUEUE, queue, MPPA_DMA_RXQ_START, (uint64_t)rx_cache[cache].ring);
	write_reg(MPPA_DMA_RX_JOB_QUEUE, queue, MPPA_DMA_RXQ_SLOT_LOG2, slots_log2);
	write_reg(MPPA_DMA_RX_JOB_QUEUE, queue, MPPA_DMA_RXQ_CACHE_ID, cache);
	write_reg(MPPA_DMA_RX_JOB_QUEUE, queue, MPPA_DMA_RXQ_ACTIVATE, 1);
	write_reg(MPPA_DMA_RX_JOB_CACHE, cache, MPPA_DMA_RXJ_ENABLE, 1);
	return true;
}

void dma_rx_give(unsigned cache, const struct mppa_dma_buffer *buffers, unsigned count)
{
	cos_spin_lock(&rx_cache[cache].lock);
	for (unsigned i = 0; i < count; i++)
		rx_cache[cache].ring[rx_cache[cache].given++ & rx_cache[cache].mask] = buffers[i];
	kvx_fence();
	write_reg(MPPA_DMA_RX_JOB_QUEUE, 2 * cache, MPPA_DMA_RXQ_VALID_WP, rx_cache[cache].given);
	cos_spin_unlock(&rx_cache[cache].lock);
}

bool dma_rx_stream_open(struct dma_rx_stream *stream, unsigned channel, unsigned cache, unsigned slots_log2,
			uint64_t notify)
{
	struct mppa_dma_rx_completion *ring = cos_zalloc(COS_SMEM, sizeof *ring << slots_log2, COS_CACHE_LINE);

	if (!ring)
		return false;
	*stream = (struct dma_rx_stream){.ring = ring, .mask = (1ul << slots_log2) - 1, .channel = channel};
	kvx_fence();
	write_reg(MPPA_DMA_RX_CHANNEL, channel, MPPA_DMA_RXC_BUF_ENABLE, 0);
	write_reg(MPPA_DMA_RX_CHANNEL, channel, MPPA_DMA_RXC_JOB_QUEUE_CFG, 1 | cache << 1);
	write_reg(MPPA_DMA_RX_CHANNEL, channel, MPPA_DMA_RXC_CNT_CLEAR_MODE, 3);
	write_reg(MPPA_DMA_RX_CHANNEL, channel, MPPA_DMA_RXC_COMP_CFG, 1 | 1 << 1);
	write_reg(MPPA_DMA_RX_CHANNEL, channel, MPPA_DMA_RXC_COMP_MODE, 0);
	write_reg(MPPA_DMA_RX_CHANNEL, channel, MPPA_DMA_RXC_COMP_START, (uint64_t)ring);
	write_reg(MPPA_DMA_RX_CHANNEL, channel, MPPA_DMA_RXC_COMP_SLOT_LOG2, slots_log2);
	write_reg(MPPA_DMA_RX_CHANNEL, channel, MPPA_DMA_RXC_COMP_WP, 0);
	write_reg(MPPA_DMA_RX_CHANNEL, channel, MPPA_DMA_RXC_COMP_VALID_RP, 0);
	write_reg(MPPA_DMA_RX_CHANNEL, channel, MPPA_DMA_RXC_NOTIF_ADDRESS, notify);
	write_reg(MPPA_DMA_RX_CHANNEL, channel, MPPA_DMA_RXC_ACTIVATED, 1);
	kvx_fence();
	return true;
}

/* A record that has been taken is marked by notifications = 0; the DMA writes 1 or more. */
bool dma_rx_stream_next(struct dma_rx_stream *stream, struct mppa_dma_rx_completion *record)
{
	volatile struct mppa_dma_rx_completion *slot = &stream->ring[stream->taken & stream->mask];

	if (slot->notifications == 0)
		return false;
	record->base = slot->base;
	record->size = slot->size;
	record->bytes = slot->bytes;
	record->notifications = slot->notifications;
	slot->notifications = 0;
	stream->taken++;
	return true;
}

void dma_rx_stream_free(struct dma_rx_stream *stream)
{
	kvx_fence(); /* the marks must not arrive behind the next records */
	write_reg(MPPA_DMA_RX_CHANNEL, stream->channel, MPPA_DMA_RXC_COMP_VALID_RP, stream->taken);
}
