#include "models/noc/rdma/network.h"

#include <deque>
#include <map>

#include "models/common/random.h"
#include "tests/models/sc_test.h"

namespace mppa::noc {
namespace {

constexpr u64 kHz = 1'000'000'000;  // one cycle = 1000 ps

/// Takes everything unless told otherwise.
class Sink : public DeliverIf {
 public:
  bool deliver(PacketPtr& packet, const sc_core::sc_time& when) override {
    if (closed) return false;
    last = when;
    ++packets;
    flits += packet->flits();
    if (check) check(*packet);
    packet.reset();
    return true;
  }
  std::function<void(const Packet&)> check;
  sc_core::sc_time last;
  u64 packets = 0, flits = 0;
  bool closed = false;
};

class RdmaNocTest : public test::ScTest {
 protected:
  explicit RdmaNocTest(const RdmaNocParams& params = {.clock_hz = kHz}) : noc("noc", params) {
    for (unsigned n = 0; n < kNodes; ++n) noc.deliver[n].bind(sinks[n]);
    elaborate();
  }
  static PacketPtr packet(unsigned from, unsigned to, unsigned bytes = 256, unsigned vchan = 0) {
    PacketPtr p = make_packet();
    p->route = kRoutes[from][to];
    p->bytes = static_cast<u16>(bytes);
    p->vchan = static_cast<u8>(vchan);
    p->tag = static_cast<u8>(to);
    p->data.fill(0);
    return p;
  }
  static void run_ns(u64 ns) { sc_core::sc_start(sc_core::sc_time::from_value(ns * 1000)); }
  /// Sends as many packets as the buffer takes.
  u64 fill(unsigned from, unsigned to, unsigned vchan = 0) {
    u64 sent = 0;
    for (; noc.inject(from).can_inject(vchan, 17); ++sent)
      noc.inject(from).inject(packet(from, to, 256, vchan), sc_core::sc_time_stamp());
    return sent;
  }

