// The statistics of a core as part of a cluster.
#pragma once

#include "models/cluster/engine/core.h"
#include "models/common/stats.h"

namespace mppa::cluster {

/// What a core does not know of itself, in cycles.
struct CoreTimes {
  u64 now = 0;       ///< since time 0; a core behind it sleeps, or is in reset
  u64 in_reset = 0;  ///< up to its last start
  u64 waiting = 0;   ///< in loops that only wait
};

void write_core_stats(StatWriter& out, const engine::Core& core, const CoreTimes& times);

}  // namespace mppa::cluster
