#include <gtest/gtest.h>

#include "models/eth/parser/program.h"
#include "tests/models/eth/packets.h"
#include "tests/models/eth/rule_writer.h"

namespace mppa::eth {
namespace {

using test::Flow;
using test::make_packet;
using test::RuleWriter;

Program compile(const RuleWriter& rules) {
  std::string error;
  auto program = decode_program(rules.words(), error);
  EXPECT_TRUE(program) << error;
  return program.value_or(Program{});
}
std::optional<Match> run(const RuleWriter& rules, const std::vector<u8>& frame, u16 seed = 0xFFF) {
  return match_program(compile(rules), frame, seed);
}

TEST(Parser, LayersMustBeWhatTheRulesSay) {
  const auto tcp4 = RuleWriter().mac().ipv4().tcp(), udp4 = RuleWriter().mac().ipv4().udp();
  const auto tcp6 = RuleWriter().mac().ipv6().tcp();
  EXPECT_TRUE(run(tcp4, make_packet({}, 10)));
  EXPECT_FALSE(run(tcp4, make_packet({.tcp = false}, 10)));
  EXPECT_FALSE(run(tcp4, make_packet({.v6 = true}, 10)));
  EXPECT_TRUE(run(udp4, make_packet({.tcp = false}, 10)));
  EXPECT_TRUE(run(tcp6, make_packet({.v6 = true}, 10)));
  EXPECT_FALSE(run(tcp6, make_packet({}, 10)));
  auto fragment = make_packet({}, 10);
  fragment[14 + 6] = 0x20;  // more fragments
  EXPECT_FALSE(run(tcp4, fragment)) << "a fragment has no whole TCP segment";
}

TEST(Parser, CutOffFramesDoNotMatch) {
  const Flow flow{.vlan = 7};
  const auto frame = make_packet(flow, 4);
  const auto rules = RuleWriter().mac().ipv4().tcp();
  for (std::size_t bytes = 0; bytes < frame.size(); ++bytes)
    EXPECT_FALSE(run(rules, {frame.begin(), frame.begin() + static_cast<std::ptrdiff_t>(bytes)})) << bytes;
  EXPECT_TRUE(run(rules, frame));
}

TEST(Parser, IndicesPointToTheLayers) {
  const auto match = run(RuleWriter().mac().ipv4().tcp(), make_packet({.vlan = 5}, 1));
  ASSERT_TRUE(match);
  EXPECT_EQ(match->indices, (std::vector<u16>{0, 18, 38}));
}

TEST(Parser, FieldsAreComparedUnderTheirMaskAndPolarity) {
  const auto frame = make_packet({.source = 0xC0A80105}, 0);
  EXPECT_TRUE(run(RuleWriter().mac().ipv4(0, 0xC0A80100, 0xFFFFFF00), frame));
  EXPECT_FALSE(run(RuleWriter().mac().ipv4(0, 0xC0A80200, 0xFFFFFF00), frame));
  EXPECT_FALSE(run(RuleWriter().mac().ipv4(0, 0xC0A80100, 0xFFFFFF00, true), frame));
  EXPECT_TRUE(run(RuleWriter().mac().ipv4(0, 0xC0A80200, 0xFFFFFF00, true), frame));
  EXPECT_TRUE(run(RuleWriter().mac({.da = 0x020000000002, .da_mask = 0xFFFFFFFFFFFF}), frame));
  EXPECT_FALSE(run(RuleWriter().mac({.da = 0x020000000003, .da_mask = 0xFFFFFFFFFFFF}), frame));
  EXPECT_TRUE(run(RuleWriter().mac({.ethertype_policy = 1, .ethertype = 0x0800}), frame));
  EXPECT_FALSE(run(RuleWriter().mac({.ethertype_policy = 2, .ethertype = 0x0800}), frame));
}

TEST(Parser, PortsLieInsideOrOutsideARange) {
  const auto at = [](u16 port) { return make_packet({.destination_port = port}, 0); };
  const auto inside = RuleWriter().mac().ipv4().tcp({4420, 4422, 0}),
             outside = RuleWriter().mac().ipv4().tcp({4420, 4422, 1});
  for (const u16 port : {4419, 4420, 4422, 4423}) {
    const bool in = port >= 4420 && port <= 4422;
    EXPECT_EQ(run(inside, at(port)).has_value(), in) << port;
    EXPECT_EQ(run(outside, at(port)).has_value(), !in) << port;
  }
}

TEST(Parser, VlanTagsAreCountedAndTheirPriorityIsTheClass) {
  const auto tagged = make_packet({.vlan = 6 << 13 | 42}, 0), plain = make_packet({}, 0);
  EXPECT_FALSE(run(RuleWriter().mac({.vlan_tags = 0}), tagged));
  EXPECT_FALSE(run(RuleWriter().mac({.vlan_tags = 1}), plain));
  EXPECT_FALSE(run(RuleWriter().mac({.vlan_tags = 2}), tagged));
  EXPECT_TRUE(run(RuleWriter().mac({.tci = 42, .tci_mask = 0xFFF}), tagged));
  EXPECT_FALSE(run(RuleWriter().mac({.tci = 43, .tci_mask = 0xFFF}), tagged));
  const auto match = run(RuleWriter().mac({.vlan_tags = 1, .pfc = true}), tagged);
  ASSERT_TRUE(match);
  EXPECT_TRUE(match->pfc);
  EXPECT_EQ(match->traffic_class, 6);
}

TEST(Parser, TheHashDependsOnTheSelectedFieldsAndTheSeedOnly) {
  const auto rules = RuleWriter().mac().ipv4(0xFFFFFFFF).tcp(0xFFFF);
  const u16 key = run(rules, make_packet({}, 0))->hash_key;
  EXPECT_EQ(run(rules, make_packet({}, 100, 9))->hash_key, key);
  EXPECT_NE(run(rules, make_packet({.source_port = 1001}, 0))->hash_key, key);
  EXPECT_NE(run(rules, make_packet({.source = 0x0A000003}, 0))->hash_key, key);
  EXPECT_NE(run(rules, make_packet({}, 0), 1)->hash_key, key);
  EXPECT_EQ(run(RuleWriter().mac().ipv4().tcp(), make_packet({.source_port = 5}, 0))->hash_key,
            run(RuleWriter().mac().ipv4().tcp(), make_packet({.source_port = 6}, 0))->hash_key);
}

TEST(Parser, TheHashIsTheDocumentedCrc) {
  const auto rules = RuleWriter().mac().ipv4(0xFFFFFFFF).tcp(0xFFFF);
  const u8 input[] = {10, 0, 0, 1, 10, 0, 0, 2, 0x03, 0xE8, 0x11, 0x44};
  const u32 crc = crc32(input, ~0x0FFF0FFFU);
  EXPECT_EQ(run(rules, make_packet({}, 0))->hash_key, static_cast<u16>(crc ^ crc >> 16));
}

TEST(Parser, SwapMakesBothDirectionsOfAFlowAlike) {
  const auto rules = RuleWriter().mac().ipv4(0xFFFFFFFF, 0, 0, false, true).tcp(0xFFFF, true);
  const auto there = make_packet({}, 0);
  const auto back =
      make_packet({.source = 0x0A000002, .destination = 0x0A000001, .source_port = 4420, .destination_port = 1000}, 0);
  EXPECT_EQ(run(rules, there)->hash_key, run(rules, back)->hash_key);
  const auto plain = RuleWriter().mac().ipv4(0xFFFFFFFF).tcp(0xFFFF);
  EXPECT_NE(run(plain, there)->hash_key, run(plain, back)->hash_key);
}

TEST(Parser, ChecksumErrorsAreReportedByRule) {
  for (const bool v6 : {false, true})
    for (const bool tcp : {false, true}) {
      const Flow flow{.tcp = tcp, .v6 = v6};
      RuleWriter rules;
      v6 ? rules.mac().ipv6() : rules.mac().ipv4();
      tcp ? rules.tcp() : rules.udp();
      auto frame = make_packet(flow, 33);
      EXPECT_EQ(run(rules, frame)->checksum_errors, 0);
      frame.back() ^= 0x10;
      EXPECT_EQ(run(rules, frame)->checksum_errors, v6 ? 1 : 2) << "the rule for the upper layer";
      if (!v6) {
        frame.back() ^= 0x10;
        frame[14 + 8] ^= 1;  // time to live
        EXPECT_EQ(run(rules, frame)->checksum_errors, 1) << "the rule for IPv4";
      }
    }
}

TEST(Parser, PaddingDoesNotSpoilChecksums) {
  auto frame = make_packet({.tcp = false}, 3);
  frame.resize(60, 0xEE);
  const auto match = run(RuleWriter().mac().ipv4().udp(), frame);
  ASSERT_TRUE(match);
  EXPECT_EQ(match->checksum_errors, 0);
}

TEST(Parser, UdpWithoutChecksumIsGood) {
  auto frame = make_packet({.tcp = false}, 30, 0, false);
  EXPECT_EQ(run(RuleWriter().mac().ipv4().udp(), frame)->checksum_errors, 0);
}

TEST(Parser, SkipAndCustomRulesWorkOnRawBytes) {
  const auto frame = make_packet({}, 0);
  RuleWriter skip;
  skip.bits(MPPA_ETH_PTYPE_SKIP, 5).bits(14, 13).next_line();
  skip.bits(MPPA_ETH_PTYPE_CUSTOM, 5).bits(1, 1).bits(12, 4).bits(0x45000028, 32).bits(0, 64);
  skip.bits(0xFF0000FF, 32).bits(0, 64).bits(0, 96).bits(0, 96);
  const auto match = run(skip, frame);
  ASSERT_TRUE(match);
  EXPECT_EQ(match->indices, std::vector<u16>{14});
  auto other = frame;
  other[17] ^= 1;
  EXPECT_FALSE(run(skip, other));
  other = frame;
  other[15] ^= 1;
  EXPECT_TRUE(run(skip, other)) << "not under the mask";
}

TEST(Parser, UnknownRulesAndTooManyChecksAreRefusedWithTheirPlace) {
  std::string error;
  EXPECT_FALSE(decode_program(RuleWriter().mac().bits(2, 5).words(), error));
  EXPECT_EQ(error, "rule type 2 in line 1 is not modelled");
  RuleWriter many;
  for (int i = 0; i < 5; ++i) many.mac();
  EXPECT_FALSE(decode_program(many.words(), error));
  EXPECT_NE(error.find("more than four"), std::string::npos);
}

TEST(RoceIcrc, CoversWhatRoutersDoNotChange) {
  // No published vector is at hand: the value must not depend on fields that routers change, and must on all others.
  auto frame = make_packet({.destination_port = 4791, .tcp = false}, 12 + 16 + 4);
  const u32 crc = *roce_icrc(frame, true);
  const unsigned bth = 14 + 20 + 8;
  for (const unsigned at : {15U, 22U, 24U, 25U, 40U, 41U, bth + 4}) {
    auto changed = frame;
    changed[at] ^= 0xFF;
    EXPECT_EQ(*roce_icrc(changed, true), crc) << at;
  }
  for (const unsigned at : {26U, 34U, bth, bth + 5, bth + 12}) {
    auto changed = frame;
    changed[at] ^= 1;
    EXPECT_NE(*roce_icrc(changed, true), crc) << at;
  }
}

}  // namespace
}  // namespace mppa::eth
