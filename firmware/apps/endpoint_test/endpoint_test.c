/*
 * The RM of cluster 0 as the card's side of a host: FUNCTIONS functions with registers, doorbells and an interrupt. The
 * host's side is tests/firmware/endpoint_test.cpp.
 *
 *   CC (0x14)        EN is copied to CSTS.RDY (0x1C); a reset of the function clears both; 0xdead ends the program
 *   doorbell (0x1000 + 8 n) = page: 64 bytes of the host's page are copied behind themselves, each byte inverted, by
 * DMA and the core; then n goes to offset 0x80 of the page and vector 0 of the function is sent
 *   0x100 + 4 e      data of the last event e
 */
#include <string.h>

#include "cos/arena.h"
#include "cos/console.h"
#include "cos/cpu.h"
#include "cos/mmio.h"
#include "cos/reactor.h"
#include "drivers/dma.h"
#include "drivers/pcie_endpoint.h"
#include "drivers/pcie_phy.h"

#define FUNCTIONS 9u
#define PAGE_LOG2 12u
#define CAP 0x00000020140103ffull
#define VS 0x00010400u
#define CC 0x14u
#define CSTS 0x1cu
#define EVENT_DATA(event) (0x100u + 4u * (event))
#define STOP 0xdeadu
#define RING 3u

static uint8_t *registers, *table;
static struct pcie_ring doorbells, events;
static struct dma_queue *dma;
static uint8_t *buffer;
static uint64_t buffer_iova;

static volatile uint32_t *reg(unsigned function, unsigned offset)
{
	return (volatile uint32_t *)(registers + ((uint64_t)function << PAGE_LOG2) + offset);
}

static void open_windows(uint64_t regs, uint64_t msix)
{
	const struct pcie_window window[] = {
		{CC, 4, MPPA_PCIE_WINDOW_EVENT, regs + CC, PAGE_LOG2},
		{0x1000, 0x1000, MPPA_PCIE_WINDOW_DOORBELL, 0, 0},
		{0x2000, 0x20, MPPA_PCIE_WINDOW_MEMORY, msix, 5},
		{0, 0x1000, MPPA_PCIE_WINDOW_READ_ONLY, regs, PAGE_LOG2},
	};

	for (unsigned w = 0; w < 4; w++)
		pcie_endpoint_set_window(w, &window[w]);
	for (unsigned f = 0; f < FUNCTIONS; f++) {
		*(volatile uint64_t *)reg(f, 0) = CAP;
		*reg(f, 8) = VS;
		pcie_endpoint_open(f, 0, 4, RING, 0);
	}
}

static void fetch(uint64_t host)
{
	const dma_ticket job = dma_copy(dma, buffer_iova, host, 64);
	dma_ticket failed;

	while (!dma_done(dma, job))
		if (dma_queue_skip_failed(dma, &failed) && failed != job)
			cos_panic("job %lu failed, not %lu", failed, job);
}

static void answer(unsigned function, unsigned number, uint64_t page)
{
	const uint64_t host = pcie_host_address(page << PAGE_LOG2, 1 << PAGE_LOG2);
	const uint64_t *entry = (const uint64_t *)(table + 32 * function);

	if (!host)
		cos_panic("no page 0x%lx", page);
	/* Without bus master the read fails, and the writes below are lost. */
	fetch(host);
	for (unsigned i = 0; i < 64; i++)
		buffer[i] = (uint8_t)~buffer[i];
	dma_wait(dma, dma_copy(dma, host + 64, buffer_iova, 64));
	cos_write64(host + 128, number);
	cos_write32(pcie_host_address(entry[0], 4), (uint32_t)entry[1]);
}

static bool handle(const struct mppa_pcie_record *record)
{
	const unsigned f = record->function;

	switch (record->event) {
	case MPPA_PCIE_EVENT_DOORBELL:
		answer(f, record->offset / 8, record->data);
		break;
	case MPPA_PCIE_EVENT_RESET:
		*reg(f, CC) = *reg(f, CSTS) = 0;
		break;
	case MPPA_PCIE_EVENT_WRITE:
		*reg(f, CSTS) = record->data & 1;
		return record->data != STOP;
	default:
		*reg(f, EVENT_DATA(record->event)) = record->data;
	}
	return true;
}

static bool serve(struct pcie_ring *ring)
{
	struct mppa_pcie_record record;
	bool more = true;

	if (pcie_ring_empty(ring))
		return true;
	while (more && pcie_ring_next(ring, &record))
		more = handle(&record);
	pcie_ring_release(ring);
	return more;
}

int main(void)
{
	uint64_t regs, msix, shadow;

	pcie_map_registers();
	pcie_endpoint_map_host();
	dma_init();
	dma = dma_queue_open(0, 3, false);
	dma_queue_tolerate_errors(dma);
	registers = cos_dma_alloc(COS_SMEM, FUNCTIONS << PAGE_LOG2, 4096, &regs);
	table = cos_dma_alloc(COS_SMEM, FUNCTIONS * 32, 4096, &msix);
	buffer = cos_dma_alloc(COS_SMEM, 64, 64, &buffer_iova);
	if (!registers || !table || !buffer || !cos_dma_alloc(COS_SMEM, FUNCTIONS << PAGE_LOG2, 4096, &shadow))
		cos_panic("no memory");
	pcie_phy_init(PCIE_LANES_X8_X8);
	pcie_endpoint_init(shadow);
	if (!pcie_ring_open(&doorbells, RING, 4, 0) || !pcie_ring_open(&events, MPPA_PCIE_RING_EVENTS, 6, 0))
		cos_panic("no memory");
	open_windows(regs, msix);
	pcie_link_enable(0, true);
	while (serve(&events) && serve(&doorbells))
		continue;
	return 0;
}
