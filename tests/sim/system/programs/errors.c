/* What firmware sees of errors on the bus; argv[1] says which. Ends with 0 if it is what the documents say. */
#include <string.h>

#include "dma.h"

#define HOLE 0x30000000u
#define DMA(block, reg) (MPPA_DMA_OFFSET + (block) + (reg))
#define GIC_RM 0xA30000u /* group 16, line 0 */
#define MES_DSYE (1u << 9)
#define PS_USE (1u << 9)
#define LINE_DAME 16

static struct mppa_dma_tx_job job __attribute__((aligned(64)));
static uint64_t data[64] __attribute__((aligned(64)));

/* A posted store that nobody answers: the interrupt line, and the cause in MES. Stores are posted if PS.USE is set. */
static int store(void) {
  uint64_t mes, ilr;

  __asm__ volatile("wfxl $ps, %0\n\t;;" ::"r"((uint64_t)PS_USE << 32) : "memory");
  write64(HOLE, 1);
  fence();
  __asm__ volatile("get %0 = $mes\n\t;;\n\tget %1 = $ilr\n\t;;" : "=r"(mes), "=r"(ilr)::"memory");
  return (mes & MES_DSYE) && ilr >> LINE_DAME & 1 ? 0 : 2;
}

static const struct {
  const char* name;
  uint64_t source, target, ring;
  unsigned program, route, completion;
  unsigned status, it; /* bits expected in STATUS of the job queue, and in IT.VECTOR */
} dma_errors[] = {
    {"dma_read", HOLE, (uint64_t)&data[32], (uint64_t)&job, 0, 0, 0, 3, MPPA_DMA_IT_TX_READ_ADDRESS},
    {"dma_write", (uint64_t)data, HOLE, (uint64_t)&job, 0, 0, 0, 5, MPPA_DMA_IT_TX_WRITE_ADDRESS},
    {"dma_invalid_program", (uint64_t)data, (uint64_t)&data[32], (uint64_t)&job, 3, 0, 0, 2,
     MPPA_DMA_IT_TX_PROGRAM_PERM},
    {"dma_program_of_others", (uint64_t)data, (uint64_t)&data[32], (uint64_t)&job, 1, 0, 0, 2,
     MPPA_DMA_IT_TX_PROGRAM_PERM},
    {"dma_invalid_route", (uint64_t)data, (uint64_t)&data[32], (uint64_t)&job, 0, 7, 0, 7, MPPA_DMA_IT_TX_ROUTE_PERM},
    {"dma_route_of_others", (uint64_t)data, (uint64_t)&data[32], (uint64_t)&job, 0, 1, 0, 7, MPPA_DMA_IT_TX_ROUTE_PERM},
    {"dma_closed_completion", (uint64_t)data, (uint64_t)&data[32], (uint64_t)&job, 0, 0, 9, 8,
     MPPA_DMA_IT_TX_COMP_PERM},
    {"dma_completion_of_others", (uint64_t)data, (uint64_t)&data[32], (uint64_t)&job, 0, 0, 1, 8,
     MPPA_DMA_IT_TX_COMP_PERM},
    {"dma_ring", (uint64_t)data, (uint64_t)&data[32], HOLE, 0, 0, 0, 12, MPPA_DMA_IT_TX_JOB_QUEUE_ADDRESS},
};
#define DMA_ERRORS (sizeof dma_errors / sizeof *dma_errors)

static void set_up_dma(uint64_t ring) {
  load_copy_program(0);
  write64(DMA(MPPA_DMA_PROGRAM_TABLE, 8), MPPA_DMA_PROGRAM(0, 1, 0, 5)); /* address space 5, not 0 */
  write64(DMA(MPPA_DMA_ROUTE_TABLE, 8), MPPA_DMA_ROUTE(0, 0, 0, 0, 5, 0));
  for (unsigned q = 0; q < 2; q++) {
    const uint64_t queue = DMA(MPPA_DMA_TX_COMP_QUEUE, q * MPPA_DMA_OBJECT_STRIDE);

    write64(queue + MPPA_DMA_TXC_MODE, 1);
    write64(queue + MPPA_DMA_TXC_GLOBAL, q == 0);
    write64(queue + MPPA_DMA_TXC_ASN, 5);
    write64(queue + MPPA_DMA_TXC_ACTIVATE, 1);
  }
  write64(DMA(MPPA_DMA_TX_JOB_QUEUE, MPPA_DMA_TXQ_START), ring);
  write64(DMA(MPPA_DMA_TX_JOB_QUEUE, MPPA_DMA_TXQ_ACTIVATE), 1);
  write64(DMA(MPPA_DMA_IT, MPPA_DMA_IT_EN), MPPA_DMA_IT_MASK);
  *(volatile uint8_t*)(uint64_t)(GIC_RM + MPPA_DMA_GIC_LINE) = 1;
}

/* The queue stops with the cause in STATUS; the interrupt vector and the GIC tell of it. */
static int dma(unsigned e) {
  set_up_dma(dma_errors[e].ring);
  job.param[0] = dma_errors[e].source;
  job.param[1] = dma_errors[e].target;
  job.param[2] = 1;
  job.param[4] = 1;
  job.control = MPPA_DMA_JOB_CONTROL(dma_errors[e].completion, dma_errors[e].route, dma_errors[e].program);
  fence();
  write64(DMA(MPPA_DMA_TX_JOB_QUEUE, MPPA_DMA_TXQ_VALID_WP), 1);
  while ((read64(DMA(MPPA_DMA_TX_JOB_QUEUE, MPPA_DMA_TXQ_STATUS)) & 3) == MPPA_DMA_RUNNING);
  if (read64(DMA(MPPA_DMA_TX_JOB_QUEUE, MPPA_DMA_TXQ_STATUS)) != (MPPA_DMA_FAILED | 1u << dma_errors[e].status))
    return 3;
  if (!(read64(GIC_RM + 0x100 + 8 * (MPPA_DMA_GIC_LINE / 64)) >> MPPA_DMA_GIC_LINE % 64 & 1)) return 4;
  if (read64(DMA(MPPA_DMA_IT, MPPA_DMA_IT_VECTOR_LAC)) != 1ull << dma_errors[e].it) return 5;
  if (read64(DMA(MPPA_DMA_IT, MPPA_DMA_IT_VECTOR)) != 0) return 6;
  return read64(DMA(MPPA_DMA_TX_COMP_QUEUE, MPPA_DMA_TXC_WP)) == 0 ? 0 : 7;
}

int main(int argc, char** argv) {
  if (own_cid() != 0)
    for (;;) stop();
  if (argc > 1 && !strcmp(argv[1], "store")) finish((uint32_t)store());
  for (unsigned e = 0; e < DMA_ERRORS; e++)
    if (argc > 1 && !strcmp(argv[1], dma_errors[e].name)) finish((uint32_t)dma(e));
  finish(1);
}
