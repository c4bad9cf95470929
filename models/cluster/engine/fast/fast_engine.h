// The fast engine: runs translated blocks, links them, and hands everything that is not hot to the reference engine.
//
// State lives in two forms. Between blocks the timing rules' boundary state is a number (an interned EntryState), the
// clock is a register and counters are in Hot. Whenever translated code is left for good, settle() puts all of it back
// into CoreParts, exactly as the reference engine would have left it; the reference engine then executes single bundles
// (system instructions, traps, atomics, uncached accesses, misses with long results pending, ...), and
// the state is captured again. Nothing is decided twice: semantics of pure instructions come from exec/, rules of
// time from timing::Model (statically in Schedule, dynamically in SlowMemory), the rest from ReferenceEngine::step().
#pragma once

#include <memory>

#include "models/cluster/engine/core.h"
#include "models/cluster/engine/fast/memory.h"
#include "models/cluster/engine/fast/reschedule.h"
#include "models/cluster/engine/fast/translator.h"
#include "models/cluster/engine/reference/reference_engine.h"

namespace mppa::engine::fast {

class FastEngine : public Engine {
 public:
  explicit FastEngine(CoreParts parts);

  RunResult run_until(u64 cycle_limit) override;
  void forget_code() override;
  void begin_probe() override { reference_.begin_probe(); }
  ProbeResult probe(u64 cycle_limit) override;

 private:
  using Step = ReferenceEngine::Step;

  /// How run_blocks() ended.
  enum class Ran : u8 {
    kLimit,    ///< at a boundary that is not below the limit
    kBundle,   ///< at a bundle that has started (its boundary was below the limit) and must be stepped
    kNothing,  ///< at a boundary below the limit from which no translated code leads on
  };
  /// Runs translated code from the current boundary while bundles start below `limit`.
  Ran run_blocks(u64 limit);
  /// Executes records from `op` until translated code is left.
  void execute(const Op* op, u64 t);
  /// The block behind the exit that was taken; nullptr if it must be stepped.
  const Op* follow();
  /// The block at the current boundary; nullptr if it must be stepped.
  const Block* entry_block();
  /// The single-bundle version of a block, or the whole version of a single bundle; nullptr if there is none.
  const Block* counterpart(const Block& block);
  /// Puts everything back into CoreParts: the boundary before bundle `index` of `block`, whose block T is `t`.
  void settle(const Block& block, unsigned index, u64 t);
  void settle_at(const EntryState& state, u64 pc, u64 T);
  void charge(u64 pc, u64 t);
  void add_counters();
  /// One step of the reference engine; `bundle`: the bundle only, its boundary is done.
  Step step(u64 idle_limit, bool bundle);
  void refresh();
  void drop_pointers();
  /// Changed code becomes visible: drops the blocks made from it.
  void verify_code();
  EntryState current_state();
  bool pipeline() const { return parts_.config.level == timing::Level::kPipeline; }

  CoreParts parts_;
  core::CoreState& state_;
  ReferenceEngine reference_;
  std::unique_ptr<Hot> hot_;
  const std::shared_ptr<BlockCache> shared_;  ///< the core's own unless CoreConfig::shared_code is set
  BlockCache& cache_;
  Translator translator_;
  TailCache tails_;
  SlowMemory slow_;
  /// Where the last run stopped at its limit, so that the next one can go on without a look-up.
  struct Resume {
    const Block* block = nullptr;
    u64 cycle = 0;
    u64 control_epoch = 0;
  };
  Resume resume_;
  // What the caches in Hot and the translations were made under.
  u64 control_epoch_ = 0;
  u64 watch_epoch_ = 0;
  u64 generation_ = 0;
  u32 l1d_generation_ = 0;
  u32 l1i_invalidations_ = 0;
  bool barrier_ = false;  ///< the bundle being stepped is a barrier
};

}  // namespace mppa::engine::fast
