#include "models/pcie/host_root.h"

#include <numeric>

#include "models/pcie/msix.h"
#include "models/pcie/switch.h"
#include "mppa/pci_config.h"
#include "tests/models/pcie/probe.h"
#include "tests/models/pcie/ram_function.h"
#include "tests/sim/system/stats_text.h"

namespace mppa::pcie {
namespace {

using test::now_ps;
using test::run_ps;
constexpr u64 kUs = 1'000'000;

LinkParams link_of(unsigned lanes) {
  LinkParams p;
  p.rate = {lanes, 4};
  p.training_ps = kUs;
  return p;
}

std::vector<u8> pattern(std::size_t bytes, unsigned seed = 0) {
  std::vector<u8> out(bytes);
  for (std::size_t i = 0; i < bytes; ++i) out[i] = static_cast<u8>(i * 7 + (i >> 8) + seed);
  return out;
}

HostRootParams host_params() {
  HostRootParams p;
  p.memory_bytes = u64{8} << 30;
  return p;
}

FunctionParams with_vfs(unsigned total) {
  FunctionParams f = test::nvme_like();
  f.msi_vectors = 8;
  f.bars[2] = {1 << 20, true, true};
  f.sriov.total = total;
  f.sriov.device = 0x5679;
  f.sriov.bars[0] = {0x4000, true, true};
  return f;
}

/// host -- x16 -- endpoint with VFs
class HostTest : public mppa::test::ScTest {
 protected:
  HostTest() {
    for (unsigned i = 0; i < users.size(); ++i) endpoint.function(i).attach(users[i]);
    host.on_error = [this](u16 source, MessageCode code) { errors.emplace_back(source, code); };
    elaborate();
    run_ps(2 * kUs);
    devices = host.enumerate();
    run_ps(kUs);
  }
  const Device& device() const { return devices.at(1); }

