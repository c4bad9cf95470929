#include "sim/run/report.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>

#include "sim/config/digest.h"
#include "sim/run/profile.h"

namespace mppa::sim {
namespace {

double ratio(double part, double whole) { return whole > 0 ? part / whole : 0; }

Json latency_json(const Histogram& h) {
  return {{"min", h.min()},
          {"mean", h.mean()},
          {"p50", h.percentile(50'000)},
          {"p90", h.percentile(90'000)},
          {"p99", h.percentile(99'000)},
          {"p99_9", h.percentile(99'900)},
          {"max", h.max()}};
}

Json workload_json(const Simulation::NamedWorkload& workload) {
  const WorkloadResult r = workload.workload->result();
  const double seconds = static_cast<double>(r.window_ps) / 1e12;
  return {{"name", workload.name},
          {"ios", r.ios},
          {"window_s", seconds},
          {"iops", ratio(static_cast<double>(r.ios), seconds)},
          {"read_bytes", r.read_bytes},
          {"write_bytes", r.write_bytes},
          {"bandwidth_bytes_per_s", ratio(static_cast<double>(r.read_bytes + r.write_bytes), seconds)},
          {"latency_ns", latency_json(r.latency_ns)},
          {"errors", r.errors},
          {"verify_errors", r.verify_errors},
          {"verified_bytes", r.verified_bytes}};
}

/// A node that counts bundles and instructions is a core; a DMA thread counts bundles of its microcode only.
bool is_core(const StatNode& node) { return node.value("bundles") != nullptr && node.value("instructions") != nullptr; }

Json core_json(const std::string& path, const StatNode& core) {
  Json json = {{"path", path},
               {"cycles", core.count("cycles")},
               {"bundles", core.count("bundles")},
               {"instructions", core.count("instructions")},
               {"idle_cycles", core.count("idle_cycles")}};
  Json& stalls = json["stalls"] = Json::object();
  if (const StatNode* causes = core.child("stalls"))
    for (const StatValue& v : causes->values) stalls[v.name] = v.count;
  return json;
}

Json cores_json(const StatNode& tree) {
  Json cores = Json::array();
  tree.walk([&](const std::string& path, const StatNode& node) {
    if (is_core(node)) cores.push_back(core_json(path, node));
  });
  return cores;
}

Json resources_json(const StatNode& tree) {
  Json resources = Json::array();
  tree.walk([&](const std::string& path, const StatNode& node) {
    for (const StatValue& v : node.values)
      if (v.kind == StatKind::kUtilization)
        resources.push_back({{"path", path + "." + v.name}, {"kind", v.doc}, {"utilization", v.number()}});
  });
  return resources;
}

Json simulation_json(const StatNode& tree, const Simulation& simulation, const RunEnd& end) {
  u64 bundles = 0, cycles = 0, core_cycles = 0, waiting = 0;
  tree.walk([&](const std::string&, const StatNode& node) {
    if (!is_core(node)) return;
    bundles += node.count("bundles");
    core_cycles += node.count("cycles");
    waiting += node.count("waiting");
    cycles = std::max(cycles, node.count("cycles"));
  });
  return {{"simulated_s", static_cast<double>(simulation.now_ps()) / 1e12},
          {"window_begin_s", static_cast<double>(simulation.window_begin_ps()) / 1e12},
          {"bundles", bundles},
          {"cycles", cycles},
          {"core_cycles", core_cycles},
          {"waiting_cycles", waiting},
          {"end_reason", end.reason},
          {"end_message", end.message},
          {"end_details", end.details},
          {"partial", end.interrupted},
          {"findings", simulation.findings()},
          {"success", !end.failed && simulation.findings() == 0}};
}

/// Watts over the time that `tree` covers.
double average_power(const config::SystemConfig& config, const Simulation& simulation, const StatNode& tree) {
  double watts = 0;
  const auto& parts = simulation.parts();
  for (std::size_t i = 0; i < parts.size(); ++i)
    if (const StatNode* own = tree.child(config.components[i].path)) watts += parts[i]->average_power(*own);
  return watts;
}

/// Power in the window, energy of the whole run.
Json power_json(const config::SystemConfig& config, const Simulation& simulation, const StatNode& tree,
                const StatNode& window) {
  const double seconds = static_cast<double>(simulation.now_ps()) / 1e12;
  return {{"average_w", average_power(config, simulation, window)},
          {"energy_j", average_power(config, simulation, tree) * seconds}};
}

Json host_json(const Json& simulation, double wall_s) {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return {{"wall_s", wall_s},
          {"bundles_per_s", ratio(simulation["bundles"].get<double>(), wall_s)},
          {"slowdown", ratio(wall_s, simulation["simulated_s"].get<double>())},
          {"peak_rss_bytes", static_cast<u64>(usage.ru_maxrss) * 1024}};
}

std::string files_hash(const std::map<std::string, std::string>& files) {
  config::Digest digest;
  for (const auto& [name, hash] : files) digest.add(name + " " + hash + "\n");
  return digest.text();
}

}  // namespace

Json make_report(const config::SystemConfig& config, const Simulation& simulation, const RunEnd& end,
                 const RunDirectory& directory, const RunFacts& facts) {
  const StatNode tree = simulation.statistics(), window = simulation.window_statistics();
  Json report;
  report["system"] = config.name;
  report["version"] = facts.version;
  report["binary_hash"] = facts.binary_hash;
  report["config_hash"] = config.hash();
  report["firmware_hash"] = files_hash(directory.loaded());
  report["files"] = directory.kept();
  report["simulation"] = simulation_json(tree, simulation, end);
  Json& workloads = report["workloads"] = Json::array();
  for (const auto& workload : simulation.workloads()) workloads.push_back(workload_json(workload));
  report["power"] = power_json(config, simulation, tree, window);
  report["resources"] = resources_json(window);
  report["cores"] = cores_json(tree);
  if (config.simulation.flag("profile")) report["profile"] = profile_json(simulation.profile());
  report["host"] = host_json(report["simulation"], facts.wall_s);
  return report;
}

bool successful(const Json& report) {
  const Json& workloads = report["workloads"];
  return report["simulation"]["success"] && std::all_of(workloads.begin(), workloads.end(), [](const Json& w) {
           return w["errors"] == 0 && w["verify_errors"] == 0;
         });
}

}  // namespace mppa::sim
