// One KV3 core: architectural state, system unit, MMU, timing state and the engine that runs it.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "models/cluster/engine/core_bus.h"
#include "models/cluster/engine/profile.h"
#include "models/cluster/isa/insn.h"
#include "models/cluster/timing/params.h"
#include "models/cluster/timing/stall.h"
#include "models/common/types.h"

namespace mppa::core {
struct CoreState;
class SystemUnit;
class Mmu;
}  // namespace mppa::core

namespace mppa::timing {
class Model;
}

namespace mppa::engine {

struct ProbeResult;
struct SpinLoop;
namespace fast {
class BlockCache;
}
/// Translated code of several cores.
using SharedCode = fast::BlockCache;
std::shared_ptr<SharedCode> make_shared_code();

enum class EngineKind : u8 { kReference, kFast };

struct CoreConfig {
  EngineKind engine = EngineKind::kReference;
  timing::Level level = timing::Level::kPipeline;
  timing::Params timing{};
  u8 pid = 0;                ///< PCR.PID: 0..15 a PE, 16 the RM
  u8 cid = 0;                ///< PCR.CID: number of the cluster
  u8 mid = 0;                ///< PCR.MID
  bool l1_coherent = false;  ///< PCR.L1CE: the bus keeps L1D coherent with the memory of the cluster
  u64 reset_pc = 0;          ///< where the core starts after reset()
  bool semihosting = false;  ///< scall 4055..4095 go to CoreHooks::semihosting instead of raising the exception
  /// Fast engine: shared by cores that have the same level and timing, find the same code at the same physical
  /// addresses, and run in one host thread. Null: a core's own. Changes no result and no cycle.
  std::shared_ptr<SharedCode> shared_code = nullptr;
};

enum class StopReason : u8 {
  kLimit,       ///< the cycle limit was reached
  kIdle,        ///< asleep with nothing that could wake it before the limit; `cycle` is the limit
  kExit,        ///< a semihosting call ended the program (`status`)
  kUnmodelled,  ///< an instruction that the model does not know how to execute (`message`)
  kReset,       ///< a double exception at its own level, or the watchdog, reset the core (`message`)
};

/// Where a core that crashed was: its SFRs are those of a reset afterwards, its other registers are still there.
struct CrashSite {
  u64 pc = 0;   ///< of the bundle
  u64 ra = 0;   ///< its return address
  u64 spc = 0;  ///< of the exception whose handler crashed; 0: there was none
};

struct RunResult {
  StopReason reason = StopReason::kLimit;
  u64 cycle = 0;   ///< CoreState::cycle at return
  int status = 0;  ///< kExit: status of the program
  std::string message;
  CrashSite site = {};  ///< kUnmodelled and kReset
};

/// Counters of one core since reset.
struct CoreStats {
  timing::StallCounts stalls{};
  u64 l1d_hits = 0, l1d_misses = 0, l1i_misses = 0;
  u64 loads = 0, stores = 0, atomics = 0, uncached = 0;
  u64 branches_taken = 0, traps = 0, interrupts = 0;

  /// Adds `times` times what the counters of `more` say; times = -1 subtracts.
  void add(const CoreStats& more, u64 times) {
    for (unsigned i = 0; i < timing::kStallKinds; ++i) stalls[i] += times * more.stalls[i];
    for (const auto counter : {&CoreStats::l1d_hits, &CoreStats::l1d_misses, &CoreStats::l1i_misses, &CoreStats::loads,
                               &CoreStats::stores, &CoreStats::atomics, &CoreStats::uncached,
                               &CoreStats::branches_taken, &CoreStats::traps, &CoreStats::interrupts})
      this->*counter += times * (more.*counter);
  }
};

/// One executed bundle, for --explain and trace files.
struct BundleEvent {
  u64 pc = 0;
  u64 earliest = 0;  ///< T of docs/dev/how-time-works.md
  u64 issue = 0;     ///< t
  u64 next = 0;      ///< T of the following bundle
  const isa::Bundle* bundle = nullptr;
  timing::StallCounts stalls{};  ///< cycles by cause: before issue (ID, RR), at E1 and E3, bubbles behind it
  bool trapped = false;          ///< the bundle raised an exception and wrote nothing
};

/// What a semihosting call asks the core to do.
struct SemihostReply {
  bool exit = false;
  int status = 0;
  std::string message;  ///< non-empty: stop with StopReason::kUnmodelled
};

/// Callbacks; empty ones are not called. A trace callback forces bundle-by-bundle execution.
struct CoreHooks {
  std::function<void(const BundleEvent&)> trace;
  /// scall number (4055..4095); arguments and result are in the state's $r0, $r1, $r2.
  std::function<SemihostReply(u32 number, core::CoreState&)> semihosting;
};

/// What an engine works on; owned by Core.
struct CoreParts {
  const CoreConfig& config;
  CoreBus& bus;
  core::CoreState& state;
  core::SystemUnit& system;
  core::Mmu& mmu;
  timing::Model& timing;
  CoreHooks& hooks;
  CoreStats& stats;
  ProfileMeter& meter;
};

/// Executes bundles. Implementations give identical state, cycles and stall counts; all state between two calls of
/// run_until() lives in CoreParts, so that engines can be exchanged at any bundle boundary.
class Engine {
 public:
  virtual ~Engine() = default;
  /// Runs until state.cycle >= cycle_limit (a bundle starts only if its earliest issue cycle is below the limit) or
  /// something else stops the core.
  virtual RunResult run_until(u64 cycle_limit) = 0;
  /// Forgets decoded or translated code: memory was changed from outside (program loaded).
  virtual void forget_code() = 0;
  /// See Core::begin_probe() and Core::probe().
  virtual void begin_probe() = 0;
  virtual ProbeResult probe(u64 cycle_limit) = 0;
};

std::unique_ptr<Engine> make_reference_engine(CoreParts parts);
std::unique_ptr<Engine> make_fast_engine(CoreParts parts);  // engine/fast

class Core {
 public:
  Core(const CoreConfig& config, CoreBus& bus);
  ~Core();
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;

  /// Power-on state with PC = config.reset_pc; the clock keeps running from `cycle`.
  void reset(u64 cycle = 0);
  RunResult run_until(u64 cycle_limit);
  void forget_code();

  /// Begins to watch whether the core spins.
  void begin_probe();
  /// Runs like run_until() while it is not known; the first call follows begin_probe(), and nothing but probe() may run
  /// the core between two calls. Found to spin, the core stands at the beginning of an iteration.
  ProbeResult probe(u64 cycle_limit);
  /// Makes `iterations` of `loop`, at whose beginning the core stands, happen at once.
  void skip(const SpinLoop& loop, u64 iterations);
  /// Executes them instead: the same, only slower.
  void repeat(const SpinLoop& loop, u64 iterations);

  /// From now on the core charges what it does to `profile`, which outlives it; nullptr: no more. Cores with shared
  /// code either all have a profile or none has, and it is set before they run.
  void set_profile(Profile* profile);

  core::CoreState& state();
  const core::CoreState& state() const;
  core::SystemUnit& system();
  core::Mmu& mmu();
  timing::Model& timing();
  const CoreStats& stats() const;
  const CoreConfig& config() const;
  CoreHooks& hooks();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mppa::engine
