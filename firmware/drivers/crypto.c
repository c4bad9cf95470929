#include "drivers/crypto.h"

#include <stddef.h>
#include <string.h>

#include "cos/arena.h"
#include "cos/cpu.h"
#include "cos/mmio.h"
#include "cos/ring.h"
#include "cos/sync.h"

#define COMMAND_WORDS (sizeof(struct mppa_crypto_command) / 4)
#define RESULT_WORDS (sizeof(struct mppa_crypto_result) / 4)
#define POINTERS_64 (1u << 31)
#define COUNT_CLEAR (1u << 31)

struct crypto_ring {
	struct mppa_crypto_command *commands;
	struct mppa_crypto_result *results;
	uint64_t slots, submitted, completed;
	uintptr_t cdr, rdr; /* register groups */
	unsigned unit, number;
};

static uint8_t taken[MPPA_CRYPTO_UNITS];
static struct cos_spinlock lock;

bool crypto_init(void)
{
	const uint32_t all_rings = (1u << MPPA_CRYPTO_RINGS) - 1;

	for (unsigned unit = 0; unit < MPPA_CRYPTO_UNITS; unit++) {
		const uintptr_t base = MPPA_CRYPTO_OFFSET(unit);

		if (cos_read32(base + MPPA_CRYPTO_VERSION) != MPPA_CRYPTO_VERSION_EIP97)
			return false;
		cos_write32(base + MPPA_CRYPTO_DFE_THREAD, MPPA_CRYPTO_THREAD_RESET);
		cos_write32(base + MPPA_CRYPTO_DSE_THREAD, MPPA_CRYPTO_THREAD_RESET);
		cos_write32(base + MPPA_CRYPTO_DSE_THREAD, MPPA_CRYPTO_THREAD_ENABLE | all_rings);
		cos_write32(base + MPPA_CRYPTO_DFE_THREAD, MPPA_CRYPTO_THREAD_ENABLE | all_rings);
	}
	return true;
}

static bool take(unsigned unit, unsigned number)
{
	cos_spin_lock(&lock);
	const bool free = !(taken[unit] >> number & 1);

	taken[unit] |= (uint8_t)(1u << number);
	cos_spin_unlock(&lock);
	return free;
}

static void give(unsigned unit, unsigned number)
{
	cos_spin_lock(&lock);
	taken[unit] &= (uint8_t)~(1u << number);
	cos_spin_unlock(&lock);
}

static void set_up(uintptr_t group, const void *base, size_t bytes, uint32_t words)
{
	cos_write32(group + MPPA_CRYPTO_RING_PREPARED, COUNT_CLEAR);
	cos_write32(group + MPPA_CRYPTO_RING_PROCESSED, COUNT_CLEAR);
	cos_write32(group + MPPA_CRYPTO_RING_BASE_LO, (uint32_t)(uintptr_t)base);
	cos_write32(group + MPPA_CRYPTO_RING_BASE_HI, (uint32_t)((uintptr_t)base >> 32));
	cos_write32(group + MPPA_CRYPTO_RING_SIZE, (uint32_t)bytes);
	cos_write32(group + MPPA_CRYPTO_RING_DESC, POINTERS_64 | words << 16 | words);
	cos_write32(group + MPPA_CRYPTO_RING_PREPARED_PTR, 0);
	cos_write32(group + MPPA_CRYPTO_RING_PROCESSED_PTR, 0);
}

static void release(struct crypto_ring *ring)
{
	give(ring->unit, ring->number);
	cos_free(ring->commands);
	cos_free(ring->results);
	cos_free(ring);
}

struct crypto_ring *crypto_ring_open(unsigned unit, unsigned number, unsigned slots_log2)
{
	if (!take(unit, number))
		return NULL;
	struct crypto_ring *ring = cos_zalloc(COS_SMEM, sizeof *ring, COS_CACHE_LINE);
	const size_t slots = 1ul << slots_log2;

	if (!ring) {
		give(unit, number);
		return NULL;
	}
	ring->unit = unit;
	ring->number = number;
	ring->slots = slots;
	ring->cdr = MPPA_CRYPTO_OFFSET(unit) + MPPA_CRYPTO_CDR(number);
	ring->rdr = MPPA_CRYPTO_OFFSET(unit) + MPPA_CRYPTO_RDR(number);
	ring->commands = cos_zalloc(COS_SMEM, slots * sizeof *ring->commands, COS_CACHE_LINE);
	ring->results = cos_zalloc(COS_SMEM, slots * sizeof *ring->results, COS_CACHE_LINE);
	if (!ring->commands || !ring->results) {
		release(ring);
		return NULL;
	}
	kvx_fence();
	set_up(ring->cdr, ring->commands, slots * sizeof *ring->commands, COMMAND_WORDS);
	set_up(ring->rdr, ring->results, slots * sizeof *ring->results, RESULT_WORDS);
	return ring;
}

void crypto_ring_close(struct crypto_ring *ring)
{
	cos_write32(ring->cdr + MPPA_CRYPTO_RING_SIZE, 0);
	cos_write32(ring->rdr + MPPA_CRYPTO_RING_SIZE, 0);
	kvx_fence();
	release(ring);
}

uint64_t crypto_submit(struct crypto_ring *ring, const struct crypto_packet *packet)
{
	if (ring->submitted - ring->completed >= ring->slots)
		return CRYPTO_FULL;
	struct mppa_crypto_command *command = &ring->commands[ring->submitted & (ring->slots - 1)];
	struct mppa_crypto_result *result = &ring->results[ring->submitted & (ring->slots - 1)];

	*result = (struct mppa_crypto_result){.segment = packet->output_room & MPPA_CRYPTO_LENGTH,
					      .data_lo = (uint32_t)packet->output,
					      .data_hi = (uint32_t)(packet->output >> 32)};
	*command = (struct mppa_crypto_command){.segment = (packet->input_bytes & MPPA_CRYPTO_LENGTH) |
							   MPPA_CRYPTO_FIRST | MPPA_CRYPTO_LAST,
						.data_lo = (uint32_t)packet->input,
						.data_hi = (uint32_t)(packet->input >> 32),
						.packet = packet->input_bytes,
						.context_lo = (uint32_t)(uintptr_t)packet->context,
						.context_hi = (uint32_t)((uintptr_t)packet->context >> 32),
						.control0 = packet->control0,
						.control1 = packet->control1,
						.aad = packet->aad};
	kvx_fence();
	cos_write32(ring->rdr + MPPA_CRYPTO_RING_PREPARED, RESULT_WORDS << 2);
	cos_write32(ring->cdr + MPPA_CRYPTO_RING_PREPARED, COMMAND_WORDS << 2);
	return ring->submitted++;
}

bool crypto_done(struct crypto_ring *ring, uint64_t ticket, int32_t *result)
{
	const volatile struct mppa_crypto_result *record = &ring->results[ticket & (ring->slots - 1)];
	const uint32_t segment = record->segment, done = record->result;

	/* The unit writes the flags with the result; software never sets LAST. */
	if (!(segment & MPPA_CRYPTO_LAST))
		return false;
	if (ticket >= ring->completed)
		ring->completed = ticket + 1;
	if (done >> MPPA_CRYPTO_ERROR_SHIFT)
		*result = -(int32_t)(done >> MPPA_CRYPTO_ERROR_SHIFT);
	else
		*result = segment & MPPA_CRYPTO_OVERFLOW ? -(int32_t)MPPA_CRYPTO_OVERFLOW
							 : (int32_t)(done & MPPA_CRYPTO_LENGTH);
	return true;
}
