/*
 * Atomic operations the core cannot do in one instruction (other sizes than 4 and 8, or unaligned). They are protected
 * by one of a few locks chosen by address, so they are atomic among themselves, as the C library interface requires.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define LOCKS 16

static volatile uint64_t locks[LOCKS][8]; /* one cache line each */

static volatile uint64_t *lock(const volatile void *object)
{
	volatile uint64_t *l = locks[(uintptr_t)object >> 4 & (LOCKS - 1)];

	while (__atomic_exchange_n(l, 1, __ATOMIC_ACQUIRE))
		;
	return l;
}

static void unlock(volatile uint64_t *l) { __atomic_store_n(l, 0, __ATOMIC_RELEASE); }

#pragma redefine_extname is_lock_free __atomic_is_lock_free
#pragma redefine_extname generic_load __atomic_load
#pragma redefine_extname generic_store __atomic_store
#pragma redefine_extname generic_exchange __atomic_exchange
#pragma redefine_extname generic_compare_exchange __atomic_compare_exchange

void generic_load(size_t size, const volatile void *source, void *target, int order)
{
	volatile uint64_t *l = lock(source);

	memcpy(target, (const void *)source, size);
	unlock(l);
}

void generic_store(size_t size, volatile void *target, const void *source, int order)
{
	volatile uint64_t *l = lock(target);

	memcpy((void *)target, source, size);
	unlock(l);
}

void generic_exchange(size_t size, volatile void *object, const void *desired, void *old, int order)
{
	volatile uint64_t *l = lock(object);

	memcpy(old, (const void *)object, size);
	memcpy((void *)object, desired, size);
	unlock(l);
}

bool generic_compare_exchange(size_t size, volatile void *object, void *expected, const void *desired, int success,
			      int failure)
{
	volatile uint64_t *l = lock(object);
	const bool equal = memcmp((const void *)object, expected, size) == 0;

	if (equal)
		memcpy((void *)object, desired, size);
	else
		memcpy(expected, (const void *)object, size);
	unlock(l);
	return equal;
}

/* The sized entry points that are not inlined: 16 bytes. */
typedef unsigned __int128 u128;

u128 __atomic_load_16(const volatile void *p, int order)
{
	u128 x;

	generic_load(16, p, &x, order);
	return x;
}

void __atomic_store_16(volatile void *p, u128 x, int order) { generic_store(16, p, &x, order); }

u128 __atomic_exchange_16(volatile void *p, u128 x, int order)
{
	u128 old;

	generic_exchange(16, p, &x, &old, order);
	return old;
}

bool __atomic_compare_exchange_16(volatile void *p, void *expected, u128 desired, int success, int failure)
{
	return generic_compare_exchange(16, p, expected, &desired, success, failure);
}

#define FETCH(name, expression)                                                                                        \
	u128 __atomic_fetch_##name##_16(volatile void *p, u128 x, int order)                                           \
	{                                                                                                              \
		volatile uint64_t *l = lock(p);                                                                        \
		u128 old, next;                                                                                        \
		memcpy(&old, (const void *)p, sizeof old);                                                             \
		next = expression;                                                                                     \
		memcpy((void *)p, &next, sizeof next);                                                                 \
		unlock(l);                                                                                             \
		return old;                                                                                            \
	}
FETCH(add, old + x)
FETCH(sub, old - x)
FETCH(and, old &x)
FETCH(or, old | x)
FETCH(xor, old ^ x)
FETCH(nand, ~(old &x))

bool is_lock_free(size_t size, const volatile void *p)
{
	return (size == 1 || size == 2 || size == 4 || size == 8) && ((uintptr_t)p & (size - 1)) == 0;
}

/* The instruction cache is not coherent with stores. */
void __clear_cache(void *begin, void *end) { __asm__ volatile("fence\n\t;;\n\ti1inval\n\t;;\n\tbarrier" ::: "memory"); }
