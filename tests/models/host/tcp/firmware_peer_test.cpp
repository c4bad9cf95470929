// Our TCP against the firmware's, which shares no line with it.
#include "tests/models/host/tcp/bench.h"

namespace mppa::host::tcp::test {
namespace {

using net_test::PatternEnd;

constexpr u32 kPeer = 0x0A000002;

tcp_config quick(tcp_config config = tcp_defaults) {
  config.time_wait = 100'000;
  return config;
}

/// Ours (.1) and the firmware's (.2), not yet connected.
struct Pair {
  explicit Pair(const Faults& faults = {}, const TcpParams& ours = {}, const tcp_config& theirs = quick(),
                unsigned mtu = 1500)
      : wire(time, faults), a(time, host_params(1, ours, mtu)), b(time, 2, theirs, static_cast<u16>(mtu)) {
    wire.attach(0, a);
    wire.attach(1, b);
    listener.port = 4420;
    listener.owner = &server;
    listener.accept = [](tcp_listener* l, tcp_conn* c) -> const tcp_ops* {
      auto* end = static_cast<PatternEnd*>(l->owner);
      c->owner = end;
      end->conn = c;
      end->established = true;
      return &PatternEnd::kOps;
    };
    tcp_listen(&b.stack, &listener);
  }
  ~Pair() {
    if (server.conn && !server.gone) tcp_abort(server.conn);
  }
  Pair(const Pair&) = delete;
  Pair& operator=(const Pair&) = delete;

  void connect() {
    client.connection = &a.stack.connect(kPeer, 4420, client);
    ASSERT_TRUE(run(time, [&] { return (client.is_established && server.established) || client.gone; }));
    ASSERT_FALSE(client.gone) << end_name(client.end);
  }
  /// The firmware opens the connection, to our port 4420.
  void accept() {
    a.stack.listen(4420, [this](Connection& c) {
      client.connection = &c;
      return &client;
    });
    const net_addr to = net_v4(0x0A000001);
    server.conn = tcp_connect(&b.stack, &to, 4420, 0, &PatternEnd::kOps, &server);
    b.poll();
    ASSERT_TRUE(run(time, [&] { return client.is_established && server.established; }));
  }
  void exchange(u64 to_server, u64 to_client, u64 chunk = 16 * 1024) {
    client.send(to_server, chunk);
    if (to_client > 0) {
      ASSERT_TRUE(server.send(to_client));
      b.poll();
    }
    EXPECT_TRUE(
        run(time,
            [&] { return (server.received == to_server && client.count == to_client) || client.gone || server.gone; }))
        << server.received << " of " << to_server << ", " << client.count << " of " << to_client;
    EXPECT_EQ(server.received, to_server);
    EXPECT_EQ(client.count, to_client);
    EXPECT_FALSE(client.corrupt || server.corrupt);
  }
  void close() {
    client.connection->close();
    ASSERT_TRUE(run(time, [&] { return server.finished; }));
    tcp_close(server.conn);
    b.poll();
    ASSERT_TRUE(run(time, [&] { return client.gone && server.gone; }));
    EXPECT_EQ(client.end, End::kClosed);
    EXPECT_EQ(server.end, TCP_END_CLOSED);
  }
  const StackCounters& count() const { return a.stack.counters(); }

