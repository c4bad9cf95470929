/* memset and bzero: 32-byte stores, the last one overlapping. */
#include <stdint.h>
#include <string.h>

typedef uint64_t block __attribute__((vector_size(32), aligned(1), may_alias));
typedef uint64_t __attribute__((aligned(1), may_alias)) u64;
typedef uint32_t __attribute__((aligned(1), may_alias)) u32;

static inline void set_small(char *to, uint64_t word, size_t size)
{
	if (size >= 16) {
		*(u64 *)to = word;
		*(u64 *)(to + 8) = word;
		*(u64 *)(to + size - 16) = word;
		*(u64 *)(to + size - 8) = word;
	} else if (size >= 8) {
		*(u64 *)to = word;
		*(u64 *)(to + size - 8) = word;
	} else if (size >= 4) {
		*(u32 *)to = (uint32_t)word;
		*(u32 *)(to + size - 4) = (uint32_t)word;
	} else if (size) {
		to[0] = to[size / 2] = to[size - 1] = (char)word;
	}
}

void *memset(void *target, int byte, size_t size)
{
	char *to = target;
	const uint64_t word = (uint64_t)(unsigned char)byte * 0x0101010101010101u;

	if (size <= 32) {
		set_small(to, word, size);
		return target;
	}
	const block pattern = {word, word, word, word};
	char *const end = to + size - 32;

	for (; to < end; to += 32)
		*(block *)to = pattern;
	*(block *)end = pattern;
	return target;
}

void bzero(void *target, size_t size) { memset(target, 0, size); }
