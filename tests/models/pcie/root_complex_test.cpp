// The chip as root complex: the published start-up sequence, enumeration through ECAM, traffic both ways.
#include <numeric>

#include "models/pcie/enumerate.h"
#include "models/pcie/switch.h"
#include "mppa/pci_config.h"
#include "tests/models/pcie/chip_rig.h"

namespace mppa::pcie {
namespace {

using test::run_ps;
constexpr u64 kUs = 1'000'000;

/// Configuration accesses as firmware makes them.
class Ecam : public ConfigIf {
 public:
  Ecam(test::ChipRig& chip, unsigned controller) : chip_(chip), base_(MPPA_PCIE_ECAM(controller)) {}
  u32 config_read(u16 id, unsigned offset, unsigned bytes) override {
    return static_cast<u32>(chip_.read(base_ + (u64{id} << 12) + offset, bytes));
  }
  void config_write(u16 id, unsigned offset, u32 value, unsigned bytes) override {
    chip_.write(base_ + (u64{id} << 12) + offset, value, bytes);
  }

 private:
  test::ChipRig& chip_;
  u64 base_;
};

class RootComplexTest : public mppa::test::ScTest {
 protected:
  RootComplexTest() {
    chip.pcie.connect(0, link0.end(0));
    chip.pcie.connect(4, link4.end(0));
    device.function(0).attach(user);
    device4.function(0).attach(user4);
    elaborate();
  }
  static FunctionParams low_device() {
    FunctionParams f = test::nvme_like();
    f.bars[0] = {0x4000, true, false};
    return f;
  }
  /// Soc digest pcie.md section 6, without the PHY.
  void start(unsigned c, unsigned mode = 0) {
    chip.write(MPPA_PCIE_PHY + MPPA_PCIE_PHY_NFURC, mode);
    chip.write(MPPA_PCIE_DECODER + MPPA_PCIE_BYPASS, 1);
    constexpr unsigned kIndex[] = MPPA_PCIE_ASN_INDEX;
    chip.write(MPPA_PCIE_ASN + MPPA_PCIE_ASN_RC(kIndex[c]), c);
    chip.write(MPPA_PCIE_ASN + MPPA_PCIE_MODE(c), 1);
    chip.write(MPPA_PCIE_CSR(c) + MPPA_PCIE_CSR_INITIAL, 3);
    chip.write(MPPA_PCIE_CSR(c) + MPPA_PCIE_CSR_DS_AUTO, 0x80000003);
    chip.write(MPPA_PCIE_CSR(c) + MPPA_PCIE_CSR_PORT_TYPE, 1);
    chip.write(MPPA_PCIE_CSR(c) + MPPA_PCIE_CSR_ID3, 0x060400 << 8);
    chip.write(MPPA_PCIE_PHY + MPPA_PCIE_PHY_CTRL(c) + MPPA_PCIE_PHY_LTSSM_DISABLE, 0);
    run_ps(2 * kUs);
    const u64 bridge = MPPA_PCIE_BREG(c);
    chip.write(bridge + MPPA_PCIE_BREG_E_ECAM + 8, 1 | 16 << 16);
    chip.write(bridge + MPPA_PCIE_BREG_MISC_MASK, 0xFFFFFFFF);
    chip.write(bridge + MPPA_PCIE_BREG_LEG_MASK, 0xF);
    chip.write(bridge + MPPA_PCIE_BREG_INTERRUPT, 1);
  }
  std::vector<Device> enumerate(unsigned c) {
    chip.egress(c, 0, MPPA_PCIE_MEM32(c), 0, 28);
    Ecam ecam(chip, c);
    EnumerationParams p;
    p.low_base = 0x0100'0000;
    p.low_size = 0x0F00'0000;
    p.high_base = MPPA_PCIE_MEM64(c);
    p.high_size = u64{1} << 32;
    return pcie::enumerate(ecam, p);
  }
  u64 misc(unsigned c) { return chip.read(MPPA_PCIE_BREG(c) + MPPA_PCIE_BREG_MISC_STATUS); }

