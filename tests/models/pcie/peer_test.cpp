// A card between a host and a drive: controller 0 is the host's endpoint, controller 4 the drive's root complex. The
// drive reads and writes the host's memory through the card, without a copy in between.
#include <numeric>

#include "models/pcie/host_root.h"
#include "mppa/pci_config.h"
#include "tests/models/pcie/chip_rig.h"

namespace mppa::pcie {
namespace {

using test::run_ps;
constexpr u64 kUs = 1'000'000;
constexpr u64 kBuffer = 0x1234'5F00;  // not aligned to packets or pages

class PeerTest : public mppa::test::ScTest {
 protected:
  PeerTest() {
    chip.pcie.connect(0, host_link.end(1));
    chip.pcie.connect(4, drive_link.end(0));
    drive.function(0).attach(user);
    elaborate();
    chip.write(MPPA_PCIE_PHY + MPPA_PCIE_PHY_NFURC, 1);
    chip.write(MPPA_PCIE_ASN + MPPA_PCIE_MODE(4), 1);
    chip.write(MPPA_PCIE_CSR(4) + MPPA_PCIE_CSR_PORT_TYPE, 1);
    for (unsigned c : {0U, 4U}) chip.write(MPPA_PCIE_PHY + MPPA_PCIE_PHY_CTRL(c) + MPPA_PCIE_PHY_LTSSM_DISABLE, 0);
    run_ps(2 * kUs);
    host.enumerate();
    chip.write(MPPA_PCIE_BREG(4) + MPPA_PCIE_BREG_E_ECAM + 8, 1 | 16 << 16);
    config(0, MPPA_PCI_BUSES, 1 << 8 | 1 << 16);
    config(0, MPPA_PCI_COMMAND, MPPA_PCI_COMMAND_MEMORY | MPPA_PCI_COMMAND_MASTER);
    config(1, MPPA_PCI_COMMAND, MPPA_PCI_COMMAND_MEMORY | MPPA_PCI_COMMAND_MASTER);
    chip.egress(0, 0, MPPA_PCIE_HOST, 0, 37);
    run_ps(kUs);
  }
  void config(unsigned bus, unsigned offset, u32 value) {
    chip.write(MPPA_PCIE_ECAM(4) + MPPA_PCI_ECAM(bus, 0, 0) + offset, value);
  }
  Function& function() { return drive.function(0); }
  RequestStatus read(u64 address, std::span<u8> into) {
    RequestStatus status = RequestStatus::kTimeout;
    function().read(address, into, [&](RequestStatus s) { status = s; });
    run_ps(10 * kUs);
    return status;
  }

  Link host_link{"host_link", test::quick_link()}, drive_link{"drive_link", test::quick_link()};
  HostRoot host{"host", test::host_with(u64{1} << 30), {&host_link.end(0)}};
  test::ChipRig chip;
  Endpoint drive{"drive", drive_link.end(1), {.functions = {test::nvme_like()}}};
  test::RamFunction user;
};

TEST_F(PeerTest, ADriveWritesAndReadsTheHostsMemory) {
  std::vector<u8> data(9000), into(9000);
  std::iota(data.begin(), data.end(), u8{1});
  function().write(MPPA_PCIE_HOST + kBuffer, data);
  run_ps(10 * kUs);
  EXPECT_TRUE(std::equal(data.begin(), data.end(), host.memory().data() + kBuffer));
  EXPECT_EQ(read(MPPA_PCIE_HOST + kBuffer, into), RequestStatus::kOk);
  EXPECT_EQ(into, data);
}

TEST_F(PeerTest, DataArriveBeforeWhatIsWrittenBehindThem) {
  // The drive writes data to the host, then its completion to the card, whose core writes another one to the host.
  std::vector<u8> data(4096, 0x5A), entry(16, 1);
  u64 seen = 0;
  host.on_memory_write = [&](u64 address, u64) {
    if (address == kBuffer + 0x10000) seen = host.memory().data()[kBuffer + 4095];
  };
  function().write(MPPA_PCIE_HOST + kBuffer, data);
  function().write(0x0120'0000, entry);
  while (chip.memory.word(0x0120'0000) == 0) run_ps(1000);
  chip.write(MPPA_PCIE_HOST + kBuffer + 0x10000, 1);
  run_ps(10 * kUs);
  EXPECT_EQ(seen, 0x5AU);
}

TEST_F(PeerTest, WhatTheHostRefusesFailsAtTheDrive) {
  std::vector<u8> into(512);
  EXPECT_NE(read(MPPA_PCIE_HOST + (u64{1} << 30), into), RequestStatus::kOk) << "the host has 1 GiB";
  host_link.set_plugged(false);
  EXPECT_NE(read(MPPA_PCIE_HOST + kBuffer, into), RequestStatus::kOk) << "no host";
  function().write(MPPA_PCIE_HOST + kBuffer, into);
  run_ps(10 * kUs);
  EXPECT_TRUE(drive_link.up());
}

}  // namespace
}  // namespace mppa::pcie
