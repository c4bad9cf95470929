// Statistics as files: hierarchical JSON, flat CSV, and the flat list read back.
#pragma once

#include <string>
#include <vector>

#include "sim/stats/stat_tree.h"

namespace mppa::sim {

/// The tree as nested objects; a value is {"type": "counter" | "gauge" | "histogram" | "utilization", "value" or the
/// figures of the type, "unit", "doc"}.
std::string stats_json(const StatNode& tree);
/// "path,type,unit,value" and one line per number.
std::string stats_csv(const StatNode& tree);

/// One number of stats.json.
struct StatLine {
  std::string path;
  std::string type;
  std::string unit;
  std::string doc;
  double value = 0;
};

/// The numbers of a stats.json, a histogram as several. Throws std::invalid_argument if it is none.
std::vector<StatLine> read_stats_json(const std::string& text);

}  // namespace mppa::sim
