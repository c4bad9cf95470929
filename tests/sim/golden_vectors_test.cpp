// The golden-vector format: what is read, and how malformed files are refused.
#include "sim/golden_vectors.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "sim/commands.h"
#include "tests/support/temp_dir.h"

namespace mppa::sim {
namespace {

TEST(GoldenVectors, ReadsInputsAndChanges) {
  const auto bundles = parse_vectors(
      "# comment\n\nI 100500 e440350b,80481f07,04796a5d ; abdd $r16 = $r11, 5\n"
      "V r11=5500000055 cs=1 | r16=7 cs=20 m510=a1b2 npc=100600 ra=8 ls=10 le=18 lc=3\nV |\n",
      "x");
  ASSERT_EQ(bundles.size(), 1u);
  EXPECT_EQ(bundles[0].pc, 0x100500u);
  EXPECT_EQ(bundles[0].words, (std::vector<u32>{0xe440350b, 0x80481f07, 0x04796a5d}));
  EXPECT_EQ(bundles[0].assembly, "abdd $r16 = $r11, 5");
  ASSERT_EQ(bundles[0].vectors.size(), 2u);
  const Vector& v = bundles[0].vectors[0];
  EXPECT_EQ(v.line, 4u);
  EXPECT_EQ(v.before.gpr[11], 0x5500000055u);
  EXPECT_EQ(v.before.gpr[0], 0x9E3779B97F4A7C15u);
  EXPECT_EQ(v.before.cs, 1u);
  EXPECT_EQ(v.before.ra, 0x100500u);
  EXPECT_EQ(v.before.memory[9], static_cast<u8>(37 * 9 + 11 + 5));
  EXPECT_EQ(v.after.gpr[11], 0x5500000055u);
  EXPECT_EQ(v.after.gpr[16], 7u);
  EXPECT_EQ(v.after.cs, 0x20u);
  EXPECT_EQ(v.after.memory[510], 0xa1);
  EXPECT_EQ(v.after.memory[511], 0xb2);
  EXPECT_EQ(v.after.npc, 0x100600u);
  EXPECT_EQ(v.after.ra, 8u);
  EXPECT_EQ(v.after.ls, 0x10u);
  EXPECT_EQ(v.after.le, 0x18u);
  EXPECT_EQ(v.after.lc, 3u);
  EXPECT_EQ(bundles[0].vectors[1].after.npc, 0x10050cu) << "by default the next bundle";
}

TEST(GoldenVectors, DifferenceNamesOnlyWhatDiffers) {
  VectorState expected, got;
  expected.gpr[5] = 0x1f;
  got.npc = 4;
  got.memory[7] = 0xab;
  const VectorDifference d = difference(expected, got);
  EXPECT_EQ(d.expected, "r5=1f npc=0 m7=00");
  EXPECT_EQ(d.got, "r5=0 npc=4 m7=ab");
}

struct Malformed {
  const char* text;
  const char* message;
};

class MalformedVectors : public testing::TestWithParam<Malformed> {};

TEST_P(MalformedVectors, AreRefusedWithFileLineAndReason) {
  try {
    parse_vectors(GetParam().text, "file.txt");
    FAIL() << "accepted";
  } catch (const BadInput& error) {
    EXPECT_STREQ(error.what(), GetParam().message);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Lines, MalformedVectors,
    testing::Values(
        Malformed{"X 1\n", "file.txt:1: a line starts with I, V or #"},
        Malformed{"V r1=2 |\n", "file.txt:1: a V line before the first I line"},
        Malformed{"I 100500 12\n", "file.txt:1: expected ' ; ' and the assembly text after the syllables"},
        Malformed{"I 100502 12 ; nop\n", "file.txt:1: the address of the bundle is not a multiple of 4"},
        Malformed{"I 100500 123456789 ; nop\n", "file.txt:1: a syllable has more than 32 bits"},
        Malformed{"I 100500 1,2,3,4,5,6,7,8,9 ; nop\n", "file.txt:1: a bundle has at most 8 syllables"},
        Malformed{"I 100500 1, ; nop\n", "file.txt:1: '' is no hexadecimal number of at most 64 bits"},
        Malformed{"I 4 1 ; nop\nV r1=2\n", "file.txt:2: expected '|' between inputs and changes"},
        Malformed{"I 4 1 ; nop\nV r64=2 |\n", "file.txt:2: there is no register 'r64'"},
        Malformed{"I 4 1 ; nop\nV r1=xyz |\n", "file.txt:2: 'xyz' is no hexadecimal number of at most 64 bits"},
        Malformed{"I 4 1 ; nop\nV r1=11112222333344445 |\n",
                  "file.txt:2: '11112222333344445' is no hexadecimal number of at most 64 bits"},
        Malformed{"I 4 1 ; nop\nV npc=2 |\n", "file.txt:2: 'npc' is no name of an input"},
        Malformed{"I 4 1 ; nop\nV | zz=2\n", "file.txt:2: 'zz' is no name of a change"},
        Malformed{"I 4 1 ; nop\nV | m511=0102\n", "file.txt:2: memory bytes beyond the 512-byte window"},
        Malformed{"I 4 1 ; nop\nV | m99999999999999999=01\n", "file.txt:2: memory bytes beyond the 512-byte window"},
        Malformed{"I 4 1 ; nop\nV | m5=010\n", "file.txt:2: memory bytes are pairs of hexadecimal digits"}));

TEST(GoldenVectors, DamagedOrMissingFilesAreRefused) {
  EXPECT_THROW(read_vectors("/nonexistent.txt"), BadInput);
  EXPECT_THROW(read_vectors(std::string(MPPA_SOURCE_DIR) + "/tests"), BadInput);

  std::ifstream whole(std::string(MPPA_SOURCE_DIR) + "/tests/cluster/vectors/bit.txt.xz", std::ios::binary);
  const std::string packed((std::istreambuf_iterator<char>(whole)), std::istreambuf_iterator<char>());
  ASSERT_GT(packed.size(), 1000u);
  const std::string path = mppa::test::temp_dir() + "truncated_vectors.txt.xz";
  std::ofstream(path, std::ios::binary) << packed.substr(0, packed.size() / 2);
  EXPECT_THROW(read_vectors(path), BadInput);
  std::ofstream(path, std::ios::binary) << "I 4 1 ; not packed";
  EXPECT_THROW(read_vectors(path), BadInput);
}

}  // namespace
}  // namespace mppa::sim
