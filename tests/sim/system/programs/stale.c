/* A PE keeps a line in its L1 while the RM changes the memory; argv[1] says what the PE does about it: "nothing",
 * "invalidate" before it loads again, or "own": it writes the line itself. */
#include <string.h>

#include "chip.h"

static volatile uint64_t shared[8] __attribute__((aligned(64)));
static volatile uint64_t turn __attribute__((aligned(64)));
static volatile uint64_t seen __attribute__((aligned(64)));
static int invalidate, own;

static void wait_for_turn(uint64_t value) { while (read64((uint64_t)&turn) != value); }
static void give_turn(uint64_t value) {
  fence();
  turn = value;
  fence();
}

__attribute__((noinline)) uint64_t load_again(void) { return shared[2]; }

void kvx_pe_main(unsigned pid) {
  seen = load_again();
  give_turn(1);
  wait_for_turn(2);
  if (invalidate) __asm__ volatile("d1inval\n\t;;" ::: "memory");
  if (own) shared[2] = 4;
  seen = load_again();
  give_turn(3);
  for (;;) stop();
}

__attribute__((noinline)) void change(void) { shared[own ? 5 : 2] = 7; }

int main(int argc, char** argv) {
  if (own_cid() != 0)
    for (;;) stop();
  invalidate = argc > 1 && !strcmp(argv[1], "invalidate");
  own = argc > 1 && !strcmp(argv[1], "own");
  fence();
  start_pes(1);
  wait_for_turn(1);
  change();
  give_turn(2);
  wait_for_turn(3);
  finish(0);
}
