// The jobs of a job file on the namespaces of one controller.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "models/host/job_runner.h"

namespace mppa::host {

/// Reads a file into a string; throws std::runtime_error.
std::string read_text_file(const std::string& path);

class JobSet {
 public:
  /// What is known of the contents of a namespace.
  using Versions = std::function<BlockVersions&(const NamespaceInfo&)>;

  /// `device`: in front of the jobs' names in reports. `trace_directory`: where relative read_iolog names are looked
  /// up.
  JobSet(std::string device, Timeline& time, HostMemory& memory, std::vector<JobOptions> jobs, u64 seed,
         std::string trace_directory)
      : device_(std::move(device)),
        time_(time),
        memory_(memory),
        options_(std::move(jobs)),
        seed_(seed),
        trace_directory_(std::move(trace_directory)) {}

  /// Starts all jobs; `done` is called when the last has ended. Throws std::exception if a job does not fit a namespace
  /// or a trace cannot be read.
  void begin(BlockDriver& driver, const Versions& versions, std::function<void()> done);
  const std::vector<std::unique_ptr<JobRunner>>& runners() const { return runners_; }

 private:
  std::string device_;
  Timeline& time_;
  HostMemory& memory_;
  std::vector<JobOptions> options_;
  u64 seed_;
  std::string trace_directory_;
  std::vector<std::unique_ptr<JobRunner>> runners_;
  std::size_t running_ = 0;
  std::function<void()> done_;
};

}  // namespace mppa::host
