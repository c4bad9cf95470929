#include "models/eth/switch/switch.h"

#include "models/eth/link.h"
#include "tests/models/eth/station.h"
#include "tests/models/sc_test.h"

namespace mppa::eth {
namespace {

using test::Station;
using test::test_frame;

class SwitchTest : public mppa::test::ScTest {
 protected:
  static constexpr unsigned kStations = 4;
  void build(SwitchParams params = {}) {
    params.ports = kStations + 1;  // one stays empty
    sw = std::make_unique<Switch>("switch", params);
    for (unsigned i = 0; i < kStations; ++i) {
      stations.push_back(std::make_unique<Station>("s" + std::to_string(i)));
      links.push_back(std::make_unique<Link>(("l" + std::to_string(i)).c_str(), LinkParams{.length_m = 0}));
      stations[i]->mac.wire.bind(links[i]->end(0));
      links[i]->deliver[0].bind(stations[i]->mac);
      sw->port(i).wire.bind(links[i]->end(1));
      links[i]->deliver[1].bind(sw->port(i));
    }
    elaborate();
    for (auto& s : stations) s->mac.configure({.bits_per_second = params.bits_per_second, .forward_bad_fcs = true});
  }
  std::vector<std::size_t> arrivals() {
    std::vector<std::size_t> n;
    for (auto& s : stations) n.push_back(s->got.size());
    return n;
  }
  static void run_ns(u64 ns) { sc_core::sc_start(sc_core::sc_time::from_value(ns * 1000)); }

  std::unique_ptr<Switch> sw;
  std::vector<std::unique_ptr<Station>> stations;
  std::vector<std::unique_ptr<Link>> links;
};

TEST_F(SwitchTest, FloodsUntilItHasLearned) {
  build();
  stations[0]->send(test_frame(1, 0, 100));
  run_ns(2000);
  EXPECT_EQ(arrivals(), (std::vector<std::size_t>{0, 1, 1, 1}));
  stations[1]->send(test_frame(0, 1, 100));
  run_ns(2000);
  EXPECT_EQ(arrivals(), (std::vector<std::size_t>{1, 1, 1, 1})) << "station 0 is known";
  stations[2]->send(test_frame(1, 2, 100));
  run_ns(2000);
  EXPECT_EQ(arrivals(), (std::vector<std::size_t>{1, 2, 1, 1}));
  stations[3]->send(test_frame(3, 3, 100));
  run_ns(2000);
  EXPECT_EQ(arrivals(), (std::vector<std::size_t>{1, 2, 1, 1})) << "a frame for its own port is filtered";
}

TEST_F(SwitchTest, AddressesMoveAndAge) {
  build({.ageing_ps = 10'000'000});
  stations[0]->send(test_frame(9, 0, 60));
  run_ns(2000);
  stations[1]->send(test_frame(9, 0, 60));  // the address has moved
  run_ns(2000);
  const auto before = arrivals();
  stations[2]->send(test_frame(0, 2, 60));
  run_ns(2000);
  EXPECT_EQ(stations[1]->got.size(), before[1] + 1);
  EXPECT_EQ(stations[0]->got.size(), before[0]);
  run_ns(10'000);
  stations[2]->send(test_frame(0, 2, 60));
  run_ns(2000);
  EXPECT_EQ(stations[0]->got.size(), before[0] + 1) << "forgotten, flooded";
}

TEST_F(SwitchTest, StoreAndForwardWaitsForTheFrameCutThroughDoesNot) {
  for (const bool cut : {false, true}) {
    sc_core::sc_curr_simcontext = sc_core::sc_default_global_context = new sc_core::sc_simcontext;
    stations.clear(), links.clear();
    build({.cut_through = cut});
    const u64 start = kernel_ps();
    stations[0]->send(test_frame(1, 0, 8996));
    run_ns(4000);
    ASSERT_EQ(stations[1]->got.size(), 1U);
    const u64 frame = (8 + 9000) * 80, head = (8 + 64) * 80;
    EXPECT_EQ(stations[1]->got[0].at - start, (cut ? head : frame) + 500'000 + frame);
  }
}

TEST_F(SwitchTest, OnlyCutThroughPassesWrongFrames) {
  for (const bool cut : {false, true}) {
    sc_core::sc_curr_simcontext = sc_core::sc_default_global_context = new sc_core::sc_simcontext;
    stations.clear(), links.clear();
    build({.cut_through = cut});
    auto bad = std::make_shared<Frame>(*test_frame(1, 0, 100));
    bad->fcs ^= 0x100;
    stations[0]->send(bad);
    run_ns(2000);
    ASSERT_EQ(stations[1]->got.size(), cut ? 1U : 0U);
    if (cut) EXPECT_TRUE(stations[1]->got[0].fcs_error);
  }
}

TEST_F(SwitchTest, AnOverloadedPortDropsWhatItsQueueCannotHold) {
  build({.queue_bytes = 50'000});
  stations[3]->send(test_frame(9, 3, 60));
  run_ns(2000);
  for (unsigned i = 0; i < 100; ++i)
    for (unsigned s = 0; s < 2; ++s) stations[s]->send(test_frame(3, static_cast<u8>(s), 1496));
  run_ns(100'000);
  // Two senders for 100 * 1520 bytes' time: the port sends half, keeps 33 frames.
  EXPECT_NEAR(static_cast<double>(stations[3]->got.size()), 100 + 33, 3);
}

TEST_F(SwitchTest, PauseFramesStayOnTheirLink) {
  build();
  stations[0]->mac.send_pause({.quanta = {10}});
  run_ns(2000);
  EXPECT_EQ(arrivals(), (std::vector<std::size_t>{0, 0, 0, 0}));
}

}  // namespace
}  // namespace mppa::eth
