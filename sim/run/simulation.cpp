#include "sim/run/simulation.h"

#include <fmt/format.h>

#include <algorithm>
#include <systemc>

namespace mppa::sim {
namespace {

/// Simulated time between two looks at limits, workloads and the keyboard. Fixed, so that what they decide does not
/// depend on the host.
constexpr u64 kStepPs = 20'000'000;
/// The same while the number of I/Os is limited.
constexpr u64 kFineStepPs = 1'000'000;
/// More I/Os than complete in such a step. When so few are missing, the run goes from event to event, so that it ends
/// with the I/O that is the limit.
constexpr u64 kLastIos = 64;

u64 next_multiple(u64 value, u64 period) { return (value / period + 1) * period; }

const char* reason_name(SystemEnd::Reason reason) {
  switch (reason) {
    case SystemEnd::Reason::kExit:
      return "exit";
    case SystemEnd::Reason::kCrash:
      return "crash";
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
  end_ = RunEnd{reason_name(end.reason), message, !success, false, end.details};
  // sc_pause is an error before the first sc_start.
  if (sc_core::sc_is_running()) sc_core::sc_pause();
}

RunEnd Simulation::run(const std::function<bool()>& interrupted) {
  sc_core::sc_start(sc_core::SC_ZERO_TIME);  // elaboration: sockets can be used from here on
  for (const auto& part : parts_) part->start();
  const u64 until = static_cast<u64>(simulation().quantity("until"));
  const u64 deadline = static_cast<u64>(simulation().quantity("deadline"));
  // The earlier one of two limits of which 0 means none.
  const u64 last = until > 0 && deadline > 0 ? std::min(until, deadline) : std::max(until, deadline);
  const u64 period = static_cast<u64>(simulation().quantity("sample_period"));
  while (!end_) {
    step(next_stop(last, period));
    track_window();
    if (period > 0 && (now_ps() % period == 0 || end_)) sample();
    if (progress_.due()) {
      directory_.flush();
      progress_.report(progress());
    }
    if (!end_ && last > 0 && now_ps() >= last) reach(until, deadline);
    if (!end_ && interrupted()) end_ = RunEnd{"interrupted", "interrupted; the report is partial", false, true};
  }
  log_.line(kRunComponent, LogLevel::kInfo, now_ps(), fmt::format("end: {} {}", end_->reason, end_->message));
  return *end_;
}

/// `until` is where the user wanted the run to end; only a workload that has not even begun makes that a failure. A
/// deadline is what the system should have ended before.
void Simulation::reach(u64 until, u64 deadline) {
  if (until > 0 && now_ps() >= until) {
    end_ = RunEnd{"until", "", false, false};
    for (const NamedWorkload& w : workloads())
      if (w.workload->phase() == WorkloadPhase::kWaiting)
        end_ = RunEnd{"until", fmt::format("{} had not begun", w.name), true, false};
  } else if (now_ps() >= deadline) {
    end_ = RunEnd{"deadline", "the system was still running at its deadline", true, false};
  }
}

u64 Simulation::next_stop(u64 until, u64 period) const {
  const u64 ios = static_cast<u64>(simulation().quantity("ios"));
  u64 stop = next_multiple(now_ps(), ios > 0 ? kFineStepPs : kStepPs);
  if (ios > 0 && ios_completed() + kLastIos >= ios && sc_core::sc_pending_activity()) {
    const u64 to_next_event = sc_core::sc_time_to_pending_activity().value();
    stop = std::min(stop, now_ps() + to_next_event + 1);
  }
  if (until > 0 && !sc_core::sc_pending_activity()) stop = until;
  if (period > 0) stop = std::min(stop, next_multiple(now_ps(), period));
  return until > 0 ? std::min(stop, until) : stop;
}

void Simulation::step(u64 until_ps) {
  sc_core::sc_start(sc_core::sc_time::from_value(until_ps - now_ps()), sc_core::SC_RUN_TO_TIME);
  if (end_ || finished()) return;
  // With `until` the run goes on to it: a core that spins for ever is then no different from one that sleeps.
  if (!sc_core::sc_pending_activity() && simulation().quantity("until") == 0)
    end_ = RunEnd{"idle", "every core sleeps or waits, and nothing will ever wake one", true, false};
}

bool Simulation::finished() {
  const auto list = workloads();
  const auto done = [](const NamedWorkload& w) { return w.workload->phase() == WorkloadPhase::kDone; };
  if (!list.empty() && std::all_of(list.begin(), list.end(), done)) end_ = RunEnd{"workloads_done", "", false, false};
  const u64 limit = static_cast<u64>(simulation().quantity("ios"));
  if (!end_ && limit > 0 && ios_completed() >= limit) end_ = RunEnd{"ios", "", false, false};
  return end_.has_value();
}

u64 Simulation::findings() const {
  u64 sum = 0;
  for (const auto& part : parts_) sum += part->findings();
  return sum;
}

u64 Simulation::ios_completed() const {
  u64 ios = 0;
  for (const NamedWorkload& w : workloads()) ios += w.workload->ios_completed();
  return ios;
}

void Simulation::write_statistics(StatWriter& out) const {
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    const StatProvider* provider = parts_[i]->stats();
    if (!provider) continue;
    out.enter(config_.components[i].path);
    provider->write_stats(out);
    out.leave();
  }
}

StatNode Simulation::statistics() const {
  StatCollector collector;
  write_statistics(collector);
  return collector.take();
}

RunProfile Simulation::profile_until_now() const {
  RunProfile out{0, now_ps(), ios_completed(), {}};
  for (const auto& part : parts_)
    for (CodeProfile& code : part->profile()) out.code.push_back(std::move(code));
  return out;
}

RunProfile Simulation::profile() const {
  RunProfile out = after_window_ ? after_window_->profile : profile_until_now();
  if (!before_window_) return out;
  const RunProfile& before = before_window_->profile;
  out.begin_ps = before.end_ps;
  out.ios -= before.ios;
  for (std::size_t i = 0; i < out.code.size(); ++i)
    for (const auto& [pc, cost] : before.code[i].costs) {
      engine::ProfileCost& total = out.code[i].costs[pc];
      total = total.since(cost);
    }
  return out;
}

void Simulation::track_window() {
  const std::string now = phase();
  if (!before_window_ && now == "measure") before_window_ = Moment{statistics(), profile_until_now()};
  if (!after_window_ && now == "verify") after_window_ = Moment{statistics(), profile_until_now()};
}

void Simulation::sample() { write_statistics(series_.add(now_ps())); }

StatNode Simulation::window_statistics() const {
  const StatNode end = after_window_ ? after_window_->statistics : statistics();
  return before_window_ ? end.since(before_window_->statistics) : end;
}

/// By the limit that is nearest, or the workload that has most to do.
double Simulation::done() const {
  const auto share = [](u64 part, i64 limit) {
    return limit > 0 ? static_cast<double>(part) / static_cast<double>(limit) : 0;
  };
  const auto list = workloads();
  double least = list.empty() ? 0 : 1;
  for (const NamedWorkload& w : list) least = std::min(least, w.workload->progress());
  return std::max(
      {least, share(now_ps(), simulation().quantity("until")), share(ios_completed(), simulation().quantity("ios"))});
}

ProgressState Simulation::progress() const {
  ProgressState state;
  state.phase = phase();
  state.simulated_ps = now_ps();
  state.done = done();
  state.ios = ios_completed();
  statistics().walk([&](const std::string&, const StatNode& node) { state.bundles += node.count("bundles"); });
  return state;
}

std::vector<Simulation::NamedWorkload> Simulation::workloads() const {
  std::vector<NamedWorkload> out;
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    const std::string& path = config_.components[i].path;
    for (const WorkloadIf* w : parts_[i]->workloads())
      out.push_back({w->name().empty() ? path : path + "." + w->name(), w});
  }
  return out;
}

std::string Simulation::phase() const {
  const auto list = workloads();
  if (list.empty()) return "run";
  const auto any = [&](WorkloadPhase p) {
    return std::any_of(list.begin(), list.end(), [p](const NamedWorkload& w) { return w.workload->phase() == p; });
  };
  if (any(WorkloadPhase::kMeasure)) return "measure";
  if (any(WorkloadPhase::kRamp)) return "ramp";
  return any(WorkloadPhase::kVerify) ? "verify" : "boot";
}

}  // namespace mppa::sim
