/*
 * MSI-X (PCI Local Bus 3.0 clause 6.8): the tables and pending bits of all functions lie in the memory of cluster 0,
 * where the host writes them through the endpoint. Any core sends a vector's message. One that is masked becomes
 * pending and is sent by the control core when the mask goes.
 */
#include "internal.h"

#include <string.h>

#include "cos/arena.h"
#include "cos/cpu.h"
#include "cos/mmio.h"

#define PENDING_WORDS (1u << (PBA_SHIFT - 3))
#define VECTOR_MASKED 1u

struct vector {
	uint64_t address;
	uint32_t data, control;
};

/* In cluster 0; the others have copies of the first two. */
static COS_SHARED uint64_t table_address, pending_address;
static COS_SHARED uint32_t control[EMULATION_FUNCTIONS]; /* bit 0: enabled, bit 1: function mask */

bool emulation_vectors_init(uint64_t *table, uint64_t *pending)
{
	if (!cos_dma_alloc(COS_SMEM, (uint64_t)EMULATION_FUNCTIONS << TABLE_SHIFT, PAGE_BYTES, &table_address) ||
	    !cos_dma_alloc(COS_SMEM, (uint64_t)EMULATION_FUNCTIONS << PBA_SHIFT, PAGE_BYTES, &pending_address))
		return false;
	for (unsigned f = 0; f < EMULATION_FUNCTIONS; f++)
		emulation_vectors_reset(f);
	*table = table_address;
	*pending = pending_address;
	return true;
}

void emulation_vectors_find(void)
{
	table_address = *(const volatile uint64_t *)cos_remote(CONTROL_CLUSTER, &table_address);
	pending_address = *(const volatile uint64_t *)cos_remote(CONTROL_CLUSTER, &pending_address);
}

static volatile struct vector *vector_of(unsigned function, unsigned vector)
{
	const uint64_t at = table_address + ((uint64_t)function << TABLE_SHIFT) + vector * sizeof(struct vector);

	return cos_local_pointer(at);
}

static uint64_t *pending_word(unsigned function, unsigned vector)
{
	const uint64_t at = pending_address + ((uint64_t)function << PBA_SHIFT) + vector / 64 * 8;

	return cos_local_pointer(at);
}

static uint32_t control_of(unsigned function)
{
	return *(const volatile uint32_t *)cos_remote(CONTROL_CLUSTER, &control[function]);
}

static bool masked(unsigned function, unsigned vector)
{
	return control_of(function) & 2 || vector_of(function, vector)->control & VECTOR_MASKED;
}

static void send(struct core *core, unsigned function, unsigned vector)
{
	const volatile struct vector *entry = vector_of(function, vector);
	const uint64_t host = pcie_host_address(entry->address, 4);

	/* An address that cannot be reached: the message is lost, as it would be on the bus. */
	if (!host || entry->address % 4)
		return;
	core->stats.interrupts++;
	emulation_act_for(core, function);
	cos_write32(host, entry->data);
}

/* Sends a pending vector unless it has become masked again. */
static void send_pending(struct core *core, unsigned function, unsigned vector)
{
	const uint64_t bit = 1ul << vector % 64;

	if (masked(function, vector))
		return;
	if (__atomic_fetch_and(pending_word(function, vector), ~bit, __ATOMIC_ACQ_REL) & bit)
		send(core, function, vector);
}

void emulation_interrupt(struct core *core, unsigned function, unsigned vector)
{
	if (vector >= VECTORS || !(control_of(function) & 1))
		return;
	if (!masked(function, vector)) {
		send(core, function, vector);
		return;
	}
	__atomic_fetch_or(pending_word(function, vector), 1ul << vector % 64, __ATOMIC_ACQ_REL);
	/* The control core may have looked for pending vectors just before. */
	kvx_fence();
	send_pending(core, function, vector);
}

void emulation_vectors_written(struct core *core, unsigned function)
{
	for (unsigned word = 0; word < PENDING_WORDS; word++) {
		uint64_t bits = *(const volatile uint64_t *)pending_word(function, word * 64);

		for (; bits; bits &= bits - 1)
			send_pending(core, function, word * 64 + (unsigned)__builtin_ctzll(bits));
	}
}

void emulation_vectors_control(struct core *core, unsigned function, uint32_t value)
{
	*(volatile uint32_t *)&control[function] = value;
	kvx_fence();
	if (value & 1)
		emulation_vectors_written(core, function);
}

void emulation_vectors_reset(unsigned function)
{
	*(volatile uint32_t *)&control[function] = 0;
	for (unsigned v = 0; v < VECTORS; v++) {
		volatile struct vector *entry = vector_of(function, v);

		entry->address = 0;
		entry->data = 0;
		entry->control = VECTOR_MASKED;
	}
	for (unsigned word = 0; word < PENDING_WORDS; word++)
		*(volatile uint64_t *)pending_word(function, word * 64) = 0;
}
