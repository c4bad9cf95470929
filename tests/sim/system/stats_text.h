// Statistics as text, one line each, for comparing runs.
#pragma once

#include <fmt/core.h>

#include <string>
#include <vector>

#include "models/common/stats.h"

namespace mppa::test {

class TextStats final : public StatWriter {
 public:
  void counter(std::string_view name, u64 value, std::string_view, std::string_view) override {
    line(name, fmt::format("{}", value));
  }
  void gauge(std::string_view name, double value, std::string_view, std::string_view) override {
    line(name, fmt::format("{}", value));
  }
  void histogram(std::string_view name, const Histogram& value, std::string_view, std::string_view) override {
    line(name, fmt::format("{} values", value.count()));
  }
  void utilization(std::string_view name, std::string_view, u64 busy, u64 total) override {
    line(name, fmt::format("{} of {}", busy, total));
  }
  void enter(std::string_view child) override { path_.emplace_back(child); }
  void leave() override { path_.pop_back(); }

  std::string text;

 private:
  void line(std::string_view name, const std::string& value) {
    for (const std::string& p : path_) text += p + ".";
    text += fmt::format("{} {}\n", name, value);
  }
  std::vector<std::string> path_;
};

inline std::string stats_text(const StatProvider& provider) {
  TextStats out;
  provider.write_stats(out);
  return out.text;
}

}  // namespace mppa::test
