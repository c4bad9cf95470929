#include "models/host/nvme_tcp/host.h"

#include <fmt/core.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace mppa::host::nvme_tcp {

BlockVersions& SharedVersions::of(const NamespaceInfo& ns) {
  // FNV-1a: the salt depends on the name only, not on who comes first.
  u64 salt = 0xCBF29CE484222325 ^ seed_;
  for (const char c : ns.identity) salt = (salt ^ static_cast<u8>(c)) * 0x100000001B3;
  return versions_.try_emplace(ns.identity, salt).first->second;
}

Host::Host(std::string name, Timeline& time, tcp::Stack& stack, HostMemory& memory, SharedVersions& versions,
           const HostParams& params)
    : name_(std::move(name)), time_(time), stack_(stack), memory_(memory), versions_(versions), params_(params) {}

void Host::start() {
  deadline_ = time_.now() + params_.controller.connect_timeout;
  if (!params_.target.nqn.empty()) return connect({params_.target});
  discover();
  time_.at(deadline_, [this] {
    if (controllers_.empty()) finish(fmt::format("{}: discovery: no answer from the target", name_));
  });
}

std::vector<Target> Host::choose(const std::vector<Target>& found) const {
  const auto& own = stack_.params();
  std::vector<Target> out;
  for (const bool is_portal : {true, false}) {  // where the discovery controller is, the subsystems are near
    for (const Target& target : found) {
      const bool is_local = ((target.address ^ own.address) & own.netmask) == 0;
      if ((target.address == params_.target.address) != is_portal || (!is_local && own.gateway == 0)) continue;
      if (std::ranges::none_of(out, [&](const Target& t) { return t.nqn == target.nqn; })) out.push_back(target);
    }
  }
  return out;
}

/// Repeated until the discovery controller answers, as connecting is.
void Host::discover() {
  const ConnectParams& connection = params_.controller.connect;
  const QueueParams queue{32, connection.header_digest, connection.data_digest, 1};
  discovery_ = std::make_unique<Discovery>(stack_, time_, params_.identity, params_.target, queue);
  const auto found = [this](const std::vector<Target>& all) {
    const std::vector<Target> targets = choose(all);
    if (targets.empty()) return finish(fmt::format("{}: the discovery controller names no subsystem in reach", name_));
    time_.after(0, [this, targets] {
      if (!done_) connect(targets);
    });
  };
  const auto failed = [this](const std::string& why) {
    if (time_.now() + params_.controller.retry_delay > deadline_)
      return finish(fmt::format("{}: discovery: {}", name_, why));
    time_.after(params_.controller.retry_delay, [this] {
      if (!done_) discover();
    });
  };
  discovery_->run(found, failed);
}

void Host::connect(const std::vector<Target>& targets) {
  discovery_.reset();
  connecting_ = targets.size();
  for (const Target& target : targets) {
    const std::string name = fmt::format("nvme{}", controllers_.size());
    controllers_.push_back(
        std::make_unique<Controller>(name, time_, stack_, memory_, params_.identity, target, params_.controller));
  }
  for (auto& controller : controllers_) {
    controller->start([this](const std::string& error) {
      if (!error.empty()) return finish(fmt::format("{}: {}", name_, error));
      if (--connecting_ == 0 && !done_) begin_jobs();
    });
  }
}

/// Every controller runs the jobs that name it or none.
void Host::begin_jobs() {
  const auto versions = [this](const NamespaceInfo& ns) -> BlockVersions& { return versions_.of(ns); };
  running_ = controllers_.size();
  try {
    for (u32 number = 0; number < controllers_.size(); ++number) {
      std::vector<JobOptions> mine;
      for (const JobOptions& job : params_.jobs)
        if (!job.device || *job.device == number) mine.push_back(job);
      jobs_.push_back(std::make_unique<JobSet>("", time_, memory_, std::move(mine), params_.seed + number,
                                               params_.trace_directory));
    }
    for (std::size_t i = 0; i < controllers_.size(); ++i) {
      jobs_[i]->begin(*controllers_[i], versions, [this] {
        if (--running_ == 0) finish("");
      });
    }
  } catch (const std::exception& problem) {
    finish(fmt::format("{}: {}", name_, problem.what()));
  }
}

void Host::finish(const std::string& error) {
  if (std::exchange(done_, true)) return;
  error_ = error;
  if (on_done_) on_done_();
}

void Host::write_stats(StatWriter& out) const {
  out.enter(name_);
  stack_.write_stats(out);
  for (const auto& controller : controllers_) controller->write_stats(out);
  for (std::size_t i = 0; i < jobs_.size(); ++i) {
    out.enter(controllers_[i]->name() + "_jobs");
    for (const auto& runner : jobs_[i]->runners()) runner->write_stats(out);
    out.leave();
  }
  out.leave();
}

}  // namespace mppa::host::nvme_tcp
