/*
 * strlen and strnlen: aligned words (which never cross into another page than the string's), zero byte found by the
 * carry trick.
 */
#include <stdint.h>
#include <string.h>

typedef uint64_t __attribute__((may_alias)) u64;
typedef uint64_t block __attribute__((vector_size(32), may_alias));

#define ONES 0x0101010101010101u
#define HIGHS 0x8080808080808080u

/* Nonzero at bit 7 of the first zero byte (bytes above it may be wrong). */
static inline uint64_t zero_bytes(uint64_t word) { return (word - ONES) & ~word & HIGHS; }

size_t strlen(const char *text)
{
	const u64 *at = (const u64 *)((uintptr_t)text & -(uintptr_t)8);
	const unsigned skip = 8 * ((uintptr_t)text & 7);
	uint64_t found = zero_bytes(*at | ((1ull << skip) - 1));

	/* To a 32-byte boundary, then four words at a time: such a block lies in one page too. */
	while (!found && ((uintptr_t)at & 24) != 24)
		found = zero_bytes(*++at);
	if (!found) {
		const block *four = (const block *)(at + 1);
		block b;

		do
			b = *four++;
		while (!(zero_bytes(b[0]) | zero_bytes(b[1]) | zero_bytes(b[2]) | zero_bytes(b[3])));
		at = (const u64 *)(four - 1);
		while (!(found = zero_bytes(*at)))
			at++;
	}
	return (size_t)((const char *)at - text) + (size_t)__builtin_ctzll(found) / 8;
}

size_t strnlen(const char *text, size_t limit)
{
	const char *end = memchr(text, 0, limit);

	return end ? (size_t)(end - text) : limit;
}
