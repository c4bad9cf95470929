// Idle states and wake-up: await, sleep, stop, waitit, syncgroup, inter-PE events (architecture.md section 7).
#include "models/cluster/core/system_unit.h"

namespace mppa::core {
namespace {

constexpr u64 kWakeByEvent = 1;            // WS.WU0
constexpr u64 kWakeByPowerController = 4;  // WS.WU2
constexpr u64 kIpeEvents = 0xffffffff;     // FE and BE of IPE, and the awaited events of syncgroup

}  // namespace

std::optional<Trap> SystemUnit::idle(unsigned level) {
  if (level == 2) {
    if (auto trap = check_privileged(state_, Pic::kStop, 1)) return trap;
  }
  sync();
  if (((state_.sfr[kWs] >> level) & 1) == 0) {
    sleep_ = level == 0 ? SleepState::kAwait : level == 1 ? SleepState::kSleep : SleepState::kStop;
    refresh_next_event();
    refresh();
  }
  return std::nullopt;
}

std::optional<u64> SystemUnit::waitit(u64 operand) {
  sync();
  wait_operand_ = operand;
  waitit_done_ = false;
  sleep_ = SleepState::kWaitit;
  const bool satisfied = operand == 0 || wake_condition();
  if (satisfied) sleep_ = SleepState::kRunning;
  refresh();
  return satisfied ? std::optional<u64>(own_pending_lines()) : std::nullopt;
}

SystemUnit::SyncgroupResult SystemUnit::syncgroup(u64 operand) {
  if (auto trap = check_privileged(state_, Pic::kSyncgroup, 1)) return {trap, false};
  sync();
  const u64 awaited = operand & kIpeEvents;
  if ((state_.sfr[kIpe] & awaited) != awaited) {
    wait_operand_ = operand;
    sleep_ = SleepState::kSyncgroup;
    refresh();
    return {};
  }
  state_.sfr[kIpe] &= ~awaited;
  notify_neighbours(static_cast<u16>(operand >> 32), static_cast<u16>(operand >> 48));
  return {std::nullopt, true};
}

void SystemUnit::notify_neighbours(u16 forward, u16 backward) {
  if (!config_.is_rm() && (forward | backward) != 0 && on_ipe_notify) on_ipe_notify(forward, backward);
}

void SystemUnit::ipe_event(bool forward, unsigned index) {
  if (config_.is_rm()) return;  // the RM is not on the ring
  sync();
  const unsigned bit = (index & 15) + (forward ? ipe::kFe.lsb : ipe::kBe.lsb);
  u64& ipe = state_.sfr[kIpe];
  ipe |= u64{1} << bit;
  state_.sfr[kWs] |= kWakeByEvent;
  const bool pass_on = ((ipe >> (bit + ipe::kFm.lsb)) & 1) != 0;
  try_wake();
  refresh();
  const u16 event = static_cast<u16>(1u << (index & 15));
  if (pass_on) notify_neighbours(forward ? event : u16{0}, forward ? u16{0} : event);
}

void SystemUnit::power_wakeup() {
  sync();
  if (halt_reason_ != HaltReason::kNone) reset(config_.reset_pc);
  state_.sfr[kWs] |= kWakeByPowerController;
  try_wake();
  refresh();
}

/// Whether what the core sleeps for has happened.
bool SystemUnit::wake_condition() const {
  switch (sleep_) {
    case SleepState::kRunning:
      return true;
    case SleepState::kAwait:
      return (state_.sfr[kWs] & 1) != 0;
    case SleepState::kSleep:
      return (state_.sfr[kWs] & 2) != 0;
    case SleepState::kStop:
      return (state_.sfr[kWs] & 4) != 0;
    case SleepState::kSyncgroup: {
      const u64 awaited = wait_operand_ & kIpeEvents;
      return (state_.sfr[kIpe] & awaited) == awaited;
    }
    case SleepState::kWaitit: {
      const u32 any = static_cast<u32>(wait_operand_);
      const u32 all = static_cast<u32>(wait_operand_ >> 32);
      const u32 lines = own_pending_lines();
      return (lines & any) != 0 || (all != 0 && (lines & all) == all);
    }
  }
  return true;
}

void SystemUnit::try_wake() {
  if (sleep_ == SleepState::kRunning || !wake_condition()) return;
  waitit_done_ = sleep_ == SleepState::kWaitit;
  sleep_ = SleepState::kRunning;
  refresh_next_event();
}

/// Await, sleep and stop are idle time for the timers (TCR.SI) and the idle-cycle monitor event; waits on interrupts or
/// neighbours are not.
bool SystemUnit::counters_idle() const {
  return sleep_ == SleepState::kAwait || sleep_ == SleepState::kSleep || sleep_ == SleepState::kStop;
}

}  // namespace mppa::core
