#include "models/cluster/engine/reference/reference_engine.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "isa/opcodes.h"
#include "models/cluster/engine/reference/alu.h"
#include "models/cluster/engine/reference/run.h"
#include "models/cluster/isa/op_info.h"

namespace mppa::engine {

using timing::LoopContext;

namespace {

std::string hex(u64 value) {
  std::array<char, 16> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, 16).ptr;
  return "0x" + std::string(digits.data(), end);
}

/// A trap that found its handler's level already busy with one; `sfr` as it was before the core went to reset.
std::string describe_crash(const core::Trap& trap, u64 pc, const std::array<u64, core::kSfrCount>& sfr) {
  const u64 pl = core::ps::kPl.get(sfr[core::kPs]);
  return "exception inside a double-exception handler, or before PS.ET was cleared (trap " +
         std::string(core::trap_name(trap.code)) + " at pc " + hex(pc) + ", address " + hex(trap.ea) +
         "; exception before it: SPC " + hex(sfr[core::kSpcPl0 + pl]) + ", ES " + hex(sfr[core::kEsPl0 + pl]) +
         ", EA " + hex(sfr[core::kEaPl0 + pl]) + ")";
}

}  // namespace

LoopContext loop_context(const core::CoreState& state) {
  const bool active =
      core::ps::kHle.get(state.sfr[core::kPs]) != 0 && state.sfr[core::kLe] != 0 && state.sfr[core::kLc] != 1;
  return active ? LoopContext{state.sfr[core::kLs], state.sfr[core::kLe]} : LoopContext{};
}

ReferenceEngine::ReferenceEngine(CoreParts parts)
    : parts_(parts), state_(parts_.state), fetch_unit_(parts_), data_port_(parts_) {}

void ReferenceEngine::forget_code() { fetch_unit_.forget(); }

RunResult ReferenceEngine::run_until(u64 cycle_limit) {
  while (state_.cycle < cycle_limit) {
    const u64 pc = state_.pc;
    const Step result = step(cycle_limit);
    parts_.meter.charge(pc);
    switch (result) {
      case Step::kDone:
        break;
      case Step::kAsleep:
        return {StopReason::kIdle, state_.cycle, 0, {}};
      case Step::kAhead:
        return {StopReason::kLimit, state_.cycle, 0, {}};
      case Step::kStopped:
        return stop_;
    }
  }
  return {StopReason::kLimit, state_.cycle, 0, {}};
}

ReferenceEngine::Step ReferenceEngine::step(u64 idle_limit) {
  if (state_.attention || state_.cycle >= parts_.system.next_event_cycle()) {
    bool handled = false;
    const Step result = boundary(idle_limit, handled);
    if (handled) return result;
  }
  return execute_bundle();
}

/// What is due between two bundles; `handled` stays false if the next bundle is to be executed now.
ReferenceEngine::Step ReferenceEngine::boundary(u64 idle_limit, bool& handled) {
  switch (parts_.system.service_boundary()) {
    case core::Boundary::kContinue:
      return Step::kDone;
    case core::Boundary::kInterrupt:
    case core::Boundary::kDebug: {
      handled = true;
      ++parts_.stats.interrupts;
      enter_between_bundles();
      return Step::kDone;
    }
    case core::Boundary::kAsleep: {
      handled = true;
      const u64 until = std::min(idle_limit, std::max(parts_.system.next_event_cycle(), state_.cycle + 1));
      parts_.stats.stalls[static_cast<unsigned>(timing::Stall::kIdle)] += until - state_.cycle;
      state_.cycle = until;
      return until >= idle_limit ? Step::kAsleep : Step::kDone;
    }
    case core::Boundary::kHalted:
      handled = true;
      return stop_with(
          StopReason::kReset, 0,
          parts_.system.halt_reason() == core::HaltReason::kWatchdog ? "the watchdog reset the core" : crash_);
  }
  return Step::kDone;
}

/// An exception was taken at this boundary; PC is its vector.
void ReferenceEngine::enter_between_bundles() {
  if (!pipeline()) return;
  state_.cycle = parts_.timing.enter_from_interrupt(state_.cycle, state_.pc, loop_context(state_), parts_.stats.stalls);
}

