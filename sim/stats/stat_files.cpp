#include "sim/stats/stat_files.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <stdexcept>

namespace mppa::sim {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kTypeNames[] = {"counter", "gauge", "histogram", "utilization"};  // in the order of StatKind

Json value_json(const StatValue& v) {
  Json json;
  json["type"] = kTypeNames[static_cast<unsigned>(v.kind)];
  const Histogram& h = v.histogram;
  switch (v.kind) {
    case StatKind::kCounter:
      json["value"] = v.count;
      break;
    case StatKind::kGauge:
      json["value"] = v.value;
      break;
    case StatKind::kUtilization:
      json["value"] = v.number();
      json["busy"] = v.count;
      json["total"] = v.total;
      json["kind"] = v.doc;
      return json;
    case StatKind::kHistogram:
      json["count"] = h.count();
      json["min"] = h.min();
      json["mean"] = h.mean();
      json["p50"] = h.percentile(50'000);
      json["p90"] = h.percentile(90'000);
      json["p99"] = h.percentile(99'000);
      json["p99_9"] = h.percentile(99'900);
      json["max"] = h.max();
      break;
  }
  json["unit"] = v.unit;
  json["doc"] = v.doc;
  return json;
}

Json node_json(const StatNode& node) {
  Json json = Json::object();
  for (const StatValue& v : node.values) json[v.name] = value_json(v);
  for (const StatNode& c : node.children) json[c.name] = node_json(c);
  return json;
}

bool is_value(const Json& json) {
  const auto type = json.find("type");
  return type != json.end() && type->is_string();
}

void read_value(const std::string& path, const Json& json, std::vector<StatLine>& out) {
  StatLine line{path, json.at("type"), json.value("unit", ""), json.value("doc", json.value("kind", "")), 0};
  if (json.contains("value")) {
    line.value = json.at("value");
    out.push_back(std::move(line));
    return;
  }
  for (const auto& [name, figure] : json.items()) {
    if (!figure.is_number()) continue;
    line.path = path + "." + name;
    line.value = figure;
    out.push_back(line);
  }
}

void read_node(const std::string& path, const Json& json, std::vector<StatLine>& out) {
  for (const auto& [name, child] : json.items()) {
    if (!child.is_object()) throw std::invalid_argument("not a statistics file");
    const std::string child_path = path.empty() ? name : path + "." + name;
    if (is_value(child))
      read_value(child_path, child, out);
    else
      read_node(child_path, child, out);
  }
}

}  // namespace

std::string stats_json(const StatNode& tree) { return node_json(tree).dump(1) + "\n"; }

std::string stats_csv(const StatNode& tree) {
  std::string out = "path,type,unit,value\n";
  for (const StatLine& line : read_stats_json(node_json(tree).dump()))
    out += fmt::format("{},{},{},{}\n", line.path, line.type, line.unit, line.value);
  return out;
}

std::vector<StatLine> read_stats_json(const std::string& text) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) throw std::invalid_argument("not a statistics file");
  std::vector<StatLine> out;
  try {
    read_node("", json, out);
  } catch (const Json::exception& e) {
    throw std::invalid_argument(fmt::format("not a statistics file: {}", e.what()));
  }
  return out;
}

}  // namespace mppa::sim
