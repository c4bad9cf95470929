/* Clusters that do not interact: every PE sorts its own numbers in SMEM and sleeps. */
#include "chip.h"

#define COUNT 64u

static uint32_t numbers[PES][COUNT];

static void sort(uint32_t* a, unsigned n) {
  for (unsigned i = 1; i < n; i++)
    for (unsigned j = i; j && a[j - 1] > a[j]; j--) {
      uint32_t t = a[j];
      a[j] = a[j - 1];
      a[j - 1] = t;
    }
}

void kvx_pe_main(unsigned pid) {
  uint32_t seed = pid + 16 * own_cid();

  for (unsigned i = 0; i < COUNT; i++) numbers[pid][i] = seed = seed * 1664525 + 1013904223;
  sort(numbers[pid], COUNT);
  for (;;) stop();
}

int main(void) {
  if (own_cid() == 0)
    for (unsigned c = 1; c < CLUSTERS; c++) start_cluster(c);
  start_pes(0xffff);
  for (;;) stop();
}
