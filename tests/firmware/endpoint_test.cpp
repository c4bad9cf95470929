// The card as a host sees it: firmware/apps/endpoint_test on the chip, a root complex at the other end of the link.
#include <cstring>

#include "mppa/pcie_regs.h"
#include "tests/firmware/card.h"

namespace mppa::test {
namespace {

using pcie::Device;

constexpr u64 kCap = 0x0000'0020'1401'03FF;
constexpr u64 kPage = 0x1'2345'6000;

struct Machine : Card {
  Machine() {
    boot("endpoint_test.elf", 1, {"endpoint_test"});
    if (wait_for_link()) devices = functions(8);
    run_us(5);
  }
  u64 bar(unsigned function) const { return devices.at(function).bars[0].address; }
  u64 read(unsigned function, u64 offset, unsigned bytes) { return host.mmio_read_now(bar(function) + offset, bytes); }
  void write32(unsigned function, u64 offset, u32 value) { host.mmio_write32(bar(function) + offset, value); }
  void write64(unsigned function, u64 offset, u64 value) { host.mmio_write64(bar(function) + offset, value); }

  std::vector<Device> devices;
};

TEST(Endpoint, TheHostReadsTheRegistersThatTheFirmwareKeeps) {
  Machine m;
  ASSERT_EQ(m.devices.size(), 9U) << m.console;
  EXPECT_EQ(m.link.end(0).rate(), (pcie::LinkRate{8, 4})) << "n-furcation mode 1";
  for (unsigned f = 0; f < 9; ++f) {
    EXPECT_EQ(m.read(f, 0, 8), kCap) << f;
    EXPECT_EQ(m.read(f, 8, 4), 0x10400U) << f;
  }
  m.write64(4, 0, 0);
  m.write32(4, 0x14, 0x460001);
  run_us(5);
  EXPECT_EQ(m.read(4, 0x14, 4), 0x460001U);
  EXPECT_EQ(m.read(4, 0x1C, 4), 1U) << "CSTS.RDY by the firmware";
  EXPECT_EQ(m.read(3, 0x1C, 4), 0U);
  EXPECT_EQ(m.read(4, 0, 8), kCap) << "read only";

  m.function_level_reset(m.devices[4]);
  m.set_command(m.devices[4], MPPA_PCI_COMMAND_MEMORY | MPPA_PCI_COMMAND_MASTER);
  run_us(5);
  EXPECT_EQ(m.read(4, 0x1C, 4), 0U) << "reset";

  m.write32(0, 0x14, 0xDEAD);
  run_us(1000);
  ASSERT_TRUE(m.chip.end.has_value());
  EXPECT_EQ(m.chip.end->status, 0) << m.chip.end->message;
}

TEST(Endpoint, DoorbellsLeadToDmaAndAnInterrupt) {
  Machine m;
  ASSERT_EQ(m.devices.size(), 9U) << m.console;
  u8* page = m.host.memory().data() + kPage;
  for (unsigned i = 0; i < 64; ++i) page[i] = static_cast<u8>(3 * i);
  m.write64(7, 0x2000, 0xFEE0'0000);
  m.write32(7, 0x2008, 0x4711);
  m.write32(7, 0x1000 + 8 * 5, static_cast<u32>(kPage >> 12));
  run_us(20);
  for (unsigned i = 0; i < 64; ++i) ASSERT_EQ(page[64 + i], static_cast<u8>(~(3 * i))) << i;
  EXPECT_EQ(page[128], 5);
  EXPECT_EQ(m.interrupts, (std::vector<std::pair<u64, u32>>{{0xFEE0'0000, 0x4711}}));
}

TEST(Endpoint, LostWritesDoNotHurtTheFirmware) {
  Machine m;
  ASSERT_EQ(m.devices.size(), 9U) << m.console;
  m.write64(1, 0x2000, 0xFEE0'0000);
  EXPECT_EQ(m.read(0, 0x100 + 4 * MPPA_PCIE_EVENT_MASTER, 4), 1U);
  EXPECT_EQ(m.read(0, 0x100 + 4 * MPPA_PCIE_EVENT_VFS, 4), 8U);
  m.set_command(m.devices[0], MPPA_PCI_COMMAND_MEMORY);
  run_us(5);
  EXPECT_EQ(m.read(0, 0x100 + 4 * MPPA_PCIE_EVENT_MASTER, 4), 0U) << "bus master off";
  m.write32(1, 0x1008, static_cast<u32>(kPage >> 12));
  m.write32(1, 0x14, 1);
  run_us(20);
  EXPECT_EQ(m.read(1, 0x1C, 4), 1U) << "the firmware goes on";
  EXPECT_TRUE(m.interrupts.empty());
  EXPECT_EQ(m.console, "");
  m.set_command(m.devices[0], MPPA_PCI_COMMAND_MEMORY | MPPA_PCI_COMMAND_MASTER);
  m.write32(1, 0x1008, static_cast<u32>(kPage >> 12));
  run_us(20);
  EXPECT_EQ(m.host.memory().data()[kPage + 64], 0xFF) << "the DMA queue works again";
  m.link.set_plugged(false);
  run_us(50);
  m.link.set_plugged(true);
  run_us(50);
  EXPECT_FALSE(m.chip.end.has_value()) << m.chip.end->message;
}

}  // namespace
}  // namespace mppa::test
