/* The DMA of a cluster as a copier: program 0 and route 0, for address space 0. */
#pragma once

#include <mppa/dma_microcode.h>
#include <mppa/dma_regs.h>

#include "chip.h"

/* `base`: of the cluster's window; 0 for the own one. */
static inline void load_copy_program(uint64_t base) {
  const uint64_t dma = base + MPPA_DMA_OFFSET;

  for (unsigned i = 0; i < sizeof mppa_dma_mem2mem / 8; i++)
    write64(dma + MPPA_DMA_PROGRAM_MEMORY + 8 * i, mppa_dma_mem2mem[i]);
  write64(dma + MPPA_DMA_PROGRAM_TABLE, MPPA_DMA_PROGRAM(0, 1, 1, 0));
  write64(dma + MPPA_DMA_ROUTE_TABLE, MPPA_DMA_ROUTE(0, 0, 0, 1, 0, 0));
}
