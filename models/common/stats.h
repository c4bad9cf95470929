// Statistics by asking: a model keeps plain counters and lists them when it is asked, so that they cost nothing while
// nobody reads them. Names are hierarchical, like the modules.
#pragma once

#include <string_view>

#include "models/common/histogram.h"
#include "models/common/types.h"

namespace mppa {

/// Receives the statistics of one node of the hierarchy.
class StatWriter {
 public:
  virtual ~StatWriter() = default;

  /// A number that only grows: events, bytes, cycles.
  virtual void counter(std::string_view name, u64 value, std::string_view unit, std::string_view doc) = 0;
  /// A momentary value or a ratio.
  virtual void gauge(std::string_view name, double value, std::string_view unit, std::string_view doc) = 0;
  virtual void histogram(std::string_view name, const Histogram& value, std::string_view unit,
                         std::string_view doc) = 0;
  /// A resource that was busy for `busy` of `total` ticks; listed among the report's resources.
  virtual void utilization(std::string_view name, std::string_view kind, u64 busy, u64 total) = 0;

  /// Opens and closes a child node; every model brackets its parts with these.
  virtual void enter(std::string_view child) = 0;
  virtual void leave() = 0;
};

/// Implemented by every model that has statistics.
class StatProvider {
 public:
  virtual ~StatProvider() = default;
  virtual void write_stats(StatWriter& out) const = 0;
};

}  // namespace mppa
