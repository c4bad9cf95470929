/*
 * memmove and the relatives of memcpy (memcpy.S): 32-byte blocks move as one vector, unaligned accesses are legal.
 * Short and ragged sizes use two overlapping accesses instead of byte loops.
 */
#include <stdint.h>
#include <string.h>

typedef uint64_t block __attribute__((vector_size(32), aligned(1), may_alias));
typedef uint64_t __attribute__((aligned(1), may_alias)) u64;
typedef uint32_t __attribute__((aligned(1), may_alias)) u32;
typedef uint16_t __attribute__((aligned(1), may_alias)) u16;

/* Up to 32 bytes: everything is loaded before anything is stored, so overlap does not matter. */
static inline void copy_small(char *to, const char *from, size_t size)
{
	if (size >= 16) {
		const u64 a = *(const u64 *)from, b = *(const u64 *)(from + 8);
		const u64 c = *(const u64 *)(from + size - 16), d = *(const u64 *)(from + size - 8);

		*(u64 *)to = a;
		*(u64 *)(to + 8) = b;
		*(u64 *)(to + size - 16) = c;
		*(u64 *)(to + size - 8) = d;
	} else if (size >= 8) {
		const u64 a = *(const u64 *)from, b = *(const u64 *)(from + size - 8);

		*(u64 *)to = a;
		*(u64 *)(to + size - 8) = b;
	} else if (size >= 4) {
		const u32 a = *(const u32 *)from, b = *(const u32 *)(from + size - 4);

		*(u32 *)to = a;
		*(u32 *)(to + size - 4) = b;
	} else if (size) {
		const char a = from[0], b = from[size / 2], c = from[size - 1];

		to[0] = a;
		to[size / 2] = b;
		to[size - 1] = c;
	}
}

void *mempcpy(void *restrict target, const void *restrict source, size_t size)
{
	return (char *)memcpy(target, source, size) + size;
}

void *memmove(void *target, const void *source, size_t size)
{
	char *to = target;
	const char *from = source;

	if (size <= 32) {
		copy_small(to, from, size);
		return target;
	}
	/* Forward and backward loops load a block before they store it; the far end is saved first. */
	if ((uintptr_t)to - (uintptr_t)from >= size) {
		const block tail = *(const block *)(from + size - 32);
		char *const end = to + size - 32;

		for (; to < end; to += 32, from += 32)
			*(block *)to = *(const block *)from;
		*(block *)end = tail;
	} else {
		const block head = *(const block *)from;

		for (size_t n = size; n > 32; n -= 32)
			*(block *)(to + n - 32) = *(const block *)(from + n - 32);
		*(block *)to = head;
	}
	return target;
}

void bcopy(const void *source, void *target, size_t size) { memmove(target, source, size); }
