// The closing table of a run, made from its report.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "sim/run/report.h"

namespace mppa::sim {
namespace {

/// 1234567 -> "1,234,567".
std::string grouped(u64 value) {
  std::string text = std::to_string(value);
  for (std::size_t i = text.size(); i > 3; i -= 3) text.insert(i - 3, ",");
  return text;
}

/// With a decimal prefix and three digits: 1.23 M.
std::string scaled(double value) {
  constexpr const char* kPrefixes[] = {"", "k", "M", "G", "T"};
  unsigned prefix = 0;
  for (; value >= 999.5 && prefix < 4; ++prefix) value /= 1000;
  return fmt::format("{:.{}f} {}", value, value < 9.995 ? 2 : value < 99.95 ? 1 : 0, kPrefixes[prefix]);
}

std::string time_text(double seconds) {
  if (seconds < 1e-3) return fmt::format("{:.3f} us", seconds * 1e6);
  return seconds < 1 ? fmt::format("{:.3f} ms", seconds * 1e3) : fmt::format("{:.3f} s", seconds);
}

std::string row(const std::string& name, const std::string& text) { return fmt::format("  {:<12} {}\n", name, text); }

std::string workload_rows(const Json& workloads) {
  std::string out;
  if (workloads.empty()) return out;
  out += fmt::format("\n  {:<20}{:>10}{:>10}{:>11}  {:>9}{:>9}{:>9}{:>9}{:>9}  {:>7}{:>8}  {}\n", "workload", "I/Os",
                     "IOPS", "bytes/s", "p50 us", "p90", "p99", "p99.9", "max", "errors", "verify", "verified");
  for (const Json& w : workloads) {
    const auto us = [&](const char* name) { return w["latency_ns"][name].get<double>() * 1e-3; };
    out += fmt::format("  {:<20}{:>10}{:>10}{:>11}  {:>9.2f}{:>9.2f}{:>9.2f}{:>9.2f}{:>9.2f}  {:>7}{:>8}  {}B\n",
                       w["name"].get<std::string>(), grouped(w["ios"]), scaled(w["iops"]),
                       scaled(w["bandwidth_bytes_per_s"]), us("p50"), us("p90"), us("p99"), us("p99_9"), us("max"),
                       w["errors"].get<u64>(), w["verify_errors"].get<u64>(), scaled(w["verified_bytes"]));
  }
  return out + "\n";
}

/// The resources of one kind.
struct Kind {
  std::string name;
  std::string busiest;  ///< path
  double highest = -1;  ///< utilization of that one
  double sum = 0;       ///< over those in use
  unsigned in_use = 0;
};

/// The busiest kinds, busiest first.
std::vector<Kind> by_kind(const Json& resources) {
  constexpr double kInUse = 0.005;
  constexpr std::size_t kKindsShown = 6;
  std::map<std::string, Kind> kinds;
  for (const Json& r : resources) {
    const double utilization = r["utilization"];
    Kind& kind = kinds[r["kind"]];
    kind.name = r["kind"];
    if (utilization > kind.highest) {
      kind.highest = utilization;
      kind.busiest = r["path"];
    }
    if (utilization < kInUse) continue;
    kind.sum += utilization;
    ++kind.in_use;
  }
  std::vector<Kind> out;
  for (const auto& [name, kind] : kinds) out.push_back(kind);
  std::sort(out.begin(), out.end(),
            [](const Kind& a, const Kind& b) { return std::tie(b.highest, a.name) < std::tie(a.highest, b.name); });
  if (out.size() > kKindsShown) out.resize(kKindsShown);
  return out;
}

/// The busiest resource of each of these kinds, with the mean of those of the kind that are in use.
std::string bottleneck(const Json& resources) {
  std::string out;
  for (const Kind& kind : by_kind(resources)) {
    const std::string mean =
        kind.in_use > 1 ? fmt::format(", {} in use, mean {:.1f} %", kind.in_use, 100 * kind.sum / kind.in_use) : "";
    out += fmt::format("{}{} {:.1f} % ({}{})", out.empty() ? "" : "\n               ", kind.name, 100 * kind.highest,
                       kind.busiest, mean);
  }
  return out;
}

std::string cores_text(const Json& cores) {
  u64 running = 0, cycles = 0, idle = 0, bundles = 0, instructions = 0;
  for (const Json& c : cores) {
    running += c["bundles"] > 0 ? 1 : 0;
    cycles += c["cycles"].get<u64>();
    idle += c["idle_cycles"].get<u64>();
    bundles += c["bundles"].get<u64>();
    instructions += c["instructions"].get<u64>();
  }
  const double busy = static_cast<double>(cycles - std::min(idle, cycles));
  return fmt::format("{} of {} ran, busy {:.1f} % of their cycles, {:.2f} bundles a busy cycle, {} instructions",
                     running, cores.size(), cycles > 0 ? 100 * busy / static_cast<double>(cycles) : 0,
                     busy > 0 ? static_cast<double>(bundles) / busy : 0, grouped(instructions));
}

std::string speed_text(const Json& report) {
  const Json& host = report["host"];
  const Json& simulation = report["simulation"];
  std::string out = fmt::format("{}bundles/s, {} of wall time, slowdown {:.0f}", scaled(host["bundles_per_s"]),
                                time_text(host["wall_s"]), host["slowdown"].get<double>());
  const double waiting = simulation["waiting_cycles"], all = simulation["core_cycles"];
  if (waiting > 0) out += fmt::format(", {:.1f} % of core cycles in loops that only wait", 100 * waiting / all);
  return out;
}

}  // namespace

std::string closing_table(const Json& report) {
  const Json& simulation = report["simulation"];
  const std::string system = report["system"], message = simulation["end_message"];
  std::string out = fmt::format("{}: {}\n", system.empty() ? "run" : system,
                                message.empty() ? simulation["end_reason"].get<std::string>() : message);
  out += workload_rows(report["workloads"]);
  out += row("simulated", fmt::format("{}, {} cycles, {} bundles", time_text(simulation["simulated_s"]),
                                      grouped(simulation["cycles"]), grouped(simulation["bundles"])));
  if (!report["cores"].empty()) out += row("cores", cores_text(report["cores"]));
  if (!report["resources"].empty()) out += row("bottleneck", bottleneck(report["resources"]));
  out +=
      row("energy", fmt::format("{:.1f} W on average, {:.3g} J (activity model)",
                                report["power"]["average_w"].get<double>(), report["power"]["energy_j"].get<double>()));
  out += row("speed", speed_text(report));
  return out;
}

}  // namespace mppa::sim
