// What the drivers of NVMe controllers have in common: what start-up has found, and what they count.
#pragma once

#include <fmt/core.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "models/common/bandwidth_server.h"
#include "models/common/stats.h"
#include "models/common/timeline.h"
#include "models/host/block_driver.h"

namespace mppa::host {

class ControllerDriver : public BlockDriver, public StatProvider {
 public:
  /// Brings the controller up; `ready` gets an empty string, or what went wrong.
  virtual void start(std::function<void(const std::string& error)> ready) = 0;
  const std::string& name() const { return name_; }

  const std::vector<NamespaceInfo>& namespaces() const override { return namespaces_; }
  u64 max_transfer() const override { return max_transfer_; }

 protected:
  ControllerDriver(std::string name, Timeline& time) : name_(std::move(name)), time_(time) {}

  void write_failures(StatWriter& out) const {
    out.counter("errors", errors_, "commands", "completed with an error status or lost");
    out.counter("timeouts", timeouts_, "commands", "commands the controller did not answer in time");
  }
  /// How busy the core of I/O queue `index` was.
  void write_core(StatWriter& out, std::size_t index, const BandwidthServer& core) const {
    out.utilization(fmt::format("core{}", index), "host core", core.busy_ticks(), time_.now());
  }

  std::string name_;
  Timeline& time_;
  std::vector<NamespaceInfo> namespaces_;
  u64 max_transfer_ = 0;
  u64 commands_ = 0, errors_ = 0, timeouts_ = 0;
};

}  // namespace mppa::host
