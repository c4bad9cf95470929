// The bundle rules, one by one. Sections are those of the digest the description comes from (architecture.md,
// pipeline.md); README.md of models/cluster/isa lists the decisions.
#include <gtest/gtest.h>

#include <algorithm>

#include "models/cluster/isa/disasm.h"
#include "models/cluster/isa/encode.h"
#include "models/cluster/isa/op_info.h"

namespace mppa::isa {
namespace {

constexpr u32 kParallel = 0x80000000;
constexpr u32 kNop = 0x7fffffff;
constexpr u32 kExtensionOf[] = {0x00000000, 0x08000000, 0x10000000, 0x18000000};  // ALU0, ALU1, MAU, LSU

/// First word of an instruction with its register operands in column order.
u32 word(Opcode op, std::array<u8, 4> reg = {}, u16 sfr = 0) {
  Insn insn;
  insn.op = op;
  insn.reg = reg;
  insn.sfr = sfr;
  return encode(insn).at(0) & ~kParallel;
}

const u32 kAddd1 = word(Opcode::kAdddWZY, {1, 2, 3});
const u32 kAddd4 = word(Opcode::kAdddWZY, {4, 2, 3});
const u32 kAddd5 = word(Opcode::kAdddWZY, {5, 2, 3});
const u32 kAddd6 = word(Opcode::kAdddWZY, {6, 2, 3});
const u32 kAddd7 = word(Opcode::kAdddWZY, {7, 2, 3});
const u32 kLite8 = word(Opcode::kAbddWZY, {8, 2, 3});
const u32 kLite9 = word(Opcode::kAbddWZY, {9, 2, 3});
const u32 kLite10 = word(Opcode::kAbddWZY, {10, 2, 3});
const u32 kFull11 = word(Opcode::kAddcdWZY, {11, 2, 3});
const u32 kFull12 = word(Opcode::kAddcdWZY, {12, 2, 3});
const u32 kMul13 = word(Opcode::kMuldWZY, {13, 2, 3});
const u32 kMac14 = word(Opcode::kMadddWZY, {14, 2, 3});
const u32 kLoad15 = word(Opcode::kLdWS10Z, {15, 2});
const u32 kStore = word(Opcode::kSdS10ZT, {2, 3});
const u32 kRet = word(Opcode::kRet);
const u32 kGet16 = word(Opcode::kGetZSysS2, {16});
const u32 kTca = word(Opcode::kXmt44dAqBq, {0, 4});

struct Result {
  DecodeError error;
  Bundle bundle;
  std::vector<Slot> slots() const {
    std::vector<Slot> out;
    for (const Insn& i : bundle.view()) out.push_back(i.slot);
    return out;
  }
};

/// Decodes these syllables as one bundle.
Result bundle_of(std::vector<u32> words) {
  for (u32& w : words) w |= kParallel;
  words.back() &= ~kParallel;
  Result r;
  r.error = decode(words, r.bundle);
  return r;
}

TEST(DecodeTest, AllZeroWordIsErrop) {
  const Result r = bundle_of({0});
  ASSERT_EQ(r.error, DecodeError::kNone);
  EXPECT_EQ(r.bundle.insns[0].op, Opcode::kErrop);
}

TEST(DecodeTest, TruncatedAndTooLongBundles) {
  const std::vector<u32> nops(8, kNop | kParallel);
  Bundle bundle;
  EXPECT_EQ(decode(std::span(nops).first(3), bundle), DecodeError::kTruncated);
  EXPECT_EQ(decode(nops, bundle), DecodeError::kTooLong);
  EXPECT_EQ(decode({}, bundle), DecodeError::kTruncated);
}

TEST(DecodeTest, WordsAfterTheBundleAreIgnored) {
  Bundle bundle;
  const u32 words[] = {kAddd1, 0xffffffff, 0xffffffff};
  EXPECT_EQ(decode(words, bundle), DecodeError::kNone);
  EXPECT_EQ(bundle.syllables, 1);
}

// architecture.md section 10, step 4: ALU syllables fill ALU0, ALU1, MAU, LSU in that order.
TEST(DecodeTest, AluSyllablesFillTheSlotsInOrder) {
  const Result r = bundle_of({kAddd1, kAddd4, kAddd5, kAddd6});
  ASSERT_EQ(r.error, DecodeError::kNone);
  EXPECT_EQ(r.slots(), (std::vector{Slot::kAlu0, Slot::kAlu1, Slot::kMau, Slot::kLsu}));
}

TEST(DecodeTest, FifthAluSyllableIsAnErrorUnlessNop) {
  EXPECT_EQ(bundle_of({kAddd1, kAddd4, kAddd5, kAddd6, kAddd7}).error, DecodeError::kSlotTaken);
  const Result r = bundle_of({kAddd1, kAddd4, kAddd5, kAddd6, kNop});
  EXPECT_EQ(r.error, DecodeError::kNone);
  EXPECT_EQ(r.bundle.count, 4);
  EXPECT_EQ(r.bundle.syllables, 5);
}

TEST(DecodeTest, MauSyllableAfterThreeAluOnesFindsItsSlotTaken) {
  EXPECT_EQ(bundle_of({kAddd1, kAddd4, kMul13}).error, DecodeError::kNone);
  EXPECT_EQ(bundle_of({kAddd1, kAddd4, kAddd5, kMul13}).error, DecodeError::kSlotTaken);
  EXPECT_EQ(bundle_of({kLoad15, kStore}).error, DecodeError::kSlotTaken);
}

TEST(DecodeTest, CoprocessorSyllableIsFirstOrBehindTheBcu) {
  EXPECT_EQ(bundle_of({kTca}).slots(), (std::vector{Slot::kExt}));
  EXPECT_EQ(bundle_of({kRet, kTca}).slots(), (std::vector{Slot::kBcu, Slot::kExt}));
  // Anywhere else the same word is an immediate extension, here of a slot without instruction.
  EXPECT_EQ(bundle_of({kAddd1, kTca | kExtensionOf[3]}).error, DecodeError::kOrphanExtension);
}

TEST(DecodeTest, ExtensionsGoToTheSlotTheyName) {
  Insn first;
  first.op = Opcode::kAdddWZS37;
  first.imm[0] = 0x123456789;
  Insn second = first;
  second.reg[0] = 4;
  second.imm[0] = -3'000'000'000;
  const auto a = encode(first);
  const auto b = encode(second);
  const Result r = bundle_of({a[0], b[0], b[1] | kExtensionOf[1], a[1] | kExtensionOf[0]});
  ASSERT_EQ(r.error, DecodeError::kNone);
  EXPECT_EQ(r.bundle.insns[0].imm[0], 0x123456789);
  EXPECT_EQ(r.bundle.insns[1].imm[0], -3'000'000'000);
}

TEST(DecodeTest, ThirdExtensionOfASlotOrOneWithoutInstruction) {
  EXPECT_EQ(bundle_of({kAddd1, 0, 0, 0}).error, DecodeError::kOrphanExtension);
  EXPECT_EQ(bundle_of({kAddd1, kExtensionOf[2]}).error, DecodeError::kOrphanExtension);
}

TEST(DecodeTest, ExtensionsOfAnInstructionThatHasNoneAreReserved) {
  EXPECT_EQ(bundle_of({kMul13, kExtensionOf[2], kExtensionOf[2]}).error, DecodeError::kReserved);
}

TEST(DecodeTest, ConditionOutsideTheListIsReserved) {
  const u32 cb = word(Opcode::kCbZS17);
  EXPECT_EQ(bundle_of({cb | 13u << 23}).error, DecodeError::kNone);
  EXPECT_EQ(bundle_of({cb | 15u << 23}).bundle.insns[0].op, Opcode::kTlbread);
}

// pipeline.md section 3: FULL only in ALU0, LITE in ALU0 and ALU1, two of them at most.
TEST(DecodeTest, WideAluInstructionsNeedTheirSlot) {
  EXPECT_EQ(bundle_of({kFull11, kLite8, kAddd1, kAddd4}).error, DecodeError::kNone);
  EXPECT_EQ(bundle_of({kLite8, kFull11}).error, DecodeError::kResources);
  EXPECT_EQ(bundle_of({kFull11, kFull12}).error, DecodeError::kResources);
  EXPECT_EQ(bundle_of({kAddd1, kAddd4, kLite8}).error, DecodeError::kResources);
  EXPECT_EQ(bundle_of({kLite8, kLite9, kLite10}).error, DecodeError::kResources);
}

TEST(DecodeTest, StoreAndMultiplyAccumulateShareAReadPort) {
  EXPECT_EQ(bundle_of({kMac14, kLoad15}).error, DecodeError::kNone);
  EXPECT_EQ(bundle_of({kMul13, kStore}).error, DecodeError::kNone);
  EXPECT_EQ(bundle_of({kMac14, kStore}).error, DecodeError::kResources);
}

TEST(DecodeTest, GetLeavesNoMauAndNoNop) {
  EXPECT_EQ(bundle_of({kGet16, kAddd1, kLoad15}).error, DecodeError::kNone);
  EXPECT_EQ(bundle_of({kGet16, kAddd1, kAddd4, kLoad15}).error, DecodeError::kResources);
  EXPECT_EQ(bundle_of({kGet16, kMul13}).error, DecodeError::kResources);
  EXPECT_EQ(bundle_of({kGet16, kNop}).error, DecodeError::kResources);
}

TEST(DecodeTest, AloneInstructionsTolerateNoCompany) {
  for (const u32 w : {word(Opcode::kScallU12), word(Opcode::kRfe), word(Opcode::kBarrier), word(Opcode::kLoopdoZS17),
                      word(Opcode::kTlbwrite), word(Opcode::kSetSysAloneZ, {}, 1), word(Opcode::kErrop)}) {
    EXPECT_EQ(bundle_of({w}).error, DecodeError::kNone) << std::hex << w;
    EXPECT_EQ(bundle_of({w, kAddd1}).error, DecodeError::kResources) << std::hex << w;
    EXPECT_EQ(bundle_of({w, kNop}).error, DecodeError::kResources) << std::hex << w;
  }
  EXPECT_EQ(bundle_of({word(Opcode::kSetSysT3Z, {}, 9), kAddd1}).error, DecodeError::kNone);
}

TEST(DecodeTest, TwoWritersOfARegister) {
  EXPECT_EQ(bundle_of({kAddd1, kAddd1}).error, DecodeError::kDoubleWrite);
  const u32 pair = word(Opcode::kMuldtMZY, {4, 2, 3});
  const u32 quad = word(Opcode::kLoNS10Z, {4, 2});
  EXPECT_EQ(bundle_of({kAddd5, pair}).error, DecodeError::kDoubleWrite);
  EXPECT_EQ(bundle_of({kAddd6, pair}).error, DecodeError::kNone);
  EXPECT_EQ(bundle_of({kAddd7, quad}).error, DecodeError::kDoubleWrite);
  EXPECT_EQ(bundle_of({pair, quad}).error, DecodeError::kDoubleWrite);
  EXPECT_EQ(bundle_of({kAddd1, quad}).error, DecodeError::kNone);
}

TEST(DecodeTest, HalvesOfAVectorAreSeparate) {
  const u32 low = word(Opcode::kMovetqAEZY, {2, 2, 3});
  const u32 high = word(Opcode::kMovetqAOZY, {3, 2, 3});
  const u32 whole = word(Opcode::kXloAS10Z, {1, 2});
  const u32 other = word(Opcode::kXloAS10Z, {2, 2});
  EXPECT_EQ(bundle_of({low, high}).error, DecodeError::kNone);
  EXPECT_EQ(bundle_of({low, whole}).error, DecodeError::kDoubleWrite);
  EXPECT_EQ(bundle_of({high, whole}).error, DecodeError::kDoubleWrite);
  EXPECT_EQ(bundle_of({low, other}).error, DecodeError::kNone);
}

TEST(DecodeTest, ComputeStatusIsNotSetNextToItsFlags) {
  const u32 set_cs = word(Opcode::kSetSysT3Z, {1}, 4);
  const u32 set_ls = word(Opcode::kSetSysT3Z, {1}, 7);
  const u32 fadd = word(Opcode::kFadddWZS10, {20, 2});
  EXPECT_EQ(bundle_of({set_cs, kFull11}).error, DecodeError::kDoubleWrite);
  EXPECT_EQ(bundle_of({set_cs, fadd}).error, DecodeError::kDoubleWrite);
  EXPECT_EQ(bundle_of({set_ls, kFull11, fadd}).error, DecodeError::kNone);
}

TEST(DecodeTest, ImmediatesAreExtendedScaledAndSplatted) {
  Insn insn;
  insn.op = Opcode::kAddwpWZW32;
  insn.imm[0] = -2;
  insn.splat = true;
  const auto words = encode(insn);
  Result r = bundle_of({words[0], words[1]});
  ASSERT_EQ(r.error, DecodeError::kNone);
  EXPECT_EQ(static_cast<u64>(r.bundle.insns[0].imm[0]), 0xfffffffefffffffeu);
  EXPECT_TRUE(r.bundle.insns[0].splat);
  EXPECT_EQ(disassemble(r.bundle, 0), "addwp $r0 = $r0, 4294967294 (0xfffffffe).@;;");

  r = bundle_of({word(Opcode::kGotoS27) | 0x7fffffe});
  ASSERT_EQ(r.error, DecodeError::kNone);
  EXPECT_EQ(r.bundle.insns[0].imm[0], -8);
  EXPECT_EQ(disassemble(r.bundle, 0x1000), "goto 0xff8;;");
}

}  // namespace
}  // namespace mppa::isa
