// The scripts in tests/firmware/net/scripts, and what is said about scripts that are wrong.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/firmware/net/drill/runner.h"

namespace mppa::net_test::drill {
namespace {

std::vector<std::string> all_scripts() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(MPPA_SOURCE_DIR "/tests/firmware/net/scripts"))
    if (entry.path().extension() == ".drill") names.push_back(entry.path().stem().string());
  std::sort(names.begin(), names.end());
  return names;
}

class Drill : public ::testing::TestWithParam<std::string> {};

TEST_P(Drill, Script) {
  const std::string name = GetParam() + ".drill";
  std::ifstream file(MPPA_SOURCE_DIR "/tests/firmware/net/scripts/" + name);
  ASSERT_TRUE(file);
  try {
    const Script script = parse_script(file, name);
    Runner(script).run();
  } catch (const ScriptError& error) {
    FAIL() << error.what();
  }
}

INSTANTIATE_TEST_SUITE_P(Tcp, Drill, ::testing::ValuesIn(all_scripts()), [](const auto& info) { return info.param; });

/// What is said about a script; empty if nothing.
std::string error_of(const std::string& text, bool run = false) {
  std::istringstream in(text);
  try {
    const Script script = parse_script(in, "x");
    if (run) Runner(script).run();
    return "";
  } catch (const ScriptError& error) {
    return error.what();
  }
}

TEST(DrillScript, MistakesNameTheirLine) {
  EXPECT_EQ(error_of(""), "x: no step");
  EXPECT_EQ(error_of("# nothing\n\nfoo"),
            "x:3: unknown step 'foo': <, >, app, event, quiet, new; config, ip, rate or vlan before the first");
  EXPECT_EQ(error_of("< Z 0:0(0)"), "x:1: unknown flag 'Z': F, S, R, P and ., or - for none");
  EXPECT_EQ(error_of("< S 0:5(4)"), "x:1: '0:5(4)': the end is not the begin and the length");
  EXPECT_EQ(error_of("< S 0-5"), "x:1: '0-5' is not BEGIN:END(LENGTH)");
  EXPECT_EQ(error_of("< S 0:0(0) ack"), "x:1: ack: '' is no number");
  EXPECT_EQ(error_of("< S 0:0(0) <mss 1460, foo>"), "x:1: unknown option 'foo': mss, ws, sackOK, ts, sack or *");
  EXPECT_EQ(error_of("+20 > S 0:0(0)"), "x:1: '20' is no time: a number and us, ms or s");
  EXPECT_EQ(error_of("quiet 5ms\nconfig a=1"), "x:2: 'config' after the first step");
  EXPECT_EQ(error_of("[5000:x] app close"), "x:1: port: 'x' is no number");
}

TEST(DrillScript, WhatDoesNotHappenAsWrittenFails) {
  const std::string open = "< S 0:0(0)\n";
  EXPECT_TRUE(error_of(open + "> S. 0:0(0) ack 2 <*>", true).starts_with("x:2: wrong ack: S. 0:0(0) ack 1"));
  EXPECT_TRUE(error_of(open + "> S. 0:0(0) ack 1 win 7 <*>", true).starts_with("x:2: wrong window"));
  EXPECT_TRUE(error_of(open + "> S. 0:0(0) ack 1", true).starts_with("x:2: wrong MSS"));
  EXPECT_TRUE(error_of(open + "+50ms > S. 0:0(0) ack 1 <*>", true).starts_with("x:2: it came after 0.0"));
  EXPECT_TRUE(error_of(open + "quiet 1ms", true).starts_with("x:2: a segment came: S. 0:0(0) ack 1"));
  EXPECT_TRUE(error_of(open + "[5001] > S. 0:0(0) ack 1", true).starts_with("x:2: a segment came to port 5000"));
  EXPECT_TRUE(error_of(open, true).starts_with("x:1: then there came a segment that nobody expected"));
  EXPECT_TRUE(error_of("> S. 0:0(0)", true).starts_with("x:1: no segment came"));
  EXPECT_TRUE(error_of("event finished", true).starts_with("x:1: there was no event"));
  EXPECT_TRUE(error_of("app send 5\nquiet 1ms", true).starts_with("x:2: the firmware ended"));
}

}  // namespace
}  // namespace mppa::net_test::drill
