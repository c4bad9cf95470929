#include <gtest/gtest.h>

#include <cstring>

#include "tests/firmware/net/bench.h"

namespace mppa::net_test {
namespace {

constexpr u64 kMs = 1'000'000, kSecond = 1'000'000'000;

struct Pair {
  explicit Pair(const WireParams& params = {}, const tcp_config& config = tcp_defaults, u16 mtu = 1500)
      : wire(params), a(wire, 1, config, mtu), b(wire, 2, config, mtu), client(a), server(b) {}
  void open(bool v6 = false) {
    server.listen(4420);
    client.connect(v6 ? b.address6() : b.address(), 4420);
    ASSERT_TRUE(wire.run(30 * kSecond, [&] { return client.established && server.established; }));
  }
  /// Sends so many bytes both ways and checks them.
  void exchange(u64 to_server, u64 to_client, u64 limit_ns = 600 * kSecond, u32 chunk = 16 * 1024) {
    client.send(to_server, chunk);
    server.send(to_client, chunk);
    const bool done = wire.run(limit_ns, [&] {
      return (server.received == to_server && client.received == to_client && client.acked == to_server &&
              server.acked == to_client) ||
             client.gone || server.gone;
    });
    EXPECT_TRUE(done) << server.received << " of " << to_server << ", " << client.received << " of " << to_client;
    EXPECT_FALSE(client.corrupt || server.corrupt);
    EXPECT_EQ(server.received, to_server);
    EXPECT_EQ(client.received, to_client);
  }
  void close_both() {
    client.close();
    ASSERT_TRUE(wire.run(60 * kSecond, [&] { return server.finished; }));
    server.close();
    EXPECT_TRUE(wire.run(200 * kSecond, [&] { return client.gone && server.gone; }));
    EXPECT_EQ(client.end, TCP_END_CLOSED);
    EXPECT_EQ(server.end, TCP_END_CLOSED);
    EXPECT_EQ(client.released_chunks, client.queued_chunks);
    EXPECT_EQ(server.released_chunks, server.queued_chunks);
  }

