// What the tests of components give them instead of a run.
#pragma once

#include <string>
#include <vector>

#include "sim/system/component.h"

namespace mppa::sim::test {

/// Remembers what components tell the run.
class Context : public RunContext {
 public:
  explicit Context(const config::SystemConfig& config) : config_(config) {}
  const config::Component& simulation() const override { return config_.simulation; }
  void uses_file(const std::string& path) override { files.push_back(path); }
  void output(const std::string&, std::string_view) override {}
  void show(const std::string&, std::string_view) override {}
  void end(SystemEnd) override {}
  void log(const std::string&, LogLevel, std::string_view line) override { lines.emplace_back(line); }

  std::vector<std::string> files, lines;

 private:
  const config::SystemConfig& config_;
};

}  // namespace mppa::sim::test
