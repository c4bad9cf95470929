/* Ends, or does not end, as its argument says; for the tests of `mppasim run`. */
#include <stdlib.h>
#include <string.h>

#include "chip.h"

#define NOTHING 0x40000000ull /* no device answers here */

static void crash(void) {
  __asm__ volatile("set $ev = %0\n\t;;" ::"r"(NOTHING));
  read32(NOTHING);
}

int main(int argc, char** argv) {
  const char* what = argc > 1 ? argv[1] : "status";

  print("outcome: ");
  print(what);
  print("\n");
  if (strcmp(what, "crash") == 0) crash();
  if (strcmp(what, "endless") == 0)
    for (;;) __asm__ volatile("" ::: "memory");
  if (strcmp(what, "sleep") == 0)
    for (;;) stop();
  finish(argc > 2 ? (uint32_t)atoi(argv[2]) : 0);
}
