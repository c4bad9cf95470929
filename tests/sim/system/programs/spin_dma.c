/* Waiting in loops for what the DMA does: its counters and status, memory it writes, interrupt status, a mailbox of
 * another cluster. Used to compare runs with and without skipping. */
#include "dma.h"

#define ROUNDS 12
#define BYTES 4096u
#define DMA(block, reg) (MPPA_DMA_OFFSET + (block) + (reg))
#define GIC(group) (0xA20000u + 0x1000u * (group))
#define NOTIFIED 5 /* the mailbox that the DMA writes to */
#define WAITERS 5  /* four PEs of cluster 0, and the RM of cluster 1 */

static struct mppa_dma_tx_job job __attribute__((aligned(64)));
static volatile uint64_t source[BYTES / 8] __attribute__((aligned(64)));
static volatile uint64_t target[BYTES / 8] __attribute__((aligned(64)));
static volatile uint64_t ready __attribute__((aligned(64)));

static void set_up(void) {
  load_copy_program(0);
  write64(DMA(MPPA_DMA_TX_COMP_QUEUE, MPPA_DMA_TXC_MODE), 1);
  write64(DMA(MPPA_DMA_TX_COMP_QUEUE, MPPA_DMA_TXC_GLOBAL), 1);
  write64(DMA(MPPA_DMA_TX_COMP_QUEUE, MPPA_DMA_TXC_NOTIF_ADDRESS), CLUSTER_BASE(0) + MAILBOX(NOTIFIED));
  write64(DMA(MPPA_DMA_TX_COMP_QUEUE, MPPA_DMA_TXC_ACTIVATE), 1);
  write64(DMA(MPPA_DMA_TX_JOB_QUEUE, MPPA_DMA_TXQ_START), (uint64_t)&job);
  write64(DMA(MPPA_DMA_TX_JOB_QUEUE, MPPA_DMA_TXQ_ACTIVATE), 1);
  write64(MAILBOX(NOTIFIED) + 0x10, 1);     /* mask */
  write64(MAILBOX(NOTIFIED) + 0x18, 0x102); /* add, doorbell */
  *(volatile uint8_t*)(uint64_t)(GIC(2) + NOTIFIED) = 1;
}

/* Copies a page whose last word is the number of the round. */
static void copy(uint64_t round) {
  source[BYTES / 8 - 1] = round;
  job.param[0] = (uint64_t)source;
  job.param[1] = (uint64_t)target;
  job.param[2] = BYTES / 16;
  job.param[4] = 1;
  job.control = MPPA_DMA_JOB_CONTROL(0, 0, 0);
  fence();
  write64(DMA(MPPA_DMA_TX_JOB_QUEUE, MPPA_DMA_TXQ_VALID_WP), round);
}

static void done(void) { __atomic_fetch_add((uint64_t*)(DDR + 0x3000), 1, __ATOMIC_RELAXED); }

/* One way to find out that the copy of the round has been done. */
static void wait_for(unsigned waiter, uint64_t round) {
  switch (waiter) {
    case 0:
      while (read64(DMA(MPPA_DMA_TX_COMP_QUEUE, MPPA_DMA_TXC_WP)) < round)
        if ((read64(DMA(MPPA_DMA_TX_JOB_QUEUE, MPPA_DMA_TXQ_STATUS)) & 3) != 1) finish(1);
      break;
    case 1:
      while (read64((uint64_t)&target[BYTES / 8 - 1]) < round);
      break;
    case 2:
      while ((read64(GIC(2) + 0x120) & 1 << NOTIFIED) == 0);
      break;
    case 3: /* as a driver of cached memory does */
      do __asm__ volatile("dinvall 0[%0]\n\t;;" ::"r"(&target[BYTES / 8 - 1]) : "memory");
      while (target[BYTES / 8 - 1] < round);
      break;
    default:
      while (read64(CLUSTER_BASE(0) + MAILBOX(NOTIFIED)) < round);
      break;
  }
}

static void wait_always(unsigned waiter) {
  for (uint64_t round = 1; round <= ROUNDS; round++) {
    wait_for(waiter, round);
    done();
  }
}

void kvx_pe_main(unsigned pid) {
  if (pid < WAITERS - 1) wait_always(pid);
  for (;;) stop();
}

int main(void) {
  if (own_cid() == 0) {
    start_cluster(1);
    set_up();
    start_pes((1 << (WAITERS - 1)) - 1);
    for (uint64_t round = 1; round <= ROUNDS; round++) {
      for (unsigned i = 0; i < 300 + round * 53; i++) ready = i;
      copy(round);
      while (read64(DDR + 0x3000) < WAITERS * round);
    }
    finish(0);
  }
  if (own_cid() == 1) wait_always(WAITERS - 1);
  for (;;) stop();
}
