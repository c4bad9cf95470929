// A run as the command line means it: from a configuration to a directory full of results.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "sim/config/system_config.h"
#include "sim/run/report.h"

namespace mppa::sim {

struct RunRequest {
  std::filesystem::path out;
  std::vector<std::string> log_levels;
  bool quiet = false;
};

/// Loads a configuration; prints its errors on stderr and throws CommandExit if it has any.
config::SystemConfig load_or_exit(const std::string& file, const config::LoadOptions& options);

/// Runs it, writes the directory, prints the closing table unless quiet. Returns the report. Throws BadInput.
Json run_configuration(const config::SystemConfig& config, const RunRequest& request);

/// The exit status that a report stands for: kOk, kFailed or kInterrupted.
int exit_status(const Json& report);

}  // namespace mppa::sim
