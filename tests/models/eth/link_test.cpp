#include "models/eth/link.h"

#include "tests/models/eth/station.h"
#include "tests/models/sc_test.h"

namespace mppa::eth {
namespace {

using test::Station;
using test::test_frame;

class LinkTest : public mppa::test::ScTest {
 protected:
  void build(const LinkParams& params = {.length_m = 10}, u64 speed_a = 100, u64 speed_b = 100) {
    link = std::make_unique<Link>("link", params);
    Station* stations[] = {&a, &b};
    for (unsigned side = 0; side < 2; ++side) {
      stations[side]->mac.wire.bind(link->end(side));
      link->deliver[side].bind(stations[side]->mac);
    }
    elaborate();
    a.mac.configure({.bits_per_second = speed_a * kGigabit});
    b.mac.configure({.bits_per_second = speed_b * kGigabit});
  }
  static void run_ns(u64 ns) { sc_core::sc_start(sc_core::sc_time::from_value(ns * 1000)); }

  Station a{"a"}, b{"b"};
  std::unique_ptr<Link> link;
};

TEST(Crc32, KnownValues) {
  const std::string digits = "123456789";
  const std::span<const u8> bytes(reinterpret_cast<const u8*>(digits.data()), digits.size());
  EXPECT_EQ(crc32(bytes), 0xCBF43926U);
  EXPECT_EQ(crc32(bytes.subspan(3), crc32(bytes.first(3))), 0xCBF43926U);
  EXPECT_EQ(crc32({}), 0U);
}

TEST(Crc32, TheResidueOfAFrameWithItsFcsIsConstant) {
  const FramePtr f = test_frame(1, 2, 1000, 7);
  std::vector<u8> with_fcs = f->data;
  for (unsigned i = 0; i < 4; ++i) with_fcs.push_back(static_cast<u8>(f->fcs >> 8 * i));
  EXPECT_EQ(crc32(with_fcs), 0x2144DF1CU);
}

TEST_F(LinkTest, FramesTakeTheTimeOfTheirBytesAndTheCable) {
  build();
  a.send(test_frame(2, 1, 1514));
  a.send(test_frame(2, 1, 40));
  run_ns(1000);
  ASSERT_EQ(b.got.size(), 2U);
  const u64 cable = 10 * 5000, first = (8 + 1518) * 80;
  EXPECT_EQ(b.got[0].at, first + cable);
  EXPECT_EQ(b.got[1].at, first + (12 + 8 + 64) * 80 + cable) << "gap, preamble, minimum size";
  EXPECT_EQ(b.got[1].frame->data.size(), 60U);
}

TEST_F(LinkTest, EveryRateCarriesItsShareOfTheLine) {
  for (const u64 gigabits : {1U, 10U, 25U, 40U, 50U, 100U}) {
    EXPECT_EQ(ps_per_byte(gigabits * kGigabit) * gigabits, 8000U);
  }
  build({}, 40, 40);
  for (int i = 0; i < 1000; ++i) a.send(test_frame(2, 1, 9014));
  run_ns(1'000'000);
  // 40 Gb/s * 9014 / (9014 + 4 + 8 + 12)
  EXPECT_NEAR(static_cast<double>(b.got.size()), 1e-3 * 40e9 / 8 / 9038, 1.0);
}

TEST_F(LinkTest, DifferentRatesKeepTheLineDown) {
  build({}, 100, 40);
  a.send(test_frame(2, 1, 100));
  run_ns(1000);
  EXPECT_FALSE(a.mac.link_up());
  EXPECT_TRUE(b.got.empty());
  b.mac.configure({.bits_per_second = 100 * kGigabit});
  a.send(test_frame(2, 1, 100));
  run_ns(1000);
  EXPECT_TRUE(a.mac.link_up());
  EXPECT_EQ(b.got.size(), 1U);
}

TEST_F(LinkTest, LossAndBurstsHitTheirShareOfTheFrames) {
  build({.loss = 0.02, .burst_start = 0.001, .burst_frames = 20, .seed = 5});
  constexpr int kFrames = 20000;
  for (int i = 0; i < kFrames; ++i) a.send(test_frame(2, 1, 60));
  run_ns(20000 * 7);
  // In a burst for 20 of 1020 frames, else lost with probability 0.02.
  EXPECT_NEAR(1 - static_cast<double>(b.got.size()) / kFrames, 0.0392, 0.008);
}

TEST_F(LinkTest, CorruptedFramesFailTheCheckAndAreCounted) {
  build({.bit_error = 1e-5, .seed = 3});
  for (int i = 0; i < 2000; ++i) a.send(test_frame(2, 1, 1514));
  run_ns(2000 * 130);
  const u64 bad = b.mac.rx_counters()[RxCount::kFcsErrors];
  EXPECT_NEAR(static_cast<double>(bad) / 2000, 1 - std::exp(-1518 * 8 * 1e-5), 0.03);
  EXPECT_EQ(b.got.size() + bad, 2000U) << "bad frames are dropped, good ones are not";
  b.mac.configure({.forward_bad_fcs = true});
  for (int i = 0; i < 500; ++i) a.send(test_frame(2, 1, 1514));
  run_ns(500 * 130);
  EXPECT_EQ(b.got.size() + bad, 2500U);
  for (const auto& arrival : b.got) EXPECT_EQ(arrival.fcs_error, !arrival.frame->fcs_ok());
}

TEST_F(LinkTest, FaultsRepeatWithTheirSeed) {
  const auto survivors = [](u64 seed) {
    sc_core::sc_curr_simcontext = sc_core::sc_default_global_context = new sc_core::sc_simcontext;
    struct Bench : LinkTest {
      void TestBody() override {}
      std::vector<u64> go(u64 s) {
        build({.loss = 0.3, .seed = s});
        for (int i = 0; i < 100; ++i) a.send(test_frame(2, 1, 60));
        run_ns(1000);
        std::vector<u64> times;
        for (const auto& arrival : b.got) times.push_back(arrival.at);
        return times;
      }
    };
    return Bench().go(seed);
  };
  EXPECT_EQ(survivors(1), survivors(1));
  EXPECT_NE(survivors(1), survivors(2));
}

TEST_F(LinkTest, PauseStopsAndResumesTheSender) {
  build();
  b.mac.send_pause({.quanta = {100}});
  run_ns(100);
  a.send(test_frame(2, 1, 60));
  run_ns(400);
  EXPECT_TRUE(b.got.empty());
  EXPECT_EQ(a.mac.rx_counters()[RxCount::kPause], 1U);
  run_ns(400);
  EXPECT_EQ(b.got.size(), 1U) << "100 quanta of 512 bits are 512 ns";
  b.mac.send_pause({.quanta = {0xFFFF}});
  run_ns(100);
  a.send(test_frame(2, 1, 60));
  run_ns(10'000);
  EXPECT_EQ(b.got.size(), 1U);
  b.mac.send_pause({.quanta = {0}});
  run_ns(200);
  EXPECT_EQ(b.got.size(), 2U) << "time 0 ends a pause";
}

TEST_F(LinkTest, PfcStopsOnlyItsClass) {
  build();
  b.mac.send_pause({.pfc = true, .classes = 1 << 3, .quanta = {0, 0, 0, 0xFFFF}});
  run_ns(200);
  EXPECT_FALSE(a.mac.paused());
  EXPECT_TRUE(a.mac.paused(3));
  EXPECT_FALSE(a.mac.paused(2));
  a.traffic_class = 3;
  a.send(test_frame(2, 1, 60));
  run_ns(1000);
  EXPECT_TRUE(b.got.empty());
  a.traffic_class = 2;
  a.mac.kick();
  run_ns(200);
  EXPECT_EQ(b.got.size(), 1U);
  EXPECT_EQ(b.mac.tx_counters().word(static_cast<unsigned>(TxCount::kPfc0) + 3), 1U);
  EXPECT_EQ(a.mac.rx_counters().word(static_cast<unsigned>(RxCount::kPfc0) + 3), 1U);
}

TEST_F(LinkTest, FramesOfWrongSizeAreDroppedAndCounted) {
  build();
  a.mac.configure({.tx_pad = false, .max_frame = 20'000});
  std::vector<u8> runt(30);
  a.send(make_frame(runt, false));
  a.send(test_frame(2, 1, 9597));
  a.send(test_frame(2, 1, 9596));
  run_ns(4000);
  EXPECT_EQ(b.got.size(), 1U);
  EXPECT_EQ(b.mac.rx_counters()[RxCount::kUndersize], 1U);
  EXPECT_EQ(b.mac.rx_counters()[RxCount::kOversize], 1U);
  EXPECT_EQ(b.mac.rx_counters()[RxCount::k1519ToMax], 1U);
}

/// One frame of each length class and kind, counted alike by sender and receiver.
TEST_F(LinkTest, CountersTellKindsAndLengthsOfFrames) {
  build();
  const std::size_t lengths[] = {60, 123, 251, 507, 1019, 1514, 1515};  // with FCS: the last of each class, and more
  u64 octets = 0;
  for (const std::size_t bytes : lengths) {
    a.send(test_frame(2, 1, bytes));
    octets += bytes + kFcsBytes;
  }
  auto group = test_frame(2, 1, 60)->data, all = group, tagged = group;
  group[0] = 0x01;
  std::fill_n(all.begin(), 6, u8{0xFF});
  store_be16(&tagged[12], 0x8100);
  for (const auto& data : {group, all, tagged}) a.send(make_frame(data));
  octets += 3 * 64;
  run_ns(5000);
  const auto& rx = b.mac.rx_counters();
  const auto& tx = a.mac.tx_counters();
  for (unsigned i = 0; i < std::size(lengths); ++i) {
    const u64 wanted = i == 0 ? 4 : 1;
    EXPECT_EQ(rx.word(static_cast<unsigned>(RxCount::k64) + i), wanted) << lengths[i];
    EXPECT_EQ(tx.word(static_cast<unsigned>(TxCount::k64) + i), wanted) << lengths[i];
  }
  EXPECT_EQ(rx[RxCount::kFramesOk], 10U);
  EXPECT_EQ(tx[TxCount::kFramesOk], 10U);
  EXPECT_EQ(rx[RxCount::kPackets], 10U);
  EXPECT_EQ(rx[RxCount::kUnicast], 8U);
  EXPECT_EQ(tx[TxCount::kUnicast], 8U);
  EXPECT_EQ(rx[RxCount::kMulticast], 1U);
  EXPECT_EQ(tx[TxCount::kMulticast], 1U);
  EXPECT_EQ(rx[RxCount::kBroadcast], 1U);
  EXPECT_EQ(tx[TxCount::kBroadcast], 1U);
  EXPECT_EQ(rx[RxCount::kVlanOk], 1U);
  EXPECT_EQ(tx[TxCount::kVlanOk], 1U);
  EXPECT_EQ(rx[RxCount::kOctets], octets);
  EXPECT_EQ(tx[TxCount::kOctets], octets);
}

TEST_F(LinkTest, LoopbackReturnsFramesToTheSender) {
  build();
  a.mac.set_loopback(true);
  a.send(test_frame(1, 1, 100));
  run_ns(1000);
  EXPECT_EQ(a.got.size(), 1U);
  EXPECT_TRUE(b.got.empty());
}

class LinkParamsTest : public mppa::test::ScTest {};

TEST_F(LinkParamsTest, BadValuesNameTheParameter) {
  EXPECT_THROW(Link("bad1", {.loss = 1.5}), std::invalid_argument);
  EXPECT_THROW(Link("bad2", {.length_m = -1}), std::invalid_argument);
  EXPECT_THROW(Link("bad3", {.burst_frames = 0}), std::invalid_argument);
}

}  // namespace
}  // namespace mppa::eth
