/* Cluster 0 resets cluster 1 by the FTU while a job of its DMA runs, and starts it again. Ends with 0 if all blocks of
 * cluster 1 are as after power-on, its memory is as before, and it runs again. */
#include "dma.h"

#define OTHER CLUSTER_BASE(1)
#define DMA(block, reg) (OTHER + MPPA_DMA_OFFSET + (block) + (reg))
#define GIC_ENABLE(input) (OTHER + 0xA20000u + (input)) /* PE 0, line 0 */
#define GIC_STATUS (OTHER + 0xA20100u)
#define IPI_MASK (OTHER + 0xAD0020u)
#define IOMMU_CTRL (OTHER + 0xAC2000u)
#define CRYPTO_CDR_BASE (OTHER + 0xB00000u)
#define STARTS (DDR + 0x100000) /* how often cluster 1 has started */
#define COPY (DDR + 0x200000)   /* where its DMA writes */
#define JOB (OTHER + 0x300000)
#define SOURCE (OTHER + 0x200000)
#define BYTES 0x80000ull
#define KEPT (OTHER + 0x1F0000)

static volatile uint64_t seen; /* by PE 0, which polls a mailbox of cluster 1 */

void kvx_pe_main(unsigned pid) {
  if (pid == 0) {
    while (read64(OTHER + MAILBOX(9)) != 0);
    seen = 1;
  }
  for (;;) stop();
}

static void start_job(void) {
  load_copy_program(OTHER);
  write64(DMA(MPPA_DMA_TX_COMP_QUEUE, MPPA_DMA_TXC_MODE), 1);
  write64(DMA(MPPA_DMA_TX_COMP_QUEUE, MPPA_DMA_TXC_GLOBAL), 1);
  write64(DMA(MPPA_DMA_TX_COMP_QUEUE, MPPA_DMA_TXC_ACTIVATE), 1);
  write64(JOB, SOURCE);
  write64(JOB + 8, COPY);
  write64(JOB + 16, BYTES / 16);
  write64(JOB + 32, 1);
  write64(JOB + 64, MPPA_DMA_JOB_CONTROL(0, 0, 0));
  fence();
  write64(DMA(MPPA_DMA_TX_JOB_QUEUE, MPPA_DMA_TXQ_START), JOB);
  write64(DMA(MPPA_DMA_TX_JOB_QUEUE, MPPA_DMA_TXQ_ACTIVATE), 1);
  write64(DMA(MPPA_DMA_TX_JOB_QUEUE, MPPA_DMA_TXQ_VALID_WP), 1);
}

static int job_runs(void) { return read64(DMA(MPPA_DMA_TX_JOB_QUEUE, MPPA_DMA_TXQ_STATUS)) != 0; }

static void wait(uint64_t n) {
  const uint64_t start = cycles();

  while (cycles() - start < n);
}

static int blocks_are_cleared(void) {
  return read64(OTHER + MAILBOX(9)) == 0 && read64(OTHER + MAILBOX(9) + 0x10) == 0 && read32(IPI_MASK) == 0 &&
         *(volatile uint8_t*)GIC_ENABLE(9) == 0 && read64(GIC_STATUS) == 0 && read64(OTHER + PWR + 0x2000) == 0 &&
         read64(OTHER + PWR + 0x1000) == 0 && read64(IOMMU_CTRL) == 0 && read32(CRYPTO_CDR_BASE) == 0 &&
         read64(DMA(MPPA_DMA_PROGRAM_MEMORY, 0)) == 0 && !job_runs();
}

int main(void) {
  if (own_cid() == 1) {
    __atomic_fetch_add((uint64_t*)STARTS, 1, __ATOMIC_RELAXED);
    for (;;) stop();
  }
  start_cluster(1);
  while (read64(STARTS) != 1);
  write64(OTHER + MAILBOX(9) + 0x10, 1);     /* mask */
  write64(OTHER + MAILBOX(9) + 0x18, 0x101); /* OR, doorbell */
  *(volatile uint8_t*)GIC_ENABLE(9) = 1;
  write64(OTHER + MAILBOX(9), 1);
  write32(IPI_MASK, 3);
  write64(IOMMU_CTRL, 0x100); /* a page size, still disabled */
  write32(CRYPTO_CDR_BASE, 0x1000);
  write64(OTHER + PWR + 0x2000, 0x3000);
  write64(KEPT, 0xFEEDC0DE);
  start_job();
  start_pes(1);
  wait(2000);
  if (blocks_are_cleared() || read64(GIC_STATUS) != 1 << 9 || seen || !job_runs()) finish(1);

  write32(FTU + 4, 4 | 2); /* RST */
  wait(2400);
  if (!blocks_are_cleared()) finish(2);
  if (!seen) finish(3);
  if (read32(FTU + 0x20 + 4) & 1) finish(4);
  const uint64_t last = COPY + BYTES - 8;
  write64(last, 0x5A5A);
  fence();
  wait(100000);
  if (read64(last) != 0x5A5A) finish(5); /* the job went on */
  if (read64(KEPT) != 0xFEEDC0DE) finish(6);
  write32(FTU + 4, 4);

  write32(FTU + 0x64, 0);
  start_cluster(1);
  while (read64(STARTS) != 2);
  start_job();
  while (read64(last) == 0x5A5A); /* its DMA works */
  finish(0);
}
