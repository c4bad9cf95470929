// Exception entry, syndrome, double exceptions, HTD, syscalls and rfe (architecture.md sections 5 and 6).
#include "tests/cluster/core/core_fixture.h"

namespace mppa::core {
namespace {

struct ExceptionTest : CoreTest {
  static constexpr u64 kVectors[4] = {0x10000, 0x20000, 0x30000, 0x40000};

  ExceptionTest() {
    for (unsigned level = 0; level < 4; ++level) force(kEvPl0 + level, kVectors[level]);
    force(kPs, ps::kV64, 1);
    at_level(0);
  }

  u64 es(unsigned level) const { return sfr(kEsPl0 + level); }

  static Trap opcode(unsigned syllables = 3) { return opcode_trap(syllables); }
};

TEST_F(ExceptionTest, Section5_VectorOffsets) {
  give_everything_to(1);
  at_level(1);
  system.take_trap(opcode());
  EXPECT_EQ(state.pc, kVectors[1] + 0x40);
  at_level(1);
  system.take_syscall(1);
  EXPECT_EQ(state.pc, kVectors[1] + 0xc0);
  at_level(1);
  force(kIle, 1 << 5);
  force(kPs, ps::kIe, 1);
  force(kIll, u64{1} << 10);
  system.set_line(5);
  EXPECT_EQ(system.service_boundary(), Boundary::kInterrupt);
  EXPECT_EQ(state.pc, kVectors[1] + 0x80);
  give_everything_to(0);
  at_level(1);
  system.take_debug({DebugCause::kBreakpoint, 0, {}});
  EXPECT_EQ(state.pc, kVectors[0] + 0x00);
}

TEST_F(ExceptionTest, Section5_HorizontalEntryChangesOnlyTheNamedPsFields) {
  const u64 before =
      0x01ffffff & ~ps::kEt.mask() & ~ps::kPl.mask() & ~ps::kHtd.mask() & ~ps::kSme.mask() & ~ps::kSmr.mask();
  force(kPs, before);
  system.take_trap(opcode());
  u64 expected = before | ps::kEt.mask();
  for (Field cleared : {ps::kIe, ps::kIl, ps::kHle, ps::kDaus}) expected &= ~cleared.mask();
  EXPECT_EQ(sfr(kPs), expected);
  EXPECT_EQ(sfr(kSpsPl0), before) << "relative level 0";
  EXPECT_EQ(sfr(kSpcPl0), kPcOfBundle);
}

TEST_F(ExceptionTest, Section5_LevelChangeLoadsPsFromTheShadow) {
  give_everything_to(1);
  force(kSpsPl1, ps::kMme.mask() | ps::kHle.mask() | ps::kV64.mask() | ps::kIe.mask() | 3);
  force(kPs, ps::kV64.mask() | ps::kIce.mask() | 3);  // PL3
  system.take_trap(opcode());
  EXPECT_EQ(sfr(kPs), ps::kMme.mask() | ps::kV64.mask() | ps::kEt.mask() | 1);
  EXPECT_EQ(sfr(kSpsPl1), ps::kV64.mask() | ps::kIce.mask() | 2) << "origin level relative to the handler";
  EXPECT_EQ(state.pc, kVectors[1] + 0x40);
  EXPECT_EQ(es::kOapl.get(es(1)), 3u);
  EXPECT_EQ(es::kOrpl.get(es(1)), 2u);
  EXPECT_EQ(es::kPtapl.get(es(1)), 1u);
  EXPECT_EQ(es::kPtrpl.get(es(1)), 0u);
}

TEST_F(ExceptionTest, Section5_TargetIsNeverLessPrivilegedThanTheCurrentLevel) {
  give_everything_to(3);
  at_level(1);
  system.take_trap(opcode());
  EXPECT_EQ(pl(), 1u);
  EXPECT_EQ(es::kPtapl.get(es(1)), 1u);
}

TEST_F(ExceptionTest, Section5_EachTrapCauseGoesToItsHtoField) {
  const std::pair<Htc, Field> owners[] = {
      {Htc::kOpcode, hto::kOpc},      {Htc::kDmisalign, hto::kDmis},    {Htc::kPsysError, hto::kPsys},
      {Htc::kDsysError, hto::kDsys},  {Htc::kPdecc, hto::kDeccg},       {Htc::kDdecc, hto::kDeccg},
      {Htc::kPpar, hto::kDeccg},      {Htc::kDpar, hto::kDeccg},        {Htc::kTpar, hto::kDeccg},
      {Htc::kPsecc, hto::kSeccg},     {Htc::kDsecc, hto::kSeccg},       {Htc::kNoMapping, hto::kNomap},
      {Htc::kProtection, hto::kProt}, {Htc::kWriteToClean, hto::kW2cl}, {Htc::kAtomicToClean, hto::kA2cl},
      {Htc::kVsfr, hto::kVsfr},       {Htc::kPlOverflow, hto::kPlo},
  };
  for (const auto& [code, field] : owners) {
    give_everything_to(0);
    force(kHto, field, 2);
    at_level(3);
    Trap trap;
    trap.code = code;
    system.take_trap(trap);
    EXPECT_EQ(pl(), 2u) << int(code);
    EXPECT_EQ(es::kHtc.get(es(2)), u64(code));
  }
}

TEST_F(ExceptionTest, Section5_PrivilegeTrapGoesToTheViolatedOwner) {
  give_everything_to(0);
  force(kMo, mo::kRfe, 1);
  at_level(3);
  const auto trap = system.rfe();
  ASSERT_TRUE(trap.has_value());
  system.take_trap(*trap);
  EXPECT_EQ(pl(), 1u);
  EXPECT_EQ(es::kPic.get(es(1)), 4u);
  EXPECT_EQ(es::kHtc.get(es(1)), 2u);
}

TEST_F(ExceptionTest, Section5_SyscallTargetsItsQuarterAndReturnsBehindScall) {
  give_everything_to(0);
  force(kSyo, 0b10'01'00'11);
  for (unsigned quarter = 0; quarter < 4; ++quarter) {
    at_level(3);
    state.pc = kPcOfBundle;
    system.take_syscall(quarter * 1024 + 5);
    const unsigned target = (0b10'01'00'11 >> (2 * quarter)) & 3;
    EXPECT_EQ(pl(), target);
    EXPECT_EQ(sfr(kSpcPl0 + target), kPcOfBundle + 4);
    EXPECT_EQ(es::kEc.get(es(target)), 3u);
    EXPECT_EQ(es::kSn.get(es(target)), quarter * 1024 + 5);
    EXPECT_EQ(sfr(kEaPl0 + target), 0u);
  }
}

TEST_F(ExceptionTest, Section5_SyscallNumberIsTwelveBits) {
  system.take_syscall(0xffff'ffff'ffff'f123);
  EXPECT_EQ(es::kSn.get(es(0)), 0x123u);
  EXPECT_EQ(es(0) >> 24, 0u);
}

TEST_F(ExceptionTest, Section5_DoubleExceptionGoesToHtoDeWithClassPlus8) {
  give_everything_to(1);
  force(kHto, hto::kDe, 0);
  at_level(1);
  force(kPs, ps::kEt, 1);
  system.take_trap(opcode());
  EXPECT_EQ(pl(), 0u);
  EXPECT_EQ(state.pc, kVectors[0] + 0x40);
  EXPECT_EQ(es::kEc.get(es(0)), 9u);
  EXPECT_EQ(es::kHtc.get(es(0)), 1u);
  EXPECT_EQ(es::kOapl.get(es(0)), 1u);
  EXPECT_EQ(es::kPtapl.get(es(0)), 1u) << "where it would have gone";
  EXPECT_EQ(es::kPtrpl.get(es(0)), 1u);
}

TEST_F(ExceptionTest, Section5_DoubleSyscallKeepsScallAddressAndUsesTheTrapVector) {
  give_everything_to(1);
  force(kHto, hto::kDe, 0);
  at_level(1);
  force(kPs, ps::kEt, 1);
  system.take_syscall(7);
  EXPECT_EQ(es::kEc.get(es(0)), 11u);
  EXPECT_EQ(es::kSn.get(es(0)), 7u);
  EXPECT_EQ(state.pc, kVectors[0] + 0x40);
  EXPECT_EQ(sfr(kSpcPl0), kPcOfBundle);
}

TEST_F(ExceptionTest, Section5_ExceptionFromBelowDuringEtIsNotDouble) {
  give_everything_to(1);
  at_level(2);
  force(kPs, ps::kEt, 1);
  system.take_trap(opcode());
  EXPECT_EQ(pl(), 1u);
  EXPECT_EQ(es::kEc.get(es(1)), 1u);
}

TEST_F(ExceptionTest, Section5_DoubleExceptionWithoutHandlerResetsTheCore) {
  force(kPs, ps::kEt, 1);
  force(kSrPl0, 0x77);
  state.pc = 0x5550;
  system.take_trap(opcode());
  EXPECT_EQ(system.halt_reason(), HaltReason::kDoubleException);
  EXPECT_EQ(system.halt_pc(), 0x5550u);
  EXPECT_EQ(sfr(kPs), 0x01000004u);
  EXPECT_EQ(sfr(kSrPl0), 0u);
  EXPECT_TRUE(state.attention);
  EXPECT_EQ(system.service_boundary(), Boundary::kHalted);
  system.power_wakeup();
  EXPECT_EQ(system.halt_reason(), HaltReason::kNone);
  EXPECT_EQ(state.pc, 0u);
  EXPECT_EQ(system.service_boundary(), Boundary::kContinue);
}

TEST_F(ExceptionTest, Section15_ResetHasEtSetSoAnEarlyExceptionHalts) {
  system.reset(0x3000);
  system.take_trap(opcode());
  EXPECT_EQ(system.halt_reason(), HaltReason::kDoubleException);
}

TEST_F(ExceptionTest, Section5_HtdReportsAndSkipsTheBundle) {
  give_everything_to(0);
  at_level(1);
  force(kPs, ps::kHtd, 1);
  const u64 ps_before = sfr(kPs);
  Trap trap;
  trap.code = Htc::kNoMapping;
  trap.ea = 0x1234'5678;
  trap.bundle_size = 3;
  system.take_trap(trap);
  EXPECT_EQ(state.pc, kPcOfBundle + 12);
  EXPECT_EQ(sfr(kPs), ps_before);
  EXPECT_EQ(pl(), 1u);
  EXPECT_EQ(es::kDht.get(es(1)), 1u);
  EXPECT_EQ(es::kHtc.get(es(1)), 12u);
  EXPECT_EQ(es::kEc.get(es(1)), 1u);
  EXPECT_EQ(sfr(kEaPl1), 0x1234'5678u);
  EXPECT_EQ(sfr(kSpcPl1), 0u) << "no entry: SPC is kept";
}

TEST_F(ExceptionTest, Section6_MemoryTrapOverlay) {
  Trap trap;
  trap.code = Htc::kProtection;
  trap.ea = 0x12'3456'7890;
  trap.rwx = Rwx::kRead;
  trap.access_size = 32;
  trap.bundle_size = 5;
  trap.destination = 40;
  trap.non_trapping = true;
  trap.uncached = true;
  trap.protection_cause = 1;
  system.take_trap(trap);
  const u64 expected =
      1 | u64{13} << 12 | u64{4} << 39 | u64{1} << 42 | u64{1} << 43 | u64{32} << 44 | u64{5} << 50 | u64{40} << 54;
  EXPECT_EQ(es(0), expected);
  EXPECT_EQ(sfr(kEaPl0), 0x12'3456'7890u);
  EXPECT_EQ(mmc::kPtc.get(sfr(kMmc)), 1u);
  EXPECT_EQ(mmc::kS.get(sfr(kMmc)), 1u);
}

TEST_F(ExceptionTest, Section6_AccessSize64ReadsAs3f) {
  Trap trap;
  trap.code = Htc::kNoMapping;
  trap.rwx = Rwx::kWrite;
  trap.access_size = 64;
  system.take_trap(trap);
  EXPECT_EQ(es::kAs.get(es(0)), 0x3fu);
  EXPECT_EQ(mmc::kS.get(sfr(kMmc)), 0u);
}

TEST_F(ExceptionTest, Section6_SfrTrapOverlay) {
  give_everything_to(3);
  force(kPso, pso::kMme, 0);
  at_level(2);
  const auto trap = wfxl(kPs, 0, ps::kMme.mask());
  ASSERT_TRUE(trap.has_value());
  system.take_trap(*trap);
  EXPECT_EQ(pl(), 0u);
  EXPECT_EQ(es::kSfrt.get(es(0)), 1u);
  EXPECT_EQ(es::kSfri.get(es(0)), 5u);
  EXPECT_EQ(es::kGprp.get(es(0)), 7u);
  EXPECT_EQ(es::kSfrp.get(es(0)), u64{kPs});
  EXPECT_EQ(es::kBs.get(es(0)), 2u);
  EXPECT_EQ(es::kOapl.get(es(0)), 2u);
  EXPECT_EQ(es::kOrpl.get(es(0)), 2u);
}

TEST_F(ExceptionTest, Section6_EaIsZeroWhereItHasNoMeaning) {
  for (Htc code : {Htc::kOpcode, Htc::kPrivilege, Htc::kVsfr, Htc::kPlOverflow, Htc::kDdecc}) {
    at_level(0);
    force(kEaPl0, 0x55);
    Trap trap;
    trap.code = code;
    trap.ea = 0x1234;
    system.take_trap(trap);
    EXPECT_EQ(sfr(kEaPl0), 0u) << int(code);
  }
}

TEST_F(ExceptionTest, Section6_EaIsSignExtended) {
  Trap trap;
  trap.code = Htc::kDsysError;
  trap.ea = u64{1} << 40;
  system.take_trap(trap);
  EXPECT_EQ(sfr(kEaPl0), 0xffff'ff00'0000'0000u);
}

TEST_F(ExceptionTest, Section5_RfeReturnsToTheRelativeLevelAndSwapsPs) {
  give_everything_to(1);
  at_level(1);
  force(kSpsPl1, ps::kV64.mask() | ps::kIe.mask() | ps::kIl.set(0, 2) | 2);
  force(kSpcPl1, 0x7003);
  const u64 old_ps = sfr(kPs);
  ASSERT_FALSE(system.rfe().has_value());
  EXPECT_EQ(sfr(kPs), ps::kV64.mask() | ps::kIe.mask() | ps::kIl.set(0, 2) | 3);
  EXPECT_EQ(state.pc, 0x7000u) << "bundle aligned";
  EXPECT_EQ(sfr(kSpsPl1), (old_ps & ~u64{0x3003}) | ps::kIl.set(0, 2) | 2) << "IL and PL of the shadow are kept";
}

TEST_F(ExceptionTest, Section5_RfeToTheSameLevelKeepsTheShadow) {
  force(kSpsPl0, ps::kV64.mask() | ps::kHle.mask());
  ASSERT_FALSE(system.rfe().has_value());
  EXPECT_EQ(sfr(kPs), ps::kV64.mask() | ps::kHle.mask());
  EXPECT_EQ(sfr(kSpsPl0), ps::kV64.mask() | ps::kHle.mask());
}

TEST_F(ExceptionTest, Section5_RfeAboveLevel3RaisesPlOverflow) {
  give_everything_to(3);
  at_level(2);
  force(kSpsPl2, 2);
  const u64 old_ps = sfr(kPs);
  const auto trap = system.rfe();
  ASSERT_TRUE(trap.has_value());
  EXPECT_EQ(trap->code, Htc::kPlOverflow);
  EXPECT_EQ(sfr(kPs), old_ps);
}

TEST_F(ExceptionTest, Section5_TrapThenRfeIsTransparent) {
  give_everything_to(1);
  force(kSpsPl1, ps::kV64.mask());
  force(kPs, ps::kV64.mask() | ps::kIe.mask() | ps::kHle.mask() | ps::kIl.set(0, 1) | 3);
  const u64 ps_before = sfr(kPs);
  system.take_trap(opcode());
  ASSERT_EQ(pl(), 1u);
  ASSERT_FALSE(system.rfe().has_value());
  EXPECT_EQ(sfr(kPs), ps_before);
  EXPECT_EQ(state.pc, kPcOfBundle);
}

TEST_F(ExceptionTest, Section1_V64ClearTruncatesThePc) {
  force(kEvPl0, 0xff'0000'0100);
  force(kPs, ps::kV64, 0);
  system.take_trap(opcode());
  EXPECT_EQ(state.pc, 0x0000'0140u);
}

}  // namespace
}  // namespace mppa::core
