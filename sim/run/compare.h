// What differs between two results.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "sim/run/report.h"

namespace mppa::sim {

/// Values whose path matches `pattern` (see matches()) may differ by `relative`.
struct Tolerance {
  std::string pattern;
  double relative = 0;
};

/// Parses "path=1%", "path=0.01". Throws BadInput.
Tolerance parse_tolerance(const std::string& text);

struct Difference {
  std::string path;
  std::string a, b;     ///< as text; "-" where it is missing
  double relative = 0;  ///< |a - b| / max(|a|, |b|); infinite for what is no number or missing
  bool tolerated = false;
};

/// Largest first. Elements of lists are known by their `path` or `name`.
std::vector<Difference> compare_json(const Json& a, const Json& b, const std::vector<Tolerance>& tolerances);

/// Compares two run directories (report without `host`, and statistics), or two JSON files. Throws BadInput.
std::vector<Difference> compare_runs(const std::filesystem::path& a, const std::filesystem::path& b,
                                     const std::vector<Tolerance>& tolerances);

/// One line per difference; at most 40, then how many more.
std::string difference_table(const std::vector<Difference>& differences);

}  // namespace mppa::sim
