// A loop in which a core waits: as long as the memory it reads stays as it is, every iteration does exactly the same in
// the same number of cycles, so that any number of them can be skipped.
#pragma once

#include <array>
#include <vector>

#include "models/cluster/engine/core.h"

namespace mppa::engine {

struct SpinLoop {
  struct Range {
    u64 pa = 0;
    u64 bytes = 0;
    friend bool operator==(const Range&, const Range&) = default;
  };
  u64 pc = 0;  ///< the bundle at which iterations are counted
  // What one iteration adds.
  u64 cycles = 0, bundles = 0, instructions = 0;
  CoreStats stats{};
  /// What a load of the loop has returned; while memory holds it the loop goes on.
  struct Read {
    Range range;
    std::array<u8, 32> data{};
    friend bool operator==(const Read&, const Read&) = default;
  };
  std::vector<Read> reads;    ///< memory or registers; without those that only read what the loop itself has written
  std::vector<Range> writes;  ///< memory that has the same contents after every iteration (spilled registers)
};

/// How far a probe has come.
struct ProbeResult {
  enum State : u8 {
    kGoing,    ///< the cycle limit was reached
    kNoSpin,   ///< the core does not spin, or not in a short loop
    kSpins,    ///< `loop`
    kStopped,  ///< the core stopped by itself: `stop`
  };
  State state = kGoing;
  SpinLoop loop;
  RunResult stop;
};

}  // namespace mppa::engine
