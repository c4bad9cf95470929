/* All cores of the chip report in, in the documented order: the RM of cluster 0 starts the other clusters by the FTU,
 * every RM starts its PEs by the power controller, every core enters itself in a table in DDR. */
#include "chip.h"

#define TABLE ((volatile uint64_t*)(DDR + 0x100000))
#define COUNT ((uint64_t*)(DDR + 0x200000))
#define CORES (CLUSTERS * (PES + 1))

static void report(unsigned pid) {
  TABLE[own_cid() * (PES + 1) + pid] = 0xC0DE0000 | own_cid() << 8 | pid;
  fence();
  __atomic_fetch_add(COUNT, 1, __ATOMIC_RELAXED);
}

void kvx_pe_main(unsigned pid) {
  report(pid);
  for (;;) stop();
}

static unsigned reports_of(unsigned cluster) {
  unsigned good = 0;

  for (unsigned pid = 0; pid <= PES; pid++)
    good += read64((uint64_t)&TABLE[cluster * (PES + 1) + pid]) == (0xC0DE0000 | cluster << 8 | pid);
  return good;
}

int main(void) {
  if (own_cid() == 0) {
    print("RM of cluster 0\n");
    for (unsigned c = 1; c < CLUSTERS; c++) start_cluster(c);
  }
  start_pes(0xffff);
  report(PES);
  if (own_cid() != 0)
    for (;;) stop();

  while (read64((uint64_t)COUNT) != CORES);
  unsigned total = 0;
  for (unsigned c = 0; c < CLUSTERS; c++) {
    print("cluster ");
    print_number(c);
    print(": ");
    print_number(reports_of(c));
    print(" cores\n");
    total += reports_of(c);
  }
  finish(total == CORES ? 0 : 1);
}
