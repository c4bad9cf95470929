// Statistics over simulated time: one row per sample, one column per value that matches the patterns.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "sim/stats/stat_tree.h"

namespace mppa::sim {

/// A sample is written like a tree of statistics, but only its numbers are kept: reading all statistics of a chip must
/// not be felt.
class TimeSeries : private StatWriter {
 public:
  /// `patterns`: see matches(); none = every value.
  explicit TimeSeries(std::vector<std::string> patterns) : patterns_(std::move(patterns)) {}

  /// Begins a sample: what models write now belongs to it.
  StatWriter& add(u64 time_ps);
  bool empty() const { return times_.empty(); }

  /// A header line, then "time_ps,value,..."; values that did not exist yet, or no longer, are empty.
  std::string csv() const;
  /// {"time_ps": [...], "values": {path: [...]}}; null for empty values.
  std::string json() const;

 private:
  static constexpr std::size_t kNoColumn = ~std::size_t{0};
  /// A value in the order in which models write them: that hardly ever changes from sample to sample.
  struct Slot {
    std::string path;
    std::size_t column = kNoColumn;  ///< kNoColumn: matches no pattern
  };

  void counter(std::string_view name, u64 value, std::string_view, std::string_view) override;
  void gauge(std::string_view name, double value, std::string_view, std::string_view) override;
  void histogram(std::string_view name, const Histogram& value, std::string_view, std::string_view) override;
  void utilization(std::string_view name, std::string_view, u64 busy, u64 total) override;
  void enter(std::string_view child) override;
  void leave() override;

  void put(std::string_view name, double value);
  std::size_t column_of(const std::string& path);

  std::vector<std::string> patterns_;
  std::vector<Slot> slots_;
  std::size_t next_ = 0;              ///< slot of the next value of this sample
  std::string path_;                  ///< of the open node, with a dot behind it
  std::vector<std::size_t> lengths_;  ///< of path_, by open node
  std::vector<std::string> columns_;  ///< their paths
  std::map<std::string, std::size_t> column_by_path_;
  std::vector<u64> times_;
  std::vector<std::vector<double>> rows_;  ///< by sample; NaN and what is missing at the end: empty
};

}  // namespace mppa::sim
