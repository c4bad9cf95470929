/* Crypto accelerators: two in each cluster. The vendor's registers are not public; the one global and four ring
 * interrupts match a SafeXcel EIP-97, whose map is that of the public Linux driver (inside-secure). Base addresses, the
 * context record, the order of results and the error bits are choices of this project. 32-bit registers, r = ring 0..3.
 */
#ifndef MPPA_CRYPTO_REGS_H
#define MPPA_CRYPTO_REGS_H

#include <stdint.h>

#define MPPA_CRYPTO_UNITS 2u
#define MPPA_CRYPTO_OFFSET(unit) (0xB00000u + 0x40000u * (unit)) /* in the cluster's window */
#define MPPA_CRYPTO_SIZE 0x20000u
#define MPPA_CRYPTO_RINGS 4u
#define MPPA_CRYPTO_GIC_LINE(unit) (140u + 5u * (unit)) /* global; ring r: + 1 + r */

/* Register groups of the command ring (CDR) and result ring (RDR) */
#define MPPA_CRYPTO_CDR(r) (0x1000u * (r))
#define MPPA_CRYPTO_RDR(r) (0x1000u * (r) + 0x800u)
#define MPPA_CRYPTO_RING_BASE_LO 0x00u
#define MPPA_CRYPTO_RING_BASE_HI 0x04u
#define MPPA_CRYPTO_RING_SIZE 0x18u      /* bytes */
#define MPPA_CRYPTO_RING_DESC 0x1Cu      /* 31: 64-bit pointers, [23:16] distance of descriptors in words */
#define MPPA_CRYPTO_RING_THRESHOLD 0x28u /* [9:0] packets that raise the interrupt (RDR), bit 23 set */
#define MPPA_CRYPTO_RING_PREPARED 0x2Cu  /* write: words << 2 more are ready; 31 clears */
#define MPPA_CRYPTO_RING_PROCESSED 0x30u /* [23:0] words << 2, [30:24] packets; a write subtracts, 31 clears */
#define MPPA_CRYPTO_RING_PREPARED_PTR 0x34u
#define MPPA_CRYPTO_RING_PROCESSED_PTR 0x38u
#define MPPA_CRYPTO_RING_STATUS 0x3Cu /* write 1 clears */
#define MPPA_CRYPTO_STATUS_BUS_ERROR 0x01u
#define MPPA_CRYPTO_STATUS_THRESHOLD 0x10u

/* Ring interrupts: bit 2r CDR, bit 2r + 1 RDR */
#define MPPA_CRYPTO_IRQ_ENABLE(r) (0xE008u - 0x1000u * (r))
#define MPPA_CRYPTO_IRQ_STATUS(r) (0xE010u - 0x1000u * (r)) /* enabled status; write 1 acknowledges */
#define MPPA_CRYPTO_IRQ_DISABLE(r) (0xE014u - 0x1000u * (r))

/* Threads: [3:0] rings attached, 30 enable, 31 reset */
#define MPPA_CRYPTO_DFE_THREAD 0xF200u
#define MPPA_CRYPTO_DSE_THREAD 0xF600u
#define MPPA_CRYPTO_THREAD_ENABLE (1u << 30)
#define MPPA_CRYPTO_THREAD_RESET (1u << 31)
#define MPPA_CRYPTO_OPTIONS 0xFFF8u /* [3:0] rings, [8:4] engines */
#define MPPA_CRYPTO_VERSION 0xFFFCu
#define MPPA_CRYPTO_VERSION_EIP97 0x00009E61u

/* Descriptors: words of 32 bits */
struct mppa_crypto_command {
  uint32_t segment; /* [16:0] bytes, 22 last, 23 first segment of the packet */
  uint32_t reserved0;
  uint32_t data_lo, data_hi;
  uint32_t packet; /* first segment: [16:0] bytes of the packet */
  uint32_t application;
  uint32_t context_lo, context_hi;
  uint32_t control0, control1;
  uint32_t aad; /* GCM: bytes at the packet's start that are only authenticated */
  uint32_t reserved1[5];
};

struct mppa_crypto_result {
  uint32_t segment; /* software: [16:0] room; unit: + flags */
  uint32_t reserved0;
  uint32_t data_lo, data_hi;
  uint32_t result; /* unit: [16:0] bytes produced, [31:17] MPPA_CRYPTO_ERROR_* */
  uint32_t reserved1[3];
};

#define MPPA_CRYPTO_LENGTH 0x1FFFFu
#define MPPA_CRYPTO_OVERFLOW (1u << 21)
#define MPPA_CRYPTO_LAST (1u << 22)
#define MPPA_CRYPTO_FIRST (1u << 23)
#define MPPA_CRYPTO_ERROR_SHIFT 17
#define MPPA_CRYPTO_ERROR_CONTROL 1u        /* control words ask for what the unit cannot do */
#define MPPA_CRYPTO_ERROR_LENGTH 2u         /* not whole blocks, or shorter than the mode needs */
#define MPPA_CRYPTO_ERROR_AUTHENTICATION 4u /* wrong tag; nothing is produced */
#define MPPA_CRYPTO_ERROR_BUS 8u            /* data or context could not be read */

/* Control word 0 */
#define MPPA_CRYPTO_OP_HASH 2u
#define MPPA_CRYPTO_OP_ENCRYPT 4u
#define MPPA_CRYPTO_OP_DECRYPT 5u
#define MPPA_CRYPTO_OP 0xFu
#define MPPA_CRYPTO_CIPHER(c) ((uint32_t)(c) << 17)
#define MPPA_CRYPTO_AES128 5u
#define MPPA_CRYPTO_AES192 6u
#define MPPA_CRYPTO_AES256 7u
#define MPPA_CRYPTO_HMAC (3u << 21)
#define MPPA_CRYPTO_HASH(h) ((uint32_t)(h) << 23)
#define MPPA_CRYPTO_SHA1 2u
#define MPPA_CRYPTO_SHA256 3u
#define MPPA_CRYPTO_SHA224 4u
#define MPPA_CRYPTO_SHA512 5u
#define MPPA_CRYPTO_SHA384 6u
#define MPPA_CRYPTO_SHA3_256 11u
#define MPPA_CRYPTO_SHA3_512 13u

/* Control word 1 */
#define MPPA_CRYPTO_ECB 0u
#define MPPA_CRYPTO_CBC 1u
#define MPPA_CRYPTO_CTR 6u
#define MPPA_CRYPTO_XTS 7u
#define MPPA_CRYPTO_GCM (6u | 1u << 17)
#define MPPA_CRYPTO_MODE (7u | 1u << 17)

/* Context record. XTS: data key, then tweak key. GCM: 12 bytes of the IV count; encryption appends the 16-byte tag to
 * its result, decryption expects it behind the data. Hashes produce the digest. */
struct mppa_crypto_context {
  uint8_t key[64];
  uint8_t iv[16];
  uint32_t hmac_key_bytes; /* of key[], at most 64 */
  uint32_t reserved[3];
};
#define MPPA_CRYPTO_TAG_BYTES 16u

#endif
