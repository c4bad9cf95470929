// Statistics over simulated time: one row per sample, one column per value that matches the patterns.
#pragma once

#include <string>
#include <vector>

#include "sim/stats/stat_tree.h"

namespace mppa::sim {

class TimeSeries {
 public:
  /// `patterns`: see matches(); none = every value.
  explicit TimeSeries(std::vector<std::string> patterns) : patterns_(std::move(patterns)) {}

  /// The columns are those of the first sample; the tree must not lose values later.
  void add(u64 time_ps, const StatNode& tree);
  bool empty() const { return times_.empty(); }

  /// A header line, then "time_ps,value,...".
  std::string csv() const;
  /// {"time_ps": [...], "values": {path: [...]}}.
  std::string json() const;

 private:
  std::vector<std::string> patterns_;
  std::vector<std::string> paths_;
  std::vector<u64> times_;
  std::vector<std::vector<double>> rows_;  ///< by sample
};

}  // namespace mppa::sim
