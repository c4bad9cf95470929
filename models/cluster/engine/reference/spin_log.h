// What the bundles of a possible spin loop have done.
#pragma once

#include <vector>

#include "models/cluster/engine/spin_loop.h"

namespace mppa::engine {

struct SpinLog {
  bool harmless = true;  ///< nothing but computing, branches, loads and stores so far
  std::vector<SpinLoop::Range> reads, writes;
  std::vector<u8> read_bytes;  ///< what was read, one range behind the other
  friend bool operator==(const SpinLog&, const SpinLog&) = default;
};

}  // namespace mppa::engine
