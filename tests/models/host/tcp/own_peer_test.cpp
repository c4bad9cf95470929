// Our TCP against itself, and against segments that no honest peer would send.
#include "tests/models/host/tcp/bench.h"

namespace mppa::host::tcp::test {
namespace {

/// .1 and .2, connected.
struct Pair {
  explicit Pair(const Faults& faults = {}, const TcpParams& tcp = {})
      : wire(time, faults), a(time, host_params(1, tcp)), b(time, host_params(2, tcp)) {
    wire.attach(0, a);
    wire.attach(1, b);
    b.stack.listen(4420, [this](Connection& connection) {
      server.connection = &connection;
      return &server;
    });
    client.connection = &a.stack.connect(0x0A000002, 4420, client);
    EXPECT_TRUE(run(time, [&] { return client.is_established && server.is_established; }));
  }
  void settle() {
    run(time, [] { return false; }, 100 * kMs);
  }

  Timeline time;
  Wire wire;
  OurStation a, b;
  OurEnd client, server;
};

TEST(TcpAgainstItself, ExchangesUnderFaults) {
  for (u64 seed = 1; seed <= 5; ++seed) {
    Pair p({.loss = 0.02, .duplicate = 0.02, .corrupt = 0.02, .reorder = 0.1, .seed = seed});
    p.client.send(500'000);
    p.server.send(400'000, 777);
    EXPECT_TRUE(run(p.time, [&] { return p.server.count == 500'000 && p.client.count == 400'000; }));
    EXPECT_FALSE(p.client.corrupt || p.server.corrupt);
  }
}

TEST(TcpAgainstItself, BothMayConnectAtOnce) {
  Timeline time;
  Wire wire(time, {.delay = 100 * kUs});
  OurStation a(time, host_params(1)), b(time, host_params(2));
  wire.attach(0, a);
  wire.attach(1, b);
  // Both take their first dynamic port for themselves; the SYNs cross.
  constexpr u16 kFirst = 49'152;
  OurEnd left, right;
  left.connection = &a.stack.connect(0x0A000002, kFirst, left);
  right.connection = &b.stack.connect(0x0A000001, kFirst, right);
  ASSERT_TRUE(run(time, [&] { return left.is_established && right.is_established; }, 10 * kSecond));
  left.send(10'000);
  right.send(20'000);
  EXPECT_TRUE(run(time, [&] { return right.count == 10'000 && left.count == 20'000; }));
  EXPECT_FALSE(left.corrupt || right.corrupt);
}

TEST(TcpAgainstItself, BothMayCloseAtOnce) {
  Pair p;
  p.client.send(1000);
  p.server.send(1000);
  p.client.connection->close();
  p.server.connection->close();
  EXPECT_TRUE(run(p.time, [&] { return p.client.gone && p.server.gone; }));
  EXPECT_EQ(p.client.count, 1000u);
  EXPECT_EQ(p.server.count, 1000u);
  EXPECT_EQ(p.client.end, End::kClosed);
  EXPECT_EQ(p.server.end, End::kClosed);
  run(p.time, [&] { return p.a.stack.connections() + p.b.stack.connections() == 0; }, 200 * kSecond);
  EXPECT_EQ(p.a.stack.connections() + p.b.stack.connections(), 0u);
}

TEST(TcpAgainstItself, AcknowledgementsAreDelayed) {
  Pair p;
  const u64 before = p.b.stack.counters().segments_out;
  p.client.send(1'448'000);
  EXPECT_TRUE(run(p.time, [&] { return p.server.count == 1'448'000; }));
  p.settle();
  EXPECT_LE(p.b.stack.counters().segments_out - before, 520u) << "1000 segments";
  EXPECT_GE(p.b.stack.counters().segments_out - before, 100u);
}

TEST(TcpAgainstItself, AnswersPing) {
  Pair p;
  std::vector<u8> request = make_ip({{2, 0, 0, 0, 0, 2}, {2, 0, 0, 0, 0, 1}, 0x0A000002, 0x0A000001}, kIcmp, 41);
  u8* icmp = &request[kPayloadAt];
  icmp[0] = 8;
  icmp[40] = 0x55;
  eth::store_be16(icmp + 2, internet_checksum({icmp, 41}));
  std::vector<u8> reply;
  p.wire.filter = [&](unsigned side, std::vector<u8>& frame) {
    if (side == 0 && frame[23] == kIcmp) reply = frame;
    return true;
  };
  p.wire.send(1, request);
  p.settle();
  IpPacket packet;
  ASSERT_EQ(parse_ip(std::span(reply).subspan(eth::kHeaderBytes), packet), Fault::kNone);
  EXPECT_EQ(packet.source, 0x0A000001u);
  ASSERT_EQ(packet.payload.size(), 41u);
  EXPECT_EQ(internet_checksum(packet.payload), 0);
  EXPECT_EQ(packet.payload[0], 0);
  EXPECT_EQ(packet.payload[40], 0x55);
}

/// Segments that somebody forges towards .1.
struct Forged : ::testing::Test {
  Forged() {
    p.wire.filter = [this](unsigned side, std::vector<u8>& frame) {
      IpPacket packet;
      parse_ip(std::span(frame).subspan(eth::kHeaderBytes), packet);
      parse_tcp(packet, side == 0 ? ours : theirs);
      return true;
    };
    p.client.send(10'000);
    p.server.send(10'000);
    p.settle();
  }
  /// From .2, `ahead` of what comes next.
  void inject(i32 ahead, u8 flags, std::span<const u8> data = {}, i32 ack_ahead = 0, i32 clock_ahead = 0) {
    Segment segment;
    segment.source_port = theirs.source_port;
    segment.destination_port = theirs.destination_port;
    segment.sequence = ours.acknowledgement + static_cast<u32>(ahead);
    segment.acknowledgement = theirs.acknowledgement + static_cast<u32>(ack_ahead);
    segment.flags = flags;
    segment.window = 500;
    segment.timestamps = {theirs.timestamps->value + static_cast<u32>(clock_ahead), 0};
    const Route route{{2, 0, 0, 0, 0, 2}, {2, 0, 0, 0, 0, 1}, 0x0A000002, 0x0A000001};
    const unsigned header = header_bytes(segment);
    std::vector<u8> frame = make_ip(route, kTcp, header + data.size());
    std::copy(data.begin(), data.end(), frame.begin() + static_cast<i64>(kPayloadAt + header));
    write_tcp(segment, route, frame);
    p.wire.send(1, frame);
    run(p.time, [] { return false; }, kMs);
  }
  std::vector<u8> next_bytes(u64 skip, u64 count) const {
    std::vector<u8> out;
    for (u64 i = 0; i < count; ++i) out.push_back(pattern(10'000 + skip + i));
    return out;
  }
  const StackCounters& count() const { return p.a.stack.counters(); }
  Pair p;
  Segment ours, theirs;  ///< last seen
};

TEST_F(Forged, ResetsMustHitTheExactNumber) {
  inject(10, flag::kRst);
  inject(-10, flag::kRst);
  EXPECT_FALSE(p.client.gone);
  EXPECT_EQ(count().challenges, 1u);
  inject(0, flag::kRst);
  EXPECT_TRUE(p.client.gone);
  EXPECT_EQ(p.client.end, End::kReset);
}

TEST_F(Forged, ASynIsChallenged) {
  inject(0, flag::kSyn);
  EXPECT_FALSE(p.client.gone);
  EXPECT_EQ(count().challenges, 1u);
}

TEST_F(Forged, OldTimestampsAreDropped) {
  inject(0, flag::kAck, next_bytes(0, 3), 0, -100'000);
  EXPECT_EQ(p.client.count, 10'000u);
  EXPECT_EQ(count().paws_drops, 1u);
}

TEST_F(Forged, AcknowledgementsOfTheFutureAndThePastAreChallenged) {
  inject(0, flag::kAck, {}, 1000);
  inject(0, flag::kAck, {}, -0x40000000);
  EXPECT_EQ(count().challenges, 2u);
  EXPECT_FALSE(p.client.gone);
}

TEST_F(Forged, DataBeyondTheWindowAreDropped) {
  inject(5 << 20, flag::kAck, next_bytes(0, 3));
  EXPECT_EQ(p.client.count, 10'000u);
  EXPECT_EQ(count().duplicates, 1u);
}

TEST_F(Forged, OverlapsAreGivenOnce) {
  inject(4, flag::kAck, next_bytes(4, 4));
  inject(2, flag::kAck, next_bytes(2, 4));
  inject(6, flag::kAck, next_bytes(6, 4));
  inject(1, flag::kAck, next_bytes(1, 9));
  EXPECT_EQ(p.client.count, 10'000u);
  EXPECT_EQ(ours.sack_count, 1u);
  EXPECT_EQ(ours.sack[0].end - ours.sack[0].begin, 9u);
  inject(-5, flag::kAck, next_bytes(-5, 8));
  EXPECT_EQ(p.client.count, 10'010u);
  EXPECT_FALSE(p.client.corrupt);
}

TEST_F(Forged, NothingComesAfterAFin) {
  inject(0, flag::kAck | flag::kFin, next_bytes(0, 4));
  EXPECT_TRUE(p.client.finished);
  EXPECT_EQ(p.client.count, 10'004u);
  inject(5, flag::kAck, next_bytes(4, 4));
  EXPECT_EQ(p.client.count, 10'004u);
}

TEST_F(Forged, GarbageDoesNoHarm) {
  Random random(5);
  for (int i = 0; i < 20'000; ++i) {
    std::vector<u8> frame(60 + random.below(60));
    for (u8& byte : frame) byte = static_cast<u8>(random.next());
    const Route route{{2, 0, 0, 0, 0, 2}, {2, 0, 0, 0, 0, 1}, 0x0A000002, 0x0A000001};
    std::vector<u8> start = make_ip(route, random.below(2) ? kTcp : kIcmp, frame.size() - kPayloadAt);
    std::copy_n(start.begin(), random.below(8) ? kPayloadAt : 14, frame.begin());
    if (random.below(2)) {  // a header that belongs to the connection, with a right checksum
      u8* tcp = &frame[kPayloadAt];
      eth::store_be16(tcp, theirs.source_port);
      eth::store_be16(tcp + 2, theirs.destination_port);
      tcp[13] &= static_cast<u8>(~flag::kRst);
      eth::store_be16(tcp + 16, 0);
      u64 pseudo = 0x0A00 * 2 + 3 + kTcp + frame.size() - kPayloadAt;
      eth::store_be16(tcp + 16, internet_checksum(std::span(frame).subspan(kPayloadAt), pseudo));
    }
    auto arriving = std::make_shared<eth::Frame>();
    arriving->data = std::move(frame);
    p.a.stack.receive(arriving);
  }
  run(p.time, [] { return false; }, kSecond);
  EXPECT_FALSE(p.client.gone);
  EXPECT_GT(count().segments_in, 1000u);
}

}  // namespace
}  // namespace mppa::host::tcp::test
