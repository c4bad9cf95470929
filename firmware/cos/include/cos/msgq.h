/*
 * Queues of 64-byte messages in shared memory: many producers on any core of the chip, one consumer. A message is one
 * cache line; a producer writes it through the global address with posted stores. Portable C11.
 */
#ifndef COS_MSGQ_H
#define COS_MSGQ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "cos/atomic.h"

#define COS_MSG_BYTES 48 /* payload */

struct cos_msg {
	uint16_t type;	 /* chosen by the users */
	uint8_t cluster; /* sender */
	uint8_t core;	 /* sender */
	uint32_t length; /* of the payload, bytes */
	uint64_t data[COS_MSG_BYTES / 8];
};

struct cos_msgq_slot {
	uint64_t sequence; /* as in struct cos_mpsc_slot */
	struct cos_msg message;
};

struct cos_msgq {
	uint64_t head; /* producers */
	uint64_t tail; /* consumer */
	uint64_t mask;
	uint64_t pad[5];
	struct cos_msgq_slot slot[];
};

/* Bytes of memory for a queue of `slots` (a power of two). */
#define COS_MSGQ_BYTES(slots) (sizeof(struct cos_msgq) + (slots) * sizeof(struct cos_msgq_slot))

static inline void cos_msgq_init(struct cos_msgq *queue, size_t slots)
{
	queue->head = queue->tail = 0;
	for (size_t i = 0; i < slots; i++)
		queue->slot[i].sequence = i;
	__atomic_store_n(&queue->mask, slots - 1, __ATOMIC_RELEASE);
}

/* False if the queue is full, or not initialised yet. */
static inline bool cos_msgq_put(struct cos_msgq *queue, const struct cos_msg *message)
{
	const uint64_t mask = cos_load_acquire(&queue->mask);
	uint64_t head = cos_load_acquire(&queue->head);

	while (mask) {
		struct cos_msgq_slot *slot = &queue->slot[head & mask];
		const uint64_t sequence = cos_load_acquire(&slot->sequence);

		if (sequence < head)
			return false;
		if (sequence > head) {
			head = cos_load_acquire(&queue->head);
			continue;
		}
		if (__atomic_compare_exchange_n(&queue->head, &head, head + 1, false, __ATOMIC_RELAXED,
						__ATOMIC_RELAXED)) {
			slot->message = *message;
			__atomic_store_n(&slot->sequence, head + 1, __ATOMIC_RELEASE);
			return true;
		}
	}
	return false;
}

static inline bool cos_msgq_empty(const struct cos_msgq *queue)
{
	return cos_load_acquire(&queue->slot[queue->tail & queue->mask].sequence) != queue->tail + 1;
}

static inline bool cos_msgq_get(struct cos_msgq *queue, struct cos_msg *message)
{
	const uint64_t tail = queue->tail;
	struct cos_msgq_slot *slot = &queue->slot[tail & queue->mask];

	if (cos_msgq_empty(queue))
		return false;
	*message = slot->message;
	cos_store_after_loads(&slot->sequence, tail + queue->mask + 1);
	queue->tail = tail + 1;
	return true;
}

#endif
