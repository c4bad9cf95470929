/* Reads and writes 64 KiB of DDR three times with its L1 emptied in between; the exit status is the number of cycles of
 * the last time, per 64-byte line. Fails with 1 if it does not read what it wrote. */
#include "chip.h"

#define WORDS 8192u

int main(void) {
  volatile uint64_t* memory = (volatile uint64_t*)(DDR + 0x100000);
  uint64_t begin = 0;

  if (own_cid() != 0)
    for (;;) stop();
  for (unsigned i = 0; i < WORDS; i++) memory[i] = 3 * i;
  for (unsigned pass = 0; pass < 3; pass++) {
    __asm__ volatile("d1inval\n\t;;" ::: "memory");
    fence();
    begin = cycles();
    for (unsigned i = 0; i < WORDS; i += 8)
      if (memory[i] != 3 * i) finish(1);
  }
  finish((uint32_t)((cycles() - begin) / (WORDS / 8)));
}
