#include "models/host/nvme_host.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace mppa::host {

std::string read_text_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (!file || !(text << file.rdbuf())) throw std::runtime_error(fmt::format("cannot read {}", path));
  return text.str();
}

NvmeHost::NvmeHost(std::string name, Timeline& time, DevicePort& device, HostMemory& memory,
                   const NvmeDriverParams& driver, std::vector<JobOptions> jobs, u64 seed, std::string trace_directory)
    : name_(std::move(name)),
      time_(time),
      memory_(memory),
      driver_(name_ + ".driver", time, device, memory_, driver),
      options_(std::move(jobs)),
      seed_(seed),
      trace_directory_(std::move(trace_directory)) {}

void NvmeHost::start() {
  driver_.start([this](const std::string& error) {
    if (!error.empty()) return finish(error);
    try {
      begin_jobs();
    } catch (const std::exception& problem) {
      finish(problem.what());
    }
  });
}

void NvmeHost::begin_jobs() {
  unsigned queue = 0;
  Random seeds(seed_);
  for (const JobOptions& options : options_) {
    const auto& all = driver_.namespaces();
    const auto ns = std::find_if(all.begin(), all.end(), [&](const auto& n) { return n.id == options.nsid; });
    if (ns == all.end())
      throw std::runtime_error(fmt::format("job {}: there is no namespace {}", options.name, options.nsid));
    std::optional<Trace> trace;
    if (!options.trace.empty()) {
      const std::string path = (std::filesystem::path(trace_directory_) / options.trace).string();
      trace = parse_trace(read_text_file(path), path);
    }
    BlockVersions& versions = versions_.try_emplace(ns->id, seed_ ^ ns->id).first->second;
    runners_.push_back(std::make_unique<JobRunner>(time_, JobRunner::Target{driver_, memory_, versions, *ns, name_},
                                                   options, queue, seeds.next(), std::move(trace)));
    queue += static_cast<unsigned>(options.jobs);
  }
  running_ = runners_.size();
  if (runners_.empty()) return finish("");
  for (auto& runner : runners_) {
    runner->on_done([this] {
      if (--running_ == 0) finish("");
    });
  }
  for (auto& runner : runners_) runner->start();
}

void NvmeHost::finish(const std::string& error) {
  error_ = error;
  done_ = true;
  if (on_done_) on_done_();
}

void NvmeHost::write_stats(StatWriter& out) const {
  out.enter(name_);
  driver_.write_stats(out);
  for (const auto& runner : runners_) runner->write_stats(out);
  out.leave();
}

}  // namespace mppa::host
