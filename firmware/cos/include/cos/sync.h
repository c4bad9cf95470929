/* Spin locks and barriers between cores that share memory. Locks also work between clusters, through global addresses
 * of memory (not registers): atomics are performed at the memory. */
#ifndef COS_SYNC_H
#define COS_SYNC_H

#include <stdbool.h>
#include <stdint.h>

#include "cos/atomic.h"

/* Ticket lock: cores get it in the order in which they asked. Zero-initialised = free. */
struct cos_spinlock {
	uint32_t next, serving;
};

static inline void cos_spin_lock(struct cos_spinlock *lock)
{
	const uint32_t ticket = __atomic_fetch_add(&lock->next, 1, __ATOMIC_RELAXED);

	while (cos_load_acquire(&lock->serving) != ticket)
		;
}

static inline bool cos_spin_trylock(struct cos_spinlock *lock)
{
	uint32_t serving = cos_load_acquire(&lock->serving);

	return __atomic_compare_exchange_n(&lock->next, &serving, serving + 1, false, __ATOMIC_ACQUIRE,
					   __ATOMIC_RELAXED);
}

static inline void cos_spin_unlock(struct cos_spinlock *lock)
{
	/* Only the holder writes `serving`. */
	__atomic_store_n(&lock->serving, lock->serving + 1, __ATOMIC_RELEASE);
}

/* Sense-reversing barrier of `count` cores that spin. */
struct cos_barrier {
	uint32_t count, arrived, generation;
};

static inline void cos_barrier_init(struct cos_barrier *barrier, uint32_t count)
{
	*barrier = (struct cos_barrier){.count = count};
}

static inline void cos_barrier_wait(struct cos_barrier *barrier)
{
	const uint32_t generation = cos_load_acquire(&barrier->generation);

	if (__atomic_add_fetch(&barrier->arrived, 1, __ATOMIC_ACQ_REL) == barrier->count) {
		barrier->arrived = 0;
		__atomic_store_n(&barrier->generation, generation + 1, __ATOMIC_RELEASE);
		return;
	}
	while (cos_load_acquire(&barrier->generation) == generation)
		;
}

#endif
