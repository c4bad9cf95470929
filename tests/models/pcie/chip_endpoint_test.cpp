// The chip as endpoint of a host: functions, BAR decoder, doorbells, DMA and interrupts to the host.
#include <numeric>

#include "models/pcie/host_root.h"
#include "mppa/pci_config.h"
#include "tests/models/pcie/chip_rig.h"

namespace mppa::pcie {
namespace {

using test::run_ps;
constexpr u64 kUs = 1'000'000;
constexpr u64 kRegs = 0x0120'0000;     // 4 KiB of registers per function
constexpr u64 kShadow = 0x0140'0000;   // doorbells
constexpr u64 kRing = 0x0150'0000;     // ring 3
constexpr u64 kEvents = 0x0151'0000;   // ring 16
constexpr u64 kMirror = 0x0152'0000;   // write pointers
constexpr u64 kMailbox = 0x02A0'0A00;  // cluster 1, mailbox 5

class ChipEndpointTest : public mppa::test::ScTest {
 protected:
  ChipEndpointTest() {
    chip.pcie.connect(0, link.end(1));
    elaborate();
    set_up_decoder();
    chip.write(MPPA_PCIE_PHY + MPPA_PCIE_PHY_CTRL(0) + MPPA_PCIE_PHY_LTSSM_DISABLE, 0);
    run_ps(2 * kUs);
    devices = host.enumerate();
    vfs = enable_vfs(host, devices.at(1), 127);
    chip.egress(0, 0, MPPA_PCIE_HOST, 0, 40);
    run_ps(kUs);
  }
  void window(unsigned w, u64 offset, u64 size, unsigned mode, u64 base, unsigned stride) {
    const u64 at = MPPA_PCIE_DECODER + MPPA_PCIE_WINDOW(w);
    chip.write(at + MPPA_PCIE_WINDOW_BAR, 0);
    chip.write(at + MPPA_PCIE_WINDOW_OFFSET, offset);
    chip.write(at + MPPA_PCIE_WINDOW_SIZE, size);
    chip.write(at + MPPA_PCIE_WINDOW_MODE, mode);
    chip.write(at + MPPA_PCIE_WINDOW_BASE_LO, base);
    chip.write(at + MPPA_PCIE_WINDOW_BASE_HI, 0);
    chip.write(at + MPPA_PCIE_WINDOW_STRIDE, stride);
  }
  void ring(unsigned r, u64 base, unsigned log2) {
    const u64 at = MPPA_PCIE_DECODER + MPPA_PCIE_RING(r);
    chip.write(at + MPPA_PCIE_RING_BASE_LO, base);
    chip.write(at + MPPA_PCIE_RING_MIRROR_LO, kMirror + 8 * r);
    chip.write(at + MPPA_PCIE_RING_NOTIFY_LO, kMailbox);
    chip.write(at + MPPA_PCIE_RING_NOTIFY_DATA_LO, 1U << r);
    chip.write(at + MPPA_PCIE_RING_CTRL, 1 | log2 << 8);
  }
  // Registers, with CC (0x14) trapped; doorbells from 0x1000; the MSI-X table stays closed.
  void set_up_decoder() {
    window(0, 0x00, 0x14, MPPA_PCIE_WINDOW_MEMORY, kRegs, 12);
    window(1, 0x14, 0x04, MPPA_PCIE_WINDOW_EVENT, kRegs + 0x14, 12);
    window(2, 0x18, 0xFE8, MPPA_PCIE_WINDOW_MEMORY, kRegs + 0x18, 12);
    window(3, 0x1000, 0x1000, MPPA_PCIE_WINDOW_DOORBELL, 0, 0);
    chip.write(MPPA_PCIE_DECODER + MPPA_PCIE_SHADOW_LO, kShadow);
    ring(3, kRing, 3);
    ring(MPPA_PCIE_RING_EVENTS, kEvents, 8);
    for (unsigned f = 0; f < 128; ++f)
      chip.write(MPPA_PCIE_DECODER + MPPA_PCIE_FUNC(f) + MPPA_PCIE_FUNC_CTRL, 1 | 0 << 4 | 3 << 9 | 3 << 16);
  }
  mppa_pcie_record record(u64 base, unsigned n) const {
    mppa_pcie_record r;
    std::memcpy(&r, chip.memory.memory.data() + base + sizeof r * n, sizeof r);
    return r;
  }
  u64 ring_register(unsigned r, unsigned offset) { return chip.read(MPPA_PCIE_DECODER + MPPA_PCIE_RING(r) + offset); }
  u64 bar(unsigned function) const { return (function ? vfs.at(function - 1) : devices.at(1)).bars[0].address; }

