/* memcmp and bcmp: 32 bytes at a time, then 8; the first differing byte decides. */
#include <stdint.h>
#include <string.h>

typedef uint64_t block __attribute__((vector_size(32), aligned(1), may_alias));
typedef uint64_t __attribute__((aligned(1), may_alias)) u64;

static int order(uint64_t a, uint64_t b)
{
	a = __builtin_bswap64(a);
	b = __builtin_bswap64(b);
	return a < b ? -1 : 1;
}

int memcmp(const void *left, const void *right, size_t size)
{
	const unsigned char *a = left, *b = right;

	if (size < 8) {
		for (; size; size--, a++, b++)
			if (*a != *b)
				return *a - *b;
		return 0;
	}
	for (; size >= 32; size -= 32, a += 32, b += 32) {
		const block x = *(const block *)a, y = *(const block *)b;

		if ((x[0] ^ y[0]) | (x[1] ^ y[1]) | (x[2] ^ y[2]) | (x[3] ^ y[3]))
			break;
	}
	for (; size >= 8; size -= 8, a += 8, b += 8) {
		const uint64_t x = *(const u64 *)a, y = *(const u64 *)b;

		if (x != y)
			return order(x, y);
	}
	if (!size)
		return 0;
	/* The last 8 bytes, overlapping what is known to be equal. */
	const uint64_t x = *(const u64 *)(a + size - 8), y = *(const u64 *)(b + size - 8);

	return x == y ? 0 : order(x, y);
}

int bcmp(const void *left, const void *right, size_t size) { return memcmp(left, right, size); }
