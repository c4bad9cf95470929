// One host of an NVMe-oF network: finds its subsystems, connects to them and runs a job file on their namespaces.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "models/host/job_set.h"
#include "models/host/nvme_tcp/controller.h"
#include "models/host/nvme_tcp/discovery.h"

namespace mppa::host::nvme_tcp {

/// What is known of the contents of namespaces, by their identity: hosts that write the same one share it.
class SharedVersions {
 public:
  explicit SharedVersions(u64 seed) : seed_(seed) {}
  BlockVersions& of(const NamespaceInfo& ns);

 private:
  u64 seed_;
  std::map<std::string, BlockVersions> versions_;
};

struct HostParams {
  HostIdentity identity;
  Target target;  ///< without an NQN: that of a discovery controller, all it names are used
  ControllerParams controller;
  std::vector<JobOptions> jobs;
  std::string trace_directory = ".";
  u64 seed = 1;
};

class Host : public StatProvider {
 public:
  Host(std::string name, Timeline& time, tcp::Stack& stack, HostMemory& memory, SharedVersions& versions,
       const HostParams& params);

  void start();
  /// All jobs have ended, or a controller could not be connected.
  bool is_done() const { return done_; }
  /// Why the jobs did not start; empty if they did.
  const std::string& error() const { return error_; }
  /// Called once when is_done() becomes true.
  void on_done(std::function<void()> callback) { on_done_ = std::move(callback); }
  /// Jobs on controller 0, 1, ...: nvme0, nvme1 of the job file.
  template <typename Visit>
  void for_each_job(Visit visit) const {
    for (const auto& set : jobs_)
      for (const auto& runner : set->runners()) visit(*runner);
  }
  const std::vector<std::unique_ptr<Controller>>& controllers() const { return controllers_; }

  void write_stats(StatWriter& out) const override;

 private:
  void discover();
  /// Of the ways to a subsystem that a discovery controller names, the one to use: hosts do no multipathing.
  std::vector<Target> choose(const std::vector<Target>& found) const;
  void connect(const std::vector<Target>& targets);
  void begin_jobs();
  void finish(const std::string& error);

  std::string name_;
  Timeline& time_;
  tcp::Stack& stack_;
  HostMemory& memory_;
  SharedVersions& versions_;
  HostParams params_;
  std::unique_ptr<Discovery> discovery_;
  u64 deadline_ = 0;
  std::vector<std::unique_ptr<Controller>> controllers_;
  std::vector<std::unique_ptr<JobSet>> jobs_;
  std::size_t connecting_ = 0, running_ = 0;
  bool done_ = false;
  std::string error_;
  std::function<void()> on_done_;
};

}  // namespace mppa::host::nvme_tcp
