#include "sim/run/simulation.h"

#include <fmt/format.h>

#include <algorithm>
#include <systemc>

namespace mppa::sim {
namespace {

/// Simulated time between two looks at limits, workloads and the keyboard. Fixed, so that what they decide does not
/// depend on the host.
constexpr u64 kStepPs = 20'000'000;

u64 next_multiple(u64 value, u64 period) { return (value / period + 1) * period; }

const char* reason_name(SystemEnd::Reason reason) {
  switch (reason) {
    case SystemEnd::Reason::kExit:
      return "exit";
    case SystemEnd::Reason::kCrash:
      return "crash";
    case SystemEnd::Reason::kReset:
      return "reset";
  }
  return "?";
}

}  // namespace

Simulation::Simulation(const ComponentRegistry& registry, const config::SystemConfig& config, RunDirectory& directory,
                       Progress& progress, RunLog& log)
    : config_(config),
      directory_(directory),
      progress_(progress),
      log_(log),
      parts_(registry.build(config, *this)),
      series_(config.simulation.list("sample")) {}

u64 Simulation::now_ps() const { return sc_core::sc_time_stamp().value(); }

void Simulation::end(SystemEnd end) {
  if (end_) return;
  const bool success = end.reason == SystemEnd::Reason::kExit && end.status == 0;
  std::string message = end.message;
  if (end.reason == SystemEnd::Reason::kExit) message += fmt::format(", status {}", end.status);
  end_ = RunEnd{reason_name(end.reason), message, !success, false};
  // sc_pause is an error before the first sc_start.
  if (sc_core::sc_is_running()) sc_core::sc_pause();
}

RunEnd Simulation::run(const std::function<bool()>& interrupted) {
  sc_core::sc_start(sc_core::SC_ZERO_TIME);  // elaboration: sockets can be used from here on
  for (const auto& part : parts_) part->start();
  const u64 until = static_cast<u64>(simulation().quantity("until"));
  const u64 period = static_cast<u64>(simulation().quantity("sample_period"));
  while (!end_) {
    step(next_stop(until, period));
    if (period > 0 && (now_ps() % period == 0 || end_)) sample();
    if (progress_.due()) report_progress();
    if (!end_ && until > 0 && now_ps() >= until) end_ = RunEnd{"until", "", false, false};
    if (!end_ && interrupted()) end_ = RunEnd{"interrupted", "interrupted; the report is partial", false, true};
  }
  log_.line(kRunComponent, LogLevel::kInfo, now_ps(), fmt::format("end: {} {}", end_->reason, end_->message));
  return *end_;
}

u64 Simulation::next_stop(u64 until, u64 period) const {
  u64 stop = next_multiple(now_ps(), kStepPs);
  if (until > 0 && !sc_core::sc_pending_activity()) stop = until;
  if (period > 0) stop = std::min(stop, next_multiple(now_ps(), period));
  return until > 0 ? std::min(stop, until) : stop;
}

void Simulation::step(u64 until_ps) {
  sc_core::sc_start(sc_core::sc_time::from_value(until_ps - now_ps()), sc_core::SC_RUN_TO_TIME);
  if (end_ || finished()) return;
  // With a limit of time the run goes on to it: a core that spins for ever is then no different from one that sleeps.
  if (!sc_core::sc_pending_activity() && simulation().quantity("until") == 0)
    end_ = RunEnd{"idle", "every core sleeps or waits, and nothing will ever wake one", true, false};
}

bool Simulation::finished() {
  const auto list = workloads();
  const auto done = [](const WorkloadIf* w) { return w->phase() == WorkloadPhase::kDone; };
  if (!list.empty() && std::all_of(list.begin(), list.end(), done)) end_ = RunEnd{"workloads_done", "", false, false};
  const u64 limit = static_cast<u64>(simulation().quantity("ios"));
  u64 ios = 0;
  for (const WorkloadIf* w : list) ios += w->ios_completed();
  if (!end_ && limit > 0 && ios >= limit) end_ = RunEnd{"ios", "", false, false};
  return end_.has_value();
}

StatNode Simulation::statistics() const {
  StatCollector collector;
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    const StatProvider* provider = parts_[i]->stats();
    if (!provider) continue;
    collector.enter(config_.components[i].path);
    provider->write_stats(collector);
    collector.leave();
  }
  return collector.take();
}

void Simulation::sample() { series_.add(now_ps(), statistics()); }

void Simulation::report_progress() {
  ProgressState state;
  state.phase = phase();
  state.simulated_ps = now_ps();
  state.until_ps = static_cast<u64>(simulation().quantity("until"));
  for (const WorkloadIf* w : workloads()) state.ios += w->ios_completed();
  statistics().walk([&](const std::string&, const StatNode& node) { state.bundles += node.count("bundles"); });
  directory_.flush();
  progress_.report(state);
}

std::vector<const WorkloadIf*> Simulation::workloads() const {
  std::vector<const WorkloadIf*> out;
  for (const auto& part : parts_)
    if (const WorkloadIf* w = part->workload()) out.push_back(w);
  return out;
}

std::string Simulation::phase() const {
  const auto list = workloads();
  if (list.empty()) return "run";
  const auto any = [&](WorkloadPhase p) {
    return std::any_of(list.begin(), list.end(), [p](const WorkloadIf* w) { return w->phase() == p; });
  };
  if (any(WorkloadPhase::kMeasure)) return "measure";
  return any(WorkloadPhase::kRamp) ? "ramp" : "boot";
}

}  // namespace mppa::sim
