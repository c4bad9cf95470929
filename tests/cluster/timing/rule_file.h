// Reads rules.txt: one timing rule per test.
#pragma once

#include <map>
#include <ostream>
#include <string>
#include <vector>

#include "models/common/types.h"

namespace mppa::test {

struct Rule {
  std::string name;
  std::string section;
  unsigned cycles = 0;
  std::string why;
  std::vector<std::string> options;
  std::vector<u32> words;
  std::map<std::string, u64> labels;  ///< offset from the start of the snippet

  bool has(const std::string& option) const;
  /// Value of an option `<name>=<hex>`, or `otherwise`.
  u64 value(const std::string& option, u64 otherwise) const;
};

inline void PrintTo(const Rule& rule, std::ostream* out) { *out << rule.name; }

/// All rules of the file. Throws std::runtime_error with the line of what it does not understand.
std::vector<Rule> read_rules(const std::string& path);

}  // namespace mppa::test
