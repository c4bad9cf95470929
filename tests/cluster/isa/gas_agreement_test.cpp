// Decoder and disassembler against the GNU assembler and objdump for kvx. Skipped where the binutils are missing.
// MPPA_ISA_BUNDLES (default 20000) and MPPA_ISA_SEED choose the size and the seed of the random runs.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <random>
#include <set>

#include "models/cluster/isa/disasm.h"
#include "models/cluster/isa/encode.h"
#include "models/cluster/isa/form_table.h"
#include "sim/elf_file.h"
#include "sim/listing.h"
#include "sim/symbol_order.h"
#include "tests/support/binutils.h"
#include "tests/support/temp_dir.h"

namespace mppa::isa {
namespace {

using test::run;

class GasAgreementTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto found = test::binutils();
    if (!found) GTEST_SKIP() << "no kvx binutils on this machine; scripts/binutils.sh builds them";
    tools_ = *found;
  }

  /// Assembles dir/x.s into dir/x.o.
  void assemble() const { run(tools_ + "as -march=kv3-1 -o " + dir_.file("x.o") + " " + dir_.file("x.s") + " 2>&1"); }

  void assemble_words(const std::vector<u32>& words) const {
    std::ofstream out(dir_.file("x.s"));
    out << ".text\n" << std::hex;
    for (const u32 w : words) out << ".long 0x" << w << "\n";
    out.close();
    assemble();
  }

  std::vector<std::string> objdump_lines(const std::string& options = "") const {
    std::vector<std::string> lines;
    std::istringstream text(run(tools_ + "objdump -d " + options + dir_.file("x.o")));
    for (std::string line; std::getline(text, line);) lines.push_back(line);
    return lines;
  }

  /// Our listing of dir/x.o must be objdump's, byte for byte.
  void expect_same_listing() const {
    const std::vector<std::string> theirs = objdump_lines();
    std::istringstream text(sim::disassembly_listing(sim::ElfFile::read(dir_.file("x.o"))));
    std::size_t n = 0;
    unsigned shown = 0;
    for (std::string line; std::getline(text, line); ++n) {
      ASSERT_LT(n, theirs.size()) << "our listing is longer: " << line;
      if (line == theirs[n]) continue;
      ADD_FAILURE() << "objdump: " << theirs[n] << "\n   ours: " << line;
      ASSERT_LT(++shown, 10u) << "too many differences";
    }
    EXPECT_EQ(n, theirs.size());
  }

  std::string tools_;
  test::TempDir dir_;
};

/// The instruction texts of an objdump listing, one vector per bundle.
std::vector<std::vector<std::string>> bundles_of(const std::vector<std::string>& lines) {
  std::vector<std::vector<std::string>> bundles(1);
  for (const std::string& line : lines) {
    const std::size_t tab = line.rfind('\t');
    if (tab == std::string::npos || line.find(":\t") == std::string::npos) continue;
    std::string text = line.substr(tab + 1);
    const bool last = text.ends_with(";;");
    if (last) text.resize(text.size() - 2);
    bundles.back().push_back(text);
    if (last) bundles.emplace_back();
  }
  bundles.pop_back();
  return bundles;
}

std::vector<u32> words_of(const sim::ElfSection& section) {
  std::vector<u32> words(section.bytes.size() / 4);
  for (std::size_t i = 0; i < section.bytes.size(); ++i) words[i / 4] |= u32{section.bytes[i]} << (8 * (i % 4));
  return words;
}

std::string join(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += (text.empty() ? "" : "\n") + line;
  return text + ";;";
}