ReferenceEngine::Step ReferenceEngine::execute_bundle() {
  Run run(state_);
  run.pc = state_.pc;
  run.earliest = run.issue = state_.cycle;
  if (state_.debug_armed) {
    if (const auto event = parts_.system.check_breakpoint()) return take_debug(run, *event);
  }
  Fetched fetched;
  if (const auto trap = fetch_unit_.fetch(run.pc, fetched)) return take_trap(run, *trap);
  if (parts_.bus.ahead(state_.cycle) && must_wait(*fetched.code)) return Step::kAhead;
  run.code = fetched.code;
  run.next_pc = run.pc + 4 * u64{run.code->syllables};
  const LoopContext loop = loop_context(state_);
  if (pipeline()) run.issue = parts_.timing.fetch_lines(run.issue, fetched.lines, loop, run.stalls);
  const bool ends_loop = loop.end != 0 && run.next_pc == loop.end;
  if (run.code->error != isa::DecodeError::kNone || (ends_loop && run.code->never_last))
    return take_trap(run, core::opcode_trap(run.code->syllables));
  if (pipeline()) run.issue = parts_.timing.issue(run.issue, run.code->timing, run.pc, loop, run.stalls);

  state_.cycle = run.issue;  // what the bundle's instructions see in timers and monitors
  const bool stepped = state_.debug_armed && parts_.system.step_active();
  for (const isa::Insn& insn : run.code->bundle.view()) {
    execute_insn(insn, run);
    if (run.trap) return take_trap(run, *run.trap);
    if (!run.unmodelled.empty()) return stop_with(StopReason::kUnmodelled, 0, run.unmodelled);
  }
  if (run.waits) return sleep_in_bundle(run);
  if (run.memory_insn != nullptr) perform_memory(run);
  if (run.debug) return take_debug(run, *run.debug);
  if (run.trap) return take_trap(run, *run.trap);
  const Step result = retire(run);
  if (result == Step::kDone && stepped && parts_.system.step_due()) {
    core::Trap details;
    if (run.memory_insn != nullptr) details = data_port_.bus_error(*run.memory_insn, run.memory);
    details.bundle_size = run.code->syllables;
    parts_.system.take_debug(core::SystemUnit::step_event(details));
    enter_between_bundles();
  }
  return result;
}

void ReferenceEngine::execute_insn(const isa::Insn& insn, Run& run) {
  switch (isa::info(insn.op).kind) {
    case isa::Kind::kAlu:
      execute_alu(insn, state_, run.effects);
      break;
    case isa::Kind::kLoad:
    case isa::Kind::kStore:
    case isa::Kind::kAtomic:
    case isa::Kind::kCache:
      prepare_memory(insn, run);
      break;
    case isa::Kind::kBranch:
      execute_branch(insn, run);
      break;
    case isa::Kind::kSystem:
      execute_system(insn, run);
      break;
    case isa::Kind::kTca:
      run.unmodelled = "coprocessor instruction '" + std::string(isa::info(insn.op).mnemonic) +
                       "': the tensor coprocessor is not modelled yet";
      break;
  }
}

/// Nothing of the bundle can trap any more: change the state and advance time.
ReferenceEngine::Step ReferenceEngine::retire(Run& run) {
  timing::Executed done{{}, run.issue, 0};
  const bool has_memory = run.memory_insn != nullptr;
  if (pipeline()) {
    done = parts_.timing.execute(run.issue, run.code->timing, has_memory ? &run.memory.timing : nullptr, run.stalls);
    parts_.stats.l1d_hits += done.memory.hits;
    parts_.stats.l1d_misses += done.memory.misses;
  }
  if (has_memory) count_access(run);
  const u64 old_cs = state_.sfr[core::kCs];
  run.effects.commit(state_);
  if (run.return_address) state_.sfr[core::kRa] = *run.return_address;
  if (run.sfr_write) parts_.system.commit(*run.sfr_write);
  if (state_.arithmetic_armed && run.effects.cs_changed()) parts_.system.cs_changed(old_cs, run.pc);

  if (run.loop) {
    state_.sfr[core::kLs] = run.loop->start;
    state_.sfr[core::kLe] = run.loop->end;
    state_.sfr[core::kLc] = run.loop->count;
  } else if (const LoopContext loop = loop_context(state_); loop.end != 0 && !run.taken && run.next_pc == loop.end) {
    run.next_pc = loop.start;
    if (state_.sfr[core::kLc] != 0) --state_.sfr[core::kLc];
  }
  if (run.sets_pc)
    run.next_pc = state_.pc;
  else
    state_.pc = run.next_pc;
  ++state_.bundles;
  state_.instructions += run.code->bundle.count;
  parts_.stats.branches_taken += run.taken;
  if (log_ != nullptr) note(run);

  run.next_boundary = run.issue + 1;
  if (pipeline())
    run.next_boundary = parts_.timing.next(done, run.code->timing, {run.taken, run.refetch, run.next_pc},
                                           loop_context(state_), run.stalls);
  state_.cycle = run.next_boundary;
  trace(run, false);
  if (run.exit_status) return stop_with(StopReason::kExit, *run.exit_status, {});
  return Step::kDone;
}

