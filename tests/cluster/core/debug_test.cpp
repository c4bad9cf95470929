// Breakpoints, watchpoints and single step (architecture.md section 14).
#include "tests/cluster/core/core_fixture.h"

namespace mppa::core {
namespace {

struct DebugTest : CoreTest {
  DebugTest() {
    give_everything_to(1);
    force(kEvPl1, 0x20000);
    force(kEvPl0, 0x10000);
  }

  void breakpoint(unsigned n, u64 address, unsigned range = 0) {
    force(n == 0 ? kDba0 : kDba1, address);
    force(kDc, n == 0 ? dc::kBr0 : dc::kBr1, range);
    force(kDc, n == 0 ? dc::kBe0 : dc::kBe1, 1);
  }
  void watchpoint(unsigned n, u64 address, unsigned range = 0) {
    force(n == 0 ? kDwa0 : kDwa1, address);
    force(kDc, n == 0 ? dc::kWr0 : dc::kWr1, range);
    force(kDc, n == 0 ? dc::kWe0 : dc::kWe1, 1);
  }
  static Trap access(Rwx rwx, u64 address, u8 bytes) {
    Trap trap;
    trap.rwx = rwx;
    trap.ea = address;
    trap.access_size = bytes;
    trap.bundle_size = 2;
    return trap;
  }
};

TEST_F(DebugTest, Section14_BreakpointFiresOnlyBelowItsOwner) {
  breakpoint(0, kPcOfBundle);
  for (unsigned level = 0; level < 4; ++level) {
    at_level(level);
    EXPECT_EQ(state.debug_armed, level > 1) << level;
    EXPECT_EQ(system.check_breakpoint().has_value(), level > 1) << level;
  }
}

TEST_F(DebugTest, Section14_BreakpointRangeIsAnAlignedPowerOfTwo) {
  breakpoint(1, 0x2345, 8);
  at_level(2);
  for (const auto& [pc, hit] : {std::pair{0x22fcu, false}, {0x2300u, true}, {0x23fcu, true}, {0x2400u, false}}) {
    state.pc = pc;
    EXPECT_EQ(system.check_breakpoint().has_value(), hit) << pc;
  }
}

TEST_F(DebugTest, Section6_BreakpointSyndrome) {
  breakpoint(1, kPcOfBundle);
  at_level(3);
  system.take_debug(*system.check_breakpoint());
  EXPECT_EQ(pl(), 1u);
  EXPECT_EQ(state.pc, 0x20000u);
  EXPECT_EQ(sfr(kSpcPl1), kPcOfBundle);
  EXPECT_EQ(es::kEc.get(sfr(kEsPl1)), 0u);
  EXPECT_EQ(es::kDc.get(sfr(kEsPl1)), 0u);
  EXPECT_EQ(es::kBn.get(sfr(kEsPl1)), 1u);
  EXPECT_EQ(sfr(kEaPl1), 0u);
}

TEST_F(DebugTest, OfTwoBreakpointsTheMorePrivilegedOwnerWins) {
  breakpoint(0, kPcOfBundle);
  breakpoint(1, kPcOfBundle);
  at_level(3);
  EXPECT_EQ(system.check_breakpoint()->number, 0);
  force(kDo, do_::kB1, 0);
  EXPECT_EQ(system.check_breakpoint()->number, 1);
}

TEST_F(DebugTest, Section14_WatchpointTriggersOnWritesOnly) {
  watchpoint(0, 0x5000, 3);
  at_level(2);
  EXPECT_TRUE(state.debug_armed);
  EXPECT_TRUE(system.check_watchpoint(access(Rwx::kWrite, 0x5000, 8)).has_value());
  EXPECT_TRUE(system.check_watchpoint(access(Rwx::kAtomic, 0x5000, 8)).has_value());
  EXPECT_FALSE(system.check_watchpoint(access(Rwx::kRead, 0x5000, 8)).has_value());
}

TEST_F(DebugTest, Section14_WatchpointSeesOverlaps) {
  watchpoint(0, 0x5008, 3);
  at_level(2);
  EXPECT_FALSE(system.check_watchpoint(access(Rwx::kWrite, 0x5000, 8)).has_value());
  EXPECT_TRUE(system.check_watchpoint(access(Rwx::kWrite, 0x5001, 8)).has_value());
  EXPECT_TRUE(system.check_watchpoint(access(Rwx::kWrite, 0x500f, 1)).has_value());
  EXPECT_FALSE(system.check_watchpoint(access(Rwx::kWrite, 0x5010, 32)).has_value());
}

TEST_F(DebugTest, Section6_WatchpointSyndromeAndAddress) {
  watchpoint(1, 0x5000, 3);
  at_level(2);
  system.take_debug(*system.check_watchpoint(access(Rwx::kWrite, 0x5004, 4)));
  EXPECT_EQ(es::kDc.get(sfr(kEsPl1)), 1u);
  EXPECT_EQ(es::kWn.get(sfr(kEsPl1)), 1u);
  EXPECT_EQ(es::kRwx.get(sfr(kEsPl1)), 2u);
  EXPECT_EQ(es::kAs.get(sfr(kEsPl1)), 4u);
  EXPECT_EQ(sfr(kEaPl1), 0x5004u);
  EXPECT_EQ(sfr(kSpcPl1), kPcOfBundle) << "before the access";
}

TEST_F(DebugTest, OfTwoWatchpointsTheLessPrivilegedOwnerWins) {
  watchpoint(0, 0x5000, 3);
  watchpoint(1, 0x5000, 3);
  at_level(3);
  EXPECT_EQ(system.check_watchpoint(access(Rwx::kWrite, 0x5000, 8))->number, 0);
  force(kDo, do_::kW0, 0);
  EXPECT_EQ(system.check_watchpoint(access(Rwx::kWrite, 0x5000, 8))->number, 1);
}

TEST_F(DebugTest, StepIsActiveBelowTheOwnerOfSme) {
  for (unsigned level = 0; level < 4; ++level) {
    at_level(level);
    force(kPs, ps::kSme, 1);
    EXPECT_EQ(system.step_active(), level > 1) << level;
    EXPECT_EQ(state.debug_armed, level > 1) << level;
  }
}

TEST_F(DebugTest, Section6_StepSyndrome) {
  at_level(2);
  force(kPs, ps::kSme, 1);
  Trap details = access(Rwx::kRead, 0x6000, 8);
  details.destination = 9;
  state.pc = kPcOfBundle + 8;
  system.take_debug(SystemUnit::step_event(details));
  EXPECT_EQ(pl(), 1u);
  EXPECT_EQ(es::kDc.get(sfr(kEsPl1)), 2u);
  EXPECT_EQ(es::kDri.get(sfr(kEsPl1)), 9u);
  EXPECT_EQ(sfr(kEaPl1), 0x6000u);
  EXPECT_EQ(sfr(kSpcPl1), kPcOfBundle + 8) << "behind the stepped bundle";
}

TEST_F(DebugTest, Section5_SteppedSyscallOwesAStepOnReturn) {
  at_level(2);
  force(kPs, ps::kSme, 1);
  system.take_syscall(3);
  ASSERT_EQ(pl(), 1u);
  EXPECT_EQ(ps::kSmr.get(sfr(kSpsPl1)), 1u);
  EXPECT_EQ(system.service_boundary(), Boundary::kContinue) << "not in the handler";
  ASSERT_FALSE(system.rfe().has_value());
  EXPECT_TRUE(state.attention);
  EXPECT_EQ(system.service_boundary(), Boundary::kDebug);
  EXPECT_EQ(pl(), 1u);
  EXPECT_EQ(es::kDc.get(sfr(kEsPl1)), 2u);
  EXPECT_EQ(es::kBs.get(sfr(kEsPl1)), 1u);
  EXPECT_EQ(sfr(kEaPl1), 0u);
  EXPECT_EQ(sfr(kSpcPl1), kPcOfBundle + 4);
  EXPECT_EQ(ps::kSmr.get(sfr(kSpsPl1)), 0u);
}

TEST_F(DebugTest, Section5_TrapDuringStepOwesNothing) {
  at_level(2);
  force(kPs, ps::kSme, 1);
  system.take_trap(opcode_trap(1));
  EXPECT_EQ(ps::kSmr.get(sfr(kSpsPl1)), 0u);
}

TEST_F(DebugTest, DisarmedWithoutEnables) {
  at_level(3);
  EXPECT_FALSE(state.debug_armed);
  breakpoint(0, 0x10);
  EXPECT_TRUE(state.debug_armed);
  force(kDc, 0);
  EXPECT_FALSE(state.debug_armed);
}

}  // namespace
}  // namespace mppa::core
