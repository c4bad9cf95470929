/*
 * The core's atomic instructions under names that say what they do. C11 <stdatomic.h> works too; these are for code
 * that wants exactly one instruction. Addresses are naturally aligned.
 */
#ifndef KVX_ATOMIC_H
#define KVX_ATOMIC_H

#include "builtins.h"

#include <stdint.h>

/* 1 if *address was `expected` and is now `desired`. */
static inline int kvx_compare_and_swap64(volatile uint64_t *address, uint64_t expected, uint64_t desired)
{
	return __kvx_builtin_acswapd(address, expected, desired);
}

static inline int kvx_compare_and_swap32(volatile uint32_t *address, uint32_t expected, uint32_t desired)
{
	return __kvx_builtin_acswapw(address, expected, desired);
}

/* The old value. */
static inline uint64_t kvx_fetch_add64(volatile uint64_t *address, uint64_t increment)
{
	return __kvx_builtin_aladdd(address, increment);
}

static inline uint32_t kvx_fetch_add32(volatile uint32_t *address, uint32_t increment)
{
	return __kvx_builtin_aladdw(address, increment);
}

static inline uint64_t kvx_fetch_clear64(volatile uint64_t *address) { return __kvx_builtin_alclrd(address); }
static inline uint32_t kvx_fetch_clear32(volatile uint32_t *address) { return __kvx_builtin_alclrw(address); }

#endif
