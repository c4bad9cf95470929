#include <gtest/gtest.h>

#include "models/common/crc32.h"
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

TEST(Parser, SomeRulesEndTheProgram) {
  RuleWriter rules;
  rules.mac().bits(MPPA_ETH_PTYPE_IPV4, 5).bits(0, 3).field(6).field(2).field(8).field(32).field(32);
  rules.bits(0, 1).bits(1, 1).next_line().udp();
  EXPECT_EQ(compile(rules).size(), 2U);
  EXPECT_TRUE(run(rules, make_packet({}, 10))) << "what is behind it does not count";
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

/// RoCE with queue pair 0x123456 and a right invariant CRC: over UDP, or behind a global route header.
std::vector<u8> roce_frame(bool v2) {
  auto frame = make_packet({.destination_port = 4791, .tcp = false, .v6 = !v2}, 12 + 16 + 4, 0, false);
  unsigned bth = 14 + 20 + 8;
  if (!v2) {
    store_be16(&frame[12], 0x8915);
    bth = 14 + 40;
  }
  frame[bth + 5] = 0x12, frame[bth + 6] = 0x34, frame[bth + 7] = 0x56;
  const u32 crc = *roce_icrc(frame, v2);
  for (unsigned i = 0; i < 4; ++i) frame[frame.size() - 4 + i] = static_cast<u8>(crc >> 8 * i);
  return frame;
}

TEST(Parser, RoceIsFoundByQueuePairAndItsCrcIsChecked) {
  for (const bool v2 : {false, true}) {
    const auto rules = [&](u32 pair, u32 mask, u32 hash) {
      RuleWriter r;
      r.mac();
      if (v2) r.ipv4().udp();
      return r.roce(v2, pair, mask, hash);
    };
    auto frame = roce_frame(v2);
    EXPECT_TRUE(run(rules(0x123456, 0xFFFFFF, 0), frame)) << v2;
    EXPECT_FALSE(run(rules(0x123457, 0xFFFFFF, 0), frame)) << v2;
    const auto match = run(rules(0, 0, 0xFFFFFF), frame);
    ASSERT_TRUE(match) << v2;
    EXPECT_EQ(match->queue_pair, 0x123456U);
    EXPECT_EQ(match->checksum_errors, 0);
    EXPECT_NE(match->hash_key, run(rules(0, 0, 0), frame)->hash_key);
    frame[frame.size() - 5] ^= 1;
    EXPECT_EQ(run(rules(0, 0, 0), frame)->checksum_errors, v2 ? 4 : 1) << "the last rule that checks";
    frame[v2 ? 37 : 13] ^= 1;  // another UDP port, another type
    EXPECT_FALSE(run(rules(0, 0, 0), frame)) << v2;
  }
}

/// A segment with one PDU of 8 bytes of header, 32 bytes of data from 24 on and a right data digest.
std::vector<u8> nvme_frame(u8 type) {
  auto frame = make_packet({}, 24 + 32 + 4, 0, false);
  const std::span<u8> pdu = std::span(frame).subspan(54);
  const u8 header[] = {type, 2, 24, 24, 60, 0, 0, 0};
  std::copy(std::begin(header), std::end(header), pdu.begin());
  const u32 digest = crc32c(pdu.subspan(24, 32));
  for (unsigned i = 0; i < 4; ++i) pdu[56 + i] = static_cast<u8>(digest >> 8 * i);
  return frame;
}

TEST(Parser, NvmeTcpPdusAreToldApartAndTheirDigestIsChecked) {
  const auto capsule = [] { return RuleWriter().mac().ipv4().tcp().nvme_tcp(false); };
  auto frame = nvme_frame(0x06);
  EXPECT_FALSE(run(capsule(), frame));
  EXPECT_TRUE(run(capsule(), nvme_frame(0x04)));
  EXPECT_TRUE(run(RuleWriter().mac().ipv4().tcp().nvme_tcp(true, false, 2, 2), frame));
  EXPECT_FALSE(run(RuleWriter().mac().ipv4().tcp().nvme_tcp(true, false, 0, 2), frame));
  EXPECT_FALSE(run(RuleWriter().mac().ipv4().nvme_tcp(true), frame)) << "not behind TCP";
  const auto rules = RuleWriter().mac().ipv4().tcp().nvme_tcp(true, true);
  EXPECT_NE(run(rules, frame)->hash_key, run(RuleWriter().mac().ipv4().tcp().nvme_tcp(true), frame)->hash_key);
  const unsigned tcp_is_wrong = 2, digest_is_wrong = 4;  // the segments have no TCP checksum
  EXPECT_EQ(run(rules, frame)->checksum_errors, tcp_is_wrong);
  frame[54 + 30] ^= 1;
  EXPECT_EQ(run(rules, frame)->checksum_errors, tcp_is_wrong | digest_is_wrong);
  frame[54 + 4] = 200;  // goes on in the next segment
  EXPECT_EQ(run(rules, frame)->checksum_errors, tcp_is_wrong);
}

TEST(Parser, VxlanCarriesAnotherFrame) {
  const auto inner = make_packet({.source_port = 77}, 10);
  auto frame = make_packet({.destination_port = 4789, .tcp = false}, 8 + static_cast<unsigned>(inner.size()), 0, false);
  const unsigned at = 14 + 20 + 8;
  std::fill_n(frame.begin() + at, 8, u8{0});
  frame[at] = 0x08;
  frame[at + 5] = 0x12, frame[at + 6] = 0x34;
  std::copy(inner.begin(), inner.end(), frame.begin() + at + 8);
  EXPECT_TRUE(run(RuleWriter().mac().ipv4().udp().vxlan(0x1234, 0xFFFFFF), frame));
  EXPECT_FALSE(run(RuleWriter().mac().ipv4().udp().vxlan(0x1235, 0xFFFFFF), frame));
  const auto match = run(RuleWriter().mac({.index = false}).ipv4().udp().vxlan().mac(), frame);
  ASSERT_TRUE(match);
  EXPECT_EQ(match->indices, (std::vector<u16>{14, 34, at, at + 8}));
  frame[at] = 0;
  EXPECT_FALSE(run(RuleWriter().mac().ipv4().udp().vxlan(), frame)) << "without the flag there is no VNI";
}

TEST(Parser, MplsLabelsEndInAnIpHeader) {
  auto frame = make_packet({}, 10);
  const u8 labels[] = {0x00, 0x10, 0x00, 64, 0x12, 0x34, 0x51, 64};  // 0x100; 0x12345, the last one
  frame.insert(frame.begin() + 14, std::begin(labels), std::end(labels));
  store_be16(&frame[12], 0x8847);
  const auto match = run(RuleWriter().mac().mpls(0x100, 0xFFFFF).mpls(0x12345, 0xFFFFF).ipv4(), frame);
  ASSERT_TRUE(match);
  EXPECT_EQ(match->indices, (std::vector<u16>{0, 14, 18, 22}));
  EXPECT_FALSE(run(RuleWriter().mac().mpls(0x101, 0xFFFFF), frame));
  EXPECT_FALSE(run(RuleWriter().mac().mpls().ipv4(), frame)) << "another label follows";
  EXPECT_FALSE(run(RuleWriter().mac().mpls().mpls().ipv6(), frame));
}

TEST(Parser, GreHasOptionalFields) {
  for (const auto& [flags, bytes] : {std::pair{0x00, 4U}, std::pair{0x20, 8U}, std::pair{0xB0, 16U}}) {
    auto frame = make_packet({}, 20);
    std::vector<u8> outer(frame.begin() + 14, frame.begin() + 34);
    outer[9] = 47;
    std::vector<u8> gre(bytes);
    gre[0] = static_cast<u8>(flags);
    gre[2] = 0x08;
    outer.insert(outer.end(), gre.begin(), gre.end());
    store_be16(&outer[2], static_cast<unsigned>(outer.size() + frame.size()) - 14);
    frame.insert(frame.begin() + 14, outer.begin(), outer.end());
    const auto match = run(RuleWriter().mac().ipv4().gre(0x0800, 0xFFFF).ipv4(), frame);
    ASSERT_TRUE(match) << bytes;
    EXPECT_EQ(match->indices, (std::vector<u16>{0, 14, 34, static_cast<u16>(34 + bytes)}));
    EXPECT_FALSE(run(RuleWriter().mac().ipv4().gre(0x86DD, 0xFFFF), frame));
  }
}

TEST(Parser, Ipv6FragmentsHaveNoUpperLayer) {
  auto frame = make_packet({.v6 = true}, 30);
  EXPECT_TRUE(run(RuleWriter().mac().ipv6().tcp(), frame));
  frame[14 + 6] = 44;  // a fragment header follows
  EXPECT_FALSE(run(RuleWriter().mac().ipv6().tcp(), frame));
  EXPECT_TRUE(run(RuleWriter().mac().ipv6(), frame));
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
