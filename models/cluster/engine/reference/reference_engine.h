// The reference engine: one bundle at a time, as plainly as possible.
//
// A bundle is fetched and decoded; the timing model says when it issues; all its instructions compute their results
// from the state before it; only when nothing can trap any more are memory, registers and SFRs changed. The fast engine
// owns one of these and hands it every bundle that is not hot, so the meaning of such bundles exists once.
#pragma once

#include <optional>

#include "models/cluster/core/system_unit.h"
#include "models/cluster/engine/core.h"
#include "models/cluster/engine/data_port.h"
#include "models/cluster/engine/fetch_unit.h"
#include "models/cluster/engine/reference/effects.h"
#include "models/cluster/engine/reference/spin_finder.h"
#include "models/cluster/timing/model.h"

namespace mppa::engine {

/// The hardware loop as fetch and next-PC logic see it at a bundle boundary: PS.HLE = 1, LE != 0, LC != 1.
timing::LoopContext loop_context(const core::CoreState& state);

/// Adds up CoreState::events (performance-monitor events) from the statistics.
void publish_events(const CoreStats& stats, core::CoreState& state);

class ReferenceEngine : public Engine {
 public:
  explicit ReferenceEngine(CoreParts parts);

  RunResult run_until(u64 cycle_limit) override;
  void forget_code() override;
  void begin_probe() override;
  ProbeResult probe(u64 cycle_limit) override;

  enum class Step : u8 {
    kDone,     ///< a bundle, an exception entry or part of a sleep is done
    kAsleep,   ///< the core sleeps and its clock is at `idle_limit`
    kStopped,  ///< see stop()
    kAhead,    ///< nothing is done: others have to catch up first (CoreBus::ahead)
  };
  /// One bundle boundary and what follows it: an exception entry, one bundle, or, asleep, the way to the next event
  /// (not beyond `idle_limit`). Everything is left in CoreParts. There is no check of a cycle limit before the bundle.
  Step step(u64 idle_limit);
  /// The bundle at the current boundary, nothing else: for an engine that has done the boundary itself.
  Step execute_bundle();
  /// Why step() returned kStopped.
  const RunResult& stop() const { return stop_; }
  /// Notes in `log` what the bundles executed from now on do; nullptr: no more.
  void log_to(SpinLog* log) { log_ = log; }

 private:
  struct Run;  // one bundle on its way

  Step boundary(u64 idle_limit, bool& handled);
  void enter_between_bundles();
  void execute_insn(const isa::Insn& insn, Run& run);
  void execute_branch(const isa::Insn& insn, Run& run);
  void execute_system(const isa::Insn& insn, Run& run);
  void execute_idle(unsigned level, Run& run);
  void execute_scall(u64 number, Run& run);
  void prepare_memory(const isa::Insn& insn, Run& run);
  void perform_memory(Run& run);
  void perform_load(Run& run);
  void perform_store(Run& run);
  void perform_atomic(Run& run);
  void perform_maintenance(Run& run);
  void check_watchpoint(Run& run);

  Step retire(Run& run);
  void count_access(const Run& run);
  bool must_wait(const Decoded& code);
  void note(const Run& run);
  Step take_trap(Run& run, core::Trap trap);
  Step take_debug(Run& run, const core::DebugEvent& event);
  Step sleep_in_bundle(Run& run);
  Step stop_with(StopReason reason, int status, std::string message);
  void enter_exception(Run& run);
  void trace(const Run& run, bool trapped);
  bool pipeline() const { return parts_.config.level == timing::Level::kPipeline; }

  CoreParts parts_;
  core::CoreState& state_;
  FetchUnit fetch_unit_;
  DataPort data_port_;
  RunResult stop_;
  SpinLog* log_ = nullptr;
  std::unique_ptr<SpinFinder> finder_;
  std::string crash_ = "the core went to reset";  ///< the trap that halted the core
  CrashSite crash_site_;
};

}  // namespace mppa::engine
