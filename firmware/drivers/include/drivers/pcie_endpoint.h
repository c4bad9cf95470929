/*
 * Controller 0 as the endpoint of a host: functions, what lies behind their BARs, doorbells, events, the way to the
 * host's memory. Registers: mppa/pcie_regs.h (BAR decoder).
 *
 *   host --BAR--> windows of the function --> memory of the chip
 *                                         --> a record in one of 16 rings (doorbells)
 *                                         --> memory and a record in the ring of events
 *   cores, DMA, devices --> MPPA_PCIE_HOST + address --> memory of the host; interrupts are writes there
 *
 * Functions: 0 is the physical one, n the virtual function n - 1. A function without windows answers nothing.
 */
#ifndef DRIVERS_PCIE_ENDPOINT_H
#define DRIVERS_PCIE_ENDPOINT_H

#include <stdbool.h>
#include <stdint.h>

#include "cos/mmu.h"
#include "mppa/pcie_regs.h"

/* Bytes of the host's memory that can be reached, from address 0. */
#define PCIE_HOST_BYTES_LOG2 37u
#define PCIE_HOST_BYTES (1ull << PCIE_HOST_BYTES_LOG2)

/* Controller 0 becomes an endpoint; its link stays down until pcie_link_enable(0, true). `shadow`: global address of
 * 4 KiB a function for the last values of doorbells. One core of the chip, behind pcie_phy_init(). */
void pcie_endpoint_init(uint64_t shadow);
/* Lets the cores of this cluster access the host's memory. */
void pcie_endpoint_map_host(void);

/* Address of the chip for an address of the host, for cores; 0 if [address, address + bytes) is not wholly within
 * reach. What a core does there has the requester id of the function set last with pcie_act_for(), 0 at first. */
static inline uint64_t pcie_host_address(uint64_t address, uint64_t bytes)
{
	return address < PCIE_HOST_BYTES && bytes <= PCIE_HOST_BYTES - address ? MPPA_PCIE_HOST + address : 0;
}

/* The same for DMA jobs and devices on behalf of `function`. */
static inline uint64_t pcie_host_dma_address(unsigned function, uint64_t address, uint64_t bytes)
{
	const uint64_t host = pcie_host_address(address, bytes);

	return host ? host | (uint64_t)function << MPPA_PCIE_FUNCTION_SHIFT : 0;
}

static inline void pcie_act_for(unsigned function) { cos_set_address_space((uint16_t)function); }

/* What a part of BAR 0 is: `mode` MPPA_PCIE_WINDOW_*. Function f sees base + (f << stride_log2); of windows that
 * overlap the one with the lower number counts. */
struct pcie_window {
	uint32_t offset, bytes;
	uint32_t mode;
	uint64_t base; /* global address; not for doorbells */
	uint32_t stride_log2;
};
void pcie_endpoint_set_window(unsigned number, const struct pcie_window *window);

/* Gives a function `windows` windows from number `first` on, and the doorbell rings it uses: `ring` and the
 * (1 << rings_log2) - 1 following ones, each pair of doorbells (8 bytes) always the same. */
void pcie_endpoint_open(unsigned function, unsigned first, unsigned windows, unsigned ring, unsigned rings_log2);
void pcie_endpoint_close(unsigned function);
/* Address space number of a function: its accesses to memory of the chip, and the DMA queues that act for it. */
void pcie_endpoint_set_asn(unsigned function, uint16_t asn);

/* MPPA_PCIE_FUNC_STATUS: what the host has set in configuration space, for when events were lost. */
uint32_t pcie_endpoint_status(unsigned function);

/* Records from the decoder; one core owns a ring and its memory. Counts are modulo 2^32. */
struct pcie_ring {
	volatile struct mppa_pcie_record *record;
	const volatile uint32_t *written; /* records so far, kept by the decoder */
	uint32_t mask;
	uint32_t taken;	   /* by this core */
	uint32_t released; /* as far as the decoder knows */
	unsigned number;
};

/* Opens ring `number` (0..15: doorbells, MPPA_PCIE_RING_EVENTS) with 1 << slots_log2 records in SMEM of this cluster.
 * `notify`: mailbox that is written when a record comes into an empty ring; 0: none. False if memory is exhausted. */
bool pcie_ring_open(struct pcie_ring *ring, unsigned number, unsigned slots_log2, uint64_t notify);

static inline bool pcie_ring_empty(const struct pcie_ring *ring) { return *ring->written == ring->taken; }
/* The next record; false if there is none. */
bool pcie_ring_next(struct pcie_ring *ring, struct mppa_pcie_record *record);
/*
 * Tells the decoder of all records taken so far. To be called when the ring is empty again or half of it has been
 * taken. True if the ring was full in the meantime, so that records may have been lost. Then the state that they told
 * of is to be read instead (doorbells: the shadow), which is newer than what is in the ring:
 *
 *	do {
 *		pcie_ring_discard(ring);
 *		read the state
 *	} while (!pcie_ring_empty(ring));
 */
bool pcie_ring_release(struct pcie_ring *ring);
void pcie_ring_discard(struct pcie_ring *ring);

#endif
