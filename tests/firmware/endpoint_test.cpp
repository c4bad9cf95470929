// The card as a host sees it: firmware/apps/endpoint_test on the chip, a root complex at the other end of the link.
#include "models/pcie/host_root.h"

#include <cstring>

#include "models/pcie/link.h"
#include "mppa/pci_config.h"
#include "mppa/pcie_regs.h"
#include "sim/system/coolidge.h"
#include "tests/models/sc_test.h"

namespace mppa::sim {
namespace {

using pcie::Device;

constexpr u64 kCap = 0x0000'0020'1401'03FF;
constexpr u64 kPage = 0x1'2345'6000;

struct Machine {
  Machine() : chip("chip", CoolidgeParams{}) {
    chip.pcie().connect(0, link.end(1));
    chip.on_end = [](const ChipEnd&) { sc_core::sc_stop(); };
    chip.console(0, [this](u8 byte, const sc_core::sc_time&) { console += static_cast<char>(byte); });
    host.on_interrupt = [this](u64 address, u32 data) { interrupts.emplace_back(address, data); };
    sc_core::sc_report_handler::set_actions(sc_core::SC_INFO, sc_core::SC_DO_NOTHING);
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
    std::vector<BootImage> images;
    images.push_back({0, ElfFile::read(MPPA_BINARY_DIR "/firmware/endpoint_test.elf"), {"endpoint_test"}});
    chip.boot(images);
    for (int i = 0; i < 100 && !host.link_up(0); ++i) wait_us(100);
    if (!host.link_up(0)) return;
    const std::vector<Device> devices = host.enumerate();
    if (devices.size() != 2) return;
    functions.push_back(devices[1]);
    for (const Device& vf : enable_vfs(host, devices[1], 8)) functions.push_back(vf);
    wait_us(5);
  }
  static void wait_us(double us) { sc_core::sc_start(us, sc_core::SC_US); }
  static pcie::HostRootParams host_params() {
    pcie::HostRootParams p;
    p.memory_bytes = u64{8} << 30;
    return p;
  }
  u64 bar(unsigned function) const { return functions.at(function).bars[0].address; }
  u64 read(unsigned function, u64 offset, unsigned bytes) { return host.mmio_read_now(bar(function) + offset, bytes); }
  void write32(unsigned function, u64 offset, u32 value) { host.mmio_write32(bar(function) + offset, value); }
  void write64(unsigned function, u64 offset, u64 value) { host.mmio_write64(bar(function) + offset, value); }

  test::ScContext context;
  pcie::Link link{"link", pcie::LinkParams{}};
  pcie::HostRoot host{"host", host_params(), {&link.end(0)}};
  Coolidge chip;
  std::string console;
  std::vector<Device> functions;
  std::vector<std::pair<u64, u32>> interrupts;
};

TEST(Endpoint, TheHostReadsTheRegistersThatTheFirmwareKeeps) {
  Machine m;
  ASSERT_EQ(m.functions.size(), 9U) << m.console;
  EXPECT_EQ(m.link.end(0).rate(), (pcie::LinkRate{8, 4})) << "n-furcation mode 1";
  for (unsigned f = 0; f < 9; ++f) {
    EXPECT_EQ(m.read(f, 0, 8), kCap) << f;
    EXPECT_EQ(m.read(f, 8, 4), 0x10400U) << f;
  }
  m.write64(4, 0, 0);
  m.write32(4, 0x14, 0x460001);
  m.wait_us(5);
  EXPECT_EQ(m.read(4, 0x14, 4), 0x460001U);
  EXPECT_EQ(m.read(4, 0x1C, 4), 1U) << "CSTS.RDY by the firmware";
  EXPECT_EQ(m.read(3, 0x1C, 4), 0U);
  EXPECT_EQ(m.read(4, 0, 8), kCap) << "read only";

  const unsigned at = find_capability(m.host, m.functions[4].id, MPPA_PCI_CAP_PCIE);
  m.host.config_write(m.functions[4].id, at + MPPA_PCI_EXP_DEVCTL, MPPA_PCI_EXP_DEVCTL_FLR, 2);
  m.host.config_write(m.functions[4].id, MPPA_PCI_COMMAND, MPPA_PCI_COMMAND_MEMORY | MPPA_PCI_COMMAND_MASTER, 2);
  m.wait_us(5);
  EXPECT_EQ(m.read(4, 0x1C, 4), 0U) << "reset";

  m.write32(0, 0x14, 0xDEAD);
  m.wait_us(1000);
  ASSERT_TRUE(m.chip.end.has_value());
  EXPECT_EQ(m.chip.end->status, 0) << m.chip.end->message;
}

TEST(Endpoint, DoorbellsLeadToDmaAndAnInterrupt) {
  Machine m;
  ASSERT_EQ(m.functions.size(), 9U) << m.console;
  u8* page = m.host.memory().data() + kPage;
  for (unsigned i = 0; i < 64; ++i) page[i] = static_cast<u8>(3 * i);
  m.write64(7, 0x2000, 0xFEE0'0000);
  m.write32(7, 0x2008, 0x4711);
  m.write32(7, 0x1000 + 8 * 5, static_cast<u32>(kPage >> 12));
  m.wait_us(20);
  for (unsigned i = 0; i < 64; ++i) ASSERT_EQ(page[64 + i], static_cast<u8>(~(3 * i))) << i;
  EXPECT_EQ(page[128], 5);
  EXPECT_EQ(m.interrupts, (std::vector<std::pair<u64, u32>>{{0xFEE0'0000, 0x4711}}));
}

TEST(Endpoint, LostWritesDoNotHurtTheFirmware) {
  Machine m;
  ASSERT_EQ(m.functions.size(), 9U) << m.console;
  m.write64(1, 0x2000, 0xFEE0'0000);
  EXPECT_EQ(m.read(0, 0x100 + 4 * MPPA_PCIE_EVENT_MASTER, 4), 1U);
  EXPECT_EQ(m.read(0, 0x100 + 4 * MPPA_PCIE_EVENT_VFS, 4), 8U);
  m.host.config_write(m.functions[0].id, MPPA_PCI_COMMAND, MPPA_PCI_COMMAND_MEMORY, 2);
  m.wait_us(5);
  EXPECT_EQ(m.read(0, 0x100 + 4 * MPPA_PCIE_EVENT_MASTER, 4), 0U) << "bus master off";
  m.write32(1, 0x1008, static_cast<u32>(kPage >> 12));
  m.write32(1, 0x14, 1);
  m.wait_us(20);
  EXPECT_EQ(m.read(1, 0x1C, 4), 1U) << "the firmware goes on";
  EXPECT_TRUE(m.interrupts.empty());
  EXPECT_EQ(m.console, "");
  m.host.config_write(m.functions[0].id, MPPA_PCI_COMMAND, MPPA_PCI_COMMAND_MEMORY | MPPA_PCI_COMMAND_MASTER, 2);
  m.write32(1, 0x1008, static_cast<u32>(kPage >> 12));
  m.wait_us(20);
  EXPECT_EQ(m.host.memory().data()[kPage + 64], 0xFF) << "the DMA queue works again";
  m.link.set_plugged(false);
  m.wait_us(50);
  m.link.set_plugged(true);
  m.wait_us(50);
  EXPECT_FALSE(m.chip.end.has_value()) << m.chip.end->message;
}

}  // namespace
}  // namespace mppa::sim
