#include "sim/stats/time_series.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <stdexcept>

namespace mppa::sim {

void TimeSeries::add(u64 time_ps, const StatNode& tree) {
  std::vector<double> row;
  std::vector<std::string> paths;
  tree.walk([&](const std::string& path, const StatNode& node) {
    for (const StatValue& v : node.values) {
      const std::string name = path.empty() ? v.name : path + "." + v.name;
      if (!matches_any(patterns_, name)) continue;
      row.push_back(v.number());
      paths.push_back(name);
    }
  });
  if (times_.empty()) paths_ = std::move(paths);
  if (row.size() != paths_.size()) throw std::logic_error("the set of statistics changed during the run");
  times_.push_back(time_ps);
  rows_.push_back(std::move(row));
}

std::string TimeSeries::csv() const {
  std::string out = "time_ps";
  for (const std::string& path : paths_) out += "," + path;
  out += "\n";
  for (std::size_t i = 0; i < times_.size(); ++i) {
    out += std::to_string(times_[i]);
    for (const double value : rows_[i]) out += fmt::format(",{}", value);
    out += "\n";
  }
  return out;
}

std::string TimeSeries::json() const {
  nlohmann::ordered_json json;
  json["time_ps"] = times_;
  auto& values = json["values"] = nlohmann::ordered_json::object();
  for (std::size_t c = 0; c < paths_.size(); ++c) {
    auto& column = values[paths_[c]] = nlohmann::ordered_json::array();
    for (const auto& row : rows_) column.push_back(row[c]);
  }
  return json.dump() + "\n";
}

}  // namespace mppa::sim
