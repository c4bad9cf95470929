// A host with one NVMe drive: driver and the jobs of a job file.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "models/host/job_runner.h"

namespace mppa::host {

/// Reads a file into a string; throws std::runtime_error.
std::string read_text_file(const std::string& path);

class NvmeHost : public StatProvider {
 public:
  /// `memory`: shared by all drivers of the host. `trace_directory`: where relative read_iolog names are looked up.
  NvmeHost(std::string name, Timeline& time, DevicePort& device, HostMemory& memory, const NvmeDriverParams& driver,
           std::vector<JobOptions> jobs, u64 seed, std::string trace_directory = ".");

  /// Brings the drive up and then starts all jobs.
  void start();
  /// All jobs have ended, or the drive could not be brought up.
  bool is_done() const { return done_; }
  /// Why the jobs did not start; empty if they did.
  const std::string& error() const { return error_; }
  const std::vector<std::unique_ptr<JobRunner>>& jobs() const { return runners_; }
  NvmeDriver& driver() { return driver_; }
  /// Called once when is_done() becomes true.
  void on_done(std::function<void()> callback) { on_done_ = std::move(callback); }

  void write_stats(StatWriter& out) const override;

 private:
  void begin_jobs();
  void finish(const std::string& error);

  std::string name_;
  Timeline& time_;
  HostMemory& memory_;
  NvmeDriver driver_;
  std::vector<JobOptions> options_;
  u64 seed_;
  std::string trace_directory_;
  std::map<u32, BlockVersions> versions_;  ///< per namespace
  std::vector<std::unique_ptr<JobRunner>> runners_;
  std::size_t running_ = 0;
  bool done_ = false;
  std::string error_;
  std::function<void()> on_done_;
};

}  // namespace mppa::host
