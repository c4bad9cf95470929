#include "sim/run/profile.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <tuple>
#include <utility>
#include <vector>

#include "sim/code_map.h"
#include "sim/elf_file.h"

namespace mppa::sim {
namespace {

using engine::ProfileCost;

constexpr auto kAsleep = static_cast<unsigned>(timing::Stall::kIdle);
/// Functions in the table; the report has all.
constexpr std::size_t kMostFunctions = 25;
constexpr std::size_t kMostCauses = 4;

u64 busy(const ProfileCost& cost) { return cost.cycles - cost.stalls[kAsleep]; }

/// What others have published of the same layer, per 4 KiB read.
struct Published {
  const char* layer;
  double cycles_per_io;
  const char* what;
  const char* source;
};
constexpr Published kPublished[] = {
    {"nvme/driver", 4.0e9 / 10.39e6, "SPDK's NVMe driver: 10.39 million a second on one core at 4.0 GHz",
     "https://spdk.io/news/2019/05/06/nvme/"},
};

Json published_json(const std::map<std::string, ProfileCost>& layers) {
  Json out = Json::array();
  for (const Published& p : kPublished)
    if (layers.contains(p.layer))
      out.push_back({{"layer", p.layer}, {"cycles_per_io", p.cycles_per_io}, {"what", p.what}, {"source", p.source}});
  return out;
}

Json cost_json(const ProfileCost& cost, u64 ios) {
  Json stalls = Json::object();
  for (unsigned i = 0; i < timing::kStallKinds; ++i)
    if (i != kAsleep && cost.stalls[i] > 0)
      stalls[std::string(timing::stall_name(static_cast<timing::Stall>(i)))] = cost.stalls[i];
  Json out = {{"cycles", busy(cost)}};
  if (ios > 0) out["cycles_per_io"] = static_cast<double>(busy(cost)) / static_cast<double>(ios);
  out["bundles"] = cost.bundles;
  out["instructions"] = cost.instructions;
  out["stalls"] = std::move(stalls);
  return out;
}

/// Name and layer of what contains an address.
struct Owner {
  std::string function, layer;
  bool operator<(const Owner& other) const { return std::tie(function, layer) < std::tie(other.function, other.layer); }
};

Owner owner_of(const CodeMap& map, u64 pc) {
  const CodeMap::Function* function = map.function(pc);
  if (!function) return {"(no symbol)", "unknown"};
  return {function->name, profile_layer(map.file(function->begin))};
}

/// The entries of `costs` that were busy, most cycles first.
template <class Key, class Name>
Json sorted(const std::map<Key, ProfileCost>& costs, u64 ios, Name&& name) {
  std::vector<const std::pair<const Key, ProfileCost>*> order;
  for (const auto& entry : costs)
    if (busy(entry.second) > 0) order.push_back(&entry);
  std::sort(order.begin(), order.end(), [](const auto* a, const auto* b) {
    const u64 x = busy(a->second), y = busy(b->second);
    return x != y ? x > y : a->first < b->first;
  });
  Json out = Json::array();
  for (const auto* entry : order) {
    Json json = name(entry->first);
    json.update(cost_json(entry->second, ios));
    out.push_back(std::move(json));
  }
  return out;
}

double share(const Json& part, u64 whole) {
  return whole > 0 ? 100 * part["cycles"].get<double>() / static_cast<double>(whole) : 0;
}

/// "raw_load 12 %, branch 5 %": of the cycles of `part`.
std::string causes(const Json& part) {
  std::vector<std::pair<u64, std::string>> order;
  for (const auto& [name, cycles] : part["stalls"].items()) order.emplace_back(cycles.get<u64>(), name);
  std::sort(order.begin(), order.end(), std::greater<>());
  order.resize(std::min(order.size(), kMostCauses));
  std::string out;
  for (const auto& [cycles, name] : order)
    out += fmt::format("{}{} {:.0f} %", out.empty() ? "" : ", ", name,
                       100 * static_cast<double>(cycles) / part["cycles"].get<double>());
  return out;
}

std::string line(const std::string& name, const std::string& layer, const Json& part, u64 whole, bool per_io) {
  const double cycles = per_io ? part["cycles_per_io"].get<double>() : part["cycles"].get<double>();
  return fmt::format("  {:<32} {:<16} {:>13.{}f} {:>6.1f} %  {:>5.2f}  {}\n", name, layer, cycles, per_io ? 1 : 0,
                     share(part, whole), part["bundles"].get<double>() / part["cycles"].get<double>(), causes(part));
}

}  // namespace

std::string profile_layer(std::string_view file) {
  if (file.empty()) return "unknown";
  const std::string_view path = from_firmware(file);
  constexpr std::string_view kTop = "firmware/";
  if (!path.starts_with(kTop)) return "program";
  std::string layer;
  std::string_view rest = path.substr(kTop.size());
  for (unsigned depth = 0; depth < 2; ++depth) {
    const auto slash = rest.find('/');
    const std::string_view folder = rest.substr(0, slash);
    if (slash == std::string_view::npos || folder == "include") break;
    layer += (layer.empty() ? "" : "/") + std::string(folder);
    rest.remove_prefix(slash + 1);
  }
  return layer;
}

Json profile_json(const RunProfile& profile) {
  std::map<Owner, ProfileCost> functions;
  std::map<std::string, ProfileCost> layers;
  ProfileCost all;
  Json cores = Json::array();
  std::map<std::string, CodeMap> maps;
  for (const CodeProfile& code : profile.code) {
    const CodeMap& map = maps.try_emplace(code.firmware, ElfFile::read(code.firmware)).first->second;
    ProfileCost sum;
    for (const auto& [pc, cost] : code.costs) {
      const Owner owner = owner_of(map, pc);
      functions[owner].add(cost);
      layers[owner.layer].add(cost);
      sum.add(cost);
    }
    cores.push_back({{"path", code.cores},
                     {"cycles", busy(sum)},
                     {"waiting_cycles", sum.waiting},
                     {"asleep_cycles", sum.stalls[kAsleep]}});
    all.add(sum);
  }
  Json out = {{"begin_s", static_cast<double>(profile.begin_ps) / 1e12},
              {"end_s", static_cast<double>(profile.end_ps) / 1e12},
              {"ios", profile.ios}};
  out.update(cost_json(all, profile.ios));
  out["waiting_cycles"] = all.waiting;
  out["asleep_cycles"] = all.stalls[kAsleep];
  out["cores"] = std::move(cores);
  out["layers"] = sorted(layers, profile.ios, [](const std::string& name) { return Json{{"name", name}}; });
  if (profile.ios > 0) out["published"] = published_json(layers);
  out["functions"] = sorted(functions, profile.ios,
                            [](const Owner& owner) { return Json{{"name", owner.function}, {"layer", owner.layer}}; });
  return out;
}

std::string profile_table(const Json& profile) {
  const u64 ios = profile["ios"], whole = profile["cycles"];
  const bool per_io = ios > 0;
  std::string out =
      fmt::format("profile of {:.3f} to {:.3f} ms{}: {} busy cycles{}; {} more in loops that only wait, {} asleep\n",
                  1e3 * profile["begin_s"].get<double>(), 1e3 * profile["end_s"].get<double>(),
                  per_io ? fmt::format(", {} I/Os", ios) : "", whole,
                  per_io ? fmt::format(", {:.1f} an I/O", profile["cycles_per_io"].get<double>()) : "",
                  profile["waiting_cycles"].get<u64>(), profile["asleep_cycles"].get<u64>());
  if (whole == 0) return out;
  const auto header = [&](const char* name, const char* layer) {
    return fmt::format("  {:<32} {:<16} {:>13} {:>8}  {:>5}  {}\n", name, layer, per_io ? "cycles/IO" : "cycles",
                       "share", "b/c", "stalls, of these cycles");
  };
  out += header("layer", "");
  for (const Json& layer : profile["layers"]) out += line(layer["name"], "", layer, whole, per_io);
  for (const Json& p : profile.value("published", Json::array()))
    out += fmt::format("  published: {:<38} {:>13.1f}  {} ({})\n", p["layer"].get<std::string>(),
                       p["cycles_per_io"].get<double>(), p["what"].get<std::string>(), p["source"].get<std::string>());
  out += header("function", "layer");
  const Json& functions = profile["functions"];
  for (std::size_t i = 0; i < std::min(functions.size(), kMostFunctions); ++i)
    out += line(functions[i]["name"], functions[i]["layer"], functions[i], whole, per_io);
  if (functions.size() > kMostFunctions)
    out += fmt::format("  and {} more functions in report.json\n", functions.size() - kMostFunctions);
  return out;
}

}  // namespace mppa::sim