  Link link{"link", link_of(16)};
  HostRoot host{"host", host_params(), {&link.end(0)}};
  Endpoint endpoint{"endpoint", link.end(1), {.functions = {with_vfs(4)}}};
  std::array<test::RamFunction, 5> users;
  std::vector<Device> devices;
  std::vector<std::pair<u16, MessageCode>> errors;
};

TEST_F(HostTest, EnumerationFindsAndConfiguresWhatIsThere) {
  ASSERT_EQ(devices.size(), 2U) << "root port and endpoint";
  EXPECT_TRUE(devices[0].bridge);
  EXPECT_EQ(device().id, make_bdf(1, 0, 0));
  EXPECT_EQ(device().vendor, 0x1234);
  EXPECT_EQ(device().class_code, 0x010802U);
  EXPECT_EQ(device().bars[0].size, 0x4000U);
  EXPECT_EQ(device().bars[0].address, 0xC000'0000U) << "not prefetchable: below 4 GiB";
  EXPECT_EQ(device().bars[2].size, 1U << 20);
  EXPECT_EQ(device().bars[2].address, 0x60'0000'0000U);
  EXPECT_TRUE(endpoint.function(0).bus_master());
  EXPECT_EQ(max_payload(endpoint.function(0).config()), 256U);
  EXPECT_EQ(max_read_request(endpoint.function(0).config()), 512U);
}

TEST_F(HostTest, MmioReachesTheBar) {
  host.mmio_write32(device().bars[0].address + 0x20, 0xDEADBEEF);
  EXPECT_EQ(host.mmio_read_now(device().bars[0].address + 0x20, 4), 0xDEADBEEFU) << "a read pushes the write";
  run_ps(2 * kUs);
  std::vector<u8> into(8);
  RequestStatus status = RequestStatus::kTimeout;
  const u64 asked = now_ps();
  u64 answered = 0;
  host.mmio_read(device().bars[0].address + 0x20, into, [&](RequestStatus s) {
    status = s;
    answered = now_ps();
  });
  run_ps(2 * kUs);
  EXPECT_EQ(status, RequestStatus::kOk);
  EXPECT_EQ(into[0], 0xEF);
  const u64 wires = wire_ps({16, 4}, 12 + 8) + wire_ps({16, 4}, 12 + 8 + 8);
  const u64 acks = 2 * wire_ps({16, 4}, 2 * kDllpBytes);
  EXPECT_GE(answered - asked, 2 * 250'000 + 20'000 + wires);
  EXPECT_LE(answered - asked, 2 * 250'000 + 20'000 + wires + acks);
  EXPECT_EQ(host.mmio_read_now(0xD000'0000, 4), ~u64{0}) << "behind no port";
  EXPECT_EQ(host.mmio_read_now(device().bars[0].address + 0x4000, 4), ~u64{0}) << "behind the port, in no BAR";
}

TEST_F(HostTest, TheDeviceReadsAndWritesMemory) {
  const std::vector<u8> data = pattern(10'001);
  endpoint.function(0).write(0x1'2345'6789, data);
  run_ps(5 * kUs);
  EXPECT_TRUE(std::equal(data.begin(), data.end(), host.memory().data() + 0x1'2345'6789));
  std::vector<u8> into(data.size());
  RequestStatus status = RequestStatus::kTimeout;
  endpoint.function(0).read(0x1'2345'6789, into, [&](RequestStatus s) { status = s; });
  run_ps(10 * kUs);
  EXPECT_EQ(status, RequestStatus::kOk);
  EXPECT_EQ(into, data);
}

TEST_F(HostTest, MemoryThatDoesNotExistIsUnsupported) {
  std::vector<u8> into(64);
  std::vector<RequestStatus> statuses;
  const auto note = [&](RequestStatus s) { statuses.push_back(s); };
  endpoint.function(0).read(u64{8} << 30, into, note);
  endpoint.function(0).read(0xC000'0000, into, note);  // the host's MMIO hole
  endpoint.function(0).write(u64{9} << 30, into);
  run_ps(5 * kUs);
  EXPECT_EQ(statuses, (std::vector<RequestStatus>{RequestStatus::kUnsupported, RequestStatus::kUnsupported}));
}

TEST_F(HostTest, InterruptsAreWritesBehindTheData) {
  u64 seen = 0;
  host.on_interrupt = [&](u64 address, u32 value) {
    EXPECT_EQ(address, 0xFEE0'1000U);
    EXPECT_EQ(value, 0x42U);
    seen = host.memory().data()[0x5000 + 4095];
  };
  endpoint.function(0).write(0x5000, std::vector<u8>(4096, 0xEE));
  endpoint.function(0).write(0xFEE0'1000, std::vector<u8>{0x42, 0, 0, 0});
  run_ps(5 * kUs);
  EXPECT_EQ(seen, 0xEEU);
}

TEST_F(HostTest, MsiVectorsShareTheMessagesThatAreGranted) {
  std::vector<u32> seen;
  host.on_interrupt = [&](u64, u32 value) { seen.push_back(value); };
  const unsigned msi = find_capability(host, device().id, MPPA_PCI_CAP_MSI);
  ASSERT_NE(msi, 0U);
  EXPECT_EQ(host.config_read(device().id, msi + MPPA_PCI_MSI_CONTROL, 2) >> 1 & 7, 3U) << "eight vectors";
  EXPECT_FALSE(endpoint.function(0).send_msi(0)) << "it is off";
  host.config_write(device().id, msi + MPPA_PCI_MSI_ADDRESS, 0xFEE0'0000);
  host.config_write(device().id, msi + MPPA_PCI_MSI_DATA, 0x40, 2);
  host.config_write(device().id, msi + MPPA_PCI_MSI_CONTROL, 1 | 2 << 4, 2);  // four vectors
  for (const unsigned vector : {0U, 3U, 6U}) EXPECT_TRUE(endpoint.function(0).send_msi(vector));
  run_ps(2 * kUs);
  EXPECT_EQ(seen, (std::vector<u32>{0x40, 0x43, 0x42}));
}

// What goes wrong at the root port itself is recorded there and reported like a message of a device.
TEST_F(HostTest, ErrorsOfTheRootPortAreReported) {
  const unsigned aer = find_extended_capability(host, 0, MPPA_PCI_EXT_AER);
  const auto expect = [&](PacketFault fault, PcieError error, RequestStatus wanted) {
    errors.clear();
    link.inject(1, {.fault = fault, .kind = PacketKind::kCompletion});
    std::vector<u8> into(4);
    RequestStatus status = RequestStatus::kOk;
    host.mmio_read(device().bars[0].address, into, [&](RequestStatus s) { status = s; });
    run_ps(60'000 * kUs);
    EXPECT_EQ(status, wanted);
    ASSERT_EQ(errors.size(), 1U);
    EXPECT_EQ(errors[0], std::make_pair(u16{0}, MessageCode::kErrNonFatal));
    EXPECT_EQ(host.config_read(0, aer + MPPA_PCI_AER_UNCORRECTABLE), 1U << static_cast<unsigned>(error));
    host.config_write(0, aer + MPPA_PCI_AER_UNCORRECTABLE, ~u32{0});
  };
  expect(PacketFault::kDrop, PcieError::kTimeout, RequestStatus::kTimeout);
  expect(PacketFault::kPoison, PcieError::kPoisoned, RequestStatus::kPoisoned);
}

TEST_F(HostTest, VirtualFunctionsAppearWithTheirBars) {
  EXPECT_EQ(host.config_read(make_bdf(1, 0, 1), MPPA_PCI_COMMAND), 0xFFFFFFFFU);
  const std::vector<Device> vfs = enable_vfs(host, device(), 3);
  ASSERT_EQ(vfs.size(), 3U);
  EXPECT_EQ(users[0].events.back(), "vfs 3");
  EXPECT_EQ(vfs[2].id, make_bdf(1, 0, 3));
  EXPECT_EQ(vfs[2].device, 0x5679);
  EXPECT_EQ(vfs[2].bars[0].address, vfs[0].bars[0].address + 2 * 0x4000);
  EXPECT_TRUE(endpoint.virtual_function(0, 2).bus_master());
  EXPECT_FALSE(endpoint.virtual_function(0, 3).enabled());
  host.mmio_write32(vfs[2].bars[0].address + 0x1008, 7);
  run_ps(2 * kUs);
  EXPECT_EQ(users[3].ram[0x1008], 7);
  EXPECT_EQ(users[1].writes + users[2].writes + users[4].writes, 0U);
  EXPECT_EQ(host.mmio_read_now(vfs[2].bars[0].address + 0x4000, 4), ~u64{0}) << "VF 3 is not enabled";

  std::vector<u8> into(512);
  RequestStatus status = RequestStatus::kTimeout;
  endpoint.virtual_function(0, 2).read(0x7000, into, [&](RequestStatus s) { status = s; });
  run_ps(5 * kUs);
  EXPECT_EQ(status, RequestStatus::kOk) << "completions find the VF by its requester id";

  const unsigned at = find_extended_capability(host, device().id, MPPA_PCI_EXT_SRIOV);
  host.config_write(device().id, at + MPPA_PCI_SRIOV_CONTROL, 0, 2);
  EXPECT_FALSE(endpoint.virtual_function(0, 2).enabled());
  EXPECT_EQ(users[3].events.back(), "master off");
  EXPECT_TRUE(enable_vfs(host, device(), 5).empty()) << "there are four";
}

TEST_F(HostTest, ErrorsOfDevicesArriveAsMessages) {
  const unsigned aer = find_extended_capability(host, device().id, MPPA_PCI_EXT_AER);
  host.config_write(device().id, aer + MPPA_PCI_AER_CORRECTABLE_MASK, 0);
  host.mmio_read_now(device().bars[0].address + 0x4000, 4);
  run_ps(2 * kUs);
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_EQ(errors[0], std::make_pair(device().id, MessageCode::kErrCorrectable));
  const unsigned root_aer = find_extended_capability(host, 0, MPPA_PCI_EXT_AER);
  EXPECT_EQ(host.config_read(0, root_aer + MPPA_PCI_AER_ROOT_STATUS), 1U);
  EXPECT_EQ(host.config_read(0, root_aer + MPPA_PCI_AER_SOURCE), device().id);
}

TEST_F(HostTest, ABusResetResetsTheDevice) {
  host.config_write(0, MPPA_PCI_BRIDGE_CONTROL, MPPA_PCI_BRIDGE_BUS_RESET, 2);
  EXPECT_EQ(host.config_read(device().id, MPPA_PCI_ID), 0xFFFFFFFFU);
  host.config_write(0, MPPA_PCI_BRIDGE_CONTROL, 0, 2);
  run_ps(2 * kUs);
  EXPECT_EQ(host.config_read(device().id, MPPA_PCI_ID), 0x56781234U);
  EXPECT_EQ(host.config_read(device().id, MPPA_PCI_COMMAND, 2), 0U);
  EXPECT_EQ(users[0].events.back(), "up");
}

TEST_F(HostTest, BandwidthOfReadsFromMemory) {
  constexpr u64 kBlock = 128 << 10, kBlocks = 32;
  std::vector<u8> into(kBlock);
  unsigned done = 0;
  u64 last = 0;
  const u64 begin = now_ps();
  for (u64 i = 0; i < kBlocks; ++i) {
    endpoint.function(0).read(i * kBlock, into, [&](RequestStatus s) {
      EXPECT_EQ(s, RequestStatus::kOk);
      ++done;
      last = now_ps();
    });
  }
  run_ps(1000 * kUs);
  ASSERT_EQ(done, kBlocks);
  const double rate = static_cast<double>(kBlock * kBlocks) / (static_cast<double>(last - begin) * 1e-12) / 1e9;
  const double theory = 16 * 16e9 / 8 * 128 / 130 * 256 / 276 / 1e9;  // 29.2 GB/s
  EXPECT_GT(rate, 0.97 * theory);
  EXPECT_LE(rate, theory);
}

TEST_F(HostTest, PullingTheDeviceAndPluggingItAgain) {
  std::vector<bool> changes;
  host.on_link = [&](unsigned, bool up) { changes.push_back(up); };
  std::vector<u8> into(4);
  std::vector<RequestStatus> statuses;
  host.mmio_read(device().bars[0].address, into, [&](RequestStatus s) { statuses.push_back(s); });
  link.set_plugged(false);
  EXPECT_EQ(statuses, std::vector<RequestStatus>{RequestStatus::kLinkDown});
  EXPECT_EQ(host.config_read(device().id, MPPA_PCI_ID), 0xFFFFFFFFU);
  link.set_plugged(true);
  run_ps(2 * kUs);
  EXPECT_EQ(changes, (std::vector<bool>{false, true}));
  EXPECT_EQ(host.enumerate().size(), 2U);
}

/// host -- x16 -- switch -- 2 x4 endpoints
class SwitchTest : public mppa::test::ScTest {
 protected:
  SwitchTest() {
    fabric.connect(0, up.end(1));
    fabric.connect(1, down0.end(0));
    fabric.connect(2, down1.end(0));
    first.function(0).attach(users[0]);
    second.function(0).attach(users[1]);
    host.on_error = [this](u16 source, MessageCode code) { errors.emplace_back(source, code); };
    elaborate();
    run_ps(2 * kUs);
    devices = host.enumerate();
    run_ps(kUs);
  }
  static FunctionParams ram_device() {
    FunctionParams f = test::nvme_like();
    f.bars[0] = {0x4000, true, true};
    return f;
  }

  Link up{"up", link_of(16)}, down0{"down0", link_of(4)}, down1{"down1", link_of(4)};
  HostRoot host{"host", host_params(), {&up.end(0)}};
  Switch fabric{"switch", SwitchParams{}, 3};  // slot 3 is empty
  Endpoint first{"first", down0.end(1), {.functions = {ram_device()}}};
  Endpoint second{"second", down1.end(1), {.functions = {ram_device()}}};
  std::array<test::RamFunction, 2> users;
  std::vector<Device> devices;
  std::vector<std::pair<u16, MessageCode>> errors;
};

TEST_F(SwitchTest, EnumerationGoesThroughTheSwitch) {
  ASSERT_EQ(devices.size(), 7U) << "root port, upstream port, three downstream ports, two endpoints";
  EXPECT_EQ(devices[6].id, make_bdf(2, 2, 0)) << "the empty slot";
  EXPECT_EQ(devices[1].id, make_bdf(1, 0, 0));
  EXPECT_EQ(devices[2].id, make_bdf(2, 0, 0));
  EXPECT_EQ(devices[3].id, make_bdf(3, 0, 0));
  EXPECT_EQ(devices[4].id, make_bdf(2, 1, 0));
  EXPECT_EQ(devices[5].id, make_bdf(4, 0, 0));
  EXPECT_EQ(first.function(0).id(), devices[3].id);
  host.mmio_write32(devices[5].bars[0].address, 5);
  run_ps(2 * kUs);
  EXPECT_EQ(users[1].ram[0], 5);
  EXPECT_EQ(host.mmio_read_now(devices[5].bars[0].address, 4), 5U);
}

TEST_F(SwitchTest, MemoryTrafficOfBothDevices) {
  const std::vector<u8> data = pattern(100'000, 3);
  first.function(0).write(0x10'0000, data);
  second.function(0).write(0x20'0000, data);
  run_ps(50 * kUs);
  std::vector<u8> a(data.size()), b(data.size());
  unsigned done = 0;
  first.function(0).read(0x20'0000, a, [&](RequestStatus s) { done += s == RequestStatus::kOk; });
  second.function(0).read(0x10'0000, b, [&](RequestStatus s) { done += s == RequestStatus::kOk; });
  run_ps(100 * kUs);
  EXPECT_EQ(done, 2U);
  EXPECT_EQ(a, data);
  EXPECT_EQ(b, data);
}

TEST_F(SwitchTest, PeersReachEachOtherWithoutTheHost) {
  const u64 peer = devices[5].bars[0].address;
  const u64 begin = now_ps();
  first.function(0).write(peer + 0x100, pattern(512));
  std::vector<u8> into(512);
  RequestStatus status = RequestStatus::kTimeout;
  u64 end = 0;
  first.function(0).read(peer + 0x100, into, [&](RequestStatus s) {
    status = s;
    end = now_ps();
  });
  run_ps(10 * kUs);
  EXPECT_EQ(status, RequestStatus::kOk);
  EXPECT_EQ(into, pattern(512)) << "the read does not pass the write";
  EXPECT_LT(end - begin, 4 * 250'000U + 2 * 110'000U + 20'000U + 1'000'000U);
  EXPECT_EQ(users[1].writes, 2U);
}

// With access control services a host keeps peers apart: its IOMMU sees what they want of each other.
TEST_F(SwitchTest, AccessControlSendsPeersUpAndChecksTheirNames) {
  const u16 port = devices[2].id;
  const unsigned acs = find_extended_capability(host, port, MPPA_PCI_EXT_ACS);
  ASSERT_NE(acs, 0U);
  const u64 peer = devices[5].bars[0].address;
  const auto read_peer = [&](u32 services) {
    host.config_write(port, acs + MPPA_PCI_ACS_CONTROL, services, 2);
    std::vector<u8> into(64);
    RequestStatus status = RequestStatus::kTimeout;
    first.function(0).read(peer, into, [&](RequestStatus s) { status = s; });
    run_ps(10 * kUs);
    return status;
  };
  EXPECT_EQ(read_peer(0), RequestStatus::kOk);
  EXPECT_EQ(read_peer(MPPA_PCI_ACS_REQUEST_REDIRECT), RequestStatus::kUnsupported) << "the host has no memory there";
  EXPECT_EQ(read_peer(MPPA_PCI_ACS_SOURCE_VALIDATION), RequestStatus::kOk);
  // Another bus behind the port: the device's own name is a stranger's now.
  host.config_write(port, MPPA_PCI_BUSES + 1, 7, 1);
  host.config_write(port, MPPA_PCI_BUSES + 2, 7, 1);
  first.function(0).write(peer, std::vector<u8>(4, 0x77));
  run_ps(10 * kUs);
  EXPECT_EQ(users[1].ram[0], 0);
  const unsigned aer = fabric.config(1).find_extended(MPPA_PCI_EXT_AER);
  EXPECT_TRUE(fabric.config(1).get(aer + MPPA_PCI_AER_UNCORRECTABLE) >> MPPA_PCI_ERR_ACS & 1);
}

TEST_F(SwitchTest, AWindowsHoleIsUnsupportedAndDoesNotGoUp) {
  std::vector<u8> into(4);
  RequestStatus status = RequestStatus::kTimeout;
  first.function(0).read(devices[5].bars[0].address + 0x8000, into, [&](RequestStatus s) { status = s; });
  run_ps(10 * kUs);
  EXPECT_EQ(status, RequestStatus::kUnsupported);
}

TEST_F(SwitchTest, ACongestedEgressHoldsItsSourcesNotTheOthers) {
  // Two devices together exceed nothing on x16; towards a x4 peer the second is limited by that link.
  const std::vector<u8> data = pattern(0x4000);
  for (unsigned i = 0; i < 64; ++i) first.function(0).write(devices[5].bars[0].address, data);
  second.function(0).write(0x30'0000, data);
  run_ps(20 * kUs);
  EXPECT_TRUE(std::equal(data.begin(), data.end(), host.memory().data() + 0x30'0000)) << "the way up is free";
  EXPECT_LT(users[1].writes, 64U * 64) << "1 MiB over x4 Gen4 takes 140 us";
  run_ps(200 * kUs);
  EXPECT_EQ(users[1].writes, 64U * 64);
}

TEST_F(SwitchTest, ASurpriseRemovalIsReportedAndTheRestGoesOn) {
  std::vector<u8> into(64);
  down1.set_plugged(false);
  run_ps(2 * kUs);
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_EQ(errors[0], std::make_pair(devices[4].id, MessageCode::kErrFatal));
  EXPECT_EQ(host.config_read(devices[5].id, MPPA_PCI_ID), 0xFFFFFFFFU);
  EXPECT_EQ(host.mmio_read_now(devices[5].bars[0].address, 4), ~u64{0});
  const ConfigSpace& port = fabric.config(2);
  const unsigned pcie = port.find(MPPA_PCI_CAP_PCIE);
  EXPECT_EQ(port.get(pcie + MPPA_PCI_EXP_SLTSTA, 2) & MPPA_PCI_EXP_SLTSTA_PRESENT, 0U);
  EXPECT_EQ(port.get(pcie + MPPA_PCI_EXP_LNKSTA, 2), 0U);
  RequestStatus status = RequestStatus::kTimeout;
  first.function(0).read(0x1000, into, [&](RequestStatus s) { status = s; });
  run_ps(5 * kUs);
  EXPECT_EQ(status, RequestStatus::kOk);
}

TEST_F(SwitchTest, StatisticsCoverEveryLinkOnce) {
  first.function(0).write(0x10'0000, pattern(4096));
  run_ps(10 * kUs);
  const std::string slots = mppa::test::stats_text(fabric), root = mppa::test::stats_text(host);
  EXPECT_NE(slots.find("slot[0].upstream.posted 16\n"), std::string::npos) << slots;
  EXPECT_NE(root.find("port[0].link.upstream.posted 16\n"), std::string::npos) << root;
  EXPECT_EQ(slots.find("slot[2]"), std::string::npos) << "no link there";
}

TEST_F(SwitchTest, MalformedPacketsDoNotPass) {
  Tlp bad = mem_write(first.function(0).id(), 0x1000, std::vector<u8>(8, 1));
  bad.last_be = 0;
  down0.end(1).send(bad);
  run_ps(3 * kUs);
  EXPECT_EQ(host.memory().data()[0x1000], 0);
  EXPECT_EQ(errors, (std::vector{std::make_pair(devices[2].id, MessageCode::kErrFatal)}));
}

TEST_F(SwitchTest, HotPlugRaisesTheSlotsInterrupt) {
  std::vector<std::pair<u64, u32>> interrupts;
  host.on_interrupt = [&](u64 address, u32 data) { interrupts.emplace_back(address, data); };
  const u16 port = devices[4].id;
  const unsigned msi = find_capability(host, port, MPPA_PCI_CAP_MSI);
  host.config_write(port, msi + MPPA_PCI_MSI_ADDRESS, 0xFEE0'2000);
  host.config_write(port, msi + MPPA_PCI_MSI_DATA, 0x31, 2);
  host.config_write(port, msi + MPPA_PCI_MSI_CONTROL, 1, 2);
  const unsigned pcie = find_capability(host, port, MPPA_PCI_CAP_PCIE);
  host.config_write(port, pcie + MPPA_PCI_EXP_SLTCTL, 0x1020, 2);
  down1.set_plugged(false);
  run_ps(2 * kUs);
  EXPECT_EQ(interrupts, (std::vector<std::pair<u64, u32>>{{0xFEE0'2000, 0x31}}));
}

TEST_F(SwitchTest, ResetOfTheUpstreamLinkResetsEverythingBelow) {
  host.config_write(0, MPPA_PCI_BRIDGE_CONTROL, MPPA_PCI_BRIDGE_BUS_RESET, 2);
  run_ps(kUs);
  EXPECT_EQ(users[0].events, (std::vector<std::string>{"up", "master on", "down", "master off"}));
  host.config_write(0, MPPA_PCI_BRIDGE_CONTROL, 0, 2);
  run_ps(5 * kUs);
  EXPECT_EQ(users[1].events.back(), "up");
  EXPECT_EQ(host.enumerate().size(), 7U);
}

TEST(Msix, MaskedVectorsStayPendingUntilUnmasked) {
  std::vector<std::pair<u64, u32>> sent;
  MsixTable table(4, [&](u64 address, u32 data) { sent.emplace_back(address, data); });
  const std::vector<u8> entry = {0x00, 0x10, 0xE0, 0xFE, 0, 0, 0, 0, 0x55, 0, 0, 0, 0, 0, 0, 0};
  table.raise(2);
  table.set_control(true, false);
  EXPECT_TRUE(sent.empty()) << "MSI-X was off: lost";
  table.raise(2);
  std::vector<u8> pending(8);
  table.read_pending(0, pending);
  EXPECT_EQ(pending[0], 4);
  table.write(32, entry);
  EXPECT_EQ(sent, (std::vector<std::pair<u64, u32>>{{0xFEE01000, 0x55}}));
  table.set_control(true, true);
  table.raise(2);
  table.raise(2);
  EXPECT_EQ(sent.size(), 1U);
  table.set_control(true, false);
  EXPECT_EQ(sent.size(), 2U) << "pending is one bit";
  table.raise(9);
  std::vector<u8> back(16);
  table.read(32, back);
  EXPECT_EQ(back, entry);
}

}  // namespace
}  // namespace mppa::pcie
