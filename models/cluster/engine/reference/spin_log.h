// What the bundles of a possible spin loop have done.
#pragma once

#include <vector>

#include "models/cluster/engine/spin_loop.h"

namespace mppa::engine {

struct SpinLog {
  bool harmless = true;  ///< nothing but computing, branches, loads and stores so far
  std::vector<SpinLoop::Read> reads;
  std::vector<SpinLoop::Range> writes;
  friend bool operator==(const SpinLog&, const SpinLog&) = default;
};

}  // namespace mppa::engine
