#include "models/host/nvme_host.h"

#include <stdexcept>
#include <utility>

namespace mppa::host {

NvmeHost::NvmeHost(std::string name, Timeline& time, DevicePort& device, HostMemory& memory,
                   const NvmeDriverParams& driver, std::vector<JobOptions> jobs, u64 seed, std::string trace_directory)
    : name_(std::move(name)),
      driver_(name_ + ".driver", time, device, memory, driver),
      jobs_(name_, time, memory, std::move(jobs), seed, std::move(trace_directory)),
      seed_(seed) {}

void NvmeHost::start() {
  driver_.start([this](const std::string& error) {
    if (!error.empty()) return finish(error);
    const auto versions = [this](const NamespaceInfo& ns) -> BlockVersions& {
      return versions_.try_emplace(ns.id, seed_ ^ ns.id).first->second;
    };
    try {
      jobs_.begin(driver_, versions, [this] { finish(""); });
    } catch (const std::exception& problem) {
      finish(problem.what());
    }
  });
}

void NvmeHost::finish(const std::string& error) {
  error_ = error;
  done_ = true;
  if (on_done_) on_done_();
}

void NvmeHost::write_stats(StatWriter& out) const {
  out.enter(name_);
  driver_.write_stats(out);
  for (const auto& runner : jobs_.runners()) runner->write_stats(out);
  out.leave();
}

}  // namespace mppa::host
