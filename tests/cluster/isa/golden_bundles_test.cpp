// The decoder against the bundles of the golden vectors.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "models/cluster/isa/op_info.h"
#include "tests/support/xz_lines.h"

namespace mppa::isa {
namespace {

struct GoldenBundle {
  std::vector<u32> words;
  std::vector<std::string> assembly;  ///< one entry per instruction
};

std::vector<std::string> split_by(const std::string& text, const std::string& separator) {
  std::vector<std::string> out;
  std::size_t from = 0;
  for (std::size_t at = 0; (at = text.find(separator, from)) != std::string::npos; from = at + separator.size())
    out.push_back(text.substr(from, at - from));
  out.push_back(text.substr(from));
  return out;
}

/// The `I` lines of one vector file: I <pc> <word>,<word>,... ; <assembly joined by " & ">
std::vector<GoldenBundle> golden_bundles(const std::string& path) {
  std::vector<GoldenBundle> out;
  for (const std::string& line : test::read_xz_lines(path)) {
    if (line.rfind("I ", 0) != 0) continue;
    const std::size_t semicolon = line.find(" ; ");
    std::istringstream head(line.substr(2, semicolon - 2));
    std::string pc;
    std::string words;
    head >> pc >> words;
    GoldenBundle bundle;
    for (const std::string& w : split_by(words, ","))
      bundle.words.push_back(static_cast<u32>(std::stoul(w, nullptr, 16)));
    bundle.assembly = split_by(line.substr(semicolon + 3), " & ");
    out.push_back(std::move(bundle));
  }
  return out;
}

TEST(GoldenBundlesTest, EveryGoldenBundleSplitsIntoItsInstructions) {
  unsigned bundles = 0;
  for (const auto& file : std::filesystem::directory_iterator(MPPA_SOURCE_DIR "/tests/cluster/vectors")) {
    if (!file.path().string().ends_with(".txt.xz")) continue;
    for (const GoldenBundle& golden : golden_bundles(file.path().string())) {
      Bundle bundle;
      ASSERT_EQ(decode(golden.words, bundle), DecodeError::kNone) << golden.assembly[0];
      ASSERT_EQ(bundle.syllables, golden.words.size()) << golden.assembly[0];
      ASSERT_EQ(bundle.count, golden.assembly.size()) << golden.assembly[0];
      ++bundles;
    }
  }
  EXPECT_GT(bundles, 1000u);
}

}  // namespace
}  // namespace mppa::isa
