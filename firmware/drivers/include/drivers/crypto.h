/*
 * The crypto accelerators. A core opens a ring of a unit for itself and submits packets; a ring's packets finish in
 * order. The units read and write memory themselves: buffers in own SMEM, other clusters or DDR. Stores to a packet's
 * buffers are made visible by crypto_submit(); before reading results in DDR call cos_dma_sync_for_cpu().
 */
#ifndef DRIVERS_CRYPTO_H
#define DRIVERS_CRYPTO_H

#include <stdbool.h>
#include <stdint.h>

#include "mppa/crypto_regs.h"

struct crypto_ring;

/* Starts both units; main() on the RM calls it once. False if a unit is not what the driver knows. */
bool crypto_init(void);

/* Ring `ring` (0..3) of `unit` (0, 1) with 1 << slots_log2 packets (1..8); NULL if it is taken or memory is exhausted.
 */
struct crypto_ring *crypto_ring_open(unsigned unit, unsigned ring, unsigned slots_log2);
/* The ring must be idle. */
void crypto_ring_close(struct crypto_ring *ring);

/* A packet. Addresses as for the DMA. `context` may be shared by packets and must live until the last is done. */
struct crypto_packet {
	uint32_t control0, control1; /* mppa/crypto_regs.h */
	const struct mppa_crypto_context *context;
	uint64_t input, output;
	uint32_t input_bytes, output_room; /* below 128 KiB */
	uint32_t aad;			   /* GCM: leading bytes of the input that are only authenticated */
};

#define CRYPTO_FULL (~0ul)
/* Number of the packet in its ring, or CRYPTO_FULL. */
uint64_t crypto_submit(struct crypto_ring *ring, const struct crypto_packet *packet);
/* Whether the packet is done; then *result is the bytes produced, or -MPPA_CRYPTO_ERROR_* (several are ORed; a result
 * that did not fit is -MPPA_CRYPTO_OVERFLOW). Ask in order and before the ring has gone round. */
bool crypto_done(struct crypto_ring *ring, uint64_t ticket, int32_t *result);

#endif
