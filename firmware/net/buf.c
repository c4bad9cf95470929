/* Packets: reference counts, the pool of packets to be sent. */
#include "internal.h"

void net_buf_put(struct net_buf *buf)
{
	if (--buf->refs == 0)
		buf->release(buf);
}

void chunk_put(struct net_chunk *chunk)
{
	if (--chunk->refs == 0 && chunk->release)
		chunk->release(chunk);
}

struct net_tx *tx_alloc(struct net_stack *stack)
{
	struct net_tx *tx = stack->free_tx;

	if (!tx) {
		stack->stats.no_tx++;
		return NULL;
	}
	stack->free_tx = tx->next;
	tx->next = NULL;
	tx->start = tx->end = NET_L4_OFFSET;
	tx->frag_count = 0;
	tx->checksum = NET_CHECKSUM_DONE;
	tx->buf = NULL;
	return tx;
}

bool tx_add(struct net_tx *tx, const uint8_t *data, uint32_t len, struct net_chunk *chunk)
{
	if (tx->frag_count == NET_FRAGS_MAX)
		return false;
	if (chunk)
		chunk->refs++;
	tx->frags[tx->frag_count++] = (struct net_frag){data, len, chunk};
	return true;
}

uint32_t net_tx_bytes(const struct net_tx *tx)
{
	uint32_t bytes = (uint32_t)(tx->end - tx->start);

	for (unsigned i = 0; i < tx->frag_count; i++)
		bytes += tx->frags[i].len;
	return bytes;
}

void net_tx_copy(const struct net_tx *tx, uint8_t *to)
{
	memcpy(to, tx->header + tx->start, (size_t)(tx->end - tx->start));
	to += tx->end - tx->start;
	for (unsigned i = 0; i < tx->frag_count; i++) {
		memcpy(to, tx->frags[i].data, tx->frags[i].len);
		to += tx->frags[i].len;
	}
}

void net_tx_done(struct net_tx *tx)
{
	struct net_stack *stack = tx->stack;

	for (unsigned i = 0; i < tx->frag_count; i++)
		if (tx->frags[i].chunk)
			chunk_put(tx->frags[i].chunk);
	if (tx->buf)
		net_buf_put(tx->buf);
	tx->next = stack->free_tx;
	stack->free_tx = tx;
}