TEST_F(GasAgreementTest, RandomLegalBundles) {
  const unsigned long count = test::env_number("MPPA_ISA_BUNDLES", 20000);
  const unsigned long seed = test::env_number("MPPA_ISA_SEED", 1);
  run("python3 -B '" MPPA_SOURCE_DIR "/tests/cluster/isa/random_bundles.py' '" MPPA_SOURCE_DIR "/models/cluster/isa' " +
      std::to_string(count) + " " + std::to_string(seed) + " > " + dir_.file("x.s"));
  assemble();
  expect_same_listing();

  const sim::ElfFile elf = sim::ElfFile::read(dir_.file("x.o"));
  const sim::SymbolOrder symbols(elf);
  const auto section =
      std::find_if(elf.sections().begin(), elf.sections().end(), [](const sim::ElfSection& s) { return s.is_code(); });
  const u32 index = static_cast<u32>(section - elf.sections().begin());
  const std::vector<u32> words = words_of(*section);
  const auto expected = bundles_of(objdump_lines("-z "));  // -z: runs of errop are not left out
  ASSERT_GE(expected.size(), count);
  std::size_t at = 0;
  std::set<Opcode> seen;
  for (const auto& texts : expected) {
    Bundle bundle;
    ASSERT_EQ(decode(std::span(words).subspan(at), bundle), DecodeError::kNone) << join(texts);
    ASSERT_EQ(disassemble(bundle, at * 4, [&](u64 target) { return symbols.format(target, index); }), join(texts));
    at += bundle.syllables;
    for (const Insn& insn : bundle.view()) seen.insert(insn.op);
  }
  EXPECT_EQ(at, words.size());
  // The assembler refuses these sets of system registers; EveryFormInEveryRow has them.
  for (const Opcode refused :
       {Opcode::kGetZSysS3, Opcode::kRswapZSysS4, Opcode::kSetSysT4Z, Opcode::kWfxlSysT4Z, Opcode::kWfxmSysT4Z})
    seen.insert(refused);
  for (unsigned i = 0; i < kOpcodeCount; ++i)
    EXPECT_TRUE(seen.contains(static_cast<Opcode>(i))) << "not covered: " << info(static_cast<Opcode>(i)).name;
}

/// A random encoding of `form` alone in a bundle, constraints kept for modifiers.
std::vector<u32> random_encoding(const Form& form, std::mt19937_64& random) {
  const SlotRule rule = class_info(info(static_cast<Opcode>(form.opcode)).res_class).slots;
  const u32 owner = rule == SlotRule::kMau ? 2 : rule == SlotRule::kLsu ? 3 : 0;
  std::vector<u32> words;
  for (unsigned i = 0; i < form.syllables; ++i) {
    u32 w = (form.match[i] | (static_cast<u32>(random()) & ~form.mask[i])) & 0x7fffffff;
    if (i != 0) w = (w & ~0x18000000u) | owner << 27;
    if (i + 1u < form.syllables) w |= 0x80000000;
    words.push_back(w);
  }
  const Constraint& c = form.constraint;
  const u32 field = (words[0] >> c.low) & ((1u << c.width) - 1);
  if (c.width != 0 && c.sfr_set < 0 && ((c.allowed >> field) & 1) == 0) return random_encoding(form, random);
  return words;
}

TEST_F(GasAgreementTest, EveryFormInEveryRow) {
  constexpr unsigned kPerForm = 8;
  std::mt19937_64 random(test::env_number("MPPA_ISA_SEED", 1));
  std::vector<u32> words;
  for (const Form& form : all_forms())
    for (unsigned i = 0; i < kPerForm; ++i)
      for (const u32 w : random_encoding(form, random)) words.push_back(w);
  assemble_words(words);
  expect_same_listing();
  EXPECT_EQ(bundles_of(objdump_lines()).size(), all_forms().size() * kPerForm);
}

/// Random words with steering, parallel bit and major opcode made likely enough to form bundles.
TEST_F(GasAgreementTest, RandomWordsGetTheSameVerdict) {
  std::mt19937_64 random(test::env_number("MPPA_ISA_SEED", 1));
  std::vector<u32> words(test::env_number("MPPA_ISA_BUNDLES", 20000));
  for (u32& w : words) {
    w = static_cast<u32>(random());
    if (random() % 2 == 0) w &= 0x7fffffff;
    if (random() % 16 == 0) w = 0x7fffffff | (w & 0x80000000);
    if (random() % 64 == 0) w = 0;
  }
  assemble_words(words);
  expect_same_listing();
}

TEST_F(GasAgreementTest, SystemRegisterNames) {
  const u32 get = encode(Insn{.op = Opcode::kGetZSysS2}).at(0);
  std::vector<u32> words(512);
  for (u32 n = 0; n < 512; ++n) words[n] = get | n << 6;
  assemble_words(words);
  expect_same_listing();
}

}  // namespace
}  // namespace mppa::isa
