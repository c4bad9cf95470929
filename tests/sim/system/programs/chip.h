/* Registers and small helpers for the programs of the chip's tests. */
#ifndef CHIP_H
#define CHIP_H

#include <mppa/sim_port.h>
#include <stdint.h>

#define CLUSTERS 5u
#define PES 16u
#define DDR 0x100000000ull
#define FTU 0x10181000u
#define UART0 0x20210000u
#define PWR 0xA40000u
#define MAILBOX(n) (0xA00000u + 0x200u * (n))
#define CLUSTER_BASE(c) (((uint64_t)(c) + 1) << 24)

static inline void write32(uint64_t address, uint32_t value) { *(volatile uint32_t*)address = value; }
static inline void write64(uint64_t address, uint64_t value) { *(volatile uint64_t*)address = value; }
/* A load around L1, as devices and memory written by other masters need it. */
static inline uint64_t read64(uint64_t address) {
  uint64_t value;

  __asm__ volatile("ld.u %0 = 0[%1]\n\t;;" : "=r"(value) : "r"(address) : "memory");
  return value;
}
static inline uint32_t read32(uint64_t address) {
  uint64_t value;

  __asm__ volatile("lwz.u %0 = 0[%1]\n\t;;" : "=r"(value) : "r"(address) : "memory");
  return (uint32_t)value;
}
static inline void fence(void) { __asm__ volatile("fence\n\t;;" ::: "memory"); }
static inline unsigned own_pid(void) {
  uint64_t pcr;

  __asm__ volatile("get %0 = $pcr\n\t;;" : "=r"(pcr));
  return pcr & 0xff;
}
static inline unsigned own_cid(void) {
  uint64_t pcr;

  __asm__ volatile("get %0 = $pcr\n\t;;" : "=r"(pcr));
  return pcr >> 8 & 0xff;
}
static inline uint64_t cycles(void) {
  uint64_t value;

  __asm__ volatile("get %0 = $pm0\n\t;;" : "=r"(value)::"memory");
  return value;
}
/* Sleeps until the power controller wakes the core. */
static inline void stop(void) { __asm__ volatile("wfxl $ws, %0\n\t;;\n\tstop\n\t;;" ::"r"((uint64_t)7) : "memory"); }
static inline void start_pes(uint32_t mask) {
  write64(PWR + 0x2000, 0);
  write64(PWR + 0x1010, mask);
  write64(PWR + 0x1020, mask);
}
/* Starts the RM of another cluster, whose program and boot address the loader has set. */
static inline void start_cluster(unsigned cluster) {
  write32(FTU + 4 * cluster, 4 | 1);
  write32(FTU + 4 * cluster, 4);
}
static inline void print(const char* text) {
  for (; *text; text++) write32(UART0, (uint8_t)*text);
}
static inline void print_number(uint64_t value) {
  char digits[24], *at = digits + sizeof digits;

  *--at = 0;
  do {
    *--at = '0' + value % 10;
    value /= 10;
  } while (value);
  print(at);
}
static inline _Noreturn void finish(uint32_t status) {
  fence();
  write64(MPPA_SIM_PORT_ADDRESS + MPPA_SIM_PORT_EXIT, status);
  for (;;) stop();
}

#endif
