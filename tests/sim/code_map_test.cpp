// Functions and source lines of a compiled program.
#include "sim/code_map.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace mppa::sim {
namespace {

ElfFile program() { return ElfFile::read(MPPA_BINARY_DIR "/tests/sim/system/outcome.elf"); }

u64 address_of(const ElfFile& file, const std::string& name) {
  const auto symbols = file.symbols();
  const auto it = std::find_if(symbols.begin(), symbols.end(), [&](const ElfSymbol& s) { return s.name == name; });
  return it == symbols.end() ? 0 : it->value;
}

TEST(CodeMapTest, NamesFunctionsAndLines) {
  const ElfFile file = program();
  const CodeMap map(file);
  const u64 main = address_of(file, "main");
  ASSERT_NE(main, 0u);
  ASSERT_NE(map.function(main), nullptr);
  EXPECT_EQ(map.function(main)->name, "main");
  EXPECT_EQ(map.function(main)->begin, main);
  EXPECT_EQ(map.function(map.function(main)->end - 4)->name, "main");
  EXPECT_EQ(map.text(main + 4).substr(0, 8), "main+0x4");
  EXPECT_NE(map.line(main).find("outcome.c:"), std::string::npos) << map.line(main);
}

TEST(CodeMapTest, KnowsWhatItDoesNotKnow) {
  const CodeMap map(program());
  EXPECT_EQ(map.function(0xdead0000), nullptr);
  EXPECT_EQ(map.line(~u64{0}), "");
  EXPECT_EQ(map.text(0xdead0000), "0xdead0000");
}

TEST(CodeMapTest, PathsOfTheFirmwareAreShort) {
  EXPECT_EQ(from_firmware("/home/user/mppasim/firmware/net/tcp/input.c"), "firmware/net/tcp/input.c");
  EXPECT_EQ(from_firmware("/home/user/test.c"), "/home/user/test.c");
}

}  // namespace
}  // namespace mppa::sim
