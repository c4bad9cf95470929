/* Ends, or does not end, as its argument says; for the tests of `mppasim run`. */
#include <stdlib.h>
#include <string.h>

#include "chip.h"

#define NOTHING 0x40000000ull /* no device answers here */

static void crash(void) {
  __asm__ volatile("set $ev = %0\n\t;;" ::"r"(NOTHING));
  read32(NOTHING);
}

static volatile uint64_t arrived; /* PE 0 does, and time goes by */

void kvx_pe_main(unsigned pid) {
  for (volatile unsigned i = 0; i < 10000; i++);
  arrived = 1;
  fence();
  for (;;) stop();
}

static void wait_for_pe(void) {
  start_pes(1);
  while (read64((uint64_t)&arrived) == 0);
}

int main(int argc, char** argv) {
  const char* what = argc > 1 ? argv[1] : "status";

  print("outcome: ");
  print(what);
  print("\n");
  if (strcmp(what, "crash") == 0) crash();
  if (strcmp(what, "endless") == 0)
    for (;;) arrived++;
  if (strcmp(what, "wait") == 0) /* for PE 0 */
    wait_for_pe();
  if (strcmp(what, "sleep") == 0)
    for (;;) stop();
  finish(argc > 2 ? (uint32_t)atoi(argv[2]) : 0);
}
