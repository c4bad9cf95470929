// Reads the SFR tables as text, independently of the generator, as the expectation of the table tests.
#pragma once

#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "models/common/types.h"

namespace mppa::core::test {

using Row = std::map<std::string, std::string>;

inline std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);) parts.push_back(part);
  return parts;
}

inline std::vector<Row> read_table(const std::string& file) {
  std::ifstream stream(std::string(MPPA_SOURCE_DIR) + "/models/cluster/core/" + file);
  std::string line;
  std::getline(stream, line);
  const std::vector<std::string> names = split(line, '\t');
  std::vector<Row> rows;
  while (std::getline(stream, line)) {
    const std::vector<std::string> values = split(line, '\t');
    Row row;
    for (std::size_t i = 0; i < names.size(); ++i) row[names[i]] = i < values.size() ? values[i] : "";
    rows.push_back(row);
  }
  return rows;
}

inline u64 number_of(const std::string& text, int base = 0) { return std::stoull(text, nullptr, base); }

inline bool lists(const std::string& slash_separated, const std::string& word) {
  for (const std::string& part : split(slash_separated, '/')) {
    if (part == word) return true;
  }
  return false;
}

}  // namespace mppa::core::test
