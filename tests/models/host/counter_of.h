// One counter of a model's statistics.
#pragma once

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "models/common/stats.h"

namespace mppa::host::test {

/// The counter at `path` ("host.driver.resets"); a failure of the test if there is none.
inline u64 counter_of(const StatProvider& provider, const std::string& path) {
  struct Finder : StatWriter {
    void counter(std::string_view name, u64 value, std::string_view, std::string_view) override {
      if (fmt::format("{}{}", prefix, name) == wanted) found = value;
    }
    void gauge(std::string_view, double, std::string_view, std::string_view) override {}
    void histogram(std::string_view, const Histogram&, std::string_view, std::string_view) override {}
    void utilization(std::string_view, std::string_view, u64, u64) override {}
    void enter(std::string_view child) override { prefix += fmt::format("{}.", child); }
    void leave() override { prefix.erase(prefix.rfind('.', prefix.size() - 2) + 1); }
    std::string wanted, prefix;
    std::optional<u64> found;
  } finder;
  finder.wanted = path;
  provider.write_stats(finder);
  EXPECT_TRUE(finder.found) << "there is no counter " << path;
  return finder.found.value_or(0);
}

}  // namespace mppa::host::test
