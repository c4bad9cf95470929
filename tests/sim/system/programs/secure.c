/* The rules of the secure cluster registers. Ends with 0 if they are kept. */
#include "chip.h"

#define SECURE 0xCC2000u
#define PS_USE (1u << 9)
#define MES_DSYE (1u << 9)

static uint64_t errors(void) {
  uint64_t mes;

  fence();
  __asm__ volatile("get %0 = $mes\n\t;;" : "=r"(mes)::"memory");
  return mes & MES_DSYE;
}

int main(void) {
  if (own_cid() != 0)
    for (;;) stop();
  if (read32(SECURE) != 1 || read32(SECURE + 0x10) != 0xFFFFFF) finish(1);
  __asm__ volatile("wfxl $ps, %0\n\t;;" ::"r"((uint64_t)PS_USE << 32) : "memory"); /* stores are posted */
  write32(SECURE, 2);
  if (errors() || read32(SECURE) != 2) finish(2);
  write32(SECURE + 0x10, 0);
  if (errors() || read32(SECURE + 0x10) != 1 << 16) finish(3); /* the RM cannot be taken out */
  write32(SECURE + 4, 1);
  write32(SECURE + 8, 2);
  if (errors() || read32(SECURE + 4) != 1 || read32(SECURE + 8) != 2) finish(4);
  if (read32(CLUSTER_BASE(1) + SECURE) != 1) finish(5); /* every cluster has its own */
  write32(SECURE, 3);
  if (!errors() || read32(SECURE) != 2) finish(6); /* refused */
  finish(0);
}
