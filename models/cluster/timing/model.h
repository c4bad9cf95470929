// The timing state of one core and the recurrences of docs/dev/how-time-works.md, step by step. The engine calls, for
// each bundle: fetch_lines(), issue(), execute(), then next() or, for exceptions, enter_handler().
#pragma once

#include "models/cluster/timing/bundle_timing.h"
#include "models/cluster/timing/fetch.h"
#include "models/cluster/timing/lsu.h"
#include "models/cluster/timing/params.h"
#include "models/cluster/timing/scoreboard.h"
#include "models/cluster/timing/stall.h"

namespace mppa::timing {

/// The 64-byte lines of a bundle, after translation.
struct FetchLines {
  u64 pc = 0;
  u64 pa = 0;       ///< physical address of the first syllable
  u64 pa_last = 0;  ///< physical address of the last syllable
  unsigned syllables = 1;
  bool cached = true;  ///< PS.ICE = 1 and the page is cacheable for instructions
  u32 latency = 10;    ///< read latency of the memory it comes from
  MemArbiter* arbiter = nullptr;
};

/// How a bundle ends.
struct Sequel {
  bool taken = false;    ///< a branch (other than a hardware loop-back) is taken
  bool refetch = false;  ///< loopdo with a short body; other refetches are known from BundleTiming
  u64 next_pc = 0;
};

/// A bundle's memory operation and what it did to the pipe.
struct Executed {
  MemTiming memory;
  u64 te = 0;      ///< issue cycle plus the wait at E1
  u64 freeze = 0;  ///< cycles at E3
};

class Model {
 public:
  explicit Model(const Params& params) : params_(params), lsu_(params_) {}
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;

  /// Empty caches and pipe; the next bundle is fetched from `pc`.
  void reset(u64 pc);

  /// Rule 2: T after the L1I look-ups of a bundle that could issue at `T`.
  u64 fetch_lines(u64 T, const FetchLines& lines, const LoopContext& loop, StallCounts& stalls);

  /// Rules 3 to 5: the issue cycle t.
  u64 issue(u64 T, const BundleTiming& bundle, u64 pc, const LoopContext& loop, StallCounts& stalls);

  /// Rules 7 and 8 for a bundle that issued at `t`; `access` is null if it has no memory operation.
  Executed execute(u64 t, const BundleTiming& bundle, const MemAccess* access, StallCounts& stalls);

  /// Rule 9: T of the next bundle. `loop` is the hardware loop as the next bundle finds it.
  u64 next(const Executed& done, const BundleTiming& bundle, const Sequel& sequel, const LoopContext& loop,
           StallCounts& stalls);

  /// A bundle that would have issued at `t` raised a trap: T of the handler's first bundle at `vector`.
  u64 enter_from_trap(u64 t, u64 vector, const LoopContext& loop, StallCounts& stalls);
  /// An interrupt is taken at boundary `T`.
  u64 enter_from_interrupt(u64 T, u64 vector, const LoopContext& loop, StallCounts& stalls);

  /// Everything that decides the timing of what comes after boundary T, with times relative to T: equal images, equal
  /// future.
  using Image = std::vector<u64>;
  Image image(u64 T) const;
  /// Moves everything that is pending by `cycles` into the future, along with the clock.
  void move(u64 cycles);

  /// The line of the last fetched syllable is forgotten (i1inval, reset of the core).
  void forget_line() { last_line_ = kNoLine; }

  TagArray& l1i() { return l1i_; }
  Lsu& lsu() { return lsu_; }
  Scoreboard& scoreboard() { return scoreboard_; }
  FetchState& fetch() { return fetch_; }
  u64& drained() { return drained_; }
  u64& last_line() { return last_line_; }
  const Params& params() const { return params_; }
  u64 l1i_misses() const { return l1i_misses_; }

 private:
  static constexpr u64 kNoLine = ~u64{0};
  bool line_missing(u64 line, bool cached);
  void restart(u64 pc, const LoopContext& loop);

  const Params params_;
  Lsu lsu_;
  TagArray l1i_;
  Scoreboard scoreboard_;
  FetchState fetch_;
  u64 drained_ = 0;  ///< D: first cycle with RR..E4 empty
  u64 last_line_ = kNoLine;
  bool fetch_cached_ = true;  ///< of the last bundle; an uncached fetch path keeps nothing over a restart
  u64 l1i_misses_ = 0;
};

}  // namespace mppa::timing