  Link link0{"link0", test::quick_link()}, link4{"link4", test::quick_link()};
  test::ChipRig chip;
  Endpoint device{"device", link0.end(1), {.functions = {low_device()}}};
  Endpoint device4{"device4", link4.end(1), {.functions = {low_device()}}};
  test::RamFunction user, user4;
};

TEST_F(RootComplexTest, LanesFollowTheNfurcation) {
  start(0);
  EXPECT_EQ(link0.end(1).rate(), (LinkRate{16, 4}));
  EXPECT_EQ(chip.read(MPPA_PCIE_PHY + MPPA_PCIE_PHY_CTRL(0) + MPPA_PCIE_PHY_LINK_UP), 1U);
  start(4);
  EXPECT_FALSE(link4.up()) << "no lanes in mode 0";
  start(4, 1);
  EXPECT_EQ(link4.end(1).rate(), (LinkRate{8, 4}));
  EXPECT_EQ(link0.end(1).rate(), (LinkRate{8, 4}));
  start(4, 5);
  EXPECT_EQ(link4.end(1).rate(), (LinkRate{2, 4}));
}

TEST_F(RootComplexTest, LanesOfEveryModeAddUpToSixteenAtMost) {
  for (unsigned mode = 0; mode <= 30; ++mode) {
    const LaneSplit split = lanes_of_mode(mode);
    EXPECT_LE(std::accumulate(split.begin(), split.end(), 0U), 18U) << mode;
    EXPECT_GE(split[0], 2U) << mode;
  }
  EXPECT_EQ(lanes_of_mode(12), (LaneSplit{4, 0, 4, 0, 4, 0, 2, 2}));
  EXPECT_EQ(lanes_of_mode(31), LaneSplit{});
}

TEST_F(RootComplexTest, WidthAndRateMayBeLimited) {
  chip.write(MPPA_PCIE_CSR(0) + MPPA_PCIE_CSR_RX_DET, 0x8000000F);
  start(0);
  EXPECT_EQ(link0.end(1).rate(), (LinkRate{4, 4}));
  chip.write(MPPA_PCIE_CSR(0) + MPPA_PCIE_CSR_INITIAL, 2 | 2 << 16);
  run_ps(2 * kUs);
  EXPECT_EQ(link0.end(1).rate(), (LinkRate{2, 3})) << "the link retrains";
}

TEST_F(RootComplexTest, EnumerationByEcam) {
  start(0);
  const std::vector<Device> found = enumerate(0);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].class_code, 0x060400U);
  EXPECT_EQ(found[1].id, make_bdf(1, 0, 0));
  EXPECT_EQ(found[1].bars[0].size, 0x4000U);
  EXPECT_EQ(chip.read(MPPA_PCIE_ECAM(0) + MPPA_PCI_ECAM(0, 1, 0)), 0xFFFFFFFFU) << "bus 0 has one device";
  EXPECT_EQ(chip.read(MPPA_PCIE_ECAM(0) + MPPA_PCI_ECAM(1, 3, 0)), 0xFFFFFFFFU);
  EXPECT_EQ(chip.read(MPPA_PCIE_ECAM(0) + MPPA_PCI_ECAM(9, 0, 0)), 0xFFFFFFFFU);
  EXPECT_EQ(chip.read(MPPA_PCIE_ECAM(0) + MPPA_PCI_ECAM(1, 0, 0) + 2, 2), 0x5678U);
  EXPECT_NE(chip.status(MPPA_PCIE_ECAM(4)), tlm::TLM_OK_RESPONSE) << "not enabled";
}

