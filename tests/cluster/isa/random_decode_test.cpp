// Random words: no crash, and what decodes survives encoding and decoding again.
#include <gtest/gtest.h>

#include <random>

#include "models/cluster/isa/disasm.h"
#include "models/cluster/isa/encode.h"
#include "models/cluster/isa/op_info.h"
#include "models/cluster/isa/split.h"

namespace mppa::isa {
namespace {

bool same(const Insn& a, const Insn& b) {
  return a.op == b.op && a.slot == b.slot && a.syllables == b.syllables && a.reg == b.reg && a.mod == b.mod &&
         a.splat == b.splat && a.sfr == b.sfr && a.imm == b.imm;
}

/// Every slot has an encoding that objdump prints.
bool all_printable(std::span<const u32> words) {
  Slots slots;
  if (split_bundle(words, slots) != DecodeError::kNone) return false;
  for (const SlotWords& s : slots)
    if (s.used && !disassemble_words(s.view(), 0)) return false;
  return true;
}

TEST(RandomDecodeTest, EveryWordSequenceGivesAVerdict) {
  std::mt19937_64 random(1);
  std::array<unsigned, 8> verdicts{};
  for (unsigned round = 0; round < 400'000; ++round) {
    std::array<u32, 9> words{};
    const bool endless = random() % 256 == 0;
    for (u32& w : words) {
      w = static_cast<u32>(random());
      if (random() % 2 == 0) w &= 0x7fffffff;
      if (endless) w |= 0x80000000;
    }
    Bundle bundle;
    const DecodeError error = decode(std::span(words).first(1 + random() % words.size()), bundle);
    ++verdicts.at(static_cast<unsigned>(error));
    if (error == DecodeError::kTruncated || error == DecodeError::kTooLong) continue;
    const auto own = std::span(words).first(bundle_length(words));
    const bool illegal_company = error == DecodeError::kResources || error == DecodeError::kDoubleWrite;
    if (error == DecodeError::kReserved || illegal_company) {
      EXPECT_EQ(all_printable(own), illegal_company);
    }
    if (error != DecodeError::kNone) continue;
    EXPECT_EQ(disassemble(bundle, 0).find("invalid"), std::string::npos);
    Bundle again;
    ASSERT_EQ(decode(encode(bundle), again), DecodeError::kNone);
    ASSERT_EQ(again.count, bundle.count);
    for (unsigned i = 0; i < bundle.count; ++i) EXPECT_TRUE(same(bundle.insns[i], again.insns[i]));
  }
  for (unsigned i = 0; i < verdicts.size(); ++i) EXPECT_GT(verdicts[i], 0u) << "verdict " << i << " never seen";
}

TEST(RandomDecodeTest, OperandIndicesStayInRange) {
  for (unsigned i = 0; i < kOpcodeCount; ++i) {
    const OpInfo& op = info(static_cast<Opcode>(i));
    for (const Access& a : op.reads) EXPECT_LT(a.operand, 4);
    for (const Access& a : op.writes) EXPECT_LE(a.first + a.count, 4);
    EXPECT_TRUE(op.kind != Kind::kLoad || op.mem.data >= 0) << op.name;
    EXPECT_TRUE(op.kind != Kind::kStore || (op.mem.data >= 0 && op.mem.base >= 0)) << op.name;
    EXPECT_TRUE(!op.mem.conditional() || (op.mem.cond_mod >= 0 && op.mem.index >= 0)) << op.name;
    EXPECT_TRUE(op.mem.addressing != Addressing::kIndexed || op.mem.index >= 0) << op.name;
  }
}

}  // namespace
}  // namespace mppa::isa
