// The closing table of a run, made from its report.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
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

/// The busiest resource of every kind, busiest kinds first.
std::string busiest(const Json& resources) {
  std::map<std::string, const Json*> by_kind;
  for (const Json& r : resources) {
    const Json*& best = by_kind[r["kind"]];
    if (!best || r["utilization"] > (*best)["utilization"]) best = &r;
  }
  std::vector<const Json*> order;
  for (const auto& [kind, best] : by_kind) order.push_back(best);
  std::sort(order.begin(), order.end(), [](const Json* a, const Json* b) {
    const double x = (*a)["utilization"], y = (*b)["utilization"];
    return x != y ? x > y : (*a)["kind"] < (*b)["kind"];
  });
  std::string out;
  for (const Json* r : order)
    out += fmt::format("{}{} {:.1f} % ({})", out.empty() ? "" : ", ", (*r)["kind"].get<std::string>(),
                       100 * (*r)["utilization"].get<double>(), (*r)["path"].get<std::string>());
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
  if (!report["resources"].empty()) out += row("busiest", busiest(report["resources"]));
  out +=
      row("energy", fmt::format("{:.1f} W on average, {:.3g} J (activity model)",
                                report["power"]["average_w"].get<double>(), report["power"]["energy_j"].get<double>()));
  out += row("speed", speed_text(report));
  return out;
}

}  // namespace mppa::sim
