// The profile of the firmware: what its functions and layers cost. A layer is the folder of the source file that a
// function is defined in, two levels deep, from `firmware/` on: "net/tcp", "nvmf", "cos/reactor".
#pragma once

#include <string>
#include <string_view>

#include "sim/run/report.h"

namespace mppa::sim {

/// The layer of a source file; "program" if it is not of the firmware tree, "unknown" if `file` is empty.
std::string profile_layer(std::string_view file);

/// Member `profile` of the report (docs/user/profiling.md).
Json profile_json(const RunProfile& profile);

/// The tables by layer and by function.
std::string profile_table(const Json& profile);

}  // namespace mppa::sim
