// The log of a run: lines by component, each with a level and the simulated time. All lines of level info and above go
// to log.txt of the run directory; the terminal gets warnings, or what --log asks for.
#pragma once

#include <spdlog/spdlog.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "sim/config/system_config.h"
#include "sim/run/progress.h"
#include "sim/run/run_directory.h"
#include "sim/system/run_context.h"

namespace mppa::sim {

/// The name of what the simulator itself logs.
inline constexpr const char* kRunComponent = "run";

/// Which lines the terminal gets.
class LogLevels {
 public:
  /// `options`: texts "component=level" or "level" (all components); levels are off, error, warning, info, debug. A
  /// component's level holds for its parts, too. Throws BadInput for what is unknown.
  LogLevels(const std::vector<std::string>& options, const config::SystemConfig& config);

  spdlog::level::level_enum of(const std::string& component) const;

 private:
  void set(const std::string& option, const config::SystemConfig& config);

  spdlog::level::level_enum default_ = spdlog::level::warn;
  std::map<std::string, spdlog::level::level_enum> levels_;
};

class RunLog {
 public:
  RunLog(LogLevels levels, RunDirectory& directory, Progress& progress)
      : levels_(std::move(levels)), directory_(directory), progress_(progress) {}

  void line(const std::string& component, LogLevel level, u64 now_ps, std::string_view text);

 private:
  spdlog::logger& logger(const std::string& component);

  LogLevels levels_;
  RunDirectory& directory_;
  Progress& progress_;
  std::map<std::string, spdlog::logger> loggers_;
};

}  // namespace mppa::sim
