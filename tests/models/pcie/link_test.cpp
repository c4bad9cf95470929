#include "models/pcie/link.h"

#include "tests/models/pcie/probe.h"

namespace mppa::pcie {
namespace {

using test::completion_of;
using test::now_ps;
using test::run_ps;
using test::write_of;

constexpr u64 kLatency = 250'000;

LinkParams params(unsigned lanes, unsigned generation) {
  LinkParams p;
  p.rate = {lanes, generation};
  p.latency_ps = kLatency;
  p.training_ps = 1'000'000;
  return p;
}

class LinkTest : public mppa::test::ScTest {
 protected:
  struct Rig {
    explicit Rig(const LinkParams& p) : link("link", p), root(link.end(0)), device(link.end(1)) {
      elaborate();
      run_ps(p.training_ps);
    }
    Link link;
    test::Probe root, device;
  };
};

TEST(WireTime, OfEveryGeneration) {
  EXPECT_EQ(wire_ps({1, 1}, 1), 4'000U) << "10 bits at 2.5 GT/s";
  EXPECT_EQ(wire_ps({1, 2}, 1), 2'000U);
  EXPECT_EQ(wire_ps({1, 3}, 128), 130'000U) << "130 bits of 128 at 8 GT/s: 1.015625 ns a byte";
  EXPECT_EQ(wire_ps({16, 4}, 4096), 130'000U);
  EXPECT_EQ(wire_ps({4, 4}, 4096), 4 * wire_ps({16, 4}, 4096));
}

TEST(WireBookings, TheFutureLeavesThePresentUsable) {
  Wire wire;
  EXPECT_EQ(wire.book(0, 1000, 100), 1000U);
  EXPECT_EQ(wire.book(0, 0, 400), 0U);
  EXPECT_EQ(wire.book(0, 0, 700), 1100U) << "600 are left between 400 and 1000";
  EXPECT_EQ(wire.book(0, 0, 600), 400U) << "fits exactly";
  EXPECT_EQ(wire.book(0, 0, 1), 1800U);
  EXPECT_EQ(wire.book(5000, 0, 10), 5000U);
  EXPECT_EQ(wire.busy_ps(), 1811U);
}

TEST_F(LinkTest, TrainsToTheWidthAndRateOfTheWeaker) {
  Link link("link", params(16, 4));
  test::Probe root(link.end(0)), device(link.end(1));
  device.port.set_capability({4, 3});
  elaborate();
  EXPECT_FALSE(link.up());
  run_ps(1'000'000);
  EXPECT_TRUE(link.up());
  EXPECT_EQ(root.port.rate(), (LinkRate{4, 3}));
  EXPECT_EQ(root.changes, std::vector<bool>{true});
  EXPECT_EQ(device.changes, std::vector<bool>{true});
}

TEST_F(LinkTest, ImpossibleWidthIsRefused) {
  EXPECT_THROW(Link("link", params(3, 4)), std::invalid_argument);
  EXPECT_THROW(Link("link2", params(4, 5)), std::invalid_argument);
}

TEST_F(LinkTest, APacketTakesItsBytesAndTheLatency) {
  Rig rig(params(16, 4));
  const u64 sent = now_ps();
  rig.device.port.send(write_of(256));
  rig.device.port.send(write_of(256));
  run_ps(1'000'000);
  const u64 packet = wire_ps({16, 4}, 16 + 256 + 8);
  ASSERT_EQ(rig.root.arrivals.size(), 2U);
  EXPECT_EQ(rig.root.arrivals[0], sent + packet + kLatency);
  EXPECT_EQ(rig.root.arrivals[1], sent + 2 * packet + kLatency);
}

// The credit loop must not limit the wire.
TEST_F(LinkTest, BandwidthOfX16Gen4Writes) {
  Rig rig(params(16, 4));
  const u64 begin = now_ps();
  constexpr unsigned kPackets = 4096;
  for (unsigned i = 0; i < kPackets; ++i) rig.device.port.send(write_of(256));
  run_ps(100'000'000);
  ASSERT_EQ(rig.root.arrivals.size(), kPackets);
  const double seconds = static_cast<double>(rig.root.arrivals.back() - kLatency - begin) * 1e-12;
  const double rate = kPackets * 256.0 / seconds / 1e9;
  const double theory = 16 * 16e9 / 8 * 128 / 130 * 256 / 280 / 1e9;  // 28.8 GB/s
  EXPECT_NEAR(rate, theory, 0.002 * theory);
}

TEST_F(LinkTest, BothDirectionsPayForAcknowledgements) {
  Rig rig(params(16, 4));
  const u64 begin = now_ps();
  constexpr unsigned kPackets = 2048;
  for (unsigned i = 0; i < kPackets; ++i) {
    rig.device.port.send(write_of(256));
    rig.root.port.send(write_of(256));
  }
  run_ps(100'000'000);
  const u64 alone = kPackets * wire_ps({16, 4}, 280);
  const u64 dllps = kPackets / 4 * wire_ps({16, 4}, 16);
  const u64 took = rig.root.arrivals.back() - kLatency - begin;
  EXPECT_GT(took, alone + dllps * 8 / 10);
  EXPECT_LE(took, alone + dllps + wire_ps({16, 4}, 1000));
}

TEST_F(LinkTest, ExhaustedCreditsStopAClassUntilTheyAreReleased) {
  LinkParams p = params(16, 4);
  p.credits[0] = {4, 64};
  Rig rig(p);
  rig.root.hold = true;
  for (u16 i = 0; i < 6; ++i) rig.device.port.send(write_of(64, i));
  run_ps(10'000'000);
  EXPECT_EQ(rig.root.received.size(), 4U) << "four header credits";
  EXPECT_EQ(rig.device.port.queued(TlpClass::kPosted), 2U);
  const u64 released = now_ps();
  rig.root.port.release(TlpClass::kPosted, 4);
  run_ps(10'000'000);
  ASSERT_EQ(rig.root.received.size(), 5U);
  EXPECT_EQ(rig.root.arrivals[4], released + 2 * kLatency + wire_ps({16, 4}, 16 + 64 + 8)) << "UpdateFC, then the TLP";
}

TEST_F(LinkTest, DataCreditsCountSixteenBytes) {
  LinkParams p = params(16, 4);
  p.credits[0] = {64, 17};
  Rig rig(p);
  rig.root.hold = true;
  for (u16 i = 0; i < 3; ++i) rig.device.port.send(write_of(i == 2 ? 16 : 128, i));
  run_ps(10'000'000);
  EXPECT_EQ(rig.root.tags(), (std::vector<u16>{0, 1, 2})) << "8 + 8 + 1 = 17";
  rig.device.port.send(write_of(4, 3));
  run_ps(10'000'000);
  EXPECT_EQ(rig.root.received.size(), 3U);
}

TEST_F(LinkTest, APacketAboveTheWholeBufferPassesWhenItIsEmpty) {
  LinkParams p = params(16, 4);
  p.credits[0] = {4, 4};
  Rig rig(p);
  rig.device.port.send(write_of(256, 1));
  rig.device.port.send(write_of(256, 2));
  run_ps(10'000'000);
  EXPECT_EQ(rig.root.tags(), (std::vector<u16>{1, 2}));
}

TEST_F(LinkTest, PostedPassesBlockedNonPostedButNotTheReverse) {
  LinkParams p = params(16, 4);
  p.credits[1] = {1, 1};
  Rig rig(p);
  rig.root.hold = true;
  rig.device.port.send(mem_read(1, 10, 0x1000, 4));
  rig.device.port.send(mem_read(1, 11, 0x1000, 4));  // no credit
  rig.device.port.send(write_of(64, 12));
  run_ps(5'000'000);
  EXPECT_EQ(rig.root.tags(), (std::vector<u16>{10, 12}));
}

TEST_F(LinkTest, ReadsAndCompletionsDoNotPassBlockedPosted) {
  LinkParams p = params(16, 4);
  p.credits[0] = {1, 64};
  Rig rig(p);
  rig.root.hold = true;
  rig.device.port.send(write_of(64, 1));
  rig.device.port.send(write_of(64, 2));  // no credit
  rig.device.port.send(mem_read(1, 3, 0x1000, 4));
  rig.device.port.send(completion_of(64, 4));
  run_ps(5'000'000);
  EXPECT_EQ(rig.root.tags(), (std::vector<u16>{1}));
  rig.root.port.release(TlpClass::kPosted, 4);
  run_ps(5'000'000);
  EXPECT_EQ(rig.root.tags(), (std::vector<u16>{1, 2, 3, 4}));
}

TEST_F(LinkTest, ARelaxedCompletionPassesBlockedPosted) {
  LinkParams p = params(16, 4);
  p.credits[0] = {1, 64};
  Rig rig(p);
  rig.root.hold = true;
  rig.device.port.send(write_of(64, 1));
  rig.device.port.send(write_of(64, 2));  // no credit
  Tlp relaxed = completion_of(64, 5);
  relaxed.relaxed = true;
  rig.device.port.send(relaxed);
  run_ps(5'000'000);
  EXPECT_EQ(rig.root.tags(), (std::vector<u16>{1, 5}));
}

TEST_F(LinkTest, ABadLcrcIsSentAgainInOrder) {
  Rig rig(params(16, 4));
  rig.link.inject(1, {.fault = PacketFault::kCorrupt, .count = 1});
  const u64 sent = now_ps();
  rig.device.port.send(write_of(256, 1));
  rig.device.port.send(write_of(256, 2));
  run_ps(10'000'000);
  const u64 packet = wire_ps({16, 4}, 280);
  EXPECT_EQ(rig.root.tags(), (std::vector<u16>{1, 2}));
  EXPECT_EQ(rig.root.arrivals[0], sent + packet + 2 * kLatency + packet + kLatency);
  EXPECT_EQ(rig.root.arrivals[1], rig.root.arrivals[0] + packet);
}

TEST_F(LinkTest, FaultsHitThePacketsTheyName) {
  Rig rig(params(16, 4));
  rig.link.inject(0, {PacketFault::kPoison, PacketKind::kCompletion, 1, 1});
  rig.link.inject(0, {PacketFault::kDrop, PacketKind::kMemWrite, 0, 1});
  rig.root.port.send(write_of(64, 1));
  for (const u16 tag : {2, 3, 4}) rig.root.port.send(completion_of(64, tag));
  rig.root.port.send(write_of(64, 5));
  run_ps(10'000'000);
  EXPECT_EQ(rig.device.tags(), (std::vector<u16>{2, 3, 4, 5}));
  ASSERT_EQ(rig.device.received.size(), 4U);
  EXPECT_FALSE(rig.device.received[0].poisoned);
  EXPECT_TRUE(rig.device.received[1].poisoned);
  EXPECT_FALSE(rig.device.received[2].poisoned);
  EXPECT_FALSE(rig.device.received[3].poisoned);
}

// Behind a completion with an error nothing more of the request may come, so that only the last one can have it.
TEST_F(LinkTest, AnErrorStatusReplacesTheLastCompletionOfARequest) {
  Rig rig(params(16, 4));
  rig.link.inject(0, {.fault = PacketFault::kAbort, .count = 1});
  Tlp first = completion_of(64, 7), last = completion_of(64, 7);
  first.byte_count = 128;
  rig.root.port.send(first);
  rig.root.port.send(last);
  run_ps(10'000'000);
  ASSERT_EQ(rig.device.received.size(), 2U);
  EXPECT_EQ(rig.device.received[0].status, CompletionStatus::kSuccess);
  EXPECT_EQ(rig.device.received[1].status, CompletionStatus::kAbort);
  EXPECT_TRUE(rig.device.received[1].payload.empty());
  EXPECT_EQ(malformed(rig.device.received[1], 256), nullptr);
}

// What is lost gives its credits back: as many packets as there are buffers, ten times over.
TEST_F(LinkTest, DroppedPacketsKeepNoCredits) {
  LinkParams p = params(16, 4);
  p.credits[0] = {4, 64};
  Rig rig(p);
  rig.link.inject(1, {.fault = PacketFault::kDrop, .count = 40});
  for (u16 tag = 0; tag < 41; ++tag) rig.device.port.send(write_of(64, tag));
  run_ps(100'000'000);
  EXPECT_EQ(rig.root.tags(), std::vector<u16>{40});
}

TEST_F(LinkTest, FaultsHitExpressRepliesToo) {
  Rig rig(params(16, 4));
  const Tlp read = mem_read(0, 0, 0x1000, 8);
  const auto ask = [&](PacketFault fault) {
    rig.link.inject(1, {.fault = fault, .kind = PacketKind::kCompletion});
    return rig.root.port.express(read, now_ps());
  };
  EXPECT_TRUE(ask(PacketFault::kPoison).poisoned);
  EXPECT_EQ(ask(PacketFault::kUnsupported).status, CompletionStatus::kUnsupported);
  EXPECT_TRUE(ask(PacketFault::kDrop).timeout);
  EXPECT_EQ(rig.root.port.express(read, now_ps()).data.size(), 8U);
}

TEST_F(LinkTest, PullingTheDeviceLosesWhatIsUnderWay) {
  Rig rig(params(16, 4));
  rig.device.port.send(write_of(256, 1));
  rig.link.set_plugged(false);
  rig.device.port.send(write_of(256, 2));
  run_ps(5'000'000);
  EXPECT_TRUE(rig.root.received.empty());
  EXPECT_EQ(rig.root.changes, (std::vector<bool>{true, false}));
  rig.link.set_plugged(true);
  run_ps(5'000'000);
  EXPECT_EQ(rig.root.changes, (std::vector<bool>{true, false, true}));
  rig.device.port.send(write_of(256, 3));
  run_ps(5'000'000);
  EXPECT_EQ(rig.root.tags(), (std::vector<u16>{3}));
}

TEST_F(LinkTest, ADisabledEndTakesTheLinkDown) {
  Rig rig(params(16, 4));
  rig.root.port.set_enabled(false);
  EXPECT_FALSE(rig.link.up());
  rig.root.port.set_enabled(true);
  run_ps(1'000'000);
  EXPECT_TRUE(rig.link.up());
}

TEST_F(LinkTest, AnExpressReadTakesTheTimeOfItsPackets) {
  Rig rig(params(16, 4));
  const u64 when = now_ps() + 5'000;
  const ExpressReply reply = rig.root.port.express(mem_read(0, 0, 0x1000, 512), when);
  EXPECT_EQ(reply.data, std::vector<u8>(512, 0xA5));
  EXPECT_EQ(rig.device.express_at, when + wire_ps({16, 4}, 20) + kLatency);
  EXPECT_EQ(reply.time, rig.device.express_at + 10'000 + 2 * wire_ps({16, 4}, 276) + kLatency);
}

TEST_F(LinkTest, AnExpressReadPushesWritesToItsPage) {
  Rig rig(params(16, 4));
  rig.root.port.send(write_of(4, 1, 0x2000));
  rig.root.port.send(write_of(4, 2, 0x1000));
  rig.root.port.send(write_of(4, 3, 0x3000));
  rig.root.port.express(mem_read(0, 0, 0x1800, 4), now_ps());
  EXPECT_EQ(rig.device.tags(), (std::vector<u16>{1, 2})) << "up to the write to its page, in order";
  run_ps(5'000'000);
  EXPECT_EQ(rig.device.tags(), (std::vector<u16>{1, 2, 3}));
}

TEST_F(LinkTest, AnExpressRequestOverADeadLinkTimesOut) {
  Rig rig(params(16, 4));
  rig.link.set_plugged(false);
  EXPECT_TRUE(rig.root.port.express(mem_read(0, 0, 0x1000, 4), now_ps()).timeout);
}

}  // namespace
}  // namespace mppa::pcie
