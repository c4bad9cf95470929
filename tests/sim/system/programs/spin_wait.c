/* Waiting in loops, for whatever may end a wait; argv[1] says for what. Used to compare runs with and without skipping.
 */
#include <string.h>

#include "chip.h"

#define ROUNDS 20

/* One line each, so that nothing wakes by a neighbour's write. */
struct word {
  volatile uint64_t value;
  uint64_t pad[7];
} __attribute__((aligned(64)));
static struct word ball[2], arrivals, phase, flag;

static void wait_for(uint64_t address, uint64_t value) { while (read64(address) != value); }

/* Takes a number of cycles that differs from round to round. */
static void work(unsigned round) {
  volatile uint64_t sink = 0;

  for (unsigned i = 0; i < 50 + round * 37 % 400; i++) sink += i;
}

/* Two cores play with a word each. */
static void ping_pong(unsigned self, uint64_t mine, uint64_t theirs) {
  for (uint64_t round = 1; round <= ROUNDS; round++) {
    if (self != 0) wait_for(mine, round);
    work((unsigned)round);
    write64(theirs, round);
    fence();
    if (self == 0) wait_for(mine, round);
  }
}

/* All PEs of the cluster meet; the last one lets the others go. */
static void barrier(uint64_t count, uint64_t phase_word, unsigned members, uint64_t round) {
  if (__atomic_add_fetch((uint64_t*)count, 1, __ATOMIC_RELAXED) == members * round) {
    write64(phase_word, round);
    fence();
  } else {
    wait_for(phase_word, round);
  }
}

enum mode { SMEM, MAILBOX, BARRIER, REMOTE, DDR_WORD, CHIP_BARRIER, CALLS, CACHED, LONG };
static enum mode mode;

/* A poll loop with calls, as reactors have: registers are spilled in every iteration. */
static __attribute__((noinline)) uint64_t poll(uint64_t address) {
  __asm__ volatile("" ::: "memory");
  return read64(address);
}
static __attribute__((noinline)) uint64_t poll_all(unsigned pid) {
  return poll((uint64_t)&ball[0].value) + poll((uint64_t)&ball[1].value) + poll(MAILBOX(pid)) +
         poll((uint64_t)&flag.value);
}

/* Polls that hit in L1, until the write of another core takes the line away. */
static void wait_in_l1(const volatile uint64_t* word, uint64_t value) { while (*word != value); }

/* An iteration as long as that of a reactor with many pollers. */
static void wait_long(uint64_t address, uint64_t value) {
  while (read64(address) != value) __asm__ volatile(".rept 500\n\tnop\n\t;;\n\t.endr");
}

void kvx_pe_main(unsigned pid) {
  switch (mode) {
    case SMEM:
      if (pid < 2) ping_pong(pid, (uint64_t)&ball[pid].value, (uint64_t)&ball[1 - pid].value);
      break;
    case MAILBOX:
      if (pid < 2) ping_pong(pid, MAILBOX(pid), MAILBOX(1 - pid));
      break;
    case BARRIER:
      for (uint64_t round = 1; round <= ROUNDS; round++) {
        work(pid * 5 + (unsigned)round);
        barrier((uint64_t)&arrivals.value, (uint64_t)&phase.value, PES, round);
      }
      break;
    case CHIP_BARRIER:
      for (uint64_t round = 1; round <= ROUNDS; round++) {
        work(pid * 5 + own_cid() + (unsigned)round);
        barrier(DDR + 0x1000, DDR + 0x2000, PES * CLUSTERS, round);
      }
      break;
    case CALLS:
      while (poll_all(pid) == 0);
      break;
    case CACHED:
      for (uint64_t round = 1; round <= ROUNDS; round++) {
        if (pid == round % PES) {
          work((unsigned)round);
          flag.value = round;
        } else {
          wait_in_l1(&flag.value, round);
        }
        barrier((uint64_t)&arrivals.value, (uint64_t)&phase.value, PES, round);
      }
      break;
    case LONG:
      wait_long((uint64_t)&flag.value, 1);
      break;
    default:
      break;
  }
  __atomic_fetch_add((uint64_t*)(DDR + 0x3000), 1, __ATOMIC_RELAXED);
  for (;;) stop();
}

int main(int argc, char** argv) {
  static const char* const names[] = {"smem",         "mailbox", "barrier", "remote", "ddr",
                                      "chip_barrier", "calls",   "cached",  "long"};

  while (mode < LONG && (argc < 2 || strcmp(argv[1], names[mode]))) mode++;
  fence();
  if (own_cid() == 0)
    for (unsigned c = 1; c < CLUSTERS; c++) start_cluster(c);
  start_pes(0xffff);
  if (own_cid() < 2) { /* both have cleared their memory */
    __atomic_fetch_add((uint64_t*)(DDR + 0x5000), 1, __ATOMIC_RELAXED);
    wait_for(DDR + 0x5000, 2);
  }
  if (mode == REMOTE && own_cid() < 2)
    ping_pong(own_cid(), (uint64_t)&ball[0].value, CLUSTER_BASE(1 - own_cid()) + (uint64_t)&ball[0].value);
  if (mode == DDR_WORD && own_cid() < 2)
    ping_pong(own_cid(), DDR + 0x4000 + 64 * own_cid(), DDR + 0x4000 + 64 * (1 - own_cid()));
  if (mode == CALLS || mode == LONG) {
    for (unsigned i = 0; i < (mode == LONG ? 200 : 1); i++) work(300);
    write64((uint64_t)&flag.value, 1);
    fence();
  }
  if (own_cid() != 0)
    for (;;) stop();
  wait_for(DDR + 0x3000, CLUSTERS * PES);
  finish(0);
}
