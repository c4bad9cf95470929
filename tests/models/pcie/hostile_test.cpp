// Random packets, link failures and configuration writes against every receiver: nothing crashes, hangs or answers
// twice, every request of a well-behaved function ends exactly once, and the same seed gives the same run.
#include <map>

#include "models/common/random.h"
#include "models/pcie/host_root.h"
#include "models/pcie/switch.h"
#include "mppa/pci_config.h"
#include "tests/models/pcie/chip_rig.h"

namespace mppa::pcie {
namespace {

using test::now_ps;
using test::run_ps;
constexpr u64 kUs = 1'000'000;

LinkParams link_params() {
  LinkParams p;
  p.training_ps = kUs;
  p.credits = {{{8, 64}, {8, 8}, {8, 64}}};  // small, so that queues build up
  return p;
}

/// Header bytes with a valid type more often than not, and a payload that may not fit them.
Tlp random_packet(Random& random) {
  constexpr u8 kTypes[] = {0x00, 0x20, 0x40, 0x60, 0x04, 0x44, 0x05, 0x45, 0x0A, 0x4A, 0x30, 0x34, 0x70};
  for (;;) {
    std::vector<u8> bytes(16);
    for (u8& b : bytes) b = static_cast<u8>(random.next());
    bytes[0] = kTypes[random.below(std::size(kTypes))];
    bytes[2] &= 0xF0;  // length below 256 DW
    if (random.below(2)) bytes[8] = bytes[9] = 0;
    const bool data = bytes[0] & 0x40, four = bytes[0] & 0x20;
    bytes.resize(four ? 16 : 12);
    if (data) bytes.resize(bytes.size() + 4 * (bytes[3] ? bytes[3] : kMaxTlpDwords));
    Unpacked u = unpack(bytes);
    if (!u.error.empty()) continue;
    if (random.below(8) == 0 && !u.tlp.payload.empty()) u.tlp.payload.pop_back();
    if (random.below(8) == 0) u.tlp.length = static_cast<u16>(random.below(1200));
    return u.tlp;
  }
}

TEST(Hostile, RandomBytesAreRefusedOrRoundTrip) {
  Random random(1);
  unsigned accepted = 0;
  for (unsigned i = 0; i < 200'000; ++i) {
    std::vector<u8> bytes(random.below(40));
    for (u8& b : bytes) b = static_cast<u8>(random.next());
    const Unpacked u = unpack(bytes);
    if (!u.error.empty()) continue;
    ++accepted;
    malformed(u.tlp, 256);
    std::vector<u8> again = pack_header(u.tlp);
    again.insert(again.end(), u.tlp.payload.begin(), u.tlp.payload.end());
    ASSERT_TRUE(unpack(again).error.empty());
  }
  EXPECT_GT(accepted, 100U);
}

class HostileTest : public mppa::test::ScTest {};

/// Non-posted requests sent by a probe, and the completions it got.
struct Ledger {
  std::map<u16, int> open;
  u64 answered = 0, unasked = 0;
  void settle(std::vector<Tlp>& received) {
    for (const Tlp& t : received) {
      if (!t.is_completion()) continue;
      const unsigned last = t.type == TlpType::kCompletion || t.byte_count <= t.payload.size();
      if (open[t.tag] <= 0) ++unasked;
      if (last) {
        --open[t.tag];
        ++answered;
      }
    }
    received.clear();
  }
};

// A probe in the place of the root sends anything at all to a switch with an endpoint behind it.
TEST_F(HostileTest, SwitchAndEndpointSurviveAnything) {
  Link up("up", link_params()), down("down", link_params());
  test::Probe root(up.end(0));
  Switch fabric("switch", SwitchParams{}, 2);
  fabric.connect(0, up.end(1));
  fabric.connect(1, down.end(0));
  Endpoint device("device", down.end(1), {.functions = {test::nvme_like()}});
  test::RamFunction user;
  device.function(0).attach(user);
  elaborate();
  run_ps(2 * kUs);
  Random random(7);
  for (unsigned round = 0; round < 3000; ++round) {
    for (u64 n = random.below(6); n > 0; --n) root.port.send(random_packet(random));
    if (random.below(50) == 0) down.set_plugged(random.below(2));
    if (random.below(100) == 0) up.inject(0, {.fault = PacketFault::kCorrupt, .count = 3});
    if (random.below(50) == 0) up.inject(0, {.fault = PacketFault::kPoison, .count = 2});
    run_ps(random.below(kUs));
  }
  // It still works: a fresh link, and a configuration read is answered once.
  up.set_plugged(false);
  down.set_plugged(true);
  run_ps(10 * kUs);
  up.set_plugged(true);
  run_ps(10 * kUs);
  root.received.clear();
  root.port.send(cfg_read(0, 42, make_bdf(1, 0, 0), 1, 0));
  run_ps(10 * kUs);
  ASSERT_EQ(root.tags(), std::vector<u16>{42});
  EXPECT_EQ(root.received[0].status, CompletionStatus::kSuccess);
}

// Every well-formed non-posted request gets exactly one answer.
TEST_F(HostileTest, EveryRequestIsAnsweredOnce) {
  Link link("link", link_params());
  test::Probe root(link.end(0));
  Endpoint device("device", link.end(1), {.functions = {test::nvme_like()}});
  test::RamFunction user;
  device.function(0).attach(user);
  elaborate();
  run_ps(2 * kUs);
  Random random(11);
  Ledger ledger;
  u64 asked = 0;
  for (unsigned i = 0; i < 10'000; ++i) {
    Tlp tlp = random_packet(random);
    tlp.tag = static_cast<u16>(i % 1024);
    const bool counts = tlp.tlp_class() == TlpClass::kNonPosted && !malformed(tlp, 128);
    if (counts) {
      ++asked;
      ++ledger.open[tlp.tag];
    }
    root.port.send(std::move(tlp));
    run_ps(kUs);
    ledger.settle(root.received);
  }
  EXPECT_GT(asked, 1000U);
  EXPECT_EQ(ledger.answered, asked);
  EXPECT_EQ(ledger.unasked, 0U);
}

/// One run of a busy device whose link fails now and then; returns a fingerprint.
std::pair<u64, u64> busy_run(u64 seed) {
  Link link("link", link_params());
  HostRootParams params;
  params.memory_bytes = u64{1} << 30;
  HostRoot host("host", params, {&link.end(0)});
  Endpoint device("device", link.end(1), {.functions = {test::nvme_like()}});
  test::RamFunction user;
  device.function(0).attach(user);
  run_ps(2 * kUs);
  host.enumerate();
  Random random(seed);
  std::vector<u8> buffer(1 << 16);
  u64 asked = 0, ended = 0, hash = 0;
  for (unsigned round = 0; round < 2000; ++round) {
    const u64 bytes = 1 + random.below(buffer.size());
    ++asked;
    device.function(0).read(random.below(u64{1} << 31), {buffer.data(), bytes}, [&](RequestStatus s) {
      ++ended;
      hash = hash * 1099511628211 + now_ps() + static_cast<u64>(s);
    });
    if (random.below(3) == 0) device.function(0).write(random.below(u64{1} << 31), {buffer.data(), bytes});
    if (random.below(40) == 0) link.set_plugged(false);
    if (random.below(20) == 0) link.set_plugged(true);
    if (random.below(20) == 0 && link.up()) host.enumerate();
    if (random.below(30) == 0) link.inject(0, {.fault = PacketFault::kPoison, .count = 1});
    if (random.below(30) == 0) link.inject(0, {.fault = PacketFault::kCorrupt, .count = 2});
    if (random.below(60) == 0)
      host.config_write(make_bdf(1, 0, 0), device.function(0).config().find(MPPA_PCI_CAP_PCIE) + MPPA_PCI_EXP_DEVCTL,
                        MPPA_PCI_EXP_DEVCTL_FLR, 2);
    run_ps(random.below(3 * kUs));
  }
  run_ps(60'000 * kUs);  // beyond the completion timeout
  EXPECT_EQ(ended, asked) << "every request ends exactly once";
  return {hash, now_ps()};
}

TEST_F(HostileTest, RequestsEndOnceThroughRemovalResetAndErrors) { busy_run(3); }

TEST_F(HostileTest, TheSameSeedGivesTheSameRun) {
  const auto first = busy_run(5);
  sc_core::sc_curr_simcontext = sc_core::sc_default_global_context = new sc_core::sc_simcontext;
  EXPECT_EQ(busy_run(5), first);
}

// A host that writes anything into the functions and registers of the chip.
TEST_F(HostileTest, TheChipsEndpointSurvivesItsHost) {
  Link link("link", link_params());
  HostRootParams params;
  params.memory_bytes = u64{1} << 30;
  HostRoot host("host", params, {&link.end(0)});
  test::ChipRig chip;
  chip.pcie.connect(0, link.end(1));
  elaborate();
  chip.write(MPPA_PCIE_PHY + MPPA_PCIE_PHY_CTRL(0) + MPPA_PCIE_PHY_LTSSM_DISABLE, 0);
  run_ps(2 * kUs);
  Random random(13);
  std::vector<Device> devices = host.enumerate();
  for (unsigned round = 0; round < 3000; ++round) {
    const u64 decoder = MPPA_PCIE_DECODER + 4 * random.below(0x1200);
    u32 value = static_cast<u32>(random.next());
    chip.bus.access(tlm::TLM_WRITE_COMMAND, decoder, &value, 4);
    const u64 at = devices.at(1).bars[0].address + random.below(0x5000);
    std::vector<u8> data(1 + random.below(64));
    host.mmio_write(at, data);
    host.mmio_read_now(at & ~u64{7}, 8);
    host.config_write(static_cast<u16>(make_bdf(1, 0, 0) + random.below(4)),
                      static_cast<unsigned>(4 * random.below(200)), value);
    if (random.below(30) == 0) devices = host.enumerate();
    if (random.below(100) == 0) {
      link.set_plugged(false);
      link.set_plugged(true);
      run_ps(2 * kUs);
      devices = host.enumerate();
    }
    chip.bus.access(tlm::TLM_READ_COMMAND, MPPA_PCIE_HOST + random.below(u64{1} << 31), data.data(),
                    static_cast<unsigned>(data.size()));
    run_ps(random.below(kUs));
  }
  link.set_plugged(false);
  link.set_plugged(true);
  run_ps(5 * kUs);
  EXPECT_EQ(host.enumerate().size(), 2U) << "a link that went down starts afresh";
}

}  // namespace
}  // namespace mppa::pcie
