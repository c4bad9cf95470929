// Finds out whether a core spins: executes it bundle by bundle until its state is again what it was.
//
// The state is everything that decides what happens next: registers, L1 tags, scoreboard, fetch buffer, load/store
// unit, all times relative to the clock. If it repeats at the same PC, and the loads in between returned the same
// values two times over, and nothing with an effect elsewhere was executed, then only a write to the memory read, or an
// event from outside, can make the next iteration different. Stores are allowed if every iteration leaves the same
// bytes behind: compiled loops that call functions spill registers.
#pragma once

#include "models/cluster/core/core_state.h"
#include "models/cluster/engine/reference/spin_log.h"
#include "models/cluster/timing/model.h"

namespace mppa::engine {

class ReferenceEngine;

class SpinFinder {
 public:
  SpinFinder(const CoreParts& parts, ReferenceEngine& engine);

  /// See Core::probe().
  ProbeResult go_on(u64 cycle_limit);

 private:
  struct Snapshot {
    std::array<u64, core::kGprCount> gpr;
    std::array<u64, core::kSfrCount> sfr;
    u64 pc, cycle, bundles, instructions;
    CoreStats stats;
    timing::Model::Image timing;
  };
  Snapshot take() const;
  bool spins();
  std::vector<u8> written_bytes() const;
  SpinLoop describe() const;

  const CoreParts& parts_;
  ReferenceEngine& engine_;
  unsigned bundles_left_;
  unsigned differences_ = 0;  ///< visits of the PC with other registers
  Snapshot base_;             ///< at the beginning of the iteration in hand
  SpinLog log_;               ///< of the iteration in hand
  bool repeated_ = false;     ///< a whole iteration has been seen; it did and left this:
  SpinLog first_;
  std::vector<u8> first_bytes_;
};

}  // namespace mppa::engine
