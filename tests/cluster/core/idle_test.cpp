// await, sleep, stop, waitit, syncgroup and inter-PE events (architecture.md section 7).
#include "tests/cluster/core/core_fixture.h"

namespace mppa::core {
namespace {

struct IdleTest : CoreTest {
  IdleTest() {
    at_level(0);
    system.on_ipe_notify = [this](u16 forward, u16 backward) { notified.emplace_back(forward, backward); };
  }

  std::vector<std::pair<u16, u16>> notified;
};

TEST_F(IdleTest, Section7_EachLevelFallsThroughWhileItsWsBitIsSet) {
  for (unsigned level = 0; level < 3; ++level) {
    force(kWs, 1u << level);
    EXPECT_FALSE(system.idle(level).has_value());
    EXPECT_FALSE(system.sleeping()) << level;
    EXPECT_FALSE(state.attention);
  }
}

TEST_F(IdleTest, Section7_WsResetsTo7SoTheFirstStopFallsThrough) {
  system.reset(0);
  EXPECT_FALSE(system.idle(2).has_value());
  EXPECT_FALSE(system.sleeping());
}

TEST_F(IdleTest, Section7_InterruptRequestWakesAwaitAndSleepNotStop) {
  for (unsigned level = 0; level < 3; ++level) {
    force(kWs, 0);
    EXPECT_FALSE(system.idle(level).has_value());
    ASSERT_TRUE(system.sleeping());
    EXPECT_TRUE(state.attention);
    EXPECT_EQ(system.service_boundary(), Boundary::kAsleep);
    system.set_line(9);  // not even enabled
    EXPECT_EQ(system.sleeping(), level == 2);
    system.power_wakeup();
  }
}

TEST_F(IdleTest, Section7_PowerControllerWakesStopOnly) {
  force(kWs, 0);
  EXPECT_FALSE(system.idle(0).has_value());
  system.power_wakeup();
  EXPECT_EQ(sfr(kWs), 4u);
  EXPECT_EQ(system.service_boundary(), Boundary::kAsleep);
  system.set_line(0);
  EXPECT_EQ(system.service_boundary(), Boundary::kContinue);
  force(kWs, 0);
  EXPECT_FALSE(system.idle(2).has_value());
  EXPECT_EQ(system.sleep_state(), SleepState::kStop);
  system.power_wakeup();
  EXPECT_EQ(system.service_boundary(), Boundary::kContinue);
}

TEST_F(IdleTest, Section7_InterruptsAreNotTakenDuringStop) {
  force(kIle, 2);
  force(kIll, 4);
  force(kPs, ps::kIe, 1);
  force(kWs, 0);
  EXPECT_FALSE(system.idle(2).has_value());
  system.set_line(1);
  EXPECT_EQ(system.service_boundary(), Boundary::kAsleep);
  system.power_wakeup();
  EXPECT_EQ(system.service_boundary(), Boundary::kInterrupt) << "the pending one comes after the wake-up";
}

TEST_F(IdleTest, Section7_InterruptWakesAwaitAndReturnsBehindIt) {
  force(kIle, 2);
  force(kIll, 4);
  force(kPs, ps::kIe, 1);
  force(kWs, 0);
  EXPECT_FALSE(system.idle(0).has_value());
  state.pc += 4;  // the engine retires await
  EXPECT_EQ(system.service_boundary(), Boundary::kAsleep);
  system.set_line(1);
  EXPECT_EQ(system.service_boundary(), Boundary::kInterrupt);
  EXPECT_EQ(sfr(kSpcPl0), kPcOfBundle + 4);
}

TEST_F(IdleTest, Section4_StopNeedsMoStop) {
  force(kWs, 0);
  at_level(1);
  const auto trap = system.idle(2);
  ASSERT_TRUE(trap.has_value());
  EXPECT_EQ(trap->code, Htc::kPrivilege);
  EXPECT_EQ(trap->pic, Pic::kStop);
  EXPECT_FALSE(system.sleeping());
  EXPECT_FALSE(system.idle(0).has_value()) << "await is not privileged";
}

TEST_F(IdleTest, Section7_WaititOrMaskReturnsThePendingSet) {
  force(kIle, 0xff);
  system.set_line(3);
  system.set_line(5);
  EXPECT_EQ(system.waitit(0b1000), 0b101000u);
  EXPECT_EQ(sfr(kIlr), 0b101000u) << "acknowledges nothing";
}

TEST_F(IdleTest, Section7_WaititAndMaskNeedsAllLines) {
  force(kIle, 0xff);
  const u64 operand = u64{0b11000} << 32;
  EXPECT_FALSE(system.waitit(operand).has_value());
  EXPECT_EQ(system.service_boundary(), Boundary::kAsleep);
  system.set_line(3);
  EXPECT_TRUE(system.sleeping());
  system.set_line(4);
  EXPECT_FALSE(system.sleeping());
  EXPECT_EQ(system.service_boundary(), Boundary::kContinue);
  EXPECT_EQ(system.waitit(operand), 0b11000u) << "the engine executes it again";
}

TEST_F(IdleTest, Section7_WaititIgnoresDisabledLinesAndThoseOfMorePrivilegedLevels) {
  force(kIle, 0xf0);
  force(kIto, 0xffff & ~(u64{3} << 8));  // line 4 stays with PL0
  at_level(1);
  force(kPs, ps::kIe, 0);
  force(kPso, 0xffff'ffff'ffff);
  system.set_line(3);
  EXPECT_FALSE(system.waitit(0xff).has_value()) << "line 3 is not enabled";
  system.set_line(5);
  EXPECT_FALSE(system.sleeping());
  EXPECT_EQ(system.waitit(0xff), 0x20u);
}

TEST_F(IdleTest, Section7_WaititCompletesBeforeItsLineInterrupts) {
  force(kIle, 1 << 5);
  force(kIll, u64{1} << 10);
  force(kPs, ps::kIe, 1);
  EXPECT_FALSE(system.waitit(1 << 5).has_value());
  system.set_line(5);
  EXPECT_EQ(system.service_boundary(), Boundary::kContinue);
  EXPECT_EQ(system.waitit(1 << 5), u64{1} << 5);
  state.pc += 4;
  EXPECT_EQ(system.service_boundary(), Boundary::kInterrupt);
  EXPECT_EQ(sfr(kSpcPl0), kPcOfBundle + 4);
}

TEST_F(IdleTest, Section7_MorePrivilegedInterruptBreaksIntoWaitit) {
  force(kIle, 3);
  force(kIto, 0b0100);  // line 0: PL0, line 1: PL1
  at_level(1);
  EXPECT_FALSE(system.waitit(2).has_value());
  system.set_line(0);
  EXPECT_EQ(system.service_boundary(), Boundary::kInterrupt);
  EXPECT_EQ(sfr(kSpcPl0), kPcOfBundle) << "waitit executes again after the handler";
  EXPECT_FALSE(system.sleeping());
}

TEST_F(IdleTest, Section7_WaititWithZeroMasksDoesNotWait) {
  EXPECT_EQ(system.waitit(0), 0u);
  EXPECT_FALSE(system.sleeping());
}

TEST_F(IdleTest, Section7_SyncgroupWaitsClearsAndNotifies) {
  const u64 operand = u64{0x8000} << 48 | u64{0x0004} << 32 | 0x0002'0001;
  EXPECT_FALSE(system.syncgroup(operand).done);
  EXPECT_TRUE(system.sleeping());
  system.ipe_event(true, 0);
  EXPECT_TRUE(system.sleeping());
  system.ipe_event(false, 1);
  EXPECT_FALSE(system.sleeping());
  EXPECT_TRUE(notified.empty());
  EXPECT_EQ(system.service_boundary(), Boundary::kContinue);
  system.ipe_event(true, 9);
  EXPECT_TRUE(system.syncgroup(operand).done);
  EXPECT_EQ(sfr(kIpe), u64{1} << 9) << "only the awaited events are cleared";
  ASSERT_EQ(notified.size(), 1u);
  EXPECT_EQ(notified[0], std::make_pair(u16{4}, u16{0x8000}));
}

TEST_F(IdleTest, Section7_SyncgroupWithoutAwaitedEventsOnlyNotifies) {
  EXPECT_TRUE(system.syncgroup(u64{1} << 32).done);
  EXPECT_EQ(notified.size(), 1u);
}

TEST_F(IdleTest, Section4_SyncgroupNeedsMoSyncNotMoStop) {
  force(kMo, mo::kSync, 0);
  force(kMo, mo::kStop, 3);
  at_level(1);
  const auto result = system.syncgroup(0);
  ASSERT_TRUE(result.trap.has_value());
  EXPECT_EQ(result.trap->pic, Pic::kSyncgroup);
  force(kMo, mo::kSync, 1);
  EXPECT_TRUE(system.syncgroup(0).done);
}

TEST_F(IdleTest, Section3_IpeForwardingMasksPassEventsOn) {
  force(kIpe, u64{0b10} << 32 | u64{0b100} << 48);
  system.ipe_event(true, 1);
  system.ipe_event(true, 2);
  system.ipe_event(false, 2);
  ASSERT_EQ(notified.size(), 2u);
  EXPECT_EQ(notified[0], std::make_pair(u16{2}, u16{0}));
  EXPECT_EQ(notified[1], std::make_pair(u16{0}, u16{4}));
  EXPECT_EQ(sfr(kIpe) & 0xffffffff, 0x0004'0006u);
}

TEST_F(IdleTest, IpeEventWakesAwaitOnly) {
  force(kWs, 0);
  system.ipe_event(true, 3);
  EXPECT_EQ(sfr(kWs), 1u);
}

TEST_F(IdleTest, Section7_TheRmIsNotOnTheRing) {
  CoreState rm_state;
  SystemUnit rm{rm_state, CoreConfig{.pid = 16}};
  bool called = false;
  rm.on_ipe_notify = [&](u16, u16) { called = true; };
  rm.ipe_event(true, 0);
  EXPECT_EQ(rm_state.sfr[kIpe], 0u);
  EXPECT_TRUE(rm.syncgroup(u64{1} << 32).done);
  EXPECT_FALSE(called);
}

}  // namespace
}  // namespace mppa::core
