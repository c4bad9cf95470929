/* Resets the chip twice by the FTU; without an argument, with cluster 1 running. Ends with 0 if it boots each time as
 * after power-on, but for the cause of the reset. DDR keeps its contents and counts the boots. */
#include "chip.h"

#define BOOTS ((volatile uint64_t*)(DDR + 0x100000))
#define RESET_CAUSE (FTU + 0x48)
#define POWER_ON 1u
#define SOFTWARE 4u
#define GIC_ENABLE 0xA30009u /* RM, line 0, input 9 */
#define ITGEN_TARGET 0x27000000u

static uint64_t initialised = 42, cleared;

static void use_everything(void) {
  initialised = cleared = 7;
  write64(MAILBOX(9), 5);
  *(volatile uint8_t*)GIC_ENABLE = 1;
  write32(ITGEN_TARGET, 0x109);
  write32(FTU + 0x68, 0x4000); /* boot address of cluster 2 */
  start_pes(0xffff);
}

static int as_after_power_on(void) {
  return initialised == 42 && cleared == 0 && read64(MAILBOX(9)) == 0 && *(volatile uint8_t*)GIC_ENABLE == 0 &&
         read32(ITGEN_TARGET) == 0 && read32(FTU + 4) == 0 && read64(PWR + 0x1120) == (uint64_t)1 << 32;
}

void kvx_pe_main(unsigned pid) { for (volatile uint64_t spin = pid;; spin++); /* computes until the reset */ }

int main(int argc, char** argv) {
  (void)argv;
  if (own_cid() != 0)
    for (;;) stop();
  const uint64_t boots = ++*BOOTS;
  fence();
  if (!as_after_power_on()) finish(1);
  if (read32(RESET_CAUSE) != (boots == 1 ? POWER_ON : SOFTWARE)) finish(2);
  if (boots == 3) finish(0);
  use_everything();
  if (argc < 2) start_cluster(1);
  write32(FTU + 0x50, 1);
  for (;;);
}
