// The floating-point instructions against the golden vectors, from the assembly text alone (no decoder involved).
#include <gtest/gtest.h>

#include <cstdio>
#include <set>
#include <stdexcept>

#include "tests/cluster/exec/fp/binding.h"
#include "tests/cluster/exec/fp/vector_file.h"

namespace mppa::test {
namespace {

constexpr u64 kCsRoundShift = 16;  // CS.RM
constexpr int kModeFromCs = 7;

struct Instruction {
  const Binding* binding = nullptr;  // null: not a floating-point instruction
  int round = kModeFromCs;
  bool silent = false;
  int code = 0;
  bool splat = false;
  std::string destination;
  std::vector<std::string> sources;
};

int index_of(const std::vector<std::string>& names, const std::string& name) {
  for (size_t i = 0; i < names.size(); ++i) {
    if (names[i] == name) return static_cast<int>(i);
  }
  return -1;
}

/// One modifier of the mnemonic, as "rz"; throws for an unknown one.
void apply_modifier(Instruction& insn, const std::string& name) {
  static const std::vector<std::string> kRounds = {"rn", "ru", "rd", "rz", "rna", "rnz", "ro"};
  static const std::vector<std::string> kCodes = {"one", "ueq", "oeq", "une", "olt", "uge", "oge", "ult"};
  if (name == "s") {
    insn.silent = true;
  } else if (const int round = index_of(kRounds, name); round >= 0) {
    insn.round = round;
  } else if (const int code = index_of(kCodes, name); code >= 0) {
    insn.code = code;
  } else {
    throw std::runtime_error("unknown modifier " + name);
  }
}

std::vector<std::string> split_words(const std::string& text, const std::string& separators) {
  std::vector<std::string> words;
  for (size_t begin = text.find_first_not_of(separators); begin != std::string::npos;) {
    const size_t end = text.find_first_of(separators, begin);
    words.push_back(text.substr(begin, end - begin));
    begin = text.find_first_not_of(separators, end);
  }
  return words;
}

Instruction parse(const std::string& text) {
  Instruction insn;
  std::vector<std::string> words = split_words(text, " ,=");
  std::string mnemonic = words.at(0);
  std::vector<std::string> modifiers;
  while (!bindings().contains(mnemonic)) {
    const size_t dot = mnemonic.rfind('.');
    if (dot == std::string::npos) return insn;
    modifiers.push_back(mnemonic.substr(dot + 1));
    mnemonic.resize(dot);
  }
  insn.binding = &bindings().at(mnemonic);
  for (const std::string& m : modifiers) apply_modifier(insn, m);
  insn.destination = words.at(1);
  insn.sources.assign(words.begin() + 2, words.end());
  if (std::string& last = insn.sources.back(); last.ends_with(".@")) {
    insn.splat = true;
    last.resize(last.size() - 2);
  }
  return insn;
}

using ReadGpr = u64 (Vector::*)(int) const;

u128 read_registers(const Vector& v, const std::string& operand, ReadGpr read) {
  const std::vector<std::string> regs = split_words(operand, "$r");
  const u128 high = regs.size() > 1 ? (v.*read)(std::stoi(regs[1])) : 0;
  return (high << 64) | (v.*read)(std::stoi(regs.at(0)));
}

u64 immediate(const Instruction& insn, const std::string& text) {
  const u64 value = text[0] == '-' ? static_cast<u64>(std::stoll(text)) : std::stoull(text);
  if (!insn.binding->takes_code) return value;
  const u64 word = value & 0xffffffff;  // comparisons have 32-bit immediates
  return insn.splat ? word << 32 | word : static_cast<u64>(static_cast<i64>(static_cast<i32>(word)));
}

std::vector<u128> arguments(const Instruction& insn, const Vector& v) {
  std::vector<u128> args;
  if (insn.binding->takes_code) args.push_back(static_cast<u128>(insn.code));
  const size_t others = args.size() + insn.sources.size();
  if (static_cast<size_t>(insn.binding->arguments) == others + 1) {
    args.push_back(read_registers(v, insn.destination, &Vector::gpr_before));  // accumulator
  }
  for (const std::string& source : insn.sources) {
    args.push_back(source[0] == '$' ? read_registers(v, source, &Vector::gpr_before) : immediate(insn, source));
  }
  return args;
}

/// Whether another instruction of the bundle may write CS.
bool touches_cs(const std::string& text) {
  static const std::set<std::string> kWriters = {"addcd", "addcd.i", "sbfcd", "sbfcd.i",
                                                 "set",   "wfxl",    "wfxm",  "rswap"};
  return kWriters.contains(text.substr(0, text.find(' ')));
}

class Checker {
 public:
  void check(const VectorBundle& bundle) {
    std::vector<Instruction> instructions;
    bool cs_known = true;
    bool any = false;
    for (const std::string& text : bundle.instructions) {
      instructions.push_back(parse(text));
      cs_known = cs_known && !touches_cs(text);
      any = any || instructions.back().binding;
    }
    if (!any) return;
    for (const Vector& v : bundle.vectors) {
      u64 cs = v.cs_before();
      for (size_t i = 0; i < instructions.size(); ++i) {
        if (instructions[i].binding) cs |= flags_of(instructions[i], bundle.instructions[i], v);
      }
      if (cs_known && cs != v.cs_after()) report(bundle.instructions[0], v, cs);
    }
  }

  int checked() const { return checked_; }
  int failed() const { return failed_; }

 private:
  u64 flags_of(const Instruction& insn, const std::string& text, const Vector& v) {
    exec::FpCtx fp;
    fp.round = static_cast<u8>(insn.round == kModeFromCs ? (v.cs_before() >> kCsRoundShift) & 3 : insn.round);
    const u128 got = insn.binding->call(fp, arguments(insn, v));
    ++checked_;
    if (got != read_registers(v, insn.destination, &Vector::gpr_after)) report(text, v, got);
    return insn.silent ? 0 : fp.flags;
  }

  void report(const std::string& text, const Vector& v, u128 got) {
    if (++failed_ > 20) return;
    ADD_FAILURE() << text << "\n  " << v.text << "\n  got " << std::hex << static_cast<u64>(got >> 64) << "_"
                  << static_cast<u64>(got);
  }

  int checked_ = 0;
  int failed_ = 0;
};

class FpVectors : public testing::TestWithParam<const char*> {};

TEST_P(FpVectors, ResultsAndFlags) {
  Checker checker;
  const std::string folder = MPPA_SOURCE_DIR "/tests/cluster/vectors/";
  for (const VectorBundle& bundle : read_vector_file(folder + GetParam())) {
    checker.check(bundle);
  }
  RecordProperty("checked", checker.checked());
  std::printf("%s: %d results checked, %d wrong\n", GetParam(), checker.checked(), checker.failed());
  EXPECT_GT(checker.checked(), 700) << "the file holds fewer vectors than it should";
  EXPECT_EQ(checker.failed(), 0);
}

INSTANTIATE_TEST_SUITE_P(Files, FpVectors, testing::Values("fp.txt.xz", "fpconv.txt.xz", "bundle.txt.xz"));

}  // namespace
}  // namespace mppa::test
