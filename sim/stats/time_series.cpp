#include "sim/stats/time_series.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

namespace mppa::sim {
namespace {

double ratio(u64 part, u64 whole) { return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole); }

bool is_empty(const std::vector<double>& row, std::size_t column) {
  return column >= row.size() || std::isnan(row[column]);
}

}  // namespace

StatWriter& TimeSeries::add(u64 time_ps) {
  times_.push_back(time_ps);
  rows_.emplace_back(columns_.size(), std::numeric_limits<double>::quiet_NaN());
  next_ = 0;
  path_.clear();
  lengths_.clear();
  return *this;
}

void TimeSeries::counter(std::string_view name, u64 value, std::string_view, std::string_view) {
  put(name, static_cast<double>(value));
}
void TimeSeries::gauge(std::string_view name, double value, std::string_view, std::string_view) { put(name, value); }
void TimeSeries::histogram(std::string_view name, const Histogram& value, std::string_view, std::string_view) {
  put(name, static_cast<double>(value.count()));
}
void TimeSeries::utilization(std::string_view name, std::string_view, u64 busy, u64 total) {
  put(name, ratio(busy, total));
}

void TimeSeries::enter(std::string_view child) {
  lengths_.push_back(path_.size());
  path_.append(child).push_back('.');
}

void TimeSeries::leave() {
  path_.resize(lengths_.back());
  lengths_.pop_back();
}

void TimeSeries::put(std::string_view name, double value) {
  const std::size_t length = path_.size();
  path_.append(name);
  if (next_ == slots_.size() || slots_[next_].path != path_) {
    // New, or behind something that is new or gone: from here on the order is learned again.
    slots_.resize(next_);
    slots_.push_back({path_, column_of(path_)});
  }
  const std::size_t column = slots_[next_++].column;
  path_.resize(length);
  if (column == kNoColumn) return;
  std::vector<double>& row = rows_.back();
  if (row.size() <= column) row.resize(column + 1, std::numeric_limits<double>::quiet_NaN());
  row[column] = value;
}

std::size_t TimeSeries::column_of(const std::string& path) {
  if (!matches_any(patterns_, path)) return kNoColumn;
  const auto [it, added] = column_by_path_.emplace(path, columns_.size());
  if (added) columns_.push_back(path);
  return it->second;
}

std::string TimeSeries::csv() const {
  std::string out = "time_ps";
  for (const std::string& path : columns_) out += "," + path;
  out += "\n";
  for (std::size_t i = 0; i < times_.size(); ++i) {
    out += std::to_string(times_[i]);
    for (std::size_t c = 0; c < columns_.size(); ++c)
      out += is_empty(rows_[i], c) ? "," : fmt::format(",{}", rows_[i][c]);
    out += "\n";
  }
  return out;
}

std::string TimeSeries::json() const {
  nlohmann::ordered_json json;
  json["time_ps"] = times_;
  auto& values = json["values"] = nlohmann::ordered_json::object();
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    auto& column = values[columns_[c]] = nlohmann::ordered_json::array();
    for (const auto& row : rows_)
      column.push_back(is_empty(row, c) ? nlohmann::ordered_json() : nlohmann::ordered_json(row[c]));
  }
  return json.dump() + "\n";
}

}  // namespace mppa::sim