TEST_F(RootComplexTest, TheChipReachesBarsThroughAnEgressWindow) {
  start(0);
  const Device d = enumerate(0).at(1);
  const u64 bar = MPPA_PCIE_MEM32(0) + d.bars[0].address;
  chip.write(bar + 0x38, 0x1122334455667788, 8);
  EXPECT_EQ(chip.read(bar + 0x38, 8), 0x1122334455667788U) << "a read pushes the write before it";
  const u64 wires = wire_ps({16, 4}, 20) + wire_ps({16, 4}, 28);
  const u64 unloaded = 2 * 60'000 + 2 * 250'000 + 20'000 + wires;
  chip.bus.read(bar, 8, sc_core::sc_time(10, sc_core::SC_US));
  const u64 took = chip.bus.delay.value() - 10 * kUs;
  EXPECT_EQ(took, unloaded);
}

TEST_F(RootComplexTest, AddressesWithoutAnEgressWindowAreBusErrors) {
  start(0);
  enumerate(0);
  EXPECT_EQ(chip.status(MPPA_PCIE_MEM32(1)), tlm::TLM_ADDRESS_ERROR_RESPONSE);
  EXPECT_EQ(chip.status(MPPA_PCIE_MEM64(0)), tlm::TLM_ADDRESS_ERROR_RESPONSE);
  EXPECT_EQ(chip.status(MPPA_PCIE_CSR(0)), tlm::TLM_ADDRESS_ERROR_RESPONSE) << "no such register";
}

TEST_F(RootComplexTest, FailedReadsRaiseAnErrorOrReadAsOnes) {
  start(0);
  const Device d = enumerate(0).at(1);
  const u64 hole = MPPA_PCIE_MEM32(0) + d.bars[0].address + 0x8000;
  chip.lines.events.clear();
  EXPECT_EQ(chip.status(hole), tlm::TLM_GENERIC_ERROR_RESPONSE);
  EXPECT_EQ(misc(0), MPPA_PCIE_MISC_SLAVE_ERROR);
  ASSERT_FALSE(chip.lines.events.empty());
  EXPECT_EQ(chip.lines.events[0].line, MPPA_PCIE_LINE_MISC(0));
  EXPECT_TRUE(chip.lines.events[0].level);
  chip.write(MPPA_PCIE_BREG(0) + MPPA_PCIE_BREG_MISC_STATUS, MPPA_PCIE_MISC_SLAVE_ERROR);
  EXPECT_FALSE(chip.lines.events[chip.lines.events.size() - 2].level) << "the line follows the status";
  chip.write(MPPA_PCIE_SUBSYSTEM + MPPA_PCIE_SLAVE_ERR_DISABLE, 1);
  EXPECT_EQ(chip.status(hole), tlm::TLM_GENERIC_ERROR_RESPONSE) << "DMA and devices always see the error";
  BusExtension core;
  core.cluster = 0;
  chip.bus.extension = &core;
  EXPECT_EQ(chip.read(hole), 0xFFFFFFFFU);
  chip.bus.extension = nullptr;
}

