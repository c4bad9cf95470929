// Timers, watchdog and performance monitors (architecture.md sections 7 and 8).
#include "tests/cluster/core/core_fixture.h"

namespace mppa::core {
namespace {

struct TimerTest : CoreTest {
  struct Names {
    unsigned value, reload;
    Field enable, interrupt, status, stop_in_idle;
    unsigned line;
  };
  static constexpr Names kAll[] = {
      {kT0v, kT0r, tcr::kT0ce, tcr::kT0ie, tcr::kT0st, tcr::kT0si, 0},
      {kT1v, kT1r, tcr::kT1ce, tcr::kT1ie, tcr::kT1st, tcr::kT1si, 1},
      {kWdv, kWdr, tcr::kWce, tcr::kWie, tcr::kWus, tcr::kWsi, 2},
  };
};

TEST_F(TimerTest, Section7_CountsDownOncePerCycleWhileEnabled) {
  for (const Names& timer : kAll) {
    set(timer.value, 1000);
    advance(10);
    EXPECT_EQ(get(timer.value), 1000u) << "disabled";
    wfxl(kTcr, 0, timer.enable.mask());
    advance(10);
    EXPECT_EQ(get(timer.value), 990u);
    wfxl(kTcr, timer.enable.mask(), 0);
    advance(10);
    EXPECT_EQ(get(timer.value), 990u);
  }
}

TEST_F(TimerTest, Section7_ReloadsOneTickAfterZeroAndSetsStatus) {
  for (const Names& timer : kAll) {
    set(timer.value, 5);
    set(timer.reload, 9);
    set(kTcr, timer.enable.mask());
    advance(5);
    EXPECT_EQ(get(timer.value), 0u);
    EXPECT_EQ(timer.status.get(get(kTcr)), 0u);
    advance(1);
    EXPECT_EQ(get(timer.value), 9u);
    EXPECT_EQ(timer.status.get(get(kTcr)), 1u);
    EXPECT_EQ(get(kIlr), 0u) << "interrupt not enabled";
  }
}

TEST_F(TimerTest, Section7_PeriodIsReloadPlusOne) {
  set(kT0v, 9);
  set(kT0r, 9);
  set(kTcr, tcr::kT0ce.mask() | tcr::kT0ie.mask());
  for (unsigned n = 1; n <= 3; ++n) {
    EXPECT_EQ(system.next_event_cycle(), n * 10u);
    state.cycle = n * 10 - 1;
    system.sync();
    EXPECT_EQ(sfr(kIlr), 0u);
    state.cycle = n * 10;
    system.sync();
    EXPECT_EQ(sfr(kIlr), 1u);
    force(kIlr, 0);
  }
}

TEST_F(TimerTest, LongGapsGiveTheSameValueAsSmallSteps) {
  CoreState other;
  SystemUnit small{other, CoreConfig{}};
  for (CoreState* s : {&state, &other}) {
    s->sfr[kT0v] = 17;
    s->sfr[kT0r] = 12;
    s->sfr[kTcr] = tcr::kT0ce.mask();
  }
  for (unsigned step = 0; step < 1000; ++step) {
    ++other.cycle;
    small.sync();
  }
  advance(1000);
  system.sync();
  EXPECT_EQ(sfr(kT0v), other.sfr[kT0v]);
  EXPECT_EQ(sfr(kTcr), other.sfr[kTcr]);
}

TEST_F(TimerTest, LargestReloadHasPeriodTwoToThe64) {
  set(kT0v, 0);
  set(kT0r, ~u64{0});
  set(kTcr, tcr::kT0ce.mask() | tcr::kT0ie.mask());
  advance(3);
  EXPECT_EQ(get(kT0v), ~u64{0} - 2);
  EXPECT_EQ(system.next_event_cycle(), kNever);
}

TEST_F(TimerTest, Section7_EachTimerRaisesItsLine) {
  for (const Names& timer : kAll) {
    force(kIlr, 0);
    set(timer.value, 4);
    set(timer.reload, 100);
    set(kTcr, timer.enable.mask() | timer.interrupt.mask());
    EXPECT_EQ(system.next_event_cycle(), state.cycle + 5);
    advance(5);
    system.sync();
    EXPECT_EQ(sfr(kIlr), 1u << timer.line);
  }
}

TEST_F(TimerTest, NoEventIsAnnouncedWithoutInterruptEnable) {
  set(kT0v, 5);
  set(kTcr, tcr::kT0ce.mask());
  EXPECT_EQ(system.next_event_cycle(), kNever);
}

TEST_F(TimerTest, Section7_WritingTheValueRestartsTheCountdown) {
  set(kT0v, 100);
  set(kTcr, tcr::kT0ce.mask() | tcr::kT0ie.mask());
  advance(50);
  set(kT0v, 200);
  advance(10);
  EXPECT_EQ(get(kT0v), 190u);
}

TEST_F(TimerTest, Section7_StopInIdleHoldsTheTimerOnlyWhileAsleep) {
  for (const Names& timer : kAll) {
    system.reset(0);
    set(timer.value, 1000);
    set(kTcr, timer.enable.mask() | timer.stop_in_idle.mask());
    advance(10);
    set(kWs, 0);
    ASSERT_FALSE(system.idle(0).has_value());
    ASSERT_TRUE(system.sleeping());
    advance(100);
    system.set_line(31);
    ASSERT_FALSE(system.sleeping());
    EXPECT_EQ(get(timer.value), 990u);
    advance(5);
    EXPECT_EQ(get(timer.value), 985u);
  }
}

TEST_F(TimerTest, Section7_TimerWithoutStopInIdleWakesTheCore) {
  set(kT0v, 99);
  set(kTcr, tcr::kT0ce.mask() | tcr::kT0ie.mask());
  set(kWs, 0);
  ASSERT_FALSE(system.idle(1).has_value());
  EXPECT_EQ(system.service_boundary(), Boundary::kAsleep);
  EXPECT_EQ(system.next_event_cycle(), 100u);
  state.cycle = 100;
  EXPECT_EQ(system.service_boundary(), Boundary::kContinue) << "ILE=0: wakes without interrupt";
}

TEST_F(TimerTest, Section7_WatchdogResetsOnSecondUnderflow) {
  set(kWdv, 9);
  set(kWdr, 19);
  set(kTcr, tcr::kWce.mask() | tcr::kWui.mask());
  EXPECT_EQ(system.next_event_cycle(), 10u);
  state.cycle = 10;
  system.sync();
  EXPECT_EQ(tcr::kWus.get(sfr(kTcr)), 1u);
  EXPECT_EQ(system.halt_reason(), HaltReason::kNone);
  state.cycle = 29;
  system.sync();
  EXPECT_EQ(system.halt_reason(), HaltReason::kNone);
  state.cycle = 30;
  EXPECT_EQ(system.service_boundary(), Boundary::kHalted);
  EXPECT_EQ(system.halt_reason(), HaltReason::kWatchdog);
  EXPECT_EQ(system.next_event_cycle(), kNever);
}

TEST_F(TimerTest, Section7_WatchdogAcknowledgedInTimeDoesNotReset) {
  set(kWdv, 9);
  set(kWdr, 19);
  set(kTcr, tcr::kWce.mask() | tcr::kWui.mask());
  for (unsigned n = 0; n < 5; ++n) {
    state.cycle = 10 + 20 * n;
    system.sync();
    wfxl(kTcr, tcr::kWus.mask(), 0);
  }
  EXPECT_EQ(system.halt_reason(), HaltReason::kNone);
}

TEST_F(TimerTest, Section7_WatchdogWithoutWuiOnlyInterrupts) {
  set(kWdv, 9);
  set(kWdr, 9);
  set(kTcr, tcr::kWce.mask() | tcr::kWie.mask());
  advance(100);
  system.sync();
  EXPECT_EQ(system.halt_reason(), HaltReason::kNone);
  EXPECT_EQ(sfr(kIlr), 1u << 2);
}

TEST_F(TimerTest, Section8_ResetSelectsCyclesCyclesBundlesBundles) {
  state.cycle = 100;
  state.bundles = 40;
  state.instructions = 70;
  EXPECT_EQ(get(kPm0), 100u);
  EXPECT_EQ(get(kPm1), 100u);
  EXPECT_EQ(get(kPm2), 40u);
  EXPECT_EQ(get(kPm3), 40u);
}

TEST_F(TimerTest, Section8_SelectedEventCountsFromTheWrittenValue) {
  state.instructions = 500;
  set(kPmc, 3);  // PM0 = instructions
  set(kPm0, 1000);
  state.instructions += 7;
  EXPECT_EQ(get(kPm0), 1007u);
}

TEST_F(TimerTest, Section8_StopHoldsAndResetClears) {
  advance(50);
  set(kPmc, 48);
  advance(50);
  EXPECT_EQ(get(kPm0), 50u);
  set(kPmc, 49);
  EXPECT_EQ(get(kPm0), 0u);
  set(kPm0, 5);
  advance(50);
  EXPECT_EQ(get(kPm0), 0u) << "held at 0";
  set(kPmc, 0);
  advance(3);
  EXPECT_EQ(get(kPm0), 3u);
}

TEST_F(TimerTest, Section8_ChangingTheEventKeepsTheValue) {
  state.bundles = 77;
  advance(50);
  set(kPmc, 2);
  EXPECT_EQ(get(kPm0), 50u);
  state.bundles += 4;
  advance(100);
  EXPECT_EQ(get(kPm0), 54u);
}

TEST_F(TimerTest, Section8_EngineEventsAreCounted) {
  set(kPmc, u64{static_cast<u64>(PmEvent::kIcme)} << pmc::kPm1c.lsb);
  set(kPm1, 0);
  state.events[static_cast<unsigned>(PmEvent::kIcme)] += 9;
  EXPECT_EQ(get(kPm1), 9u);
}

TEST_F(TimerTest, IdleCyclesAreCountedInAwaitSleepAndStop) {
  set(kPmc, static_cast<u64>(PmEvent::kIcc));
  set(kWs, 0);
  advance(5);
  ASSERT_FALSE(system.idle(0).has_value());
  advance(40);
  system.set_line(1);
  advance(5);
  EXPECT_EQ(get(kPm0), 40u);
}

TEST_F(TimerTest, MonitorOverflowRaisesLine3AndSavesThePc) {
  set(kPm0, ~u64{0} - 9);
  EXPECT_FALSE(wfxm(kPmc, 0, 1).has_value());  // PM0IE
  EXPECT_EQ(system.next_event_cycle(), 10u);
  state.cycle = 9;
  system.sync();
  EXPECT_EQ(sfr(kIlr), 0u);
  state.cycle = 10;
  state.pc = 0x4560;
  system.sync();
  EXPECT_EQ(sfr(kIlr), 1u << 3);
  EXPECT_EQ(get(kPmsa), 0x4560u);
  EXPECT_EQ(pmc::kSav.get(get(kPmc)), 1u);
  EXPECT_EQ(get(kPm0), 0u);
}

TEST_F(TimerTest, MonitorSaturatesWithSat) {
  EXPECT_FALSE(wfxm(kPmc, 0, u64{1} << (pmc::kSat.lsb - 32)).has_value());
  set(kPm0, ~u64{0} - 3);
  advance(100);
  EXPECT_EQ(get(kPm0), ~u64{0});
}

TEST_F(TimerTest, BundleMonitorAnnouncesNoEventLaterThanPossible) {
  state.cycle = 1000;
  state.bundles = 300;
  set(kPm2, ~u64{0} - 49);
  EXPECT_FALSE(wfxm(kPmc, 0, 4).has_value());  // PM2IE
  EXPECT_EQ(system.next_event_cycle(), 1050u) << "50 bundles take at least 50 cycles";
  state.cycle = 1050;
  state.bundles = 320;
  system.sync();
  EXPECT_EQ(sfr(kIlr), 0u);
  EXPECT_EQ(system.next_event_cycle(), 1080u);
}

}  // namespace
}  // namespace mppa::core
