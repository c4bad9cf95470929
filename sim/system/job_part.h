// What the components that run a job file (host, initiator) have in common.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "models/common/workload.h"
#include "models/host/job_file.h"
#include "sim/config/schema.h"
#include "sim/config/system_config.h"
#include "sim/system/run_context.h"

namespace mppa::sim {

/// What lies before the jobs of a component, as a workload that bears the component's own name: it waits until the jobs
/// are known, and what goes wrong outside them (no drive, no connection) counts as its errors.
class StartWorkload : public WorkloadIf {
 public:
  /// `has_begun`: whether all jobs are known, or never will be.
  StartWorkload(std::string path, RunContext& context, std::function<bool()> has_begun)
      : path_(std::move(path)), context_(context), has_begun_(std::move(has_begun)) {}

  void fail(const std::string& why) {
    ++errors_;
    context_.log(path_, LogLevel::kError, why);
  }
  /// Whether there is anything to list: later jobs or errors.
  bool is_listed() const { return errors_ > 0 || !has_begun_(); }

  std::string name() const override { return ""; }
  WorkloadPhase phase() const override { return has_begun_() ? WorkloadPhase::kDone : WorkloadPhase::kWaiting; }
  double progress() const override { return has_begun_() ? 1 : 0; }
  u64 ios_completed() const override { return 0; }
  WorkloadResult result() const override {
    WorkloadResult out;
    out.errors = errors_;
    return out;
  }

 private:
  std::string path_;
  RunContext& context_;
  std::function<bool()> has_begun_;
  u64 errors_ = 0;
};

/// The jobs of the file that the parameter `jobs` names, with absolute names of their traces. The run keeps all these
/// files.
std::vector<host::JobOptions> read_jobs(const config::Component& component, RunContext& context);

/// Reports what is wrong with that file and the traces it names.
void check_jobs(const config::Component& component, config::Diagnostics& diagnostics);

}  // namespace mppa::sim