  RdmaNoc noc;
  std::array<Sink, kNodes> sinks;
};

TEST_F(RdmaNocTest, AllPublishedRoutesEndAtTheirDestination) {
  for (unsigned from = 0; from < kNodes; ++from) {
    for (unsigned to = 0; to < kNodes; ++to) {
      const u64 before = sinks[to].packets;
      noc.inject(from).inject(packet(from, to), sc_core::sc_time_stamp());
      run_ns(100);
      EXPECT_EQ(sinks[to].packets, before + 1) << from << " -> " << to;
    }
  }
  EXPECT_EQ(noc.route_errors(), 0U);
  EXPECT_EQ(noc.in_flight(), 0U);
}

TEST_F(RdmaNocTest, LatencyIsHopsPlusLength) {
  const u64 start = sc_core::sc_time_stamp().value();
  noc.inject(kC1).inject(packet(kC1, kC3, 64), sc_core::sc_time_stamp());
  run_ns(100);
  EXPECT_EQ(sinks[kC3].last.value() - start, (2 * 4 + 5) * 1000U) << "two hops, five flits";
}

TEST_F(RdmaNocTest, AnInjectionInTheFutureStartsThen) {
  noc.inject(kC0).inject(packet(kC0, kC1, 16), sc_core::sc_time::from_value(50'000));
  run_ns(200);
  EXPECT_EQ(sinks[kC1].last.value(), (50 + 4 + 2) * 1000U);
}

TEST_F(RdmaNocTest, BadRoutesAreDroppedAndCounted) {
  for (const u64 route : {u64{0x80}, u64{0xF}, u64{0x3}, u64{0x7}}) {
    PacketPtr p = packet(kC1, kC1);
    p->route = route;
    noc.inject(kC1).inject(std::move(p), sc_core::sc_time_stamp());
    run_ns(100);
  }
  EXPECT_EQ(noc.route_errors(), 4U);
  EXPECT_EQ(noc.in_flight(), 0U);
}

/// Keeps the injection buffers of some senders full.
class Source : public sc_core::sc_module {
 public:
  SC_HAS_PROCESS(Source);
  Source(const char* name, RdmaNoc& noc, unsigned from, std::function<PacketPtr()> next)
      : sc_module(name), noc_(noc), from_(from), next_(std::move(next)) {
    SC_METHOD(send);
    sensitive << noc_.inject(from_).space_event();
  }
  u64 sent = 0;

 private:
  void send() {
    for (;;) {
      if (!pending_) pending_ = next_();
      if (!pending_) return;
      if (!noc_.inject(from_).can_inject(pending_->vchan, pending_->flits())) return;
      noc_.inject(from_).inject(std::move(pending_), sc_core::sc_time_stamp());
      ++sent;
    }
  }
  RdmaNoc& noc_;
  unsigned from_;
  std::function<PacketPtr()> next_;
  PacketPtr pending_;
};

class RdmaNocLoad : public test::ScTest {
 protected:
  explicit RdmaNocLoad(const RdmaNocParams& params = {.clock_hz = kHz}) : noc("noc", params) {
    for (unsigned n = 0; n < kNodes; ++n) noc.deliver[n].bind(sinks[n]);
  }
  Source& source(unsigned from, std::function<PacketPtr()> next) {
    return sources.emplace_back(("source" + std::to_string(sources.size())).c_str(), noc, from, std::move(next));
  }
  static PacketPtr to(unsigned from, unsigned to, unsigned qos = 0, unsigned vchan = 0) {
    PacketPtr p = make_packet();
    p->route = kRoutes[from][to];
    p->bytes = 256;
    p->qos = static_cast<u8>(qos);
    p->vchan = static_cast<u8>(vchan);
    p->data.fill(static_cast<u8>(from));
    return p;
  }
  static void run_ns(u64 ns) { sc_core::sc_start(sc_core::sc_time::from_value(ns * 1000)); }

  RdmaNoc noc;
  std::array<Sink, kNodes> sinks;
  std::deque<Source> sources;
};

TEST_F(RdmaNocLoad, OneSenderFillsALink) {
  source(kC0, [] { return to(kC0, kC1); });
  run_ns(17 * 1000);
  EXPECT_NEAR(static_cast<double>(sinks[kC1].flits), 17'000, 3 * 17);
}

TEST_F(RdmaNocLoad, SendersToOneReceiverShareItsLinkFairly) {
  std::array<u64, kNodes> from{};
  sinks[kC0].check = [&](const Packet& p) { ++from[p.source]; };
  for (unsigned n : {kC1, kC2, kC3}) source(n, [n] { return to(n, kC0); });
  run_ns(17 * 3000);
  EXPECT_NEAR(static_cast<double>(sinks[kC0].packets), 3000, 3) << "the local link is the bottleneck";
  for (unsigned n : {kC1, kC2, kC3}) EXPECT_NEAR(static_cast<double>(from[n]), 1000, 5);
}

TEST_F(RdmaNocLoad, AClosedReceiverStopsItsSenderAndNothingIsLost) {
  sinks[kC1].closed = true;
  Source& s = source(kC0, [] { return to(kC0, kC1); });
  run_ns(1000);
  EXPECT_EQ(s.sent, 8U) << "68 flits of injection buffer and 68 of input buffer hold four packets each";
  EXPECT_EQ(sinks[kC1].packets, 0U);
  sinks[kC1].closed = false;
  noc.inject(kC1).resume_delivery();
  run_ns(17 * 100);
  EXPECT_GE(sinks[kC1].packets, 98U);
  EXPECT_EQ(s.sent, sinks[kC1].packets + noc.in_flight());
}

TEST_F(RdmaNocLoad, AStalledVirtualChannelLetsTheOtherPass) {
  class OnlyChannel1 : public DeliverIf {
   public:
    bool deliver(PacketPtr& p, const sc_core::sc_time&) override {
      if (p->vchan == 0) return false;
      ++taken;
      p.reset();
      return true;
    }
    u64 taken = 0;
  } picky;
  RdmaNoc other("other", {.clock_hz = kHz});
  other.deliver[kC1].bind(picky);
  Source a("a", other, kC0, [] { return to(kC0, kC1, 0, 0); });
  Source b("b", other, kC0, [] { return to(kC0, kC1, 0, 1); });
  run_ns(17 * 100);
  EXPECT_GE(picky.taken, 95U);
}

TEST(TokenBucket, HoldsTheLongTermRate) {
  TokenBucket bucket({.flits = 1, .cycles = 4, .burst_flits = 17});
  u64 cycle = 0;
  EXPECT_EQ(bucket.take(17, 0), 0U) << "the bucket starts full";
  for (int i = 0; i < 100; ++i) cycle = bucket.take(17, cycle);
  EXPECT_EQ(cycle, 100U * 17 * 4);
  EXPECT_EQ(TokenBucket({}).take(1000, 7), 7U) << "off by default";
}

class RdmaNocSoak : public RdmaNocLoad {
 protected:
  RdmaNocSoak() : RdmaNocLoad({.clock_hz = kHz, .credits = 17, .inject_flits = 17}) {}
};

TEST_F(RdmaNocSoak, RandomTrafficOfAllNodesArrivesCompletelyInOrderWithSmallestBuffers) {
  Random random(42);
  std::map<std::array<unsigned, 3>, u64> sent, received;
  u64 total = 0, seen = 0;
  for (unsigned n = 0; n < kNodes; ++n) {
    sinks[n].check = [&, n](const Packet& p) {
      u64 sequence = 0;
      std::memcpy(&sequence, p.data.data(), 8);
      EXPECT_EQ(sequence, (received[{p.source, n, p.vchan}]++));
      for (unsigned i = 8; i < p.bytes; ++i) ASSERT_EQ(p.data[i], static_cast<u8>(sequence + i));
      ++seen;
    };
    source(n, [&, n, left = 3000]() mutable -> PacketPtr {
      if (left-- <= 0) return nullptr;
      const auto dest = static_cast<unsigned>(random.below(kNodes)), vchan = static_cast<unsigned>(random.below(2));
      PacketPtr p = to(n, dest, 0, vchan);
      p->bytes = static_cast<u16>(8 + random.below(249));
      const u64 sequence = sent[{n, dest, vchan}]++;
      std::memcpy(p->data.data(), &sequence, 8);
      for (unsigned i = 8; i < p->bytes; ++i) p->data[i] = static_cast<u8>(sequence + i);
      ++total;
      return p;
    });
  }
  run_ns(1'000'000);
  EXPECT_EQ(total, 3000U * kNodes);
  EXPECT_EQ(seen, total);
  EXPECT_EQ(noc.in_flight(), 0U);
}

}  // namespace
}  // namespace mppa::noc
