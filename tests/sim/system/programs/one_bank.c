/* All PEs of cluster 0 read lines of one SMEM bank as fast as they can; how long each took goes to the marks of the
 * simulator's port. */
#include "chip.h"

#define LINES 8000u
#define TURN 1024u /* from a line of a bank to the next one of the same */
#define LINES_OF_PE 64u
#define BASE(pe) (0x200000u + (pe) * LINES_OF_PE * TURN)

static uint32_t ready, done;
static uint64_t took[PES];

void kvx_pe_main(unsigned pid) {
  const uint64_t base = BASE(pid);

  __atomic_fetch_add(&ready, 1, __ATOMIC_RELAXED);
  while (__atomic_load_n(&ready, __ATOMIC_RELAXED) != PES);
  const uint64_t start = cycles();
  for (unsigned i = 0; i < LINES; i++) (void)*(volatile uint64_t*)(base + i % LINES_OF_PE * TURN);
  took[pid] = cycles() - start;
  __atomic_fetch_add(&done, 1, __ATOMIC_RELEASE);
  for (;;) stop();
}

int main(void) {
  if (own_cid() != 0)
    for (;;) stop();
  start_pes(0xffff);
  while (__atomic_load_n(&done, __ATOMIC_ACQUIRE) != PES);
  for (unsigned pe = 0; pe < PES; pe++) write64(MPPA_SIM_PORT_ADDRESS + MPPA_SIM_PORT_TRACE + 8 * pe, took[pe]);
  finish(0);
}
