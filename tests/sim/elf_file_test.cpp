// The ELF reader: what it finds in a good file, and one clear reason for every kind of bad one.
#include "sim/elf_file.h"

#include <gtest/gtest.h>

#include <random>

#include "sim/listing.h"
#include "tests/sim/elf_image.h"

namespace mppa::sim {
namespace {

using test::ElfImage;

ElfFile parse(const ElfImage& image) { return ElfFile::parse(image.bytes, "x.elf"); }

std::string error_of(const std::vector<u8>& bytes) {
  try {
    ElfFile::parse(bytes, "x.elf");
  } catch (const ElfError& e) {
    return e.what();
  }
  return "no error";
}

TEST(ElfFileTest, ReadsSegmentsSectionsAndSymbols) {
  const ElfFile file = parse(ElfImage());
  EXPECT_EQ(file.entry(), 0x100000u);
  EXPECT_TRUE(file.executable());
  EXPECT_FALSE(file.relocatable());
  ASSERT_EQ(file.segments().size(), 1u);
  EXPECT_EQ(file.segments()[0].vaddr, 0x100000u);
  EXPECT_EQ(file.segments()[0].paddr, 0x200000u);
  EXPECT_EQ(file.segments()[0].memory_size, 64u);
  EXPECT_EQ(file.segments()[0].bytes.size(), 24u);
  ASSERT_EQ(file.sections().size(), 5u);
  EXPECT_EQ(file.sections()[1].name, ".text");
  EXPECT_TRUE(file.sections()[1].is_code());
  EXPECT_FALSE(file.sections()[2].is_code());
  ASSERT_EQ(file.symbols().size(), 2u);
  EXPECT_EQ(file.symbols()[1].name, "data");
  EXPECT_EQ(file.symbols()[1].value, 0x100008u);
  EXPECT_EQ(file.symbols()[1].type, 1);
}

TEST(ElfFileTest, SurvivesAMove) {
  ElfFile a = parse(ElfImage());
  const ElfFile b = std::move(a);
  EXPECT_EQ(b.symbols()[0].name, "_start");
  EXPECT_EQ(b.segments()[0].bytes[0], 0xff);
}

/// One wrong field: file offset, width, value, expected reason.
struct Fault {
  std::size_t offset;
  unsigned width;
  u64 value;
  const char* reason;
};

TEST(ElfFileTest, EveryWrongFieldHasItsReason) {
  const Fault faults[] = {
      {0, 1, 0, "not an ELF file"},
      {4, 1, 1, "not a 64-bit ELF file"},
      {5, 1, 2, "not a little-endian ELF file"},
      {18, 2, 62, "ELF machine is 62, not 256 (KVX)"},
      {48, 4, 0x2308, "code is for core kv3-2, not kv3-1"},
      {54, 2, 32, "program headers have an unknown size"},
      {58, 2, 40, "section headers have an unknown size"},
      {56, 2, 100, "truncated ELF file: the program header table"},
      {32, 8, ~u64{0}, "truncated ELF file: the program header table"},
      {72, 8, 1 << 20, "truncated ELF file: a segment"},
      {96, 8, ~u64{0}, "truncated ELF file: a segment"},
      {104, 8, 8, "segment 0 at 0x100000 is larger in the file than in memory"},
      {80, 8, ~u64{0} - 8, "wraps around the address space"},
      {40, 8, 1 << 20, "truncated ELF file: the section header table"},
      {60, 2, 60000, "truncated ELF file: section header table"},
      {62, 2, 9, "the section name table does not exist"},
      {62, 2, 1, "the section name table does not exist"},
      {ElfImage::kSections + 64, 4, 1000, "section name outside its string table"},
      {ElfImage::kSections + 64 + 32, 8, 1 << 20, "truncated ELF file: a section"},
      {ElfImage::kSections + 4 * 64 + 40, 4, 77, "the symbol table has no string table"},
      {ElfImage::kSections + 4 * 64 + 56, 8, 16, "symbols have an unknown size"},
      {ElfImage::kSymbols + 24, 4, 99, "symbol name outside its string table"},
  };
  for (const Fault& f : faults) {
    ElfImage image;
    for (unsigned i = 0; i < f.width; ++i) image.bytes[f.offset + i] = static_cast<u8>(f.value >> (8 * i));
    const std::string error = error_of(image.bytes);
    EXPECT_NE(error.find(f.reason), std::string::npos) << "offset " << f.offset << ": " << error;
    EXPECT_EQ(error.rfind("x.elf: ", 0), 0u) << error;
    EXPECT_EQ(error.find('\n'), std::string::npos);
  }
}

TEST(ElfFileTest, EveryTruncationIsRefused) {
  const ElfImage image;
  for (std::size_t size = 0; size < ElfImage::kEnd; ++size) {
    const std::vector<u8> part(image.bytes.begin(), image.bytes.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_NE(error_of(part), "no error") << size;
  }
}

TEST(ElfFileTest, MissingFile) { EXPECT_THROW(ElfFile::read("/nonexistent/file.elf"), ElfError); }

TEST(ElfFileTest, DamagedFilesNeverCrash) {
  std::mt19937_64 random(1);
  unsigned accepted = 0;
  for (unsigned round = 0; round < 20'000; ++round) {
    ElfImage image;
    for (u64 n = 1 + random() % 4; n != 0; --n) {
      const std::size_t at = random() % image.bytes.size();
      image.bytes[at] = static_cast<u8>(random() % 3 == 0 ? random() : random() % 2 * 255);
    }
    if (random() % 8 == 0) image.bytes.resize(random() % image.bytes.size());
    try {
      const ElfFile file = ElfFile::parse(image.bytes, "x.elf");
      EXPECT_LT(disassembly_listing(file).size(), 1u << 20);
      ++accepted;
    } catch (const ElfError& e) {
      EXPECT_EQ(std::string(e.what()).find('\n'), std::string::npos);
    }
  }
  EXPECT_GT(accepted, 1000u);
}

}  // namespace
}  // namespace mppa::sim
