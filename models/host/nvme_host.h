// A host with one NVMe drive: driver and the jobs of a job file.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "models/host/job_set.h"
#include "models/host/nvme_driver.h"

namespace mppa::host {

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
  const std::vector<std::unique_ptr<JobRunner>>& jobs() const { return jobs_.runners(); }
  const NvmeDriver& driver() const { return driver_; }
  /// Called once when is_done() becomes true.
  void on_done(std::function<void()> callback) { on_done_ = std::move(callback); }

  void write_stats(StatWriter& out) const override;

 private:
  void finish(const std::string& error);

  std::string name_;
  NvmeDriver driver_;
  JobSet jobs_;
  u64 seed_;
  std::map<u32, BlockVersions> versions_;  ///< per namespace
  bool done_ = false;
  std::string error_;
  std::function<void()> on_done_;
};

}  // namespace mppa::host
