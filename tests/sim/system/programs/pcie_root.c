/* The RM of cluster 0 as driver of a PCIe device: trains the link, finds the device through ECAM, uses its BAR, lets it
 * write into SMEM, and takes its interrupt. The device on the bench answers a doorbell: it writes 64 bytes to the
 * address in its register 0x40 and then the message in 0x48 (address) and 0x50 (data). Exit status: 0, or the line that
 * failed. */
#include <mppa/pci_config.h>
#include <mppa/pcie_regs.h>

#include "chip.h"

#define C 4u
#define BAR 0x01000000u
#define MSI_PAGE 0x08000000u
#define VECTOR 0x47u
#define MAILBOX_INDEX 9u
#define CHECK(condition)                \
  do {                                  \
    if (!(condition)) finish(__LINE__); \
  } while (0)

static uint64_t config(unsigned bus, unsigned offset) { return MPPA_PCIE_ECAM(C) + MPPA_PCI_ECAM(bus, 0, 0) + offset; }

static void train(void) {
  write32(MPPA_PCIE_PHY + MPPA_PCIE_PHY_NFURC, 1);
  write32(MPPA_PCIE_ASN + MPPA_PCIE_MODE(C), 1);
  write32(MPPA_PCIE_CSR(C) + MPPA_PCIE_CSR_PORT_TYPE, 1);
  write32(MPPA_PCIE_PHY + MPPA_PCIE_PHY_CTRL(C) + MPPA_PCIE_PHY_LTSSM_DISABLE, 0);
  while (!(read32(MPPA_PCIE_PHY + MPPA_PCIE_PHY_CTRL(C) + MPPA_PCIE_PHY_LINK_UP) & 1)) continue;
  write32(MPPA_PCIE_BREG(C) + MPPA_PCIE_BREG_E_ECAM + 8, 1 | 16 << 16);
}

static void map(void) {
  const uint64_t window = MPPA_PCIE_BREG(C) + MPPA_PCIE_BREG_EGRESS(0);

  write32(config(0, MPPA_PCI_BUSES), 1 << 8 | 1 << 16);
  write32(config(0, MPPA_PCI_MEMORY), BAR >> 16 | (BAR & 0xFFF00000));
  write32(config(0, MPPA_PCI_COMMAND), MPPA_PCI_COMMAND_MEMORY | MPPA_PCI_COMMAND_MASTER);
  CHECK(read32(config(1, MPPA_PCI_ID)) == 0x56781234);
  write32(config(1, MPPA_PCI_BAR0), BAR);
  write32(config(1, MPPA_PCI_COMMAND), MPPA_PCI_COMMAND_MEMORY | MPPA_PCI_COMMAND_MASTER);
  write32(window + MPPA_PCIE_EGRESS_SOURCE_LO, (uint32_t)MPPA_PCIE_MEM32(C));
  write32(window + MPPA_PCIE_EGRESS_SOURCE_HI, MPPA_PCIE_MEM32(C) >> 32);
  write32(window + MPPA_PCIE_EGRESS_DEST_LO, 0);
  write32(window + MPPA_PCIE_EGRESS_DEST_HI, 0);
  write32(window + MPPA_PCIE_EGRESS_CONTROL, 1 | (28 - MPPA_PCIE_EGRESS_MIN_LOG2) << 16);
}

static void open_interrupt(void) {
  const uint64_t input = MPPA_PCIE_ITGEN(0) + 0x10 * VECTOR;

  write32(MPPA_PCIE_SNOOPER(0) + MPPA_PCIE_SNOOPER_BASE_LO, MSI_PAGE);
  write32(MPPA_PCIE_SNOOPER(0) + MPPA_PCIE_SNOOPER_ENABLE, 1);
  write32(input, MAILBOX_INDEX | 0 << 8 | 3 << 24); /* cluster 0, bit 3 */
  write32(input + 8, 1);
}

int main(void) {
  static volatile uint64_t buffer[8] __attribute__((aligned(64)));
  const uint64_t bar = MPPA_PCIE_MEM32(C) + BAR;
  unsigned i;

  if (own_cid() != 0 || own_pid() != 16) return 0;
  train();
  map();
  open_interrupt();
  write64(bar + 0x40, CLUSTER_BASE(0) + (uintptr_t)buffer);
  write64(bar + 0x48, MPPA_PCIE_MSI_ADDRESS(MSI_PAGE, 0, VECTOR));
  write32(bar + 0x50, MPPA_PCIE_MSI_DATA(VECTOR));
  CHECK(read64(bar + 0x48) == MPPA_PCIE_MSI_ADDRESS(MSI_PAGE, 0, VECTOR));
  write32(bar + 0x1000, 1);
  while (!read64(MAILBOX(MAILBOX_INDEX))) continue;
  CHECK(read64(MAILBOX(MAILBOX_INDEX)) == 1 << 3);
  for (i = 0; i < 8; ++i) CHECK(read64((uintptr_t)&buffer[i]) == 0x0101010101010101ull * (i + 1));
  finish(0);
}