  Link link{"link", test::quick_link()};
  HostRoot host{"host", test::host_with(u64{4} << 30), {&link.end(0)}};
  test::ChipRig chip;
  std::vector<Device> devices, vfs;
};

TEST_F(ChipEndpointTest, TheHostFindsAllFunctions) {
  ASSERT_EQ(devices.size(), 2U);
  EXPECT_EQ(devices[1].class_code, 0x010802U);
  ASSERT_EQ(vfs.size(), 127U);
  EXPECT_EQ(vfs[126].id, make_bdf(1, 0, 0) + 127);
  EXPECT_EQ(link.end(0).rate(), (LinkRate{16, 4}));
}

TEST_F(ChipEndpointTest, MemoryWindowsMapEachFunctionToItsOwnPage) {
  const u64 cap = 0x0000'0020'1401'03FF;
  std::memcpy(chip.memory.memory.data() + kRegs + 77 * 4096, &cap, 8);
  EXPECT_EQ(host.mmio_read_now(bar(77), 8), cap);
  EXPECT_EQ(host.mmio_read_now(bar(76), 8), 0U);
  host.mmio_write32(bar(77) + 0x24, 0x001F001F);
  run_ps(2 * kUs);
  EXPECT_EQ(chip.memory.word(kRegs + 77 * 4096 + 0x24) & 0xFFFFFFFF, 0x001F001FU);
}

TEST_F(ChipEndpointTest, DoorbellsBecomeRecordsAndAShadow) {
  chip.memory.mailboxes.clear();
  host.mmio_write32(bar(5) + 0x1008, 17);
  host.mmio_write32(bar(5) + 0x1008, 18);
  host.mmio_write32(bar(0) + 0x1000, 1);
  run_ps(2 * kUs);
  const mppa_pcie_record first = record(kRing, 0), last = record(kRing, 2);
  EXPECT_EQ(first.function, 5);
  EXPECT_EQ(first.event, MPPA_PCIE_EVENT_DOORBELL);
  EXPECT_EQ(first.offset, 8);
  EXPECT_EQ(first.data, 17U);
  EXPECT_EQ(record(kRing, 1).data, 18U);
  EXPECT_EQ(last.function, 0);
  EXPECT_EQ(chip.memory.word(kShadow + 5 * 4096 + 8) & 0xFFFFFFFF, 18U);
  EXPECT_EQ(host.mmio_read_now(bar(5) + 0x1008, 4), 18U) << "reads see the shadow";
  EXPECT_EQ(chip.memory.word(kMirror + 8 * 3), 3U);
  EXPECT_EQ(ring_register(3, MPPA_PCIE_RING_WP), 3U);
  const std::pair<u64, u64> notification = {kMailbox, 1 << 3};
  EXPECT_EQ(chip.memory.mailboxes, std::vector{notification}) << "one for three: firmware has not caught up";
  chip.write(MPPA_PCIE_DECODER + MPPA_PCIE_RING(3) + MPPA_PCIE_RING_RP, 3);
  host.mmio_write32(bar(5) + 0x1008, 19);
  run_ps(2 * kUs);
  EXPECT_EQ(chip.memory.mailboxes.size(), 2U);
}

TEST_F(ChipEndpointTest, AFullRingDropsRecordsNotValues) {
  for (u32 i = 1; i <= 10; ++i) host.mmio_write32(bar(9) + 0x1000, i);
  run_ps(2 * kUs);
  EXPECT_EQ(ring_register(3, MPPA_PCIE_RING_WP), 8U);
  EXPECT_EQ(ring_register(3, MPPA_PCIE_RING_DROPPED), 2U);
  EXPECT_EQ(chip.memory.word(kShadow + 9 * 4096) & 0xFFFFFFFF, 10U);
}

TEST_F(ChipEndpointTest, EventsOfFunctionsReachTheEventRing) {
  const auto wp = static_cast<unsigned>(ring_register(MPPA_PCIE_RING_EVENTS, MPPA_PCIE_RING_WP));
  ASSERT_GT(wp, 0U);
  EXPECT_EQ(record(kEvents, 0).event, MPPA_PCIE_EVENT_LINK);
  chip.write(MPPA_PCIE_DECODER + MPPA_PCIE_RING(MPPA_PCIE_RING_EVENTS) + MPPA_PCIE_RING_RP, wp);
  chip.lines.events.clear();
  host.mmio_write32(bar(2) + 0x14, 0x460001);
  run_ps(2 * kUs);
  const mppa_pcie_record cc = record(kEvents, wp % 256);
  EXPECT_EQ(cc.event, MPPA_PCIE_EVENT_WRITE);
  EXPECT_EQ(cc.function, 2);
  EXPECT_EQ(cc.offset, 0x14);
  EXPECT_EQ(cc.data, 0x460001U);
  EXPECT_EQ(chip.memory.word(kRegs + 2 * 4096 + 0x14) & 0xFFFFFFFF, 0x460001U);
  EXPECT_EQ(chip.lines.take_lines(), std::vector<unsigned>{MPPA_PCIE_LINE_FUNCTIONS});

  const u16 vf = vfs[1].id;
  const unsigned msix = find_capability(host, vf, MPPA_PCI_CAP_MSIX),
                 pcie = find_capability(host, vf, MPPA_PCI_CAP_PCIE);
  host.config_write(vf, msix + MPPA_PCI_MSIX_CONTROL, MPPA_PCI_MSIX_ENABLE, 2);
  host.config_write(vf, pcie + MPPA_PCI_EXP_DEVCTL, MPPA_PCI_EXP_DEVCTL_FLR, 2);
  std::vector<std::pair<unsigned, u32>> seen;
  const auto end = static_cast<unsigned>(ring_register(MPPA_PCIE_RING_EVENTS, MPPA_PCIE_RING_WP));
  for (unsigned n = wp + 1; n < end; ++n) {
    const mppa_pcie_record r = record(kEvents, n % 256);
    EXPECT_EQ(r.function, 2);
    seen.emplace_back(r.event, r.data);
  }
  const std::vector<std::pair<unsigned, u32>> expected = {
      {MPPA_PCIE_EVENT_MSIX, 1}, {MPPA_PCIE_EVENT_RESET, 0}, {MPPA_PCIE_EVENT_MASTER, 0}, {MPPA_PCIE_EVENT_MSIX, 0}};
  EXPECT_EQ(seen, expected);
}

TEST_F(ChipEndpointTest, AccessesOutsideAllWindowsAreUnsupported) {
  EXPECT_EQ(host.mmio_read_now(bar(3) + 0x3000, 4), ~u64{0});
  EXPECT_EQ(chip.read(MPPA_PCIE_DECODER + MPPA_PCIE_MISS_COUNT), 1U);
  EXPECT_EQ(chip.read(MPPA_PCIE_DECODER + MPPA_PCIE_MISS_LAST), 0x3000U | 3U << 24);
  chip.write(MPPA_PCIE_DECODER + MPPA_PCIE_FUNC(3) + MPPA_PCIE_FUNC_CTRL, 0);
  EXPECT_EQ(host.mmio_read_now(bar(3), 4), ~u64{0}) << "function not valid";
}

TEST_F(ChipEndpointTest, TheChipReadsAndWritesHostMemory) {
  std::vector<u8> data(1024), into(1024);
  std::iota(data.begin(), data.end(), u8{3});
  ASSERT_EQ(chip.bus.access(tlm::TLM_WRITE_COMMAND, MPPA_PCIE_HOST + 0x10F00, data.data(), 1024), tlm::TLM_OK_RESPONSE);
  ASSERT_EQ(chip.bus.access(tlm::TLM_READ_COMMAND, MPPA_PCIE_HOST + 0x10F00, into.data(), 1024), tlm::TLM_OK_RESPONSE);
  EXPECT_EQ(into, data) << "a read to the same page pushes the writes";
  run_ps(3 * kUs);
  EXPECT_TRUE(std::equal(data.begin(), data.end(), host.memory().data() + 0x10F00));
  u64 value = 0;
  EXPECT_EQ(chip.bus.access(tlm::TLM_READ_COMMAND, MPPA_PCIE_HOST + (u64{4} << 30), &value, 8),
            tlm::TLM_GENERIC_ERROR_RESPONSE)
      << "the host has 4 GiB";
}

TEST_F(ChipEndpointTest, InterruptsToTheHostAreWrites) {
  std::vector<std::pair<u64, u32>> interrupts;
  host.on_interrupt = [&](u64 address, u32 data) { interrupts.emplace_back(address, data); };
  chip.write(MPPA_PCIE_HOST + 0xFEE0'3000, 0x21);
  run_ps(2 * kUs);
  EXPECT_EQ(interrupts, (std::vector<std::pair<u64, u32>>{{0xFEE0'3000, 0x21}}));
}

TEST_F(ChipEndpointTest, TheAddressSpaceNumberChoosesTheFunction) {
  chip.write(MPPA_PCIE_ASN + MPPA_PCIE_ASN_FUNCTION(6), 106);
  host.config_write(vfs[5].id, MPPA_PCI_COMMAND, 0, 2);  // bus master of VF 5 = function 6 off
  const auto read = [&](u16 asn) {
    u64 value = 0;
    BusExtension extension;
    extension.asn = asn;
    tlm::tlm_generic_payload payload;
    payload.set_read();
    payload.set_address(MPPA_PCIE_HOST + 0x1000);
    payload.set_data_ptr(reinterpret_cast<unsigned char*>(&value));
    payload.set_data_length(8);
    payload.set_streaming_width(8);
    payload.set_extension(&extension);
    sc_core::sc_time delay;
    chip.bus.socket->b_transport(payload, delay);
    payload.clear_extension(&extension);
    return payload.get_response_status();
  };
  EXPECT_EQ(read(0), tlm::TLM_OK_RESPONSE) << "the physical function";
  EXPECT_EQ(read(106), tlm::TLM_GENERIC_ERROR_RESPONSE) << "its bus master is off";
  host.config_write(vfs[5].id, MPPA_PCI_COMMAND, MPPA_PCI_COMMAND_MASTER, 2);
  EXPECT_EQ(read(106), tlm::TLM_OK_RESPONSE);
}

TEST_F(ChipEndpointTest, WritesToTheHostRunAtTheLinksRate) {
  std::vector<u8> data(256);
  u64 at = 10 * kUs;
  const u64 begin = at;
  constexpr unsigned kWrites = 1000;
  for (unsigned i = 0; i < kWrites; ++i) {
    chip.bus.access(tlm::TLM_WRITE_COMMAND, MPPA_PCIE_HOST + 0x100000 + 256 * i, data.data(), 256,
                    sc_core::sc_time::from_value(at));
    at = chip.bus.delay.value();
  }
  const u64 per_write = wire_ps({16, 4}, 12 + 256 + 8);
  EXPECT_NEAR(static_cast<double>(at - begin), static_cast<double>((kWrites - 1) * per_write), 1000.0);
}

TEST_F(ChipEndpointTest, WithoutALinkAccessesFail) {
  const auto wp = static_cast<unsigned>(ring_register(MPPA_PCIE_RING_EVENTS, MPPA_PCIE_RING_WP));
  link.set_plugged(false);
  EXPECT_EQ(record(kEvents, wp % 256).event, MPPA_PCIE_EVENT_LINK);
  EXPECT_EQ(record(kEvents, wp % 256).data, 0U);
  EXPECT_EQ(chip.status(MPPA_PCIE_HOST), tlm::TLM_GENERIC_ERROR_RESPONSE);
}

}  // namespace
}  // namespace mppa::pcie