  Timeline time;
  Wire wire;
  OurStation a;
  FirmwareStation b;
  tcp_listener listener{};
  OurEnd client;
  PatternEnd server;
};

TEST(TcpAgainstFirmware, ConnectsExchangesAndCloses) {
  Pair p;
  p.connect();
  EXPECT_TRUE(p.server.conn->timestamps);
  EXPECT_TRUE(p.server.conn->sack);
  EXPECT_EQ(p.server.conn->mss, 1448);
  p.exchange(1'000'000, 500'000);
  EXPECT_EQ(p.count().retransmits, 0u);
  EXPECT_EQ(p.b.stack.tcp_stats.retransmits, 0u);
  EXPECT_EQ(p.b.stack.stats.bad_checksums + p.b.stack.stats.bad_frames, 0u);
  EXPECT_EQ(p.count().bad_checksums + p.count().malformed, 0u);
  p.close();
}

TEST(TcpAgainstFirmware, AcceptsItsConnection) {
  Pair p;
  p.accept();
  p.exchange(300'000, 300'000);
  p.client.closes_after_peer = true;
  tcp_close(p.server.conn);
  p.b.poll();
  ASSERT_TRUE(run(p.time, [&] { return p.client.gone && p.server.gone; }));
  EXPECT_EQ(p.client.end, End::kClosed);
}

TEST(TcpAgainstFirmware, FillsTheLineBothWays) {
  Pair p({.delay = 2 * kUs}, {}, quick(), 9000);
  p.connect();
  const u64 start = p.time.now();
  p.exchange(50'000'000, 50'000'000, 128 * 1024);
  const double gbps = 50e6 * 8e3 / static_cast<double>(p.time.now() - start);
  EXPECT_GT(gbps, 9.0) << "of 9.9 possible";
}

class TcpFaults : public ::testing::TestWithParam<Faults> {};

TEST_P(TcpFaults, DataArriveOnceInOrderAndRight) {
  for (const Control control : {Control::kNewReno, Control::kCubic})
    for (const bool sack : {true, false})
      for (u64 seed = 1; seed <= 3; ++seed) {
        Faults faults = GetParam();
        faults.seed = seed;
        TcpParams ours;
        ours.control = control;
        ours.sack = sack;
        ours.timestamps = seed != 3;
        SCOPED_TRACE(testing::Message() << "NewReno " << (control == Control::kNewReno) << " sack " << sack << " seed "
                                        << seed);
        Pair p(faults, ours);
        p.connect();
        if (HasFatalFailure()) return;
        p.exchange(600'000, 300'000, 1000 * seed * seed + 1);
        p.close();
      }
}

INSTANTIATE_TEST_SUITE_P(Wires, TcpFaults,
                         ::testing::Values(Faults{.loss = 0.001}, Faults{.loss = 0.01}, Faults{.loss = 0.1},
                                           Faults{.duplicate = 0.1}, Faults{.corrupt = 0.05}, Faults{.reorder = 0.2},
                                           Faults{.reorder = 0.9, .reorder_by = 500 * kUs},
                                           Faults{.burst_start = 0.002, .burst_frames = 20},
                                           Faults{.loss = 0.02, .duplicate = 0.05, .corrupt = 0.02, .reorder = 0.1}));

TEST(TcpAgainstFirmware, SingleLossesAreRepairedWithoutTimeout) {
  for (const bool sack : {true, false}) {
    TcpParams ours;
    ours.sack = sack;
    Pair p({}, ours);
    p.connect();
    unsigned seen = 0;
    p.wire.filter = [&](unsigned side, std::vector<u8>& frame) {
      return !(side == 0 && frame.size() > 1000 && ++seen == 40);
    };
    const u64 start = p.time.now();
    p.exchange(300'000, 0);
    EXPECT_LT(p.time.now() - start, 100 * kMs);
    EXPECT_EQ(p.count().fast_recoveries, 1u);
    EXPECT_EQ(p.count().timeouts, 0u);
    EXPECT_EQ(p.count().retransmits, 1u);
  }
}

TEST(TcpAgainstFirmware, ManyLossesAreRepairedInOneRecovery) {
  Pair p;
  p.connect();
  unsigned seen = 0;
  p.wire.filter = [&](unsigned side, std::vector<u8>& frame) {
    if (side != 0 || frame.size() < 1000) return true;
    ++seen;
    return !(seen >= 60 && seen < 80 && seen % 2 == 1);
  };
  p.exchange(400'000, 0);
  EXPECT_EQ(p.count().fast_recoveries, 1u);
  EXPECT_EQ(p.count().retransmits, 10u) << "what was lost and nothing else";
  EXPECT_EQ(p.count().timeouts, 0u);
}

TEST(TcpAgainstFirmware, ALostRetransmissionIsFoundWithoutTimeout) {
  Pair p;
  p.connect();
  std::map<u32, unsigned> copies;
  u32 victim = 0;
  p.wire.filter = [&](unsigned side, std::vector<u8>& frame) {
    if (side != 0 || frame.size() < 1000) return true;
    const u32 sequence = eth::load_be32(&frame[38]);
    ++copies[sequence];
    if (copies.size() == 40) victim = sequence;
    return !(sequence == victim && copies[sequence] <= 2);
  };
  const u64 start = p.time.now();
  p.exchange(1'000'000, 0);
  EXPECT_LT(p.time.now() - start, 100 * kMs);
  EXPECT_EQ(copies[victim], 3u);
  EXPECT_EQ(p.count().timeouts, 0u);
}

TEST(TcpAgainstFirmware, ALostTailIsProbed) {
  Pair p;
  p.connect();
  p.exchange(50'000, 0);
  bool dropped = false;
  p.wire.filter = [&](unsigned side, std::vector<u8>& frame) {
    return !(side == 0 && frame.size() > 100 && !std::exchange(dropped, true));
  };
  const u64 start = p.time.now();
  p.client.send(100);
  EXPECT_TRUE(run(p.time, [&] { return p.server.received == 50'100; }));
  EXPECT_LT(p.time.now() - start, 100 * kMs);
  EXPECT_EQ(p.count().tail_probes, 1u);
}

TEST(TcpAgainstFirmware, TheTimeoutDoublesAndGivesUp) {
  TcpParams ours;
  ours.data_tries = 5;
  Pair p({}, ours);
  p.connect();
  std::vector<u64> times;
  p.wire.filter = [&](unsigned side, std::vector<u8>&) {
    if (side == 0) times.push_back(p.time.now());
    return false;
  };
  p.client.send(100);
  ASSERT_TRUE(run(p.time, [&] { return p.client.gone; }));
  EXPECT_EQ(p.client.end, End::kTimeout);
  ASSERT_GE(times.size(), 6u);
  const auto gap = [&](std::size_t i) { return static_cast<double>(times[i] - times[i - 1]); };
  EXPECT_NEAR(gap(times.size() - 1) / gap(times.size() - 2), 2, 0.05);
}

// The firmware's window is small and its application does not read.
TEST(TcpAgainstFirmware, AZeroWindowIsProbedAndOpensAgain) {
  tcp_config theirs = quick();
  theirs.receive_window = 20'000;
  Pair p({}, {}, theirs);
  static u64 held;
  held = 0;
  static tcp_ops lazy;
  lazy = PatternEnd::kOps;
  lazy.receive = [](tcp_conn* c, net_buf*, const u8* data, u32 len) {
    auto& end = *static_cast<PatternEnd*>(c->owner);
    for (u32 i = 0; i < len; ++i) end.corrupt |= data[i] != pattern(end.received + i);
    end.received += len;
    held += len;
  };
  p.listener.accept = [](tcp_listener* l, tcp_conn* c) -> const tcp_ops* {
    auto* end = static_cast<PatternEnd*>(l->owner);
    c->owner = end;
    end->conn = c;
    end->established = true;
    return &lazy;
  };
  p.connect();
  p.client.send(100'000);
  run(p.time, [] { return false; }, 3 * kSecond);
  EXPECT_LE(p.server.received, 20'000u);
  EXPECT_GE(p.server.received, 18'000u);
  EXPECT_GE(p.count().window_probes, 2u);
  EXPECT_EQ(p.count().timeouts, 0u);
  // The update is lost: only the probes find the open window.
  p.wire.filter = [](unsigned side, std::vector<u8>&) { return side == 0; };
  const auto read = [&] {
    tcp_consumed(p.server.conn, static_cast<u32>(std::exchange(held, 0)));
    p.b.poll();
  };
  read();
  run(p.time, [] { return false; }, kMs);
  p.wire.filter = nullptr;
  EXPECT_TRUE(run(
      p.time,
      [&] {
        if (held > 0) read();
        return p.server.received == 100'000;
      },
      60 * kSecond));
  EXPECT_FALSE(p.server.corrupt);
}

TEST(TcpAgainstFirmware, ResetsArriveBothWays) {
  Pair p;
  p.connect();
  p.client.send(5'000'000);
  run(p.time, [] { return false; }, kMs);
  p.client.connection->abort();
  EXPECT_EQ(p.client.end, End::kAborted);
  ASSERT_TRUE(run(p.time, [&] { return p.server.gone; }, kSecond));
  EXPECT_EQ(p.server.end, TCP_END_RESET);
  EXPECT_EQ(p.a.stack.connections(), 0u);

  Pair q;
  q.connect();
  tcp_abort(q.server.conn);
  q.b.poll();
  ASSERT_TRUE(run(q.time, [&] { return q.client.gone; }, kSecond));
  EXPECT_EQ(q.client.end, End::kReset);
}

TEST(TcpAgainstFirmware, AClosedPortRefuses) {
  Pair p;
  p.client.connection = &p.a.stack.connect(kPeer, 9, p.client);
  ASSERT_TRUE(run(p.time, [&] { return p.client.gone; }, kSecond));
  EXPECT_EQ(p.client.end, End::kRefused);
}

TEST(TcpAgainstFirmware, NobodyThereIsUnreachable) {
  Pair p;
  p.client.connection = &p.a.stack.connect(0x0A000063, 4420, p.client);
  ASSERT_TRUE(run(p.time, [&] { return p.client.gone; }, 10 * kSecond));
  EXPECT_EQ(p.client.end, End::kUnreachable);
  EXPECT_EQ(p.count().arp_requests, 3u);
}

TEST(TcpAgainstFirmware, SilenceEndsAnAttempt) {
  TcpParams ours;
  ours.syn_tries = 2;
  Pair p({}, ours);
  p.wire.filter = [](unsigned, std::vector<u8>& f) { return f[12] == 8 && f[13] == 6; };  // ARP only
  p.client.connection = &p.a.stack.connect(kPeer, 4420, p.client);
  ASSERT_TRUE(run(p.time, [&] { return p.client.gone; }, 60 * kSecond));
  EXPECT_EQ(p.client.end, End::kTimeout);
}

// A backlog of none: the firmware answers with SYN cookies.
TEST(TcpAgainstFirmware, ItsCookiesLoseNoOption) {
  tcp_config theirs = quick();
  theirs.backlog = 0;
  Pair p({}, {}, theirs);
  p.connect();
  EXPECT_EQ(p.b.stack.tcp_stats.syn_cookies_good, 1u);
  EXPECT_TRUE(p.server.conn->timestamps);
  EXPECT_TRUE(p.server.conn->sack);
  p.exchange(300'000, 300'000);
}

TEST(TcpAgainstFirmware, ManyConnectionsShareTheLine) {
  Pair p({.delay = 10 * kUs});
  std::array<OurEnd, 40> clients;
  std::array<PatternEnd, 40> servers;
  static std::size_t accepted;
  accepted = 0;
  p.listener.owner = servers.data();
  p.listener.accept = [](tcp_listener* l, tcp_conn* c) -> const tcp_ops* {
    c->owner = static_cast<PatternEnd*>(l->owner) + accepted++;
    return &PatternEnd::kOps;
  };
  for (OurEnd& client : clients) client.connection = &p.a.stack.connect(kPeer, 4420, client);
  ASSERT_TRUE(run(p.time, [&] { return accepted == clients.size(); }, 10 * kSecond));
  for (OurEnd& client : clients) client.send(100'000);
  EXPECT_TRUE(run(
      p.time, [&] { return std::ranges::all_of(servers, [](const auto& s) { return s.received == 100'000; }); },
      10 * kSecond));
  for (const PatternEnd& server : servers) EXPECT_FALSE(server.corrupt);
  for (OurEnd& client : clients) client.connection->abort();
  run(p.time, [] { return false; }, kMs);
}

}  // namespace
}  // namespace mppa::host::tcp::test
