#include "sim/system/faults.h"

#include <gtest/gtest.h>

namespace mppa::sim {
namespace {

using pcie::PacketFault;
using pcie::PacketKind;

constexpr u64 kUs = 1'000'000, kMs = 1000 * kUs;

TEST(Faults, SentencesOfDrives) {
  const Fault pull = parse_fault("after 1000 commands pull");
  EXPECT_EQ(pull.kind, Fault::Kind::kPull);
  EXPECT_EQ(pull.after_commands, 1000u);
  const Fault hang = parse_fault("at 3ms hang");
  EXPECT_EQ(hang.kind, Fault::Kind::kHang);
  EXPECT_EQ(hang.when_ps, 3 * kMs);
  EXPECT_EQ(parse_fault("at 3 ms swallow 5").count, 5u);
  const Fault bad = parse_fault("at 0 ps media_error 100..107 of 2");
  EXPECT_EQ(bad.first, 100u);
  EXPECT_EQ(bad.last, 107u);
  EXPECT_EQ(bad.nsid, 2u);
}

TEST(Faults, SentencesOfLinks) {
  const Fault down = parse_fault("at 1.5 ms down for 100 us slot[2]");
  EXPECT_EQ(down.kind, Fault::Kind::kDown);
  EXPECT_EQ(down.when_ps, 1500 * kUs);
  EXPECT_EQ(down.duration_ps, 100 * kUs);
  EXPECT_EQ(down.port, "slot[2]");
  const Fault poison = parse_fault("at 0 ps poison 2 received completions after 50 pcie[1]");
  EXPECT_EQ(poison.packets.fault, PacketFault::kPoison);
  EXPECT_EQ(poison.packets.kind, PacketKind::kCompletion);
  EXPECT_EQ(poison.packets.count, 2u);
  EXPECT_EQ(poison.packets.skip, 50u);
  EXPECT_TRUE(poison.received);
  EXPECT_EQ(poison.port, "pcie[1]");
  EXPECT_FALSE(parse_fault("at 0 ps drop writes").received);
  EXPECT_EQ(parse_fault("at 0 ps abort").packets.kind, PacketKind::kCompletion);
}

struct BadSentence {
  const char *sentence, *why;
};

class BadFaults : public ::testing::TestWithParam<BadSentence> {};

TEST_P(BadFaults, SayWhatIsWrong) {
  try {
    parse_fault(GetParam().sentence);
    FAIL() << "accepted: " << GetParam().sentence;
  } catch (const std::invalid_argument& problem) {
    EXPECT_NE(std::string(problem.what()).find(GetParam().why), std::string::npos) << problem.what();
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, BadFaults,
    ::testing::Values(BadSentence{"", "at the beginning"}, BadSentence{"3 ms pull", "'at TIME'"},
                      BadSentence{"at 3 pull", "not a time"}, BadSentence{"at 3 ms", "missing"},
                      BadSentence{"at 3 ms explode", "'explode'"}, BadSentence{"after 0 commands pull", "N > 0"},
                      BadSentence{"at 1 ms down", "down for TIME"}, BadSentence{"at 1 ms hang slot[1]", "too much"},
                      BadSentence{"at 1 ms abort writes", "only completions"},
                      BadSentence{"at 1 ms poison 0", "0 packets"}, BadSentence{"at 1 ms media_error 9..3", "empty"},
                      BadSentence{"at 1 ms media_error x", "not a number"}));

}  // namespace
}  // namespace mppa::sim