TEST_F(RootComplexTest, TheDeviceReadsAndWritesTheChip) {
  start(0);
  enumerate(0);
  std::vector<u8> data(3000);
  std::iota(data.begin(), data.end(), u8{1});
  device.function(0).write(0x0180'0123, data);
  run_ps(3 * kUs);
  EXPECT_TRUE(std::equal(data.begin(), data.end(), chip.memory.memory.data() + 0x0180'0123));
  std::vector<u8> into(data.size());
  RequestStatus status = RequestStatus::kTimeout;
  device.function(0).read(0x0180'0123, into, [&](RequestStatus s) { status = s; });
  run_ps(5 * kUs);
  EXPECT_EQ(status, RequestStatus::kOk);
  EXPECT_EQ(into, data);
  device.function(0).read(u64{5} << 32, into, [&](RequestStatus s) { status = s; });
  run_ps(5 * kUs);
  EXPECT_EQ(status, RequestStatus::kUnsupported) << "nothing at 20 GiB";
  EXPECT_TRUE(misc(0) & MPPA_PCIE_MISC_MASTER_ERROR);
}

TEST_F(RootComplexTest, ControllerZeroNeedsTheDecodersBypass) {
  start(0);
  enumerate(0);
  chip.write(MPPA_PCIE_DECODER + MPPA_PCIE_BYPASS, 0);
  device.function(0).write(0x0180'0000, std::vector<u8>(8, 7));
  run_ps(3 * kUs);
  EXPECT_EQ(chip.memory.word(0x0180'0000), 0U);
}

TEST_F(RootComplexTest, TheMasterIommusTranslateByAddressSpace) {
  start(4, 1);
  enumerate(4);
  // 2 MiB page 0x4000_0000 -> 0x0100_0000 for ASN 4, on both units; 4 KiB pages are off.
  for (const u64 unit : {MPPA_PCIE_IOMMU_RX, MPPA_PCIE_IOMMU_TX}) {
    chip.write(unit + 0x40, 0x0100'0000 | 2 << 4 | 1, 8);
    chip.write(unit + 0x48, 0x4000'0000 | 2 << 10 | 4, 8);
    chip.write(unit + 0x50, 0, 8);
    chip.write(unit + 0x200, 7, 8);
    chip.write(unit + 0x000, 1 | 4 << 8, 8);
    chip.write(unit + 0x400, 0x1F, 1);
  }
  device4.function(0).write(0x4000'2000, std::vector<u8>(8, 9));
  run_ps(3 * kUs);
  EXPECT_EQ(chip.memory.word(0x0100'2000), 0x0909090909090909U);
  chip.lines.events.clear();
  std::vector<u8> into(8);
  std::vector<RequestStatus> statuses;
  const auto note = [&](RequestStatus s) { statuses.push_back(s); };
  device4.function(0).read(0x4000'2000, into, note);
  device4.function(0).read(0x5000'0000, into, note);
  run_ps(3 * kUs);
  EXPECT_EQ(statuses, (std::vector<RequestStatus>{RequestStatus::kOk, RequestStatus::kAborted}));
  ASSERT_FALSE(chip.lines.events.empty());
  EXPECT_EQ(chip.lines.events[0].line, MPPA_PCIE_LINE_IOMMU_TX);
}

TEST_F(RootComplexTest, InterruptsAreSnoopedBeforeTranslation) {
  start(0);
  enumerate(0);
  constexpr u64 kBase = 0x8000'0000;
  constexpr unsigned kVector = 0x47, kSnooper = 2;
  chip.write(MPPA_PCIE_SNOOPER(kSnooper) + MPPA_PCIE_SNOOPER_BASE_LO, kBase + 1024 * kSnooper);
  chip.write(MPPA_PCIE_SNOOPER(kSnooper) + MPPA_PCIE_SNOOPER_ENABLE, 1);
  const u64 input = MPPA_PCIE_ITGEN(kSnooper) + 0x10 * kVector;
  chip.write(input, 3 << 8 | 17 | 5 << 24);  // cluster 3, mailbox 17, bit 5
  chip.write(input + 8, 1);
  const u64 address = MPPA_PCIE_MSI_ADDRESS(kBase, kSnooper, kVector);
  const std::vector<u8> message = {MPPA_PCIE_MSI_DATA(kVector), 0, 0, 0};
  device.function(0).write(address, message);
  run_ps(3 * kUs);
  const std::pair<u64, u64> expected = {0x04A0'0000 + 17 * 512, 1 << 5};
  EXPECT_EQ(chip.memory.mailboxes, (std::vector{expected}));
  EXPECT_EQ(chip.memory.word(address), 0U) << "consumed";
  const u64 group = MPPA_PCIE_SNOOPER(kSnooper) + MPPA_PCIE_SNOOPER_GROUP(2);
  EXPECT_EQ(chip.read(group + MPPA_PCIE_SNOOPER_STATUS_LAC), 1U << 7);
  EXPECT_EQ(chip.read(group + MPPA_PCIE_SNOOPER_STATUS), 0U);
  // Masked: kept, and sent when unmasked.
  chip.write(group + MPPA_PCIE_SNOOPER_MASK, 1 << 7);
  device.function(0).write(address, message);
  run_ps(3 * kUs);
  EXPECT_EQ(chip.memory.mailboxes.size(), 1U);
  chip.write(group + MPPA_PCIE_SNOOPER_MASK, 0);
  EXPECT_EQ(chip.memory.mailboxes.size(), 2U);
  // MSI-X decoding: the address alone tells the vector.
  chip.write(group + MPPA_PCIE_SNOOPER_TYPE, 1);
  device.function(0).write(kBase + 1024 * kSnooper + 4 * kVector, std::vector<u8>{0xAA, 0, 0, 0});
  run_ps(3 * kUs);
  EXPECT_EQ(chip.memory.mailboxes.size(), 3U);
  // Other sizes are data.
  device.function(0).write(address, std::vector<u8>(8, 1));
  run_ps(3 * kUs);
  EXPECT_EQ(chip.memory.mailboxes.size(), 3U);
  EXPECT_NE(chip.memory.word(address), 0U);
}

TEST_F(RootComplexTest, PullingTheDeviceRaisesTheCoresInterrupt) {
  start(0);
  const Device d = enumerate(0).at(1);
  chip.lines.events.clear();
  link0.set_plugged(false);
  EXPECT_EQ(chip.read(MPPA_PCIE_PHY + MPPA_PCIE_PHY_CTRL(0) + MPPA_PCIE_PHY_LINK_UP), 0U);
  EXPECT_TRUE(misc(0) & MPPA_PCIE_MISC_CORE);
  EXPECT_EQ(chip.read(MPPA_PCIE_CSR(0) + MPPA_PCIE_CSR_DL_STAT), MPPA_PCIE_DL_SURPRISE_DOWN);
  EXPECT_EQ(chip.lines.events.at(0).line, MPPA_PCIE_LINE_MISC(0));
  EXPECT_EQ(chip.status(MPPA_PCIE_MEM32(0) + d.bars[0].address), tlm::TLM_GENERIC_ERROR_RESPONSE);
  EXPECT_EQ(chip.read(MPPA_PCIE_ECAM(0) + MPPA_PCI_ECAM(1, 0, 0)), 0xFFFFFFFFU);
}

TEST_F(RootComplexTest, ErrorMessagesOfDevicesReachTheRootPort) {
  start(0);
  const Device d = enumerate(0).at(1);
  chip.write(MPPA_PCIE_MEM32(0) + d.bars[0].address + 0x8000, 1);  // a write to nowhere
  run_ps(3 * kUs);
  EXPECT_TRUE(misc(0) & MPPA_PCIE_MISC_CORE);
  Ecam ecam(chip, 0);
  const unsigned aer = find_extended_capability(ecam, 0, MPPA_PCI_EXT_AER);
  EXPECT_EQ(ecam.config_read(0, aer + MPPA_PCI_AER_ROOT_STATUS, 4), 0x24U) << "uncorrectable, non-fatal";
  EXPECT_EQ(ecam.config_read(0, aer + MPPA_PCI_AER_SOURCE, 4) >> 16, d.id);
}

TEST_F(RootComplexTest, LongReadsArePipelinedOverTheTags) {
  start(0);
  const Device d = enumerate(0).at(1);
  std::vector<u8> into(0x4000);
  const u64 bar = MPPA_PCIE_MEM32(0) + d.bars[0].address;
  sc_core::sc_time at(10, sc_core::SC_US);
  EXPECT_EQ(chip.bus.access(tlm::TLM_READ_COMMAND, bar, into.data(), 0x4000, at), tlm::TLM_OK_RESPONSE);
  const u64 took = chip.bus.delay.value() - 10 * kUs;
  EXPECT_LT(took, 660'000U + 32 * 2 * wire_ps({16, 4}, 276) + 10'000) << "32 requests of 512 bytes in flight";
  EXPECT_GT(took, 640'000U + 31 * 2 * wire_ps({16, 4}, 276));
}

}  // namespace
}  // namespace mppa::pcie
