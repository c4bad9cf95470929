// The report of a run: report.json for programs, a closing table for people. The table shows nothing that the report
// does not hold.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "sim/run/simulation.h"

namespace mppa::sim {

using Json = nlohmann::ordered_json;

/// What does not come from the simulation.
struct RunFacts {
  std::string version;      ///< of the simulator
  std::string binary_hash;  ///< of the running program
  double wall_s = 0;        ///< host time of the run without elaboration
};

/// The `host` member is the only one that may differ between two runs of one configuration by one program.
Json make_report(const config::SystemConfig& config, const Simulation& simulation, const RunEnd& end,
                 const RunDirectory& directory, const RunFacts& facts);

/// Whether the run was a success: it ended well, and no workload had errors.
bool successful(const Json& report);

/// The closing table.
std::string closing_table(const Json& report);

}  // namespace mppa::sim
