/* 85 idle reactors: every core polls a ring, a mailbox and a flag through a table of pollers, and finds nothing - but
 * every 10 ms, when the RM of cluster 0, woken by its timer, sends every core a message. */
#include "../../sim/system/programs/chip.h"

#define TICK 12000000u /* 10 ms at 1.2 GHz */
#define RING_SIZE 16u

struct ring {
  volatile uint64_t head;
  uint64_t pad[7];
  volatile uint64_t message[RING_SIZE];
} __attribute__((aligned(64)));

/* At a fixed place, so that the sender knows it in all clusters. */
#define RINGS ((struct ring*)0x300000)
#define HANDLED ((volatile uint64_t*)0x310000)

struct reactor {
  unsigned pid;
  uint64_t tail;
  uint64_t handled;
};

typedef int poller(struct reactor* r);

static int poll_ring(struct reactor* r) {
  struct ring* ring = &RINGS[r->pid];

  if (read64((uint64_t)&ring->head) == r->tail) return 0;
  r->handled += read64((uint64_t)&ring->message[r->tail++ % RING_SIZE]);
  HANDLED[r->pid] = r->handled;
  return 1;
}

static int poll_mailbox(struct reactor* r) { return read64(MAILBOX(r->pid)) != 0; }

static int poll_flag(struct reactor* r) { return read64(0x320000 + 64 * r->pid) != 0; }

static void react(unsigned pid) {
  static poller* volatile const pollers[] = {poll_ring, poll_mailbox, poll_flag};
  struct reactor r = {pid, 0, 0};

  for (;;)
    for (unsigned i = 0; i < 3; i++) pollers[i](&r);
}

void kvx_pe_main(unsigned pid) { react(pid); }

static void send(unsigned cluster, unsigned pid, uint64_t number) {
  const uint64_t ring = CLUSTER_BASE(cluster) + (uint64_t)&RINGS[pid];

  write64(ring + 64 + 8 * (number % RING_SIZE), 1);
  fence();
  write64(ring, number + 1);
  fence();
}

int main(void) {
  if (own_cid() == 0)
    for (unsigned c = 1; c < CLUSTERS; c++) start_cluster(c);
  start_pes(0xffff);
  if (own_cid() != 0) react(PES);

  __asm__ volatile("set $t0r = %0\n\t;;\n\tset $t0v = %0\n\t;;" ::"r"((uint64_t)TICK));
  __asm__ volatile("wfxl $tcr, %0\n\t;;" ::"r"(0x50000ull << 32)); /* T0CE, T0IE */
  __asm__ volatile("wfxl $ile, %0\n\t;;" ::"r"(1ull << 32));
  for (uint64_t number = 0;; number++) {
    uint64_t lines = 1;

    __asm__ volatile("waitit %0\n\t;;\n\twfxl $ilr, %1\n\t;;" : "+r"(lines) : "r"((uint64_t)1) : "memory");
    for (unsigned c = 0; c < CLUSTERS; c++)
      for (unsigned pid = 0; pid <= PES; pid++)
        if (c != 0 || pid != PES) send(c, pid, number);
  }
}