void ReferenceEngine::count_access(const Run& run) {
  const timing::MemAccess& m = run.memory.timing;
  if (!m.performed) return;
  CoreStats& stats = parts_.stats;
  switch (m.kind) {
    case timing::MemKind::kLoad:
      ++stats.loads;
      stats.uncached += !m.cached;
      break;
    case timing::MemKind::kStore:
      ++stats.stores;
      stats.uncached += !m.cached;
      break;
    case timing::MemKind::kAtomic:
      ++stats.atomics;
      break;
    default:
      break;
  }
}

/// The bundle waits in place (waitit, syncgroup) and will be executed again.
ReferenceEngine::Step ReferenceEngine::sleep_in_bundle(Run& run) {
  for (unsigned i = 0; i < timing::kStallKinds; ++i) parts_.stats.stalls[i] += run.stalls[i];
  return Step::kDone;
}

ReferenceEngine::Step ReferenceEngine::take_trap(Run& run, core::Trap trap) {
  if (run.code != nullptr) trap.bundle_size = run.code->syllables;
  state_.cycle = run.issue;
  const std::array<u64, core::kSfrCount> before = state_.sfr;
  parts_.system.take_trap(trap);
  if (parts_.system.halt_reason() != core::HaltReason::kNone) {
    crash_ = describe_crash(trap, run.pc, before);
    crash_site_ = {run.pc, before[core::kRa], before[core::kSpcPl0 + core::ps::kPl.get(before[core::kPs])]};
  }
  enter_exception(run);
  return Step::kDone;
}

ReferenceEngine::Step ReferenceEngine::take_debug(Run& run, const core::DebugEvent& event) {
  state_.cycle = run.issue;
  parts_.system.take_debug(event);
  enter_exception(run);
  return Step::kDone;
}

/// The bundle is abandoned at its issue cycle; SystemUnit has set PC to the handler.
void ReferenceEngine::enter_exception(Run& run) {
  ++parts_.stats.traps;
  run.next_boundary = run.issue + 1;
  if (pipeline())
    run.next_boundary = parts_.timing.enter_from_trap(run.issue, state_.pc, loop_context(state_), run.stalls);
  state_.cycle = run.next_boundary;
  trace(run, true);
}

ReferenceEngine::Step ReferenceEngine::stop_with(StopReason reason, int status, std::string message) {
  stop_ = {reason, state_.cycle, status, std::move(message), crash_site_};
  if (reason == StopReason::kUnmodelled) stop_.site = {state_.pc, state_.sfr[core::kRa], 0};
  return Step::kStopped;
}

void ReferenceEngine::trace(const Run& run, bool trapped) {
  for (unsigned i = 0; i < timing::kStallKinds; ++i) parts_.stats.stalls[i] += run.stalls[i];
  if (!parts_.hooks.trace) return;
  BundleEvent event;
  event.pc = run.pc;
  event.earliest = run.earliest;
  event.issue = run.issue;
  event.next = run.next_boundary;
  event.bundle = run.code != nullptr && run.code->error == isa::DecodeError::kNone ? &run.code->bundle : nullptr;
  event.stalls = run.stalls;
  event.trapped = trapped;
  parts_.hooks.trace(event);
}

void ReferenceEngine::begin_probe() { finder_ = std::make_unique<SpinFinder>(parts_, *this); }

ProbeResult ReferenceEngine::probe(u64 cycle_limit) { return finder_->go_on(cycle_limit); }

std::unique_ptr<Engine> make_reference_engine(CoreParts parts) { return std::make_unique<ReferenceEngine>(parts); }

}  // namespace mppa::engine
