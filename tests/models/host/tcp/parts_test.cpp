// The parts of the TCP that need no wire.
#include <gtest/gtest.h>

#include "models/common/random.h"
#include "models/host/tcp/congestion.h"
#include "models/host/tcp/packet.h"
#include "models/host/tcp/reassembly.h"
#include "models/host/tcp/round_trip.h"
#include "models/host/tcp/sent_queue.h"

namespace mppa::host::tcp::test {
namespace {

constexpr u64 kUs = 1'000'000, kMs = 1000 * kUs;

TEST(Offsets, UnwrapTakesTheNearest) {
  EXPECT_EQ(unwrap(5, 0xFFFF'FFF0, 0), 21);
  EXPECT_EQ(unwrap(0xFFFF'FFF0, 0xFFFF'FFF0, Offset{1} << 32), Offset{1} << 32);
  EXPECT_EQ(unwrap(10, 0, (Offset{3} << 32) - 5), (Offset{3} << 32) + 10);
  EXPECT_EQ(unwrap(0xFFFF'FFFF, 0, (Offset{3} << 32) + 5), (Offset{3} << 32) - 1);
}

TEST(Checksum, IsThatOfRfc1071ForEveryLength) {
  Random random(3);
  for (std::size_t length = 0; length < 200; ++length) {
    std::vector<u8> bytes(length);
    for (u8& byte : bytes) byte = static_cast<u8>(random.next());
    u64 sum = 12345;
    for (std::size_t i = 0; i < length; ++i) sum += i % 2 == 0 ? bytes[i] * 256u : bytes[i];
    while (sum >> 16) sum = (sum & 0xFFFF) + (sum >> 16);
    EXPECT_EQ(internet_checksum(bytes, 12345), static_cast<u16>(~sum)) << length;
  }
}

TEST(Addresses, AreParsedStrictly) {
  EXPECT_EQ(parse_address("10.0.1.255"), 0x0A0001FFu);
  EXPECT_EQ(format_address(0x0A0001FF), "10.0.1.255");
  for (const char* bad : {"", "10.0.1", "10.0.1.256", "10.0.1.2.3", "10.0.1.2 ", "a.b.c.d", "10..1.2"})
    EXPECT_FALSE(parse_address(bad)) << bad;
}

TEST(RoundTrip, FollowsRfc6298) {
  RoundTrip r(1000 * kMs, kMs, 60'000 * kMs);
  EXPECT_EQ(r.timeout(), 1000 * kMs);
  r.back_off();
  EXPECT_EQ(r.timeout(), 2000 * kMs);
  r.sample(100 * kMs);
  EXPECT_EQ(r.smoothed(), 100 * kMs);
  EXPECT_EQ(r.timeout(), 300 * kMs);
  r.sample(180 * kMs);
  EXPECT_EQ(r.smoothed(), 110 * kMs);
  EXPECT_EQ(r.timeout(), 110 * kMs + 4 * (3 * 50 * kMs + 80 * kMs) / 4);
  for (int i = 0; i < 200; ++i) r.sample(10);
  EXPECT_EQ(r.timeout(), kMs) << "the minimum";
}

TEST(SentQueue, FindsWhatThreeLaterSegmentsOvertook) {
  SentQueue q;
  for (int i = 0; i < 8; ++i) q.add(1 + i * 100, 101 + i * 100, i);
  EXPECT_TRUE(q.sack(std::vector<Range>{{201, 301}, {401, 501}}));
  EXPECT_EQ(q.pipe(), 600u);
  EXPECT_FALSE(q.find_losses(100, 0)) << "two segments are not enough";
  EXPECT_FALSE(q.sack(std::vector<Range>{{201, 301}})) << "nothing new";
  EXPECT_TRUE(q.sack(std::vector<Range>{{501, 601}}));
  EXPECT_TRUE(q.find_losses(100, 0));
  EXPECT_EQ(q.pipe(), 300u);
  ASSERT_NE(q.next_lost(), nullptr);
  EXPECT_EQ(q.next_lost()->begin, 1);
  q.sent_again(*q.next_lost(), 100);
  EXPECT_EQ(q.next_lost()->begin, 101) << "301 has two segments above only";
  EXPECT_EQ(q.pipe(), 400u);
  const auto acknowledged = q.acknowledge(201);
  EXPECT_EQ(acknowledged.bytes, 200u);
  EXPECT_FALSE(acknowledged.sent_at.has_value() && *acknowledged.sent_at != 1) << "only 101 was sent once";
  EXPECT_EQ(q.flight(), 600u);
}

TEST(SentQueue, APartOfASegmentMayBeAcknowledged) {
  SentQueue q;
  q.add(1, 101, 5);
  q.lose_first();
  EXPECT_EQ(q.acknowledge(51).bytes, 50u);
  EXPECT_EQ(q.flight(), 50u);
  EXPECT_EQ(q.pipe(), 0u);
  EXPECT_EQ(q.next_lost()->begin, 51);
}

TEST(SentQueue, APeerThatRenegesIsNotBelieved) {
  SentQueue q;
  q.add(1, 101, 1);
  q.add(101, 201, 2);
  q.sack(std::vector<Range>{{1, 101}});
  q.lose_all();
  EXPECT_EQ(q.next_lost()->begin, 1);
  EXPECT_EQ(q.pipe(), 0u);
}

TEST(Reassembly, KeepsWhatIsThereAndGivesItInOrder) {
  Random random(9);
  for (int round = 0; round < 200; ++round) {
    std::vector<u8> stream(500);
    for (u8& byte : stream) byte = static_cast<u8>(random.next());
    Reassembly r;
    Offset have = 0;
    while (have < 500) {
      const u64 begin = random.below(500), size = 1 + random.below(60);
      const std::size_t end = std::min<u64>(500, begin + size);
      r.add(static_cast<Offset>(begin), std::span(stream).subspan(begin, end - begin), nullptr);
      while (const auto piece = r.take(have)) {
        for (const u8 byte : piece->bytes) ASSERT_EQ(byte, stream[static_cast<std::size_t>(have++)]);
      }
      for (const Range& range : r.latest(100)) ASSERT_GT(range.begin, have) << "nothing that has been given";
    }
    EXPECT_TRUE(r.empty());
    EXPECT_TRUE(r.latest(4).empty());
  }
}

TEST(Reassembly, NamesTheLatestRangeFirst) {
  const std::vector<u8> bytes(10);
  Reassembly r;
  for (const Offset at : {100, 300, 200, 500, 310}) r.add(at, bytes, nullptr);
  const std::vector<Range> expected{{300, 320}, {500, 510}, {200, 210}};
  EXPECT_EQ(r.latest(3), expected);
}

TEST(Congestion, SlowStartThenCubicReturnsToWhereItWas) {
  Congestion c(Control::kCubic, 1000, 10);
  EXPECT_EQ(c.window(), 10'000u);
  for (int i = 0; i < 90; ++i) c.acknowledged(1000, c.window(), i * kUs, 100 * kUs);
  EXPECT_EQ(c.window(), 100'000u);
  c.lost(c.window());
  EXPECT_EQ(c.window(), 70'000u);
  const u64 before = c.window();
  c.acknowledged(1000, c.window() / 2, kMs, 100 * kUs);
  EXPECT_EQ(c.window(), before) << "a window that is not used does not grow";
  // K = cbrt(100 * 0.3 / 0.4) = 4.2 s; Reno's way would take 30 round trips of 200 ms.
  for (u64 t = 0; t < 4200; t += 200)
    for (u64 acked = 0; acked < c.window(); acked += 2000) c.acknowledged(2000, c.window(), t * kMs, 200 * kMs);
  EXPECT_NEAR(static_cast<double>(c.window()), 100'000, 3'000);
}

TEST(Congestion, NewRenoGrowsByASegmentARound) {
  Congestion c(Control::kNewReno, 1000, 10);
  c.lost(20'000);
  EXPECT_EQ(c.window(), 10'000u);
  for (int i = 0; i < 10; ++i) c.acknowledged(1000, c.window(), 0, kMs);
  EXPECT_EQ(c.window(), 11'000u);
  c.timed_out(11'000, true);
  EXPECT_EQ(c.window(), 1000u);
  EXPECT_TRUE(c.in_slow_start());
}

}  // namespace
}  // namespace mppa::host::tcp::test
