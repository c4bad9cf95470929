#include "digest.h"

#include <string.h>

#define POLYNOMIAL 0x82f63b78u /* reflected */

#ifdef __KVX__
#include <kvx_builtins.h>

static uint32_t step8(uint32_t crc, uint64_t word)
{
	crc = __kvx_builtin_crclellw(crc, word, POLYNOMIAL);
	return __kvx_builtin_crclelmw(crc, word, POLYNOMIAL);
}

/* The instruction takes four bytes; a single one goes in at the top, behind three bytes of the old CRC. */
static uint32_t step1(uint32_t crc, uint8_t byte)
{
	return crc >> 8 ^ __kvx_builtin_crclellw((crc ^ byte) << 24, 0, POLYNOMIAL);
}
#else
static uint32_t step1(uint32_t crc, uint8_t byte)
{
	crc ^= byte;
	for (unsigned bit = 0; bit < 8; bit++)
		crc = crc >> 1 ^ (POLYNOMIAL & -(crc & 1));
	return crc;
}

static uint32_t step8(uint32_t crc, uint64_t word)
{
	for (unsigned i = 0; i < 64; i += 8)
		crc = step1(crc, (uint8_t)(word >> i));
	return crc;
}
#endif

uint32_t digest_add(uint32_t crc, const uint8_t *data, uint32_t len)
{
	for (; len >= 8; data += 8, len -= 8) {
		uint64_t word;

		memcpy(&word, data, sizeof word);
		crc = step8(crc, word);
	}
	for (; len > 0; data++, len--)
		crc = step1(crc, *data);
	return crc;
}
