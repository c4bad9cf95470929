/* CRC-32C (RFC 3385), the digest of PDU headers and data. */
#ifndef NVMF_TCP_DIGEST_H
#define NVMF_TCP_DIGEST_H

#include <stdint.h>

#define DIGEST_START UINT32_MAX

/* Continues a digest over `len` bytes; the result of the last call goes through digest_end(). */
uint32_t digest_add(uint32_t crc, const uint8_t *data, uint32_t len);
static inline uint32_t digest_end(uint32_t crc) { return ~crc; }

static inline uint32_t digest_of(const uint8_t *data, uint32_t len)
{
	return digest_end(digest_add(DIGEST_START, data, len));
}

#endif
