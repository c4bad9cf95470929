#include "drivers/pcie_endpoint.h"

#include "cos/arena.h"
#include "cos/cpu.h"
#include "cos/mmio.h"
#include "cos/mmu.h"
#include "cos/ring.h"
#include "drivers/pcie_phy.h"

#define CONTROLLER 0u
#define HOST_WINDOW 0u

static void write_decoder(uint32_t offset, uint32_t value) { cos_write32(MPPA_PCIE_DECODER + offset, value); }

static void write_decoder_pair(uint32_t offset, uint64_t value)
{
	write_decoder(offset, (uint32_t)value);
	write_decoder(offset + 4, (uint32_t)(value >> 32));
}

void pcie_endpoint_init(uint64_t shadow)
{
	pcie_link_enable(CONTROLLER, false);
	cos_write32(MPPA_PCIE_ASN + MPPA_PCIE_MODE(CONTROLLER), 0);
	cos_write32(MPPA_PCIE_CSR(CONTROLLER) + MPPA_PCIE_CSR_PORT_TYPE, 0);
	write_decoder(MPPA_PCIE_BYPASS, 0);
	write_decoder_pair(MPPA_PCIE_SHADOW_LO, shadow);
	for (unsigned f = 0; f < MPPA_PCIE_FUNCTIONS; f++)
		pcie_endpoint_close(f);
	pcie_egress(CONTROLLER, HOST_WINDOW, MPPA_PCIE_HOST, 0, PCIE_HOST_BYTES_LOG2);
	/* Requests of the host and of its functions' interrupts must not pass what has been set up here. */
	kvx_fence();
}

void pcie_endpoint_map_host(void) { cos_mmu_map(MPPA_PCIE_HOST, PCIE_HOST_BYTES, COS_MMU_RW, COS_MMU_DEVICE); }

void pcie_endpoint_set_window(unsigned number, const struct pcie_window *window)
{
	const uint32_t at = MPPA_PCIE_WINDOW(number);

	write_decoder(at + MPPA_PCIE_WINDOW_BAR, 0);
	write_decoder(at + MPPA_PCIE_WINDOW_OFFSET, window->offset);
	write_decoder(at + MPPA_PCIE_WINDOW_SIZE, window->bytes);
	write_decoder(at + MPPA_PCIE_WINDOW_MODE, window->mode);
	write_decoder_pair(at + MPPA_PCIE_WINDOW_BASE_LO, window->base);
	write_decoder(at + MPPA_PCIE_WINDOW_STRIDE, window->stride_log2);
}

void pcie_endpoint_open(unsigned function, unsigned first, unsigned windows, unsigned ring, unsigned rings_log2)
{
	/* Its address space has its number: see pcie_act_for(). */
	pcie_endpoint_set_asn(function, (uint16_t)function);
	write_decoder(MPPA_PCIE_FUNC(function) + MPPA_PCIE_FUNC_CTRL,
		      MPPA_PCIE_FUNC_VALID(first, windows, ring, rings_log2));
}

void pcie_endpoint_close(unsigned function) { write_decoder(MPPA_PCIE_FUNC(function) + MPPA_PCIE_FUNC_CTRL, 0); }

void pcie_endpoint_set_asn(unsigned function, uint16_t asn)
{
	cos_write32(MPPA_PCIE_ASN + MPPA_PCIE_ASN_FUNCTION(function), asn);
}

uint32_t pcie_endpoint_status(unsigned function)
{
	return cos_read32(MPPA_PCIE_DECODER + MPPA_PCIE_FUNC(function) + MPPA_PCIE_FUNC_STATUS);
}

bool pcie_ring_open(struct pcie_ring *ring, unsigned number, unsigned slots_log2, uint64_t notify)
{
	const uint64_t bytes = sizeof(struct mppa_pcie_record) << slots_log2;
	const uint32_t at = MPPA_PCIE_RING(number);
	uint64_t iova;
	/* The count of written records lies behind the records. */
	uint8_t *memory = cos_dma_alloc(COS_SMEM, bytes + COS_CACHE_LINE, COS_CACHE_LINE, &iova);

	if (!memory)
		return false;
	*ring = (struct pcie_ring){.record = (void *)memory,
				   .written = (void *)(memory + bytes),
				   .mask = (1u << slots_log2) - 1,
				   .number = number};
	write_decoder(at + MPPA_PCIE_RING_CTRL, 0);
	/* The decoder counts on from what it has written before. */
	ring->taken = ring->released = cos_read32(MPPA_PCIE_DECODER + at + MPPA_PCIE_RING_WP);
	*(volatile uint64_t *)(memory + bytes) = ring->taken;
	kvx_fence();
	write_decoder(at + MPPA_PCIE_RING_RP, ring->taken);
	write_decoder_pair(at + MPPA_PCIE_RING_BASE_LO, iova);
	write_decoder_pair(at + MPPA_PCIE_RING_MIRROR_LO, iova + bytes);
	write_decoder_pair(at + MPPA_PCIE_RING_NOTIFY_LO, notify);
	write_decoder_pair(at + MPPA_PCIE_RING_NOTIFY_DATA_LO, 1);
	write_decoder(at + MPPA_PCIE_RING_CTRL, 1 | slots_log2 << 8);
	return true;
}

bool pcie_ring_next(struct pcie_ring *ring, struct mppa_pcie_record *record)
{
	if (pcie_ring_empty(ring))
		return false;
	/* The record was written before the count. */
	cos_load_acquire(ring->written);
	const volatile struct mppa_pcie_record *slot = &ring->record[ring->taken++ & ring->mask];

	record->function = slot->function;
	record->event = slot->event;
	record->offset = slot->offset;
	record->data = slot->data;
	record->time_ns = slot->time_ns;
	return true;
}

bool pcie_ring_release(struct pcie_ring *ring)
{
	const uint32_t before = ring->released;
	const bool near_full = *ring->written - before > ring->mask / 2;

	ring->released = ring->taken;
	/* The slots must have been read before they are given back. */
	kvx_fence();
	write_decoder(MPPA_PCIE_RING(ring->number) + MPPA_PCIE_RING_RP, ring->taken);
	if (!near_full)
		return false;
	/* What the decoder drops until it has seen the new count has been counted as full. */
	cos_read32(MPPA_PCIE_DECODER + MPPA_PCIE_RING(ring->number) + MPPA_PCIE_RING_RP);
	return *ring->written - before > ring->mask;
}

void pcie_ring_discard(struct pcie_ring *ring)
{
	ring->taken = ring->released = *ring->written;
	write_decoder(MPPA_PCIE_RING(ring->number) + MPPA_PCIE_RING_RP, ring->taken);
	kvx_fence();
}
