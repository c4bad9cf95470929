#include "tests/cluster/timing/rule_file.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace mppa::test {
namespace {

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, separator);) {
    const auto begin = part.find_first_not_of(' ');
    const auto end = part.find_last_not_of(' ');
    parts.push_back(begin == std::string::npos ? "" : part.substr(begin, end - begin + 1));
  }
  return parts;
}

Rule header(const std::string& line) {
  const auto fields = split(line.substr(2), '|');
  if (fields.size() < 4) throw std::runtime_error("rule without its four fields: " + line);
  Rule rule{fields[0], fields[1], static_cast<unsigned>(std::stoul(fields[2])), fields[3], {}, {}, {}};
  if (fields.size() > 4) rule.options = split(fields[4], ',');
  return rule;
}

}  // namespace

bool Rule::has(const std::string& option) const { return std::ranges::find(options, option) != options.end(); }

u64 Rule::value(const std::string& option, u64 otherwise) const {
  for (const std::string& o : options)
    if (o.starts_with(option + "=")) return std::stoull(o.substr(option.size() + 1), nullptr, 16);
  return otherwise;
}

std::vector<Rule> read_rules(const std::string& path) {
  std::ifstream in(path);
  if (!in) throw std::runtime_error(path + ": cannot be read");
  std::vector<Rule> rules;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("T ")) {
      rules.push_back(header(line));
    } else if (line.starts_with("W ")) {
      for (const std::string& word : split(line.substr(2), ','))
        rules.back().words.push_back(static_cast<u32>(std::stoul(word, nullptr, 16)));
    } else if (line.starts_with("L ")) {
      for (const std::string& label : split(line.substr(2), ' ')) {
        const auto equals = label.find('=');
        rules.back().labels[label.substr(0, equals)] = std::stoull(label.substr(equals + 1), nullptr, 16);
      }
    } else if (!line.empty() && !line.starts_with("A ") && !line.starts_with("#")) {
      throw std::runtime_error(path + ": unknown line: " + line);
    }
  }
  return rules;
}

}  // namespace mppa::test
