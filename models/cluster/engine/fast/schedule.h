// The static side of time: replays the timing rules over a block's bundles from an entry state.
//
// The rules themselves are those of timing::Model, run here without memory operations and dynamic waits; what comes out
// are the static issue offsets, stall counts and exit states of a block version.
#pragma once

#include "models/cluster/engine/fast/entry_state.h"
#include "models/cluster/timing/bundle_timing.h"
#include "models/cluster/timing/model.h"

namespace mppa::engine::fast {

class Schedule {
 public:
  Schedule(timing::Level level, const timing::Params& params)
      : pipeline_(level == timing::Level::kPipeline), model_(params) {}

  /// Begins at the boundary that `state` describes.
  void begin(const EntryState& state);
  /// T of the current boundary, relative to the beginning.
  u64 boundary() const { return T_ - base_; }

  /// Issues a bundle; returns its issue cycle relative to the beginning.
  u64 issue(const timing::BundleTiming& bundle, u64 pc);
  /// kSensitiveE1 | kSensitiveE3 as they hold for a memory operation of the bundle just issued.
  u8 sensitivity();
  /// The state seen from the bundle just issued if its memory operation makes it wait `e1` cycles at E1 and freezes the
  /// pipe for `e3` cycles at E3: a block that begins at this bundle in this state, e1 + e3 cycles after its static
  /// issue cycle, goes on as the pipeline does, with no further wait. Ends the replay.
  EntryState held(u64 e1, u64 e3);
  /// Its results. Followed by any number of peeks at successors, or by next().
  void execute(const timing::BundleTiming& bundle);
  /// Goes on to the bundle at `next_pc` in the same block.
  void next(const timing::BundleTiming& bundle, u64 next_pc);

  /// A way on from the bundle just executed.
  struct Successor {
    u64 length = 0;  ///< T of the successor relative to the beginning
    u64 branch_stalls = 0;
    EntryState state;
  };
  /// `loop` is the hardware loop as the successor finds it. `indirect`: the target is not known.
  Successor leave(const timing::BundleTiming& bundle, const timing::Sequel& sequel, const timing::LoopContext& loop,
                  bool indirect);

  const timing::StallCounts& stalls() const { return stalls_; }
  /// The state at the current boundary.
  EntryState state();

 private:
  static constexpr u64 kApart = u64{1} << 20;
  bool pipeline_;
  timing::Model model_;
  timing::LoopContext loop_{};
  timing::StallCounts stalls_{};
  timing::Executed executed_{};
  u64 base_ = kApart;  ///< T of the beginning; each replay begins far behind the one before
  u64 T_ = base_;
  u64 issue_ = base_;
};

}  // namespace mppa::engine::fast
