// The energy estimate of a chip: an activity model of a 30 W-class card. docs/modelling-choices.md says where the
// figures come from; they are for display, nothing in the simulation depends on them.
#pragma once

#include "sim/stats/stat_tree.h"

namespace mppa::sim {

struct ChipPowerParams {
  u64 static_uw = 8'000'000;       ///< microwatts without any activity
  u64 core_uw_per_ghz = 180'000;   ///< microwatts of a core that is never idle, per GHz
  u64 ddr_channel_uw = 2'500'000;  ///< microwatts of a DDR channel whose data bus is always busy
};

/// Average power in watts over the time the statistics cover. `chip`: the statistics of a Coolidge.
double average_chip_power(const ChipPowerParams& params, u64 clock_hz, const StatNode& chip);

}  // namespace mppa::sim
