/* Spin locks and barriers between cores that share memory. Locks also work between clusters, through global addresses
 * of memory (not registers): atomics are performed at the memory. */
#ifndef COS_SYNC_H
#define COS_SYNC_H

#include <stdbool.h>
#include <stdint.h>

/* Ticket lock: cores get it in the order in which they asked. Zero-initialised = free. */
struct cos_spinlock {
	uint32_t next, serving;
};

static inline void cos_spin_lock(struct cos_spinlock *lock)
{
	const uint32_t ticket = __atomic_fetch_add(&lock->next, 1, __ATOMIC_RELAXED);

	while (__atomic_load_n(&lock->serving, __ATOMIC_ACQUIRE) != ticket)
		;
}

static inline bool cos_spin_trylock(struct cos_spinlock *lock)
{
	uint32_t serving = __atomic_load_n(&lock->serving, __ATOMIC_RELAXED);

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
	const uint32_t generation = __atomic_load_n(&barrier->generation, __ATOMIC_ACQUIRE);

	if (__atomic_add_fetch(&barrier->arrived, 1, __ATOMIC_ACQ_REL) == barrier->count) {
		barrier->arrived = 0;
		__atomic_store_n(&barrier->generation, generation + 1, __ATOMIC_RELEASE);
		return;
	}
	while (__atomic_load_n(&barrier->generation, __ATOMIC_ACQUIRE) == generation)
		;
}

#endif
