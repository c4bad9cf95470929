#include "models/cluster/core/performance_monitors.h"

#include <algorithm>

#include "models/cluster/core/timers.h"

namespace mppa::core {
namespace {

constexpr unsigned kMonitors = 4;
constexpr u64 number(PmEvent event) { return static_cast<u64>(event); }

/// The most that an event can count per cycle: how early a monitor can overflow.
constexpr u64 growth_per_cycle(unsigned event) {
  switch (static_cast<PmEvent>(event)) {
    case PmEvent::kPcc:
    case PmEvent::kIcc:
    case PmEvent::kEbe:
      return 1;
    case PmEvent::kEnie:
    case PmEvent::kEnse:
      return 8;  // syllables of a bundle
    default:
      return 64;  // bytes of the largest access
  }
}

}  // namespace

unsigned PerformanceMonitors::event_of(unsigned monitor) const {
  return static_cast<unsigned>((state_.sfr[kPmc] >> (monitor * pmc::kPm1c.lsb)) & pmc::kPm0c.value_mask());
}

bool PerformanceMonitors::interrupt_enabled(unsigned monitor) const {
  return ((state_.sfr[kPmc] >> (pmc::kPm0ie.lsb + monitor)) & 1) != 0;
}

u64 PerformanceMonitors::count_of(unsigned event) const {
  switch (static_cast<PmEvent>(event)) {
    case PmEvent::kPcc:
      return state_.cycle;
    case PmEvent::kEbe:
      return state_.bundles;
    case PmEvent::kEnie:
      return state_.instructions;
    case PmEvent::kSe:
    case PmEvent::kRe:
      return 0;
    default:
      return state_.events[event];
  }
}

void PerformanceMonitors::reset() {
  for (unsigned monitor = 0; monitor < kMonitors; ++monitor) {
    const unsigned event = event_of(monitor);
    if (event == number(PmEvent::kRe)) state_.sfr[kPm0 + monitor] = 0;
    seen_[monitor] = count_of(event);
  }
}

bool PerformanceMonitors::sync() {
  bool interrupt = false;
  for (unsigned monitor = 0; monitor < kMonitors; ++monitor) {
    const unsigned event = event_of(monitor);
    u64& value = state_.sfr[kPm0 + monitor];
    if (event == number(PmEvent::kRe)) value = 0;
    const u64 count = count_of(event);
    const u64 growth = count - seen_[monitor];
    seen_[monitor] = count;
    const bool wrapped = growth > ~value;
    value = wrapped && pmc::kSat.get(state_.sfr[kPmc]) != 0 ? ~u64{0} : value + growth;
    interrupt = interrupt || (wrapped && interrupt_enabled(monitor));
  }
  if (interrupt && pmc::kSav.get(state_.sfr[kPmc]) == 0) {
    state_.sfr[kPmc] |= pmc::kSav.mask();
    state_.sfr[kPmsa] = state_.pc;
  }
  return interrupt;
}

u64 PerformanceMonitors::next_event_cycle() const {
  u64 next = kNever;
  for (unsigned monitor = 0; monitor < kMonitors; ++monitor) {
    const unsigned event = event_of(monitor);
    if (!interrupt_enabled(monitor) || event == number(PmEvent::kSe) || event == number(PmEvent::kRe)) continue;
    const u64 missing = (~state_.sfr[kPm0 + monitor] - (count_of(event) - seen_[monitor])) / growth_per_cycle(event);
    if (missing < kNever - state_.cycle - 1) next = std::min(next, state_.cycle + missing + 1);
  }
  return next;
}

}  // namespace mppa::core
