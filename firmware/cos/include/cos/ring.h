/*
 * Lockless rings of 64-bit values (pointers, handles). Portable C11; the owner provides the memory.
 *
 *   cos_spsc   one producer, one consumer: neither ever waits for the other, no atomic read-modify-write.
 *   cos_mpsc   any number of producers, one consumer; a producer reserves its slot with one compare-and-swap.
 *
 * Both keep the order in which values were accepted and refuse (return false) when full or empty. Polling an empty ring
 * only loads memory that stays the same: an idle consumer changes nothing.
 *
 * Between clusters the producer uses the ring's global address (cos_remote); the consumer should own the memory, so
 * that it polls its own SMEM.
 */
#ifndef COS_RING_H
#define COS_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cos/atomic.h"

#define COS_CACHE_LINE 64

/* Bytes of memory for a ring of `slots` (a power of two). */
#define COS_SPSC_BYTES(slots) (sizeof(struct cos_spsc) + (slots) * sizeof(uint64_t))
#define COS_MPSC_BYTES(slots) (sizeof(struct cos_mpsc) + (slots) * sizeof(struct cos_mpsc_slot))

struct cos_spsc {
	/* Producer's line: what it has written, and how far it knows the consumer to be. */
	uint64_t head, cached_tail;
	uint8_t pad0[COS_CACHE_LINE - 16];
	uint64_t tail, cached_head;
	uint8_t pad1[COS_CACHE_LINE - 16];
	uint64_t mask;
	uint8_t pad2[COS_CACHE_LINE - 8];
	uint64_t slot[];
};

static inline void cos_spsc_init(struct cos_spsc *ring, size_t slots)
{
	ring->head = ring->tail = ring->cached_head = ring->cached_tail = 0;
	ring->mask = slots - 1;
}

static inline bool cos_spsc_put(struct cos_spsc *ring, uint64_t value)
{
	const uint64_t head = ring->head;

	if (head - ring->cached_tail > ring->mask) {
		ring->cached_tail = cos_load_acquire(&ring->tail);
		if (head - ring->cached_tail > ring->mask)
			return false;
	}
	ring->slot[head & ring->mask] = value;
	__atomic_store_n(&ring->head, head + 1, __ATOMIC_RELEASE);
	return true;
}

static inline bool cos_spsc_get(struct cos_spsc *ring, uint64_t *value)
{
	const uint64_t tail = ring->tail;

	if (tail == ring->cached_head) {
		const uint64_t head = cos_load_acquire(&ring->head);

		if (tail == head)
			return false;
		ring->cached_head = head;
	}
	*value = ring->slot[tail & ring->mask];
	cos_store_after_loads(&ring->tail, tail + 1);
	return true;
}

/* `sequence` tells whose turn a slot is: n = free for value number n, n + 1 = holds value number n. */
struct cos_mpsc_slot {
	uint64_t sequence, value;
};

struct cos_mpsc {
	uint64_t head; /* producers */
	uint8_t pad0[COS_CACHE_LINE - 8];
	uint64_t tail; /* consumer */
	uint8_t pad1[COS_CACHE_LINE - 8];
	uint64_t mask;
	uint8_t pad2[COS_CACHE_LINE - 8];
	struct cos_mpsc_slot slot[];
};

static inline void cos_mpsc_init(struct cos_mpsc *ring, size_t slots)
{
	ring->head = ring->tail = 0;
	ring->mask = slots - 1;
	for (size_t i = 0; i < slots; i++)
		ring->slot[i].sequence = i;
}

static inline bool cos_mpsc_put(struct cos_mpsc *ring, uint64_t value)
{
	uint64_t head = cos_load_acquire(&ring->head);

	for (;;) {
		struct cos_mpsc_slot *slot = &ring->slot[head & ring->mask];
		const uint64_t sequence = cos_load_acquire(&slot->sequence);

		if (sequence < head)
			return false; /* not consumed yet: full */
		if (sequence > head) {
			head = cos_load_acquire(&ring->head);
			continue;
		}
		if (__atomic_compare_exchange_n(&ring->head, &head, head + 1, false, __ATOMIC_RELAXED,
						__ATOMIC_RELAXED)) {
			slot->value = value;
			__atomic_store_n(&slot->sequence, head + 1, __ATOMIC_RELEASE);
			return true;
		}
	}
}

static inline bool cos_mpsc_get(struct cos_mpsc *ring, uint64_t *value)
{
	const uint64_t tail = ring->tail;
	struct cos_mpsc_slot *slot = &ring->slot[tail & ring->mask];

	if (cos_load_acquire(&slot->sequence) != tail + 1)
		return false;
	*value = slot->value;
	cos_store_after_loads(&slot->sequence, tail + ring->mask + 1);
	ring->tail = tail + 1;
	return true;
}

static inline bool cos_mpsc_empty(const struct cos_mpsc *ring)
{
	return cos_load_acquire(&ring->slot[ring->tail & ring->mask].sequence) != ring->tail + 1;
}

#endif
