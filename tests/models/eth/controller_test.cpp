#include "models/common/random.h"
#include "tests/models/eth/controller_bench.h"
#include "tests/models/eth/packets.h"

namespace mppa::eth {
namespace {

using test::ControllerTest;
using test::Flow;
using test::make_packet;
using test::RuleWriter;

std::vector<u8> random_frame(std::size_t bytes, u64 seed) {
  Random random(seed);
  std::vector<u8> frame(bytes);
  for (u8& b : frame) b = static_cast<u8>(random.next());
  frame[0] = frame[6] = 2;
  store_be16(&frame[12], 0x88B5);
  return frame;
}

TEST_F(ControllerTest, TheLinkComesUpWhenBothSidesRunAtTheSameRate) {
  a.bring_up();
  EXPECT_FALSE(a.link_up());
  b.bring_up(MPPA_ETH_MODE_40G);
  EXPECT_FALSE(a.link_up());
  b.mac(MPPA_ETH_MODE, MPPA_ETH_MODE_100G);
  EXPECT_TRUE(a.link_up());
  EXPECT_TRUE(b.link_up());
  EXPECT_EQ(a.mac(MPPA_ETH_RS_FEC_STATUS), 0xFFU);
  EXPECT_EQ(a.eth_regs.read(MPPA_ETH_PHYMAC + MPPA_ETH_PHY_PLL_STATUS, 4), 0x4AU);
}

TEST_F(ControllerTest, FramesTravelFromMemoryToMemory) {
  start();
  u32 number = 0;
  for (const std::size_t bytes : {14U, 59U, 60U, 61U, 64U, 255U, 256U, 257U, 1514U, 9014U, 9018U}) {
    const auto frame = random_frame(bytes, bytes);
    a.send(frame, 0, 0, 1 + number % 3);
    run_us(5);
    const auto got = b.poll();
    ASSERT_TRUE(got) << bytes;
    ASSERT_GE(got->frame.size(), 60U);
    EXPECT_TRUE(std::equal(frame.begin(), frame.end(), got->frame.begin())) << bytes;
    EXPECT_EQ(got->header.bytes, std::max<std::size_t>(bytes, 60));
    EXPECT_EQ(got->header.global_packet_id, number);
    EXPECT_EQ(MPPA_ETH_RX_DEFAULT_RULE(got->header.info), 1U);
    EXPECT_EQ(MPPA_ETH_RX_ETH(got->header.info), 1U);
    EXPECT_NEAR(static_cast<double>(got->header.timestamp), static_cast<double>(kernel_ps()) / 1e4, 500);
    ++number;
  }
  EXPECT_EQ(b.lb(MPPA_ETH_DEFAULT_RULE(0) + MPPA_ETH_DEFAULT_HIT_CNT), number);
  EXPECT_EQ(b.eth_regs.read(MPPA_ETH_MAC + MPPA_ETH_RX_STATS(0) + 8 * 6), number) << "framesOK";
  EXPECT_EQ(a.eth_regs.read(MPPA_ETH_MAC + MPPA_ETH_TX_STATS(0) + 8 * 3), number);
  EXPECT_EQ(network.in_flight(), 0U);
}

TEST_F(ControllerTest, JumboFramesFillTheLine) {
  start();
  const auto frame = random_frame(9014, 1);
  u64 received = 0, submitted = 0;
  for (int us = 0; us < 60; ++us) {
    while (submitted < a.jobs_done() + 16) a.send(frame), ++submitted;
    run_us(1);
    while (const auto got = b.poll()) received += got->frame == frame;
  }
  const double gigabits = static_cast<double>(received) * 9014 * 8 / 60e3;
  RecordProperty("jumbo_gbps", std::to_string(gigabits));
  EXPECT_GT(gigabits, 95) << "of 99.7 possible, less the start";
  EXPECT_LT(gigabits, 99.8);
  EXPECT_EQ(b.lb(MPPA_ETH_DROP_CNT(0) + MPPA_ETH_DROP_TOTAL), 0U);
}

TEST_F(ControllerTest, SmallFramesAreLimitedByOneDmaThread) {
  start();
  const auto frame = random_frame(64, 1);
  u64 received = 0, submitted = 0;
  for (int us = 0; us < 40; ++us) {
    while (submitted < a.jobs_done() + 60) a.send(frame), ++submitted;
    run_us(1);
    while (b.poll()) ++received;
  }
  const double mpps = static_cast<double>(received) / 40;
  RecordProperty("small_mpps", std::to_string(mpps));
  EXPECT_GT(mpps, 5);
  EXPECT_LT(mpps, 142.1) << "the line's limit for 68 bytes";
}

TEST_F(ControllerTest, TheTxHeaderAsksForChecksums) {
  start();
  for (const bool v6 : {false, true})
    for (const bool tcp : {false, true})
      for (const int vlan : {-1, 100}) {
        const Flow flow{.tcp = tcp, .vlan = vlan, .v6 = v6};
        const auto wanted = make_packet(flow, 777);
        auto sent = make_packet(flow, 777, 0, false);
        a.send(sent,
               MPPA_ETH_TX_CONTROL(0, 0, v6 ? MPPA_ETH_TX_IP_V6 : MPPA_ETH_TX_IP_V4,
                                   tcp ? MPPA_ETH_TX_CRC_TCP : MPPA_ETH_TX_CRC_UDP, test::pseudo_seed(flow, sent)),
               test::l4_offset(flow));
        run_us(3);
        const auto got = b.poll();
        ASSERT_TRUE(got);
        EXPECT_TRUE(got->frame == wanted);
      }
}

TEST_F(ControllerTest, ParsersSpreadFlowsOverChannelsByHash) {
  start();
  b.open_rx(0, 4);
  for (unsigned i = 0; i < MPPA_ETH_LUT_ENTRIES; ++i) b.lb(MPPA_ETH_LUT(i), i % 4);
  for (unsigned e = 0; e < 4; ++e) b.dispatch(e, test::kRxChannel + e);
  b.program_both(0, RuleWriter().mac().ipv4(0xFFFFFFFF).tcp(0xFFFF),
                 MPPA_ETH_PARSER_CTL_VALUE(MPPA_ETH_PARSER_HASH_LUT, 0, 3, 10, 0xFFF));
  std::map<u16, unsigned> channel_of;
  std::array<unsigned, 4> load{};
  for (u16 i = 0; i < 64; ++i) {
    const u16 port = static_cast<u16>(2000 + i % 32);
    a.send(make_packet({.source_port = port}, 100));
    run_us(2);
    for (unsigned c = 0; c < 4; ++c)
      while (const auto got = b.poll(test::kRxChannel + c)) {
        EXPECT_EQ(MPPA_ETH_RX_LUT_ENTRY(got->header.info) % 4, c);
        EXPECT_EQ(got->header.index[1], 14);
        EXPECT_EQ(got->header.index[2], 34);
        EXPECT_EQ(MPPA_ETH_RX_PARSER(got->header.info), i % 2 ? 16U : 0U) << "the halves take turns";
        EXPECT_TRUE(channel_of.emplace(port, c).second || channel_of[port] == c) << "a flow stays on its channel";
        ++load[c];
      }
  }
  for (const unsigned l : load) EXPECT_GT(l, 4U);
  EXPECT_EQ(load[0] + load[1] + load[2] + load[3], 64U);
  EXPECT_EQ(b.lb(MPPA_ETH_PARSER(0) + MPPA_ETH_PARSER_HIT_CNT), 32U);
  EXPECT_EQ(b.lb(MPPA_ETH_PARSER(16) + MPPA_ETH_PARSER_HIT_CNT_LAC), 32U);
  EXPECT_EQ(b.lb(MPPA_ETH_PARSER(16) + MPPA_ETH_PARSER_HIT_CNT), 0U);
}

TEST_F(ControllerTest, AHalfProgrammedPairOfParsersSeesEverySecondFrame) {
  start();
  b.program_parser(2, RuleWriter().mac(), MPPA_ETH_PARSER_CTL_VALUE(MPPA_ETH_PARSER_DROP, 0, 1, 0, 0));
  for (int i = 0; i < 10; ++i) a.send(random_frame(100, 1));
  run_us(10);
  unsigned got = 0;
  while (b.poll()) ++got;
  EXPECT_EQ(got, 5U);
  EXPECT_EQ(b.lb(MPPA_ETH_DROP_CNT(0) + MPPA_ETH_DROP_RULE), 5U);
}

TEST_F(ControllerTest, RoundRobinAndPriorities) {
  start();
  b.open_rx(0, 3);
  for (unsigned e = 0; e < 3; ++e) b.dispatch(100 * e, test::kRxChannel + e);
  for (const unsigned half : {0U, 16U}) {
    b.lb(MPPA_ETH_PARSER(half + 5) + MPPA_ETH_PARSER_RR_TARGET, 1);
    b.lb(MPPA_ETH_PARSER(half + 5) + MPPA_ETH_PARSER_RR_TARGET + 4 * 3, 1 << 4);
    b.lb(MPPA_ETH_PARSER(half + 5) + MPPA_ETH_PARSER_RR_TARGET + 4 * 6, 1 << 8);
  }
  b.program_both(1, RuleWriter().mac(), MPPA_ETH_PARSER_CTL_VALUE(MPPA_ETH_PARSER_DROP, 0, 1, 0, 0));
  b.program_both(5, RuleWriter().mac().ipv4(), MPPA_ETH_PARSER_CTL_VALUE(MPPA_ETH_PARSER_ROUND_ROBIN, 0, 2, 1, 0));
  for (int i = 0; i < 12; ++i) a.send(make_packet({}, 50));
  a.send(random_frame(80, 1));
  run_us(15);
  for (unsigned c = 0; c < 3; ++c) {
    unsigned got = 0;
    while (b.poll(test::kRxChannel + c)) ++got;
    EXPECT_EQ(got, 4U) << c;
  }
  EXPECT_EQ(b.lb(MPPA_ETH_DROP_CNT(0) + MPPA_ETH_DROP_RULE), 1U) << "what is not IPv4 falls to the lower priority";
}

TEST_F(ControllerTest, ChecksumErrorsAreDroppedOrReported) {
  start();
  b.dispatch(0, test::kRxChannel);
  b.program_both(0, RuleWriter().mac().ipv4().tcp(),
                 MPPA_ETH_PARSER_CTL_VALUE(MPPA_ETH_PARSER_HASH_LUT, 0, 3, 10, 0xFFF));
  auto bad = make_packet({}, 100);
  bad.back() ^= 1;
  a.send(bad);
  run_us(5);
  EXPECT_FALSE(b.poll());
  EXPECT_EQ(b.lb(MPPA_ETH_DROP_CNT(0) + MPPA_ETH_DROP_CRC), 1U);
  EXPECT_EQ(b.lb(MPPA_ETH_DROP_CNT(0) + MPPA_ETH_DROP_CRC + 4), 1U) << "reads and clears";
  EXPECT_EQ(b.lb(MPPA_ETH_DROP_CNT(0) + MPPA_ETH_DROP_CRC), 0U);
  b.lb(MPPA_ETH_LB_CTRL(0), 9280 | MPPA_ETH_LB_STORE_AND_FORWARD | MPPA_ETH_LB_ADD_HEADER | MPPA_ETH_LB_KEEP_ERRORS);
  a.send(bad);
  run_us(5);
  const auto got = b.poll();
  ASSERT_TRUE(got);
  EXPECT_EQ(MPPA_ETH_RX_CRC_ERRORS(got->header.info), 2U);
}

TEST_F(ControllerTest, LongFramesAndFramesWithoutRuleAreDropped) {
  start();
  b.lb(MPPA_ETH_LB_CTRL(0), 1514 | MPPA_ETH_LB_STORE_AND_FORWARD | MPPA_ETH_LB_ADD_HEADER);
  a.send(random_frame(1515, 1));
  a.send(random_frame(1514, 1));
  run_us(5);
  EXPECT_TRUE(b.poll());
  EXPECT_FALSE(b.poll());
  EXPECT_EQ(b.lb(MPPA_ETH_DROP_CNT(0) + MPPA_ETH_DROP_MTU), 1U);
  b.lb(MPPA_ETH_DEFAULT_RULE(0), MPPA_ETH_DEFAULT_DROP);
  a.send(random_frame(100, 1));
  run_us(5);
  EXPECT_EQ(b.lb(MPPA_ETH_DROP_CNT(0) + MPPA_ETH_DROP_RULE), 1U);
  EXPECT_EQ(b.lb(MPPA_ETH_DROP_CNT(0) + MPPA_ETH_DROP_TOTAL), 2U);
}

TEST_F(ControllerTest, AReceiverWithoutBuffersFillsTheRxBufferAndDrops) {
  a.bring_up();
  b.bring_up();
  b.receive_by_default();
  b.open_rx(2);
  u64 submitted = 0;
  for (int us = 0; us < 60; ++us) {
    while (submitted < a.jobs_done() + 8) a.send(random_frame(9014, 1)), ++submitted;
    run_us(1);
  }
  const u64 global = MPPA_ETH_RX_PFC(0) + MPPA_ETH_RX_PFC_GLOBAL;
  EXPECT_GT(b.lb(MPPA_ETH_DROP_CNT(0) + MPPA_ETH_DROP_FIFO), 5U);
  EXPECT_GT(b.lb(global + MPPA_ETH_RX_PFC_WMARK), MPPA_ETH_RX_BUFFER - 9100U);
  EXPECT_LE(b.lb(global + MPPA_ETH_RX_PFC_WMARK), MPPA_ETH_RX_BUFFER);
  EXPECT_EQ(b.lb(MPPA_ETH_RX_PFC(0) + MPPA_ETH_RX_NO_PFC_DROP_CNT), b.lb(global + MPPA_ETH_RX_PFC_DROP_CNT));
}

TEST_F(ControllerTest, PauseMakesTheLineLossless) {
  a.bring_up();
  b.bring_up();
  b.receive_by_default();
  b.open_rx(2);
  b.lb(MPPA_ETH_RX_PFC(0) + MPPA_ETH_RX_PFC_CTRL, MPPA_ETH_RX_PFC_GLOBAL_PAUSE);
  u64 submitted = 0, received = 0;
  for (int us = 0; us < 100; ++us) {
    while (submitted < a.jobs_done() + 8) a.send(random_frame(9014, submitted)), ++submitted;
    run_us(1);
  }
  EXPECT_EQ(a.jobs_done(), submitted - 8) << "the sender is held up";
  b.give_buffers(60);
  for (int us = 0; us < 50; ++us) {
    run_us(1);
    while (const auto got = b.poll()) {
      EXPECT_TRUE(got->frame == random_frame(9014, received)) << received;
      ++received;
    }
  }
  EXPECT_EQ(received, submitted);
  EXPECT_EQ(b.lb(MPPA_ETH_DROP_CNT(0) + MPPA_ETH_DROP_TOTAL), 0U);
  EXPECT_GE(b.eth_regs.read(MPPA_ETH_MAC + MPPA_ETH_TX_STATS(0) + 8 * 2), 2U) << "pause frames";
  EXPECT_GE(b.lb(MPPA_ETH_RX_PFC(0) + MPPA_ETH_RX_PFC_GLOBAL + MPPA_ETH_RX_PFC_REQ_CNT), 2U);
}

TEST_F(ControllerTest, PfcStopsTheClassOfTheVlanPriority) {
  start();
  b.dispatch(0, test::kRxChannel + 1);  // a channel that exists but gets no buffers
  b.dma_regs.write(MPPA_DMA_RX_CHANNEL + 0x6000 + MPPA_DMA_RXC_JOB_QUEUE_CFG, 1 | 1 << 1);
  b.dma_regs.write(MPPA_DMA_RX_CHANNEL + 0x6000 + MPPA_DMA_RXC_ACTIVATED, 1);
  b.program_both(0, RuleWriter().mac({.vlan_tags = 1, .pfc = true}),
                 MPPA_ETH_PARSER_CTL_VALUE(MPPA_ETH_PARSER_HASH_LUT, 0, 3, 10, 0));
  b.lb(MPPA_ETH_RX_PFC(0) + MPPA_ETH_RX_PFC_CTRL, MPPA_ETH_RX_PFC_ENABLE | MPPA_ETH_RX_PFC_CLASS_ENABLE(4));
  b.lb(MPPA_ETH_RX_PFC(0) + MPPA_ETH_RX_PFC_CLASS(4) + MPPA_ETH_RX_PFC_ALERT, 2048);
  b.lb(MPPA_ETH_RX_PFC(0) + MPPA_ETH_RX_PFC_CLASS(4) + MPPA_ETH_RX_PFC_RELEASE, 1024);
  for (int i = 0; i < 10; ++i) a.send(make_packet({.vlan = 4 << 13}, 500));
  run_us(10);
  EXPECT_TRUE(a.eth.mac(0).paused(4));
  EXPECT_FALSE(a.eth.mac(0).paused(3));
  EXPECT_EQ(b.lb(MPPA_ETH_RX_PFC(0) + MPPA_ETH_RX_PFC_CLASS(4) + MPPA_ETH_RX_PFC_REQ_CNT), 1U);
}

class NoisyCableTest : public ControllerTest {
 protected:
  NoisyCableTest() : ControllerTest({.bit_error = 1e-4, .seed = 4}) {}
};

TEST_F(NoisyCableTest, CorruptedFramesAreDroppedByTheirFcs) {
  start();
  unsigned good = 0;
  for (u64 i = 0; i < 100; ++i) {
    const auto frame = random_frame(1000, i);
    a.send(frame);
    run_us(2);
    while (const auto got = b.poll()) good += got->frame == frame;
  }
  const u32 dropped = b.lb(MPPA_ETH_DROP_CNT(0) + MPPA_ETH_DROP_FCS);
  EXPECT_EQ(good + dropped, 100U);
  EXPECT_NEAR(dropped, 55, 15) << "8032 bits at 1e-4: 55 %";
}

TEST_F(NoisyCableTest, KeptFramesSayThatTheirFcsIsWrong) {
  start();
  b.lb(MPPA_ETH_LB_CTRL(0), 9280 | MPPA_ETH_LB_STORE_AND_FORWARD | MPPA_ETH_LB_ADD_HEADER | MPPA_ETH_LB_KEEP_ERRORS);
  unsigned flagged = 0;
  for (u64 i = 0; i < 40; ++i) {
    const auto frame = random_frame(1000, i);
    a.send(frame);
    run_us(2);
    const auto got = b.poll();
    ASSERT_TRUE(got);
    EXPECT_EQ(got->frame != frame, MPPA_ETH_RX_FCS_ERROR(got->header.info) != 0);
    EXPECT_EQ(got->header.rule_packet_id, i);
    flagged += MPPA_ETH_RX_FCS_ERROR(got->header.info);
  }
  EXPECT_GT(flagged, 10U);
}

TEST_F(ControllerTest, LoopbackAndForwarding) {
  a.bring_up();
  a.receive_by_default();
  a.open_rx();
  a.eth_regs.write(MPPA_ETH_PHYMAC + MPPA_ETH_PHY_SERDES_CTRL, MPPA_ETH_PHY_TX2RX(0), 4);
  const auto frame = random_frame(500, 3);
  a.send(frame);
  run_us(5);
  auto got = a.poll();
  ASSERT_TRUE(got) << "through the serdes loopback";
  EXPECT_TRUE(got->frame == frame);
  a.eth_regs.write(MPPA_ETH_PHYMAC + MPPA_ETH_PHY_SERDES_CTRL, 0, 4);
  b.bring_up();
  b.lb(MPPA_ETH_DEFAULT_RULE(0), MPPA_ETH_DEFAULT_FORWARD);
  a.send(frame);
  run_us(5);
  got = a.poll();
  ASSERT_TRUE(got) << "sent back by the peer's load balancer";
  EXPECT_TRUE(got->frame == frame);
}

TEST_F(ControllerTest, FourLanesRunAtTheirOwnRate) {
  a.bring_up(0);
  b.bring_up(0);
  b.receive_by_default(2);
  b.open_rx();
  EXPECT_EQ(a.mac(MPPA_ETH_SYNC_STATUS), 0xFU << 25);
  const auto frame = random_frame(1250 - 4 - 20, 1);
  for (int i = 0; i < 20; ++i) a.send(frame, MPPA_ETH_TX_CONTROL(0, 2, 0, 0, 0));
  const u64 begin = kernel_ps();
  u64 first = 0, last = 0;
  unsigned got = 0;
  while (got < 20 && kernel_ps() < begin + 20'000'000) {
    sc_core::sc_start(sc_core::sc_time::from_value(10'000));
    while (const auto r = b.poll()) {
      EXPECT_EQ(MPPA_ETH_RX_LANE(r->header.info), 2U);
      last = r->header.timestamp;
      if (got++ == 0) first = last;
    }
  }
  ASSERT_EQ(got, 20U);
  EXPECT_NEAR(static_cast<double>(last - first), 19 * 40, 2) << "1250 bytes a frame at 25 Gb/s: 400 ns";
}

TEST_F(ControllerTest, ModesSetTheRatesOfTheLanes) {
  const auto rates = [this] {
    std::array<u64, MPPA_ETH_LANES> gigabits{};
    for (unsigned lane = 0; lane < MPPA_ETH_LANES; ++lane) {
      const MacConfig& c = a.eth.mac(lane).config();
      if (c.tx_enable && c.rx_enable) gigabits[lane] = c.bits_per_second / kGigabit;
    }
    return gigabits;
  };
  using Rates = std::array<u64, MPPA_ETH_LANES>;
  a.bring_up(MPPA_ETH_MODE_100G);
  EXPECT_EQ(rates(), (Rates{100, 0, 0, 0}));
  a.bring_up(MPPA_ETH_MODE_40G);
  EXPECT_EQ(rates(), (Rates{40, 0, 0, 0}));
  a.bring_up(0);
  EXPECT_EQ(rates(), (Rates{25, 25, 25, 25}));
  a.mac(MPPA_ETH_XPCS_CTRL1(1), 0);
  a.mac(MPPA_ETH_SG, 1 << 3);
  EXPECT_EQ(rates(), (Rates{25, 10, 25, 1}));
}

TEST_F(ControllerTest, EightLanesCarryTrafficAtOnce) {
  constexpr unsigned kFrames = 12;
  for (auto* card : {&a, &b}) {
    card->bring_up(0);
    for (unsigned lane = 0; lane < MPPA_ETH_LANES; ++lane) card->receive_by_default(lane);
    card->open_rx();
  }
  const auto frame = random_frame(1250 - 4 - 20, 1);
  for (unsigned i = 0; i < kFrames * MPPA_ETH_LANES; ++i)
    for (auto* card : {&a, &b}) card->send(frame, MPPA_ETH_TX_CONTROL(0, i % MPPA_ETH_LANES, 0, 0, 0));
  std::array<std::array<unsigned, MPPA_ETH_LANES>, 2> got{};
  const u64 begin = kernel_ps();
  u64 end = begin;
  for (int i = 0; i < 200; ++i) {
    sc_core::sc_start(sc_core::sc_time::from_value(50'000));
    for (unsigned side = 0; side < 2; ++side)
      while (const auto r = (side ? b : a).poll()) {
        ++got[side][MPPA_ETH_RX_LANE(r->header.info)];
        EXPECT_EQ(MPPA_ETH_RX_ETH(r->header.info), side);
        end = kernel_ps();
      }
  }
  for (const auto& side : got)
    for (const unsigned frames : side) EXPECT_EQ(frames, kFrames);
  EXPECT_LT(end - begin, 2 * kFrames * 400'000U) << "side by side: 400 ns a frame and lane, and the way";
}

TEST_F(ControllerTest, PfcHoldsTheFifosOfItsClassAndNoOthers) {
  start();
  a.lb(MPPA_ETH_TX_FIFO(test::kTxFifo) + MPPA_ETH_TX_LANE_CTRL(0), 1 << (1 + 4) | 1 << 9);
  b.dispatch(0, test::kRxChannel + 1);  // gets no buffers
  b.open_rx(0, 2);
  b.dma_regs.write(MPPA_DMA_RX_CHANNEL + 0x6000 + MPPA_DMA_RXC_JOB_QUEUE_CFG, 1 | 1 << 1);
  b.program_both(0, RuleWriter().mac({.vlan_tags = 1, .pfc = true}),
                 MPPA_ETH_PARSER_CTL_VALUE(MPPA_ETH_PARSER_HASH_LUT, 0, 3, 10, 0));
  const u64 classes = MPPA_ETH_RX_PFC(0) + MPPA_ETH_RX_PFC_CLASS(4);
  b.lb(MPPA_ETH_RX_PFC(0) + MPPA_ETH_RX_PFC_CTRL, MPPA_ETH_RX_PFC_ENABLE | MPPA_ETH_RX_PFC_CLASS_ENABLE(4));
  b.lb(classes + MPPA_ETH_RX_PFC_ALERT, 2048);
  b.lb(classes + MPPA_ETH_RX_PFC_RELEASE, 1024);
  b.lb(classes + MPPA_ETH_RX_PFC_DROP, 16 * 1024);
  for (int i = 0; i < 60; ++i) a.send(make_packet({.vlan = 4 << 13}, 500));
  run_us(20);
  const u64 sent = a.eth_regs.read(MPPA_ETH_MAC + MPPA_ETH_TX_STATS(0) + 8 * 3);
  EXPECT_LT(sent, 40U) << "held up";
  EXPECT_EQ(b.lb(classes + MPPA_ETH_RX_PFC_DROP_CNT), 0U);
  EXPECT_LE(b.lb(classes + MPPA_ETH_RX_PFC_WMARK), 16 * 1024U);
  // A FIFO that does not obey this class runs on, into the class's limit.
  a.lb(MPPA_ETH_TX_FIFO(test::kTxFifo) + MPPA_ETH_TX_LANE_CTRL(0), 1 << (1 + 5) | 1 << 9);
  run_us(20);
  EXPECT_EQ(a.eth_regs.read(MPPA_ETH_MAC + MPPA_ETH_TX_STATS(0) + 8 * 3), 60U);
  EXPECT_GT(b.lb(classes + MPPA_ETH_RX_PFC_DROP_CNT), 10U);
  EXPECT_EQ(b.lb(MPPA_ETH_RX_PFC(0) + MPPA_ETH_RX_PFC_GLOBAL + MPPA_ETH_RX_PFC_DROP_CNT), 0U);
}

TEST_F(ControllerTest, TheLutIndexTakesLaneRuleAndQueuePair) {
  start();
  b.dispatch(0, test::kRxChannel);
  const auto index_with = [&](u32 control, u32 pair_mask) {
    b.lb(MPPA_ETH_LUT_CTRL, control);
    b.lb(MPPA_ETH_LUT_QPN_CTRL, pair_mask);
    a.send(make_packet({}, 100));
    a.send(make_packet({}, 100));
    run_us(5);
    b.poll();
    const auto got = b.poll();
    EXPECT_TRUE(got);
    return got ? MPPA_ETH_RX_LUT_ENTRY(got->header.info) : 0;
  };
  b.program_both(5, RuleWriter().mac().ipv4(0xFFFFFFFF).tcp(0xFFFF),
                 MPPA_ETH_PARSER_CTL_VALUE(MPPA_ETH_PARSER_HASH_LUT, 0, 3, 10, 0xFFF));
  const u32 plain = index_with(0, 0);
  EXPECT_EQ(index_with(MPPA_ETH_LUT_CTRL_VALUE(0, 31, 0), 0), 5U << 6 | (plain & 0x3F)) << "five bits: parser 5";
  EXPECT_EQ(index_with(MPPA_ETH_LUT_CTRL_VALUE(3, 0, 0), 0), plain & 0x1FF) << "two bits: lane 0";
  EXPECT_EQ(index_with(0, 0xFF), plain & 7) << "eight bits of a queue pair that is not there";
}

TEST_F(ControllerTest, TheTxHeaderAsksForRoceCrcsAndRulesCheckThem) {
  start();
  b.dispatch(0, test::kRxChannel);
  b.program_both(11, RuleWriter().mac().ipv4().udp().roce(true),
                 MPPA_ETH_PARSER_CTL_VALUE(MPPA_ETH_PARSER_HASH_LUT, 0, 4, 10, 0xFFF));
  const auto frame = make_packet({.destination_port = 4791, .tcp = false}, 12 + 64 + 4, 0, false);
  a.send(frame);  // its last four bytes are no CRC
  run_us(5);
  EXPECT_FALSE(b.poll());
  EXPECT_EQ(b.lb(MPPA_ETH_DROP_CNT(0) + MPPA_ETH_DROP_CRC), 1U);
  a.send(frame, MPPA_ETH_TX_CONTROL(0, 0, MPPA_ETH_TX_IP_V4, MPPA_ETH_TX_CRC_ROCE2, 0));
  run_us(5);
  const auto got = b.poll();
  ASSERT_TRUE(got);
  EXPECT_EQ(MPPA_ETH_RX_CRC_ERRORS(got->header.info), 0U);
  EXPECT_TRUE(std::equal(frame.begin(), frame.end() - 4, got->frame.begin()));
}

TEST_F(ControllerTest, AStoppedTxFifoHoldsTheDmaWithoutLoss) {
  start();
  constexpr unsigned kFifo = test::kTxFifo;
  a.lb(MPPA_ETH_TX_FIFO(kFifo) + MPPA_ETH_TX_XOFF_CTRL, 1);
  for (u64 i = 0; i < 20; ++i) a.send(random_frame(9000, i));
  run_us(30);
  const u32 status = a.lb(MPPA_ETH_TX_FIFO(kFifo) + MPPA_ETH_TX_STATUS);
  EXPECT_EQ(status >> 16, 1U);
  EXPECT_EQ((status & 0xFFFF) * 16, 7 * 9016U / 16 * 16) << "seven frames of 9016 bytes fit into 64 KiB";
  EXPECT_LT(a.jobs_done(), 10U);
  a.lb(MPPA_ETH_TX_FIFO(kFifo) + MPPA_ETH_TX_XOFF_CTRL, 0);
  run_us(30);
  for (u64 i = 0; i < 20; ++i) {
    const auto got = b.poll();
    ASSERT_TRUE(got) << i;
    EXPECT_TRUE(got->frame == random_frame(9000, i));
  }
}

TEST_F(ControllerTest, TxFifosTakeTurnsOfTheirLength) {
  start();
  constexpr unsigned kFifos[] = {test::kTxFifo, test::kTxFifo + 1};
  a.lb(MPPA_ETH_TX_FIFO(kFifos[0]) + MPPA_ETH_TX_LANE_CTRL(0), 3 << 9);
  a.lb(MPPA_ETH_TX_FIFO(kFifos[1]) + MPPA_ETH_TX_LANE_CTRL(0), 1 << 9);
  for (const unsigned fifo : kFifos) a.lb(MPPA_ETH_TX_FIFO(fifo) + MPPA_ETH_TX_XOFF_CTRL, 1);
  for (u64 i = 0; i < 12; ++i)
    for (const unsigned fifo : kFifos) a.send(std::vector<u8>(200, static_cast<u8>(fifo)), 0, 0, 1, fifo);
  run_us(10);
  for (const unsigned fifo : kFifos) a.lb(MPPA_ETH_TX_FIFO(fifo) + MPPA_ETH_TX_XOFF_CTRL, 0);
  run_us(10);
  std::string order;
  while (const auto got = b.poll()) order += got->frame[20] == kFifos[0] ? 'A' : 'B';
  EXPECT_EQ(order.size(), 24U);
  EXPECT_NE(order.find("AAABAAABAAAB"), std::string::npos) << order;
}

TEST_F(ControllerTest, NocPacketsOfReceivedFramesArePaced) {
  start();
  constexpr unsigned kCluster = 2, kCycles = 1200, kFlits = 8;  // 1 us at 1.2 GHz; 128 bytes a packet
  b.lb(MPPA_ETH_RX_NOC_PKT(0, kCluster, 0), MPPA_ETH_RX_NOC_PKT_VALUE(kCycles, kFlits));
  a.send(random_frame(1000, 1));
  run_us(6);
  EXPECT_FALSE(b.poll()) << "1032 bytes are nine packets";
  run_us(5);
  const auto got = b.poll();
  ASSERT_TRUE(got);
  EXPECT_EQ(got->frame, random_frame(1000, 1));
}

TEST_F(ControllerTest, ADroppingTxFifoCountsItsLosses) {
  start();
  a.lb(MPPA_ETH_TX_FIFO(test::kTxFifo) + MPPA_ETH_TX_CTRL,
       MPPA_ETH_TX_HEADER_EN | MPPA_ETH_TX_GLOBAL | MPPA_ETH_TX_DROP_EN);
  a.lb(MPPA_ETH_TX_FIFO(test::kTxFifo) + MPPA_ETH_TX_XOFF_CTRL, 1);
  for (u64 i = 0; i < 20; ++i) a.send(random_frame(9000, i));
  run_us(30);
  EXPECT_EQ(a.jobs_done(), 20U);
  EXPECT_EQ(a.lb(MPPA_ETH_TX_FIFO(test::kTxFifo) + MPPA_ETH_TX_DROP_CNT), 13U);
}

TEST_F(ControllerTest, WrongAsnAndWrongLengthAreCountedByCluster) {
  start();
  a.send(random_frame(100, 1), 1);  // the header announces one byte more or less
  run_us(5);
  EXPECT_EQ(a.lb(MPPA_ETH_TX_NOC_IF(1) + MPPA_ETH_TX_NOC_FIFO_ERR_CNT), 1U);
  a.lb(MPPA_ETH_TX_FIFO(test::kTxFifo) + MPPA_ETH_TX_CTRL, MPPA_ETH_TX_HEADER_EN | MPPA_ETH_TX_ASN(7));
  a.send(random_frame(100, 1));
  run_us(5);
  EXPECT_EQ(a.lb(MPPA_ETH_TX_NOC_IF(1) + MPPA_ETH_TX_NOC_PERM_ERR_CNT), 1U);
  EXPECT_FALSE(b.poll());
}

TEST_F(ControllerTest, ASplitPutsHeaderAndPayloadIntoTwoChannels) {
  start();
  b.open_rx(0, 2);
  b.eth_regs.write(
      MPPA_ETH_LB + MPPA_ETH_DISPATCH(256),
      MPPA_ETH_DISPATCH_VALUE(noc::kRoutes[noc::kEth1][2], test::kRxChannel, 0, 0) | MPPA_ETH_DISPATCH_SPLIT(4));
  const auto frame = random_frame(1000, 8);
  a.send(frame);
  run_us(5);
  const auto head = b.poll(test::kRxChannel);
  ASSERT_TRUE(head);
  EXPECT_EQ(head->frame, std::vector<u8>(frame.begin(), frame.begin() + 64));
  mppa_dma_rx_completion record{};
  std::memcpy(&record, &b.memory.bytes[test::kRxRecords + 0x1000], sizeof record);
  ASSERT_EQ(record.bytes, 1000U - 64);
  EXPECT_TRUE(std::equal(frame.begin() + 64, frame.end(), &b.memory.bytes[record.base]));
}

TEST_F(ControllerTest, AnIndexAboveOneIsRefused) {
  sc_core::sc_curr_simcontext = sc_core::sc_default_global_context = new sc_core::sc_simcontext;
  EXPECT_THROW(Controller("eth2", {.index = 2}), std::invalid_argument);
}

}  // namespace
}  // namespace mppa::eth
