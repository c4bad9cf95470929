/* What the registers of the L2 cache (1 MiB) say of lines of DDR and SMEM. Ends with 0 if it is what the cache does. */
#include "chip.h"

#define TCM(i) (0x400000u + 0x40u * (i))
#define L2(i) (0x480000u + 0x40u * (i))
#define JOB_FIFO 0x500000u
#define PREFETCH 0x600000u
#define ENTRIES 8192u
#define FIRST 4096u /* of L2: the last MiB of SMEM */
#define VALID (1u << 30)
#define VALID_CLEAR (1ull << 40)
#define CLEAN (0xFull << 32 | 1ull << 48) /* no readers, not dirty */
#define READ (DDR + 0x123400)
#define FETCHED (DDR + 0x765400)
#define RM (1u << 16)

static volatile uint64_t own __attribute__((aligned(256)));

/* The valid entry whose tag is that of `address`; the cache is empty otherwise, so there is at most one. */
static unsigned entry_of(uint64_t address) {
  for (unsigned i = FIRST; i < ENTRIES; i++) {
    const uint64_t tag = read64(L2(i));

    if (tag & VALID && (tag & 0xFFFFFF) == address >> 16) return i;
  }
  return ENTRIES;
}

/* As the vendor's boot code does it. */
static void clean_all(void) {
  for (unsigned i = 0; i < ENTRIES; i++) {
    write64(TCM(i), CLEAN);
    write64(L2(i), CLEAN);
  }
  fence();
}

int main(void) {
  if (own_cid() != 0)
    for (;;) stop();
  clean_all();
  if (entry_of(READ) != ENTRIES) finish(1);
  (void)*(volatile uint64_t*)READ;
  const unsigned i = entry_of(READ);
  if (i == ENTRIES) finish(2);
  if (read64(L2(i) + 0x10) != RM || read64(L2(i) + 0x18) != 0) finish(3); /* first of four sectors */
  if (read64(L2(i) + 0x20) | read64(L2(i) + 0x28) | read64(L2(i) + 0x30) | read64(L2(i) + 0x38)) finish(4);
  *(volatile uint64_t*)(READ + 0x48) = 1;
  fence();
  if (read64(L2(i) + 0x28) != 0xFF00) finish(5); /* bytes 0x48..0x4f are dirty */
  write64(L2(i), CLEAN | VALID_CLEAR);
  fence();
  if (read64(L2(i)) & VALID || read64(L2(i) + 0x28)) finish(6);

  write64(PREFETCH, FETCHED);
  fence();
  if (entry_of(FETCHED) == ENTRIES) finish(7);
  if (read64(JOB_FIFO) != 0) finish(8);

  (void)own;
  const unsigned line = (unsigned)((uint64_t)&own / 256);
  if (read64(TCM(line) + 0x10) != RM) finish(9);
  write64(TCM(line), 1ull << 32);
  fence();
  if (read64(TCM(line) + 0x10) != 0) finish(10);
  finish(0);
}
