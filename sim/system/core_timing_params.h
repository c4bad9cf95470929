// The configuration parameters of the core's pipeline timing.
#pragma once

#include "models/cluster/timing/params.h"
#include "sim/system/param_table.h"

namespace mppa::sim {

const ParamTable<timing::Params>& core_timing_table();

}  // namespace mppa::sim
