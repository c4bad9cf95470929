// One simulation: builds the configured system, runs it until something ends it, and collects what came out. SystemC
// knows one system per process, so a process runs one Simulation.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/run/progress.h"
#include "sim/run/run_directory.h"
#include "sim/run/run_log.h"
#include "sim/stats/time_series.h"
#include "sim/system/component.h"

namespace mppa::sim {

/// What ended a run, and whether it was a success.
struct RunEnd {
  std::string reason;   ///< end_reason of the report
  std::string message;  ///< one line for people; may be empty
  bool failed = false;  ///< crash, bad exit status, nothing left to happen
  bool interrupted = false;
  std::string details = {};  ///< of a crash: registers and source lines, each line behind a line feed
};

/// What the cores did in the window that counts.
struct RunProfile {
  u64 begin_ps = 0, end_ps = 0;
  u64 ios = 0;  ///< completed in the window
  std::vector<CodeProfile> code;
};

class Simulation : public RunContext {
 public:
  /// Builds the components. Throws BadInput for what validation cannot see.
  Simulation(const ComponentRegistry& registry, const config::SystemConfig& config, RunDirectory& directory,
             Progress& progress, RunLog& log);

  /// Runs to the end. `interrupted` is asked every few microseconds of simulated time whether to stop.
  RunEnd run(const std::function<bool()>& interrupted);

  /// A workload with its name in reports.
  struct NamedWorkload {
    std::string name;
    const WorkloadIf* workload;
  };
  std::vector<NamedWorkload> workloads() const;
  /// What the checks of all components have found so far.
  u64 findings() const;
  /// I/Os that the workloads have completed so far.
  u64 ios_completed() const;
  /// What a user wants to know on the way.
  ProgressState progress() const;
  /// Empty `code` without `simulation.profile`.
  RunProfile profile() const;
  /// Statistics of all components, each below its path.
  StatNode statistics() const;
  /// The same of the window that counts alone: counters and utilizations are what happened in it.
  StatNode window_statistics() const;
  /// When the window that counts began: with the first workload that measures, or at 0 if none does.
  u64 window_begin_ps() const { return before_window_ ? before_window_->profile.end_ps : 0; }
  const std::vector<std::unique_ptr<SystemPart>>& parts() const { return parts_; }
  const TimeSeries& series() const { return series_; }
  /// Simulated time in picoseconds.
  u64 now_ps() const;

  // RunContext
  const config::Component& simulation() const override { return config_.simulation; }
  void uses_file(const std::string& path) override { directory_.keep(path); }
  void output(const std::string& file, std::string_view bytes) override { directory_.append(file, bytes); }
  void show(const std::string& source, std::string_view bytes) override { progress_.text(source, bytes); }
  void end(SystemEnd end) override;
  void log(const std::string& component, LogLevel level, std::string_view line) override {
    log_.line(component, level, now_ps(), line);
  }

 private:
  /// What had happened up to a moment.
  struct Moment {
    StatNode statistics;
    RunProfile profile;
  };

  void write_statistics(StatWriter& out) const;
  u64 next_stop(u64 until, u64 period) const;
  void step(u64 until_ps);
  bool finished();
  void sample();
  double done() const;
  std::string phase() const;
  RunProfile profile_until_now() const;
  void track_window();
  void reach(u64 until, u64 deadline);

  const config::SystemConfig& config_;
  RunDirectory& directory_;
  Progress& progress_;
  RunLog& log_;
  std::vector<std::unique_ptr<SystemPart>> parts_;
  TimeSeries series_;
  std::optional<RunEnd> end_;
  std::optional<Moment> before_window_;  ///< once something is measured
  std::optional<Moment> after_window_;   ///< and when it is over, but read back
};

}  // namespace mppa::sim
