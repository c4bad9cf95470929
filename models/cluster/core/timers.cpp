#include "models/cluster/core/timers.h"

namespace mppa::core {
namespace {

/// The registers and TCR bits of one counter.
struct Counter {
  u16 value;
  u16 reload;
  Field enable;
  Field interrupt_enable;
  Field status;
  Field stop_in_idle;
  u32 line;
};

constexpr Counter kTimer0{kT0v, kT0r, tcr::kT0ce, tcr::kT0ie, tcr::kT0st, tcr::kT0si, 0};
constexpr Counter kTimer1{kT1v, kT1r, tcr::kT1ce, tcr::kT1ie, tcr::kT1st, tcr::kT1si, 1};
constexpr Counter kWatchdog{kWdv, kWdr, tcr::kWce, tcr::kWie, tcr::kWus, tcr::kWsi, 2};

bool runs(u64 tcr, const Counter& counter, bool idle) {
  return counter.enable.get(tcr) != 0 && !(idle && counter.stop_in_idle.get(tcr) != 0);
}

/// Counts `value` down by `ticks`, reloading one tick after 0. Returns the number of reloads, at most 2.
unsigned count_down(u64& value, u64 reload, u64 ticks) {
  if (ticks <= value) {
    value -= ticks;
    return 0;
  }
  ticks -= value + 1;      // the tick that reloads
  if (reload == kNever) {  // period 2^64
    value = reload - ticks;
    return 1;
  }
  const u64 period = reload + 1;
  value = reload - ticks % period;
  return ticks >= period ? 2 : 1;
}

}  // namespace

Timers::Events Timers::sync(u64 now, bool idle) {
  Events events;
  const u64 ticks = now - last_sync_;
  last_sync_ = now;
  if (ticks == 0) return events;
  u64& tcr = state_.sfr[kTcr];
  const u64 before = tcr;
  for (const Counter& counter : {kTimer0, kTimer1, kWatchdog}) {
    if (!runs(before, counter, idle)) continue;
    const unsigned underflows = count_down(state_.sfr[counter.value], state_.sfr[counter.reload], ticks);
    if (underflows == 0) continue;
    tcr = counter.status.set(tcr, 1);
    if (counter.interrupt_enable.get(before) != 0) events.lines |= u32{1} << counter.line;
    const bool again = underflows > 1 || counter.status.get(before) != 0;
    if (counter.line == kWatchdog.line && again && tcr::kWui.get(before) != 0) events.watchdog_reset = true;
  }
  return events;
}

u64 Timers::next_event_cycle(bool idle) const {
  const u64 tcr = state_.sfr[kTcr];
  u64 next = kNever;
  for (const Counter& counter : {kTimer0, kTimer1, kWatchdog}) {
    const bool may_reset = counter.line == kWatchdog.line && tcr::kWui.get(tcr) != 0;
    if (!runs(tcr, counter, idle) || (counter.interrupt_enable.get(tcr) == 0 && !may_reset)) continue;
    const u64 value = state_.sfr[counter.value];
    if (value >= kNever - last_sync_ - 1) continue;
    const u64 underflow = last_sync_ + value + 1;
    if (underflow < next) next = underflow;
  }
  return next;
}

}  // namespace mppa::core
