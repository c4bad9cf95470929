// The thread of a cluster: which core runs, until when, and how events reach it. See the essay in cluster.h.
#include <algorithm>
#include <utility>

#include "models/cluster/cluster.h"
#include "models/cluster/core/core_state.h"
#include "models/cluster/core/system_unit.h"
#include "models/cluster/core_bus.h"
#include "models/cluster/timing/model.h"

namespace mppa::cluster {
namespace {

constexpr u64 kNever = ~u64{0};

}  // namespace

void Cluster::run() {
  for (;;) {
    const u64 now = sc_core::sc_time_stamp().value();
    const u64 next = advance(clock_.cycles_from(now + params_.quantum_ps));
    if (next == kNever) {
      wait(wake_event_);
      continue;
    }
    const u64 until = clock_.ps_of(next);
    if (until > now) wait(sc_core::sc_time::from_value(until - now), wake_event_);
  }
}

/// The cycle in which the core does something next, if nothing more arrives.
u64 Cluster::next_cycle(const CoreSlot& slot) const {
  const u64 event = slot.events.empty() ? kNever : slot.events.front().cycle;
  if (slot.in_reset) return event;
  const core::CoreState& state = slot.core->state();
  if (!slot.core->system().sleeping() && !slot.spin.loop) return state.cycle;
  return std::max(state.cycle, std::min(event, slot.core->system().next_event_cycle()));
}

/// Runs the cores up to `horizon`; returns the next cycle in which one has something to do.
u64 Cluster::advance(u64 horizon) {
  look_ahead();
  for (;;) {
    unsigned chosen = 0;
    u64 first = kNever, second = kNever;
    for (unsigned i = 0; i < kCoreCount; ++i) {
      const u64 c = next_cycle(cores_[i]);
      if (c < first) {
        second = first;
        first = c;
        chosen = i;
      } else {
        second = std::min(second, c);
      }
    }
    if (held_in_reset_) return kNever;
    if (first >= horizon || (cores_[chosen].waits_for_chip && first > chip_limit_)) return first;
    CoreSlot& slot = cores_[chosen];
    local_limit_ = second;
    // Slices do not end at the horizon, nor where a core waits for the chip: who runs when then does not depend on the
    // quantum.
    // Nor does a core run on alone until one that sleeps has its timer: devices write to the memory it polls.
    if (!slot.waits_for_chip)
      slot.slice_end =
          (second == kNever ? first : std::min(second, first + params_.slice_cycles)) + params_.slice_cycles;
    slot.waits_for_chip = false;

    if (slot.spin.loop) end_spin(chosen, first);
    deliver_due(chosen, first);
    if (slot.in_reset) continue;
    u64 limit = slot.slice_end;
    if (!slot.events.empty()) limit = std::min(limit, slot.events.front().cycle);
    limit = std::max(limit, std::max(first, slot.core->state().cycle) + 1);
    if (slot.spin.probing) {
      probe(chosen, limit);
    } else {
      running_ = static_cast<int>(chosen);
      const engine::RunResult result = slot.core->run_until(limit);
      running_ = -1;
      handle_stop(chosen, result);
      if (!slot.waits_for_chip) consider_probe(chosen);
    }
  }
}

/// Whether the running core must let others catch up before it exchanges something at cycle `now`.
bool Cluster::must_wait(u64 now) {
  if (now > local_limit_) return true;
  if (now <= chip_limit_) return false;
  cores_[static_cast<unsigned>(running_)].waits_for_chip = true;
  return true;
}

/// Finds out how long nothing happens in the kernel. To be called from this thread, and again when it has given the
/// kernel something to do.
void Cluster::look_ahead() {
  const u64 quiet = sc_core::sc_time_to_pending_activity().value();
  const u64 present = sc_core::sc_time_stamp().value();
  chip_limit_ = clock_.cycles_at(std::min(quiet, params_.quantum_ps) + present);
}

void Cluster::handle_stop(unsigned core, const engine::RunResult& result) {
  switch (result.reason) {
    case engine::StopReason::kLimit:
    case engine::StopReason::kIdle:
      return;
    case engine::StopReason::kReset:
      cores_[core].watchdog = cores_[core].core->system().halt_reason() == core::HaltReason::kWatchdog;
      break;
    default:
      break;
  }
  cores_[core].in_reset = true;
  if (on_core_stop) on_core_stop({core, result});
}

/// Delivers what is due up to `cycle`, the moment the core was chosen for.
void Cluster::deliver_due(unsigned core, u64 cycle) {
  CoreSlot& slot = cores_[core];
  while (!slot.events.empty() && slot.events.front().cycle <= cycle) {
    const Event event = slot.events.front();
    slot.events.pop_front();
    deliver(core, event);
  }
}

void Cluster::deliver(unsigned core, const Event& event) {
  CoreSlot& slot = cores_[core];
  engine::Core& c = *slot.core;
  slot.spin.probing = false;
  if (event.kind == Event::Kind::kStart) {
    const u64 since = c.state().cycle;
    c.reset(std::max(since, event.cycle));
    slot.cycles_in_reset += c.state().cycle - since;
    c.state().pc = event.argument;
    // Code above 4 GiB cannot switch to 64-bit addresses itself: its first fetch would already go astray.
    if (event.argument >> 32 != 0) c.state().sfr[core::kPs] |= core::ps::kV64.mask();
    c.timing().reset(event.argument);
    slot.in_reset = false;
    return;
  }
  if (slot.in_reset) return;
  // A sleeping core is brought to the moment of the event first; its sleep ends there.
  if (event.cycle > c.state().cycle) {
    const int outer = std::exchange(running_, static_cast<int>(core));
    const engine::RunResult result = c.run_until(event.cycle);
    running_ = outer;
    handle_stop(core, result);
  }
  core::SystemUnit& system = c.system();
  switch (event.kind) {
    case Event::Kind::kLine:
      system.set_line(static_cast<unsigned>(event.argument));
      break;
    case Event::Kind::kWake:
      system.power_wakeup();
      break;
    case Event::Kind::kForward:
      system.ipe_event(true, static_cast<unsigned>(event.argument));
      break;
    case Event::Kind::kBackward:
      system.ipe_event(false, static_cast<unsigned>(event.argument));
      break;
    case Event::Kind::kStart:
      break;
  }
}

/// Queues an event for a core. An event that the running core causes for itself is delivered at once: it is due at this
/// very bundle boundary.
void Cluster::post(unsigned core, Event event, const sc_core::sc_time& when) {
  CoreSlot& slot = cores_[core];
  event.cycle = clock_.cycles_from(when.value());
  if (running_ == static_cast<int>(core) && event.cycle <= slot.core->state().cycle + params_.slice_cycles) {
    event.cycle = slot.core->state().cycle;
    deliver(core, event);
    return;
  }
  const auto at = std::upper_bound(slot.events.begin(), slot.events.end(), event.cycle,
                                   [](u64 cycle, const Event& e) { return cycle < e.cycle; });
  slot.events.insert(at, event);
  local_limit_ = std::min(local_limit_, event.cycle);
  // Within the thread the next choice of a core sees the event; outside it the thread may be waiting.
  if (running_ < 0) {
    const sc_core::sc_time& now = sc_core::sc_time_stamp();
    wake_event_.notify(when > now ? when - now : sc_core::SC_ZERO_TIME);
  }
}

CoreFsm Cluster::fsm(unsigned core) const {
  const CoreSlot& slot = cores_[core];
  if (slot.in_reset) return CoreFsm::kResetting;
  return slot.core->system().sleep_state() == core::SleepState::kStop ? CoreFsm::kSleep : CoreFsm::kRunning;
}

CoreIdle Cluster::idle(unsigned core) const {
  const CoreSlot& slot = cores_[core];
  if (slot.in_reset) return CoreIdle::kStopped;
  switch (slot.core->system().sleep_state()) {
    case core::SleepState::kRunning:
      return CoreIdle::kRunning;
    case core::SleepState::kStop:
      return CoreIdle::kStopped;
    default:
      return CoreIdle::kAwait;
  }
}

bool Cluster::watchdog_fired(unsigned core) const { return cores_[core].watchdog; }
void Cluster::acknowledge_watchdog(unsigned core) { cores_[core].watchdog = false; }

void Cluster::start(unsigned core, u64 pc, const sc_core::sc_time& when) {
  post(core, {0, Event::Kind::kStart, pc}, when);
}

void Cluster::wake(unsigned core, const sc_core::sc_time& when) { post(core, {0, Event::Kind::kWake, 0}, when); }

void Cluster::start_rm(u64 pc, const sc_core::sc_time& when) {
  if (cores_[kRmIndex].in_reset) start(kRmIndex, pc, when);
}

void Cluster::reset_all(const sc_core::sc_time&) {
  for (CoreSlot& slot : cores_) {
    if (slot.spin.loop) end_spin(slot.spin.core, slot.core->state().cycle);
    slot.spin.probing = false;
    slot.in_reset = true;
    slot.watchdog = slot.waits_for_chip = false;
    slot.events.clear();
  }
}

void Cluster::set_reset(bool asserted, const sc_core::sc_time& when) {
  held_in_reset_ = asserted;
  if (!asserted) return;
  reset_all(when);
  // In a process of their own: the write that asks for it may come from one of them.
  const sc_core::sc_time& now = sc_core::sc_time_stamp();
  reset_event_.notify(when > now ? when - now : sc_core::SC_ZERO_TIME);
}

/// Sources of interrupts come before the interrupt controller.
void Cluster::reset_blocks() {
  const sc_core::sc_time& now = sc_core::sc_time_stamp();
  dma_.reset(now);
  for (auto& unit : crypto_) unit->reset(now);
  for (Iommu& iommu : crypto_iommu_) iommu.reset(now);
  dma_tx_iommu_.reset(now);
  dma_rx_iommu_.reset(now);
  mailboxes_.reset(now);
  ipi_.reset(now);
  gic_.reset(now);
  power_.reset(now);
  secure_.reset(now);
  if (l2_) l2_->reset();
}

}  // namespace mppa::cluster