  Wire wire;
  Host a, b;
  Peer client, server;
};

tcp_config quick() {
  tcp_config c = tcp_defaults;
  c.time_wait = 100'000;
  return c;
}

TEST(Tcp, HandshakeDataAndOrderlyClose) {
  for (const bool v6 : {false, true}) {
    Pair p({}, quick());
    p.open(v6);
    p.exchange(1'000'000, 500'000);
    EXPECT_EQ(p.a.stack.tcp_stats.retransmits, 0U);
    EXPECT_EQ(p.b.stack.tcp_stats.retransmits, 0U);
    p.close_both();
    EXPECT_EQ(p.client.acked, 1'000'000U);
  }
}

TEST(Tcp, TheConnectionIsFullDuplexAndUsesTheLine) {
  Pair p({.delay_ns = 2'000}, quick(), 9000);
  p.open();
  const u64 start = p.wire.now;
  p.client.send(50'000'000);
  p.server.send(50'000'000);
  ASSERT_TRUE(p.wire.run(kSecond, [&] { return p.client.received + p.server.received == 100'000'000; }));
  EXPECT_FALSE(p.client.corrupt || p.server.corrupt);
  const double gigabits = 50e6 * 8 / static_cast<double>(p.wire.now - start);
  RecordProperty("gbps_of_10", std::to_string(gigabits));
  EXPECT_GT(gigabits, 9.0) << "of 9.9 possible";
}

TEST(Tcp, ASegmentGathersAsManyChunksAsAPacketHasFragments) {
  Pair p({}, quick());
  p.open();
  p.exchange(56'000, 0, 600 * kSecond, 7);
  const u64 segments = 56'000 / (7 * NET_FRAGS_MAX);
  EXPECT_GE(p.a.stack.tcp_stats.segments_out, segments);
  EXPECT_LE(p.a.stack.tcp_stats.segments_out, segments + 20);
  EXPECT_EQ(p.client.released_chunks, p.client.queued_chunks);
}

class TcpFaults : public ::testing::TestWithParam<WireParams> {};

TEST_P(TcpFaults, DataArriveOnceInOrderAndRight) {
  for (const tcp_control control : {TCP_NEWRENO, TCP_CUBIC})
    for (const bool sack : {true, false})
      for (u64 seed = 1; seed <= 3; ++seed) {
        WireParams params = GetParam();
        params.seed = seed;
        tcp_config config = quick();
        config.control = control;
        config.sack = sack;
        config.timestamps = seed != 3;
        SCOPED_TRACE(testing::Message() << "control " << control << " sack " << sack << " seed " << seed);
        Pair p(params, config);
        p.open();
        p.exchange(600'000, 200'000, 600 * kSecond, 1000 * static_cast<u32>(seed * seed) + 1);
        p.close_both();
      }
}

INSTANTIATE_TEST_SUITE_P(
    Wires, TcpFaults,
    ::testing::Values(WireParams{.loss = 0.001}, WireParams{.loss = 0.01}, WireParams{.loss = 0.1},
                      WireParams{.duplicate = 0.1}, WireParams{.corrupt = 0.05}, WireParams{.reorder = 0.2},
                      WireParams{.reorder = 0.9, .reorder_ns = 500'000},
                      WireParams{.burst_start = 0.002, .burst_frames = 20}, WireParams{.queue_frames = 4},
                      WireParams{.drop_tail_frames = 10},
                      WireParams{.loss = 0.02, .duplicate = 0.05, .corrupt = 0.02, .reorder = 0.1}));

TEST(Tcp, FastRetransmitRepairsSingleLossesWithoutTimeout) {
  for (const bool sack : {true, false}) {
    tcp_config config = quick();
    config.sack = sack;
    Pair p({}, config);
    p.open();
    unsigned seen = 0;
    p.wire.filter = [&](Host& from, Bytes& frame) { return !(&from == &p.a && frame.size() > 1000 && ++seen == 40); };
    const u64 start = p.wire.now;
    p.exchange(300'000, 0);
    EXPECT_LT(p.wire.now - start, 100 * kMs);
    EXPECT_EQ(p.a.stack.tcp_stats.fast_recoveries, 1U);
    EXPECT_EQ(p.a.stack.tcp_stats.timeouts, 0U);
    EXPECT_EQ(p.a.stack.tcp_stats.retransmits, 1U);
    EXPECT_EQ(p.a.stack.tcp_stats.tail_probes, 0U);
  }
}

TEST(Tcp, SackRepairsManyLossesInOneRecovery) {
  Pair p({}, quick());
  p.open();
  unsigned seen = 0;
  p.wire.filter = [&](Host& from, Bytes& frame) {
    if (&from != &p.a || frame.size() < 1000) return true;
    ++seen;
    return !(seen >= 60 && seen < 80 && seen % 2);
  };
  const u64 start = p.wire.now;
  p.exchange(400'000, 0);
  EXPECT_LT(p.wire.now - start, 100 * kMs);
  EXPECT_EQ(p.a.stack.tcp_stats.retransmits, 10U) << "what was lost and nothing else";
  EXPECT_EQ(p.a.stack.tcp_stats.timeouts, 0U);
}

TEST(Tcp, ATailLossIsProbedBeforeTheTimeout) {
  Pair p({}, quick());
  p.open();
  p.exchange(50'000, 0);
  bool dropped = false;
  p.wire.filter = [&](Host& from, Bytes& frame) {
    return !(&from == &p.a && frame.size() > 100 && !std::exchange(dropped, true));
  };
  const u64 start = p.wire.now;
  p.client.send(100);
  EXPECT_TRUE(p.wire.run(kSecond, [&] { return p.server.received == 50'100; }));
  EXPECT_LT(p.wire.now - start, 100 * kMs);
  EXPECT_EQ(p.a.stack.tcp_stats.tail_probes, 1U);
}

TEST(Tcp, TheTimeoutDoublesAndGivesUp) {
  tcp_config config = quick();
  config.data_tries = 5;
  Pair p({}, config);
  p.open();
  std::vector<u64> times;
  p.wire.filter = [&](Host& from, Bytes&) {
    if (&from == &p.a) times.push_back(p.wire.now);
    return false;
  };
  p.client.send(100);
  ASSERT_TRUE(p.wire.run(300 * kSecond, [&] { return p.client.gone; }));
  EXPECT_EQ(p.client.end, TCP_END_TIMEOUT);
  EXPECT_EQ(p.a.stack.tcp_stats.timeouts, 5U);
  ASSERT_GE(times.size(), 6U);
  const auto gap = [&](std::size_t i) { return static_cast<double>(times[i] - times[i - 1]); };
  EXPECT_NEAR(gap(times.size() - 1) / gap(times.size() - 2), 2, 0.05);
}

TEST(Tcp, AZeroWindowIsProbedAndOpensAgain) {
  tcp_config config = quick();
  config.receive_window = 20'000;
  Pair p({}, config);
  p.open();
  p.server.hold(true);
  p.client.send(100'000);
  p.wire.run(3 * kSecond);
  EXPECT_LE(p.server.received, 20'000U + 1500);
  EXPECT_GE(p.server.received, 18'000U);
  EXPECT_GE(p.a.stack.tcp_stats.zero_window_probes, 2U);
  EXPECT_EQ(p.a.stack.tcp_stats.timeouts, 0U);
  // The update is lost: only the probes find the open window.
  p.wire.filter = [&](Host& from, Bytes&) { return &from != &p.b; };
  p.server.hold(false);
  p.wire.run(kMs);
  p.wire.filter = nullptr;
  EXPECT_TRUE(p.wire.run(60 * kSecond, [&] { return p.server.received == 100'000; }));
  EXPECT_FALSE(p.server.corrupt);
}

TEST(Tcp, ASlowReaderMakesNoSillySegments) {
  tcp_config config = quick();
  config.receive_window = 20'000;
  Pair p({}, config);
  p.open();
  p.server.hold(true);
  p.client.send(60'000);
  p.wire.run(kSecond);
  u64 small = 0;
  p.wire.filter = [&](Host& from, Bytes& frame) {
    small += &from == &p.a && frame.size() > 66 && frame.size() < 1000;
    return true;
  };
  while (p.server.received < 60'000) {
    ASSERT_GT(p.server.held, 0U);
    const u32 bite = static_cast<u32>(std::min<u64>(p.server.held, 100));
    p.server.held -= bite;
    tcp_consumed(p.server.conn, bite);
    p.wire.run(kMs);
  }
  EXPECT_LE(small, 2U) << "the last one, and one before the window closed";
}

TEST(Tcp, DelayedAcknowledgementsHalveTheirNumber) {
  Pair p({}, quick());
  p.open();
  const u64 before = p.b.stack.tcp_stats.segments_out;
  p.exchange(1'448'000, 0);
  EXPECT_LE(p.b.stack.tcp_stats.segments_out - before, 520U) << "1000 segments";
  EXPECT_GE(p.b.stack.tcp_stats.segments_out - before, 100U);
}

TEST(Tcp, KeepAliveFindsADeadPeer) {
  tcp_config config = quick();
  config.keep_idle = 1'000'000;
  config.keep_interval = 200'000;
  config.keep_tries = 3;
  Pair p({}, config);
  p.open();
  p.wire.run(5 * kSecond);
  EXPECT_FALSE(p.client.gone) << "the peer answers";
  EXPECT_GE(p.a.stack.tcp_stats.keep_alives, 3U);
  p.wire.filter = [](Host&, Bytes&) { return false; };
  EXPECT_TRUE(p.wire.run(3 * kSecond, [&] { return p.client.gone && p.server.gone; }));
  EXPECT_EQ(p.client.end, TCP_END_TIMEOUT);
}

TEST(Tcp, AbortResetsThePeerAndReleasesEverything) {
  Pair p({}, quick());
  p.open();
  p.client.send(5'000'000);
  p.wire.run(kMs);
  tcp_abort(p.client.conn);
  EXPECT_TRUE(p.client.gone);
  EXPECT_EQ(p.client.end, TCP_END_ABORTED);
  ASSERT_TRUE(p.wire.run(kSecond, [&] { return p.server.gone; }));
  EXPECT_EQ(p.server.end, TCP_END_RESET);
  p.wire.run(kSecond);
  EXPECT_EQ(p.client.released_chunks, p.client.queued_chunks);
}

TEST(Tcp, AClosedPortRefuses) {
  Pair p({}, quick());
  p.client.connect(p.b.address(), 9);
  ASSERT_TRUE(p.wire.run(kSecond, [&] { return p.client.gone; }));
  EXPECT_EQ(p.client.end, TCP_END_REFUSED);
}

TEST(Tcp, SilenceEndsAConnectionAttempt) {
  tcp_config config = quick();
  config.syn_tries = 3;
  Pair p({}, config);
  p.wire.filter = [](Host&, Bytes& f) { return f[12] == 8 && f[13] == 6; };  // ARP only
  p.client.connect(p.b.address(), 4420);
  ASSERT_TRUE(p.wire.run(60 * kSecond, [&] { return p.client.gone; }));
  EXPECT_EQ(p.client.end, TCP_END_TIMEOUT);
}

TEST(Tcp, BothSidesMayConnectAtOnce) {
  Pair p({.delay_ns = 100'000}, quick());
  const net_addr to_b = p.b.address(), to_a = p.a.address();
  p.a.netif.stack = &p.a.stack;
  static const tcp_ops kNone = {
      .established = [](tcp_conn* c) { *static_cast<bool*>(c->owner) = true; },
      .receive = [](tcp_conn* c, net_buf*, const u8*, u32 len) { tcp_consumed(c, len); },
      .sent = nullptr,
      .finished = [](tcp_conn*) {},
      .gone = [](tcp_conn*, tcp_end) {},
  };
  bool a_open = false, b_open = false;
  // Both know each other's address, so that the SYNs cross.
  ASSERT_TRUE(tcp_connect(&p.a.stack, &to_b, 9, 999, &kNone, &a_open));
  p.wire.run(2 * kMs);
  a_open = false;
  ASSERT_TRUE(tcp_connect(&p.a.stack, &to_b, 2000, 1000, &kNone, &a_open));
  ASSERT_TRUE(tcp_connect(&p.b.stack, &to_a, 1000, 2000, &kNone, &b_open));
  EXPECT_TRUE(p.wire.run(kSecond, [&] { return a_open && b_open; }));
}

TEST(Tcp, AFullBacklogUsesCookiesAndLosesNoOption) {
  tcp_config config = quick();
  config.backlog = 0;
  Pair p({}, config);
  p.open();
  EXPECT_EQ(p.b.stack.tcp_stats.syn_cookies_sent, 1U);
  EXPECT_EQ(p.b.stack.tcp_stats.syn_cookies_good, 1U);
  EXPECT_TRUE(p.server.conn->timestamps);
  EXPECT_TRUE(p.server.conn->sack);
  EXPECT_EQ(p.server.conn->send_scale, p.client.conn->receive_scale);
  EXPECT_EQ(p.server.conn->mss, p.client.conn->mss);
  p.exchange(300'000, 300'000);
  p.close_both();
}

TEST(Tcp, CookiesWorkWithoutTimestamps) {
  tcp_config config = quick();
  config.backlog = 0;
  config.timestamps = false;
  Pair p({}, config);
  p.open();
  EXPECT_FALSE(p.server.conn->sack);
  p.exchange(300'000, 300'000);
}

TEST(Tcp, CookiesExpire) {
  tcp_config config = quick();
  config.backlog = 0;
  for (const u64 late : {1 * kSecond, 200 * kSecond}) {
    Pair p({}, config);
    Bytes last;  // of the handshake
    p.wire.filter = [&](Host& from, Bytes& f) {
      const bool acknowledges = &from == &p.a && f[12] == 8 && f[13] == 0 && (f[47] & 0x12) == 0x10;
      if (acknowledges && last.empty()) last = f;
      return !acknowledges;
    };
    p.server.listen(4420);
    p.client.connect(p.b.address(), 4420);
    p.wire.run(late);
    ASSERT_FALSE(last.empty());
    p.wire.inject(p.b, last);
    p.wire.run(kMs);
    EXPECT_EQ(p.server.established, late == kSecond);
  }
}

/// Builds a segment from the client's side of an open connection.
Bytes forge(const Pair& p, u32 seq, u32 ack, u8 flags, const std::string& data = "", u32 timestamp = 0) {
  const tcp_conn& c = *p.client.conn;
  const unsigned options = c.timestamps ? 12 : 0;
  Bytes f(14 + 20 + 20 + options + data.size());
  std::memcpy(&f[0], p.b.netif.mac, 6);
  std::memcpy(&f[6], p.a.netif.mac, 6);
  const auto put16 = [&](std::size_t at, u32 v) { f[at] = static_cast<u8>(v >> 8), f[at + 1] = static_cast<u8>(v); };
  const auto put32 = [&](std::size_t at, u32 v) { put16(at, v >> 16), put16(at + 2, v & 0xFFFF); };
  put16(12, 0x0800);
  put16(14, 0x4500);
  put16(16, static_cast<u32>(f.size()) - 14);
  f[22] = 64, f[23] = 6;
  put32(26, p.a.netif.ip4), put32(30, p.b.netif.ip4);
  put16(34, c.local_port), put16(36, c.remote_port);
  put32(38, seq), put32(42, ack);
  f[46] = static_cast<u8>((20 + options) / 4 << 4);
  f[47] = flags;
  put16(48, 0xFFFF);
  if (options) {
    put32(54, 0x0101080A);
    put32(58, timestamp ? timestamp : static_cast<u32>(p.a.stack.now / 1000));
    put32(62, static_cast<u32>(p.b.stack.now / 1000));
  }
  std::memcpy(f.data() + 54 + options, data.data(), data.size());
  return f;
}

struct Forged : ::testing::Test {
  Forged() : p({}, quick()) {
    p.b.hardware_checksums = true;  // forged segments have none
    p.open();
    p.exchange(10'000, 10'000);
    p.wire.run(100 * kMs);
  }
  void inject(const Bytes& f) {
    p.wire.inject(p.b, f);
    p.wire.run(kMs);
  }
  u32 next() const { return p.server.conn->rcv_nxt; }
  u32 ack() const { return p.server.conn->nxt; }
  Pair p;
};

TEST_F(Forged, ResetsMustHitTheExactNumber) {
  inject(forge(p, next() + 10, ack(), 0x04));
  EXPECT_FALSE(p.server.gone);
  EXPECT_EQ(p.b.stack.tcp_stats.challenge_acks, 1U);
  inject(forge(p, next() - 10, ack(), 0x04));
  EXPECT_FALSE(p.server.gone);
  inject(forge(p, next(), ack(), 0x04));
  EXPECT_TRUE(p.server.gone);
  EXPECT_EQ(p.server.end, TCP_END_RESET);
}

TEST_F(Forged, ASynInTheWindowIsChallenged) {
  inject(forge(p, next(), ack(), 0x02));
  EXPECT_FALSE(p.server.gone);
  EXPECT_EQ(p.b.stack.tcp_stats.challenge_acks, 1U);
}

TEST_F(Forged, OldTimestampsAreDropped) {
  const u64 before = p.server.received;
  inject(forge(p, next(), ack(), 0x18, "old", static_cast<u32>(p.a.stack.now / 1000) - 100'000));
  EXPECT_EQ(p.server.received, before);
  EXPECT_EQ(p.b.stack.tcp_stats.paws_drops, 1U);
}

TEST_F(Forged, AcknowledgementsOfTheFutureAndOfThePastAreNotBelieved) {
  const u32 una = p.server.conn->una;
  inject(forge(p, next(), ack() + 1000, 0x10));
  inject(forge(p, next(), ack() - 0x40000000, 0x10));
  EXPECT_EQ(p.server.conn->una, una);
  EXPECT_EQ(p.b.stack.tcp_stats.challenge_acks, 2U);
}

TEST_F(Forged, DataBeyondTheWindowAreDropped) {
  const u64 before = p.server.received;
  inject(forge(p, next() + tcp_defaults.receive_window + 5000, ack(), 0x18, "far"));
  EXPECT_EQ(p.server.received, before);
  EXPECT_EQ(p.b.stack.tcp_stats.outside_window, 1U);
}

TEST_F(Forged, OverlappingSegmentsAreGivenOnce) {
  const u32 at = next();
  std::string text(10, ' ');
  for (unsigned i = 0; i < 10; ++i) text[i] = static_cast<char>(pattern(10'000 + i));
  inject(forge(p, at + 4, ack(), 0x18, text.substr(4, 4)));
  inject(forge(p, at + 2, ack(), 0x18, text.substr(2, 4)));
  inject(forge(p, at + 6, ack(), 0x18, text.substr(6, 4)));
  EXPECT_EQ(p.server.received, 10'000U);
  inject(forge(p, at, ack(), 0x18, text.substr(0, 3)));
  EXPECT_EQ(p.server.received, 10'010U);
  EXPECT_FALSE(p.server.corrupt);
}

TEST_F(Forged, GarbageOptionsAndLengthsDoNoHarm) {
  Random random(5);
  for (int i = 0; i < 3000; ++i) {
    Bytes f =
        forge(p, next() + static_cast<u32>(random.below(100)), ack(), static_cast<u8>(random.below(64)) & ~4U, "x");
    for (int k = 0; k < 6; ++k) f[34 + random.below(f.size() - 34)] = static_cast<u8>(random.next());
    f[34] = static_cast<u8>(p.client.conn->local_port >> 8), f[35] = static_cast<u8>(p.client.conn->local_port);
    f[36] = static_cast<u8>(4420 >> 8), f[37] = static_cast<u8>(4420 & 0xFF);
    f[47] &= ~4U;  // resets are another test
    p.wire.inject(p.b, f);
  }
  p.wire.run(kSecond);
  SUCCEED() << "the sanitizers judge";
}

}  // namespace
}  // namespace mppa::net_test
