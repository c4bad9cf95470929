// Runs one job section: its threads keep their queue depth full, check what they read, and measure.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "models/common/stats.h"
#include "models/common/timeline.h"
#include "models/common/workload.h"
#include "models/host/block_driver.h"
#include "models/host/block_versions.h"
#include "models/host/host_memory.h"
#include "models/host/io_generator.h"
#include "models/host/job_file.h"
#include "models/host/trace.h"

namespace mppa::host {

class JobRunner : public WorkloadIf, public StatProvider {
 public:
  /// A namespace, and what is known of its contents: shared with other jobs on it.
  struct File {
    NamespaceInfo ns;
    BlockVersions& versions;
  };
  struct Target {
    BlockDriver& driver;
    HostMemory& memory;
    std::vector<File> files;  ///< the I/Os of a thread go to one after the other
    std::string device = {};  ///< in front of the job's name in reports
  };

  /// `first_queue`: queue of the first thread; the others follow round the driver's queues. `trace`: replay instead of
  /// generating (one thread). Throws std::invalid_argument if the job does not fit the namespace.
  JobRunner(Timeline& time, const Target& target, const JobOptions& options, unsigned first_queue, u64 seed,
            std::optional<Trace> trace);
  ~JobRunner() override;

  void start();
  /// No new I/O; done when those under way have ended.
  void stop();
  void on_done(std::function<void()> callback) { done_ = std::move(callback); }

  // WorkloadIf
  std::string name() const override {
    return target_.device.empty() ? options_.name : target_.device + "." + options_.name;
  }
  WorkloadPhase phase() const override;
  double progress() const override;
  u64 ios_completed() const override { return completed_; }
  WorkloadResult result() const override;

  void write_stats(StatWriter& out) const override;

 private:
  struct Thread;
  /// An I/O between submission and completion.
  struct Flight {
    Io io;
    const File* file;
    u64 buffer;
    u64 started;
    std::vector<u32> oldest;  ///< for the check of a read
    unsigned parts;           ///< commands still under way
    bool ok;
  };

  /// The range of the job on a namespace, in bytes.
  u64 range_of(const NamespaceInfo& ns) const;
  void pump(Thread& thread);
  /// The next I/O and when it may start; false if the thread has no more.
  bool prepare(Thread& thread);
  void issue(Thread& thread);
  void submit_parts(Thread& thread, const std::shared_ptr<Flight>& flight);
  void part_done(Thread& thread, const std::shared_ptr<Flight>& flight, u16 status);
  void complete(Thread& thread, const Flight& flight);
  void account(const Flight& flight);
  void check_done();
  bool drained();
  void begin_verify();

  Timeline& time_;
  Target target_;
  JobOptions options_;
  std::optional<Trace> trace_;
  std::vector<std::unique_ptr<Thread>> threads_;
  std::function<void()> done_;
  u64 started_ = 0, ended_ = 0;  ///< ended_: of what is measured
  u64 completed_ = 0;
  bool is_started_ = false, is_stopping_ = false, is_verifying_ = false, is_lost_ = false, is_done_ = false;
  WorkloadResult result_;
  Histogram read_latency_, write_latency_;
};

}  // namespace mppa::host
