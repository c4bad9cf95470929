// Interrupt priorities, requests, acknowledge, the arithmetic interrupt and DAME (architecture.md section 7).
#include "tests/cluster/core/core_fixture.h"

namespace mppa::core {
namespace {

struct InterruptTest : CoreTest {
  InterruptTest() {
    force(kEvPl0, 0x8000);
    force(kEvPl1, 0x9000);
    force(kIle, 0xffffffff);
    at_level(0);
  }

  void line(unsigned number, unsigned owner, unsigned level) {
    force(kIto, Field{static_cast<u8>(2 * number), 2}, owner);
    force(kIll, Field{static_cast<u8>(2 * number), 2}, level);
  }
  void run_at(unsigned level, bool enabled, unsigned il) {
    at_level(level);
    force(kPs, ps::kIe, enabled);
    force(kPs, ps::kIl, il);
  }
};

TEST_F(InterruptTest, Section7_TakenOnlyAboveTheCorePriority) {
  // Every combination of the line's (owner, ILL) with the core's (PL, IE, IL).
  for (unsigned owner = 0; owner < 4; ++owner) {
    for (unsigned level = 0; level < 4; ++level) {
      for (unsigned pl = 0; pl < 4; ++pl) {
        for (unsigned il = 0; il < 4; ++il) {
          for (bool enabled : {false, true}) {
            force(kIlr, 0);
            line(9, owner, level);
            run_at(pl, enabled, il);
            system.set_line(9);
            const int mine = (3 - int(pl)) * 4 + (enabled ? int(il) : 3);
            const int its = (3 - int(owner)) * 4 + int(level);
            EXPECT_EQ(system.pending_interrupt().has_value(), its > mine)
                << "owner " << owner << " ILL " << level << " PL " << pl << " IE " << enabled << " IL " << il;
          }
        }
      }
    }
  }
}

TEST_F(InterruptTest, Section7_MorePrivilegedLineInterruptsWithIeClear) {
  line(24, 0, 0);
  run_at(1, false, 3);
  system.set_line(24);
  EXPECT_TRUE(state.attention);
  EXPECT_EQ(system.service_boundary(), Boundary::kInterrupt);
  EXPECT_EQ(pl(), 0u);
  EXPECT_EQ(state.pc, 0x8080u);
}

TEST_F(InterruptTest, Section7_HighestPriorityThenLowestLine) {
  line(3, 1, 1);
  line(7, 1, 2);
  line(8, 1, 2);
  line(20, 0, 0);
  run_at(1, true, 0);
  for (unsigned l : {3u, 8u, 7u}) system.set_line(l);
  EXPECT_EQ(system.pending_interrupt(), 7u);
  system.set_line(20);
  EXPECT_EQ(system.pending_interrupt(), 20u) << "owned by PL0: above everything of PL1";
}

TEST_F(InterruptTest, Section7_DisabledLineStaysPending) {
  force(kIle, 0);
  line(4, 0, 3);
  run_at(1, true, 0);
  system.set_line(4);
  EXPECT_FALSE(system.pending_interrupt().has_value());
  EXPECT_FALSE(state.attention);
  EXPECT_EQ(sfr(kIlr), 1u << 4);
  at_level(0);
  EXPECT_FALSE(wfxl(kIle, 0, 1 << 4).has_value());
  run_at(1, true, 0);
  EXPECT_EQ(system.pending_interrupt(), 4u);
}

TEST_F(InterruptTest, Section5And7_TakingFillsSyndromeAndClearsTheRequest) {
  line(24, 0, 2);
  run_at(0, true, 1);
  system.set_line(24);
  EXPECT_EQ(system.service_boundary(), Boundary::kInterrupt);
  EXPECT_EQ(sfr(kIlr), 0u);
  EXPECT_EQ(ps_field(ps::kIl), 2u) << "runs at the level of the line";
  EXPECT_EQ(ps_field(ps::kIe), 0u);
  EXPECT_EQ(ps_field(ps::kEt), 1u);
  EXPECT_EQ(sfr(kEsPl0), u64{2} | 24u << 12 | 2u << 17);
  EXPECT_EQ(sfr(kSpcPl0), kPcOfBundle);
  EXPECT_EQ(state.pc, 0x8080u);
  EXPECT_EQ(system.service_boundary(), Boundary::kContinue);
}

TEST_F(InterruptTest, Section7_NestedInterruptOfHigherLevel) {
  line(5, 1, 1);
  line(6, 1, 3);
  run_at(1, true, 0);
  system.set_line(5);
  ASSERT_EQ(system.service_boundary(), Boundary::kInterrupt);
  force(kPs, ps::kEt, 0);
  force(kPs, ps::kIe, 1);  // the handler re-enables: IL is 1
  system.set_line(5);
  EXPECT_FALSE(system.pending_interrupt().has_value()) << "same level";
  system.set_line(6);
  ASSERT_EQ(system.service_boundary(), Boundary::kInterrupt);
  EXPECT_EQ(ps_field(ps::kIl), 3u);
}

TEST_F(InterruptTest, Section5_InterruptDuringEtIsADoubleException) {
  line(5, 1, 1);
  force(kHto, hto::kDe, 0);
  run_at(1, true, 0);
  force(kPs, ps::kEt, 1);
  system.set_line(5);
  ASSERT_EQ(system.service_boundary(), Boundary::kInterrupt);
  EXPECT_EQ(pl(), 0u);
  EXPECT_EQ(es::kEc.get(sfr(kEsPl0)), 10u);
  EXPECT_EQ(es::kItn.get(sfr(kEsPl0)), 5u);
  EXPECT_EQ(ps_field(ps::kIl), 1u);
  EXPECT_EQ(state.pc, 0x8040u);
}

TEST_F(InterruptTest, SoftwareRequestThroughIlr) {
  line(21, 0, 1);
  run_at(0, true, 0);
  EXPECT_FALSE(wfxl(kIlr, 0, 1u << 21).has_value());
  EXPECT_TRUE(state.attention);
  EXPECT_EQ(system.pending_interrupt(), 21u);
  EXPECT_FALSE(wfxl(kIlr, 1u << 21, 0).has_value());
  EXPECT_FALSE(state.attention);
}

TEST_F(InterruptTest, ChangesOfIllItoAndPsReevaluate) {
  line(2, 0, 0);
  run_at(0, true, 0);
  system.set_line(2);
  EXPECT_FALSE(system.pending_interrupt().has_value());
  EXPECT_FALSE(set(kIll, 1u << 4).has_value());
  EXPECT_TRUE(system.pending_interrupt().has_value());
  EXPECT_FALSE(wfxl(kPs, 0, 1u << ps::kIl.lsb).has_value());
  EXPECT_FALSE(system.pending_interrupt().has_value());
  EXPECT_FALSE(wfxl(kPs, ps::kIl.mask(), 0).has_value());
  EXPECT_TRUE(system.pending_interrupt().has_value());
  EXPECT_FALSE(wfxl(kItow, 0, 1u << 4).has_value()) << "owned by PL1: below PL0";
  EXPECT_FALSE(system.pending_interrupt().has_value());
}

TEST_F(InterruptTest, Section7_RequestSetsWu0AndWu1Only) {
  force(kWs, 0);
  force(kIle, 0);
  system.set_line(30);
  EXPECT_EQ(sfr(kWs), 3u);
}

TEST_F(InterruptTest, Semantics6_ArithmeticInterruptOnNewFlag) {
  force(kCsit, csit::kDzie.mask() | csit::kInie.mask());
  EXPECT_TRUE(state.arithmetic_armed);
  force(kIlr, 0);
  state.sfr[kCs] = cs::kIn.mask() | cs::kDz.mask() | cs::kIo.mask();
  system.cs_changed(0, 0x2344);
  EXPECT_EQ(sfr(kIlr), 1u << 13);
  EXPECT_EQ(sfr(kAespc), 0x2344u);
  EXPECT_EQ(csit::kAeir.get(sfr(kCsit)), 1u);
  EXPECT_EQ(csit::kAec.get(sfr(kCsit)), 2u) << "lowest enabled cause: DZ";
  EXPECT_EQ(csit::kSpcv.get(sfr(kCsit)), 1u);
}

TEST_F(InterruptTest, Semantics6_NoArithmeticInterruptForFlagAlreadySet) {
  force(kCsit, csit::kInie.mask());
  force(kIlr, 0);
  state.sfr[kCs] = cs::kIn.mask() | cs::kOv.mask();
  system.cs_changed(cs::kIn.mask(), 0x2344);
  EXPECT_EQ(sfr(kIlr), 0u);
}

TEST_F(InterruptTest, Semantics6_SettingCsOrCsitMakesThemCoincide) {
  force(kIlr, 0);
  EXPECT_FALSE(set(kCsit, csit::kOvie.mask()).has_value());
  EXPECT_EQ(sfr(kIlr), 0u);
  EXPECT_FALSE(set(kCs, cs::kOv.mask()).has_value());
  EXPECT_EQ(sfr(kIlr), 1u << 13);
  EXPECT_EQ(csit::kAec.get(sfr(kCsit)), 3u);
  force(kIlr, 0);
  EXPECT_FALSE(set(kCs, cs::kOv.mask() | cs::kXio.mask()).has_value());
  EXPECT_EQ(sfr(kIlr), 0u);
  EXPECT_FALSE(wfxl(kCsit, 0, csit::kXioie.mask()).has_value());
  EXPECT_EQ(sfr(kIlr), 1u << 13);
  EXPECT_EQ(csit::kAec.get(sfr(kCsit)), 1u) << "XIO has the code of IO";
}

TEST_F(InterruptTest, ArithmeticArmedFollowsCsit) {
  EXPECT_FALSE(state.arithmetic_armed);
  EXPECT_FALSE(set(kCsit, csit::kIcie.mask()).has_value());
  EXPECT_TRUE(state.arithmetic_armed);
  EXPECT_FALSE(set(kCsit, csit::kAeir.mask()).has_value());
  EXPECT_FALSE(state.arithmetic_armed);
}

TEST_F(InterruptTest, Section7_AsynchronousMemoryErrorIsLine16WithMes) {
  system.memory_error(mes::kDsye.mask());
  EXPECT_EQ(sfr(kMes), mes::kDsye.mask());
  EXPECT_EQ(sfr(kIlr), 1u << 16);
}

}  // namespace
}  // namespace mppa::core
