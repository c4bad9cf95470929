// Relative levels, owner writes, wfx, rswap and privileged instructions (architecture.md section 4; semantics.md 8).
#include "tests/cluster/core/core_fixture.h"

namespace mppa::core {
namespace {

struct OwnershipTest : CoreTest {};

TEST_F(OwnershipTest, OwnerWritesAreRelativeToTheWriter) {
  EXPECT_FALSE(set(kSyow, 0b11'10'01'00).has_value());
  EXPECT_EQ(get(kSyo), 0b11'10'01'00u) << "PL0: the values as written";
  give_everything_to(3);
  at_level(1);
  EXPECT_FALSE(set(kSyow, 0b00'01'10'00).has_value());
  EXPECT_EQ(get(kSyo), 0b01'10'11'01u) << "PL1: one added to each";
}

TEST_F(OwnershipTest, OwnerSumAboveThreeRaisesPlOverflow) {
  give_everything_to(3);
  at_level(2);
  const auto trap = set(kDow, 0b10);
  ASSERT_TRUE(trap.has_value());
  EXPECT_EQ(trap->code, Htc::kPlOverflow);
  EXPECT_EQ(trap->sfri, Sfri::kSet);
  EXPECT_EQ(trap->sfr, kDow);
  EXPECT_EQ(sfr(kDo), 0xffu) << "nothing is written";
}

TEST_F(OwnershipTest, WfxRecomputesOnlyTouchedOwnerFields) {
  give_everything_to(3);
  force(kMo, 0x3'ffff'fff9);  // MMI = 1, RFE = 2
  at_level(1);
  EXPECT_FALSE(wfxl(kMow, 0, 0b01 << 2).has_value()) << "set bit 0 of RFE: relative 1";
  EXPECT_EQ(mo::kRfe.get(sfr(kMo)), 2u);
  EXPECT_EQ(mo::kMmi.get(sfr(kMo)), 1u) << "untouched";
  EXPECT_FALSE(wfxl(kMow, 0b10 << 2, 0).has_value()) << "touching with clear bits only: relative 0";
  EXPECT_EQ(mo::kRfe.get(sfr(kMo)), 1u);
  EXPECT_FALSE(wfxm(kMow, 0b11, 0b10).has_value());
  EXPECT_EQ(mo::kPmit.get(sfr(kMo)), 3u);
}

TEST_F(OwnershipTest, OwnerFieldMayOnlyBeWrittenByItsOwner) {
  force(kHto, 0);
  at_level(1);
  const auto trap = wfxl(kHtow, 1, 0);
  ASSERT_TRUE(trap.has_value());
  EXPECT_EQ(trap->code, Htc::kPrivilege);
  EXPECT_EQ(trap->owner, 0);
  EXPECT_EQ(trap->sfr, kHtow);
}

TEST_F(OwnershipTest, PsLevelIsWrittenRelative) {
  EXPECT_FALSE(wfxl(kPs, 0, 1).has_value());
  EXPECT_EQ(pl(), 1u);
  give_everything_to(3);
  EXPECT_FALSE(wfxl(kPs, 0, 1).has_value());
  EXPECT_EQ(pl(), 2u);
  const auto trap = wfxl(kPs, 0, 2);
  ASSERT_TRUE(trap.has_value());
  EXPECT_EQ(trap->code, Htc::kPlOverflow);
  EXPECT_EQ(pl(), 2u);
}

TEST_F(OwnershipTest, WfxOnOtherPsFieldsKeepsTheLevel) {
  give_everything_to(3);
  at_level(2);
  EXPECT_FALSE(wfxl(kPs, 0, ps::kHle.mask()).has_value());
  EXPECT_EQ(pl(), 2u);
  EXPECT_EQ(ps_field(ps::kHle), 1u);
}

TEST_F(OwnershipTest, SpsLevelIsStoredAsWritten) {
  give_everything_to(3);
  at_level(1);
  EXPECT_FALSE(set(kSps, 2).has_value());
  EXPECT_EQ(sfr(kSpsPl1), 2u);
}

TEST_F(OwnershipTest, BitOwnersOfPlIlVsAreCheckedBitByBit) {
  for (const auto& [field, owner1] :
       {std::pair{ps::kPl, pso::kPl1}, std::pair{ps::kIl, pso::kIl1}, std::pair{ps::kVs, pso::kVs1}}) {
    system.reset(0);
    give_everything_to(3);
    force(kPso, owner1, 0);  // bit 1 belongs to PL0, bit 0 to PL3
    at_level(1);
    const u64 bit0 = u64{1} << field.lsb;
    EXPECT_FALSE(system.prepare_wfxl({kPs, 0, 1}, bit0).trap.has_value());
    const auto trap = system.prepare_wfxl({kPs, 0, 1}, bit0 << 1).trap;
    ASSERT_TRUE(trap.has_value());
    EXPECT_EQ(trap->code, Htc::kPrivilege);
    EXPECT_EQ(trap->owner, 0);
  }
}

TEST_F(OwnershipTest, PmjBelongsAsAWholeToItsStrictestOwner) {
  give_everything_to(3);
  force(kPso, pso::kPmj3, 1);
  at_level(2);
  const auto trap = system.prepare_wfxl({kPs, 0, 1}, u64{1} << ps::kPmj.lsb).trap;  // touches PMJ bit 0 only
  ASSERT_TRUE(trap.has_value());
  EXPECT_EQ(trap->owner, 1);
}

TEST_F(OwnershipTest, OfSeveralViolatedOwnersTheLeastPrivilegedIsTheTarget) {
  for (const auto& [strict, lax] : {std::pair{pso::kIe, pso::kHle}, std::pair{pso::kHle, pso::kIe}}) {
    give_everything_to(3);
    force(kPso, strict, 0);
    force(kPso, lax, 1);
    at_level(2);
    const auto trap = system.prepare_wfxl({kPs, 0, 1}, ps::kIe.mask() | ps::kHle.mask()).trap;
    ASSERT_TRUE(trap.has_value());
    EXPECT_EQ(trap->owner, 1);
  }
}

TEST_F(OwnershipTest, WfxSetWinsOverClear) {
  force(kCs, 0x30000);
  EXPECT_FALSE(wfxl(kCs, 0x30002, 0x10001).has_value());
  EXPECT_EQ(sfr(kCs), 0x10001u);
}

TEST_F(OwnershipTest, WfxmWorksOnTheUpperHalf) {
  force(kCs, u64{0xffff} << 32 | 1);
  EXPECT_FALSE(wfxm(kCs, 0xff, 0xf0).has_value());
  EXPECT_EQ(sfr(kCs), u64{0xfff0} << 32 | 1);
}

TEST_F(OwnershipTest, WfxChecksOnlyTheTouchedFields) {
  give_everything_to(3);
  force(kPso, pso::kMme, 0);
  at_level(3);
  EXPECT_FALSE(wfxl(kPs, ps::kIe.mask(), 0).has_value());
  EXPECT_TRUE(wfxl(kPs, 0, ps::kMme.mask()).has_value());
  EXPECT_TRUE(set(kPs, 0).has_value()) << "set touches every field";
}

TEST_F(OwnershipTest, RswapExchanges) {
  force(kSrPl0, 0x1234);
  const SfrWrite write = system.prepare_rswap({kSr, 4, 1}, 0x5678);
  ASSERT_FALSE(write.trap.has_value());
  EXPECT_EQ(write.old_value, 0x1234u);
  EXPECT_EQ(sfr(kSrPl0), 0x1234u) << "nothing happens before the commit";
  system.commit(write);
  EXPECT_EQ(sfr(kSrPl0), 0x5678u);
}

TEST_F(OwnershipTest, RswapOnOwnerWriteReadsTheOwnerRegisterAndNeedsItsOwner) {
  force(kDo, 0b10'01'01'10);
  SfrWrite write = system.prepare_rswap({kDow, 4, 1}, 0);
  EXPECT_FALSE(write.trap.has_value());
  EXPECT_EQ(write.old_value, 0b10'01'01'10u);
  at_level(2);
  write = system.prepare_rswap({kDow, 4, 1}, 0);
  ASSERT_TRUE(write.trap.has_value());
  EXPECT_EQ(write.trap->code, Htc::kPrivilege);
  EXPECT_EQ(write.trap->owner, 1);
  EXPECT_EQ(write.trap->sfri, Sfri::kRswap);
}

TEST_F(OwnershipTest, GetOfPcIsTheBundleAddress) {
  state.pc = 0x4440;
  EXPECT_EQ(get(kPc), 0x4440u);
}

TEST_F(OwnershipTest, PrivilegedInstructionsNeedTheirMoRight) {
  const std::pair<Pic, Field> rights[] = {{Pic::kTlbread, mo::kMmi},  {Pic::kTlbwrite, mo::kMmi},
                                          {Pic::kTlbprobe, mo::kMmi}, {Pic::kRfe, mo::kRfe},
                                          {Pic::kStop, mo::kStop},    {Pic::kSyncgroup, mo::kSync}};
  for (const auto& [instruction, field] : rights) {
    for (unsigned owner = 0; owner < 4; ++owner) {
      for (unsigned level = 0; level < 4; ++level) {
        give_everything_to(level == 0 ? 3 : level - 1);
        force(kMo, field, owner);
        at_level(level);
        const auto trap = check_privileged(state, instruction, 1);
        EXPECT_EQ(trap.has_value(), level > owner);
        if (!trap) continue;
        EXPECT_EQ(trap->code, Htc::kPrivilege);
        EXPECT_EQ(trap->pic, instruction);
        EXPECT_EQ(trap->owner, owner);
      }
    }
  }
}

TEST_F(OwnershipTest, ContextChangesBumpTheControlEpoch) {
  for (unsigned number : {kPs, kMmc, kSpsPl0, kPsow, kHtow, kDc, kDba0, kPcr}) {
    const u64 before = state.control_epoch;
    EXPECT_FALSE(set(number, 0).has_value());
    EXPECT_GT(state.control_epoch, before) << number;
  }
  const u64 before = state.control_epoch;
  EXPECT_FALSE(set(kSr, 1).has_value());
  EXPECT_EQ(state.control_epoch, before);
}

}  // namespace
}  // namespace mppa::core
