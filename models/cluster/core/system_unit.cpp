#include "models/cluster/core/system_unit.h"

#include <algorithm>

namespace mppa::core {

SystemUnit::SystemUnit(CoreState& state, const CoreConfig& config)
    : state_(state), config_(config), timers_(state), monitors_(state) {
  reset(config.reset_pc);
}

void SystemUnit::reset(u64 pc) {
  for (unsigned number = 0; number < kSfrCount; ++number) state_.sfr[number] = sfr_info(number).reset;
  u64& pcr = state_.sfr[kPcr];
  pcr = pcr::kPid.set(pcr, config_.pid);
  pcr = pcr::kCid.set(pcr, config_.cid);
  pcr = pcr::kMid.set(pcr, config_.mid);
  pcr = pcr::kL1ce.set(pcr, config_.l1_coherent);
  state_.pc = state_.code_address(pc);
  state_.arithmetic_armed = false;
  sleep_ = SleepState::kRunning;
  waitit_done_ = false;
  halt_reason_ = HaltReason::kNone;
  last_sync_cycle_ = state_.cycle;
  timers_.reset(state_.cycle);
  monitors_.reset();
  refresh_next_event();
  context_changed();
}

void SystemUnit::sync() {
  if (halt_reason_ != HaltReason::kNone) {  // counters are in reset
    last_sync_cycle_ = state_.cycle;
    timers_.reset(state_.cycle);
    return;
  }
  const bool idle = counters_idle();
  if (idle) state_.events[static_cast<unsigned>(PmEvent::kIcc)] += state_.cycle - last_sync_cycle_;
  last_sync_cycle_ = state_.cycle;
  const Timers::Events events = timers_.sync(state_.cycle, idle);
  const bool overflow = monitors_.sync();
  if (events.watchdog_reset) return halt(HaltReason::kWatchdog);
  refresh_next_event();
  raise_lines(events.lines | (overflow ? u32{1} << static_cast<unsigned>(Line::kPerformanceMonitor) : 0));
}

void SystemUnit::refresh_next_event() {
  next_event_ = halt_reason_ != HaltReason::kNone
                    ? kNever
                    : std::min(timers_.next_event_cycle(counters_idle()), monitors_.next_event_cycle());
}

Boundary SystemUnit::service_boundary() {
  sync();
  if (halt_reason_ != HaltReason::kNone) return Boundary::kHalted;
  if (counters_idle()) return Boundary::kAsleep;
  if (step_ready() && !sleeping()) {
    take_step_ready();
    return Boundary::kDebug;
  }
  std::optional<unsigned> line = pending_;
  if (sleep_ == SleepState::kWaitit || waitit_done_) {
    // A waiting or completing waitit keeps its own level's lines for itself.
    line = find_interrupt(static_cast<u32>(state_.sfr[kIlr] & state_.sfr[kIle]) & ~own_pending_lines());
  }
  waitit_done_ = false;
  if (line) {
    sleep_ = SleepState::kRunning;
    take_interrupt(*line);
    return Boundary::kInterrupt;
  }
  return sleeping() ? Boundary::kAsleep : Boundary::kContinue;
}

}  // namespace mppa::core
