// The statistics of a system at one moment, as a tree of named nodes with typed values.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "models/common/stats.h"

namespace mppa::sim {

enum class StatKind : u8 { kCounter, kGauge, kHistogram, kUtilization };

struct StatValue {
  StatKind kind = StatKind::kCounter;
  std::string name;
  std::string unit;
  std::string doc;   ///< of a kUtilization: the kind of resource
  u64 count = 0;     ///< kCounter; kUtilization: busy ticks
  u64 total = 0;     ///< kUtilization: all ticks
  double value = 0;  ///< kGauge
  Histogram histogram;

  /// The value as one number: the count, the gauge, busy / total (0 if total is), or the number of samples.
  double number() const;
};

struct StatNode {
  std::string name;
  std::vector<StatValue> values;
  std::vector<StatNode> children;

  /// The child or value of this name, or nullptr.
  const StatNode* child(const std::string& child_name) const;
  const StatValue* value(const std::string& value_name) const;
  /// The count of a counter; 0 if there is none of this name.
  u64 count(const std::string& value_name) const;

  /// What has happened since `earlier`, the same tree at an earlier moment: counters and utilizations are differences,
  /// gauges and histograms those of now.
  StatNode since(const StatNode& earlier) const;

  /// Calls visit(path, node) for this node and all below it, parents first, in the order of the models. `path` joins
  /// names by dots, this node's excluded; it is empty for this node.
  template <class Visit>
  void walk(Visit&& visit, const std::string& path = {}) const {
    visit(path, *this);
    for (const StatNode& c : children) c.walk(visit, path.empty() ? c.name : path + "." + c.name);
  }
};

/// Collects what models list into a tree; one use per tree.
class StatCollector : public StatWriter {
 public:
  StatCollector() : open_{&root_} {}

  void counter(std::string_view name, u64 value, std::string_view unit, std::string_view doc) override;
  void gauge(std::string_view name, double value, std::string_view unit, std::string_view doc) override;
  void histogram(std::string_view name, const Histogram& value, std::string_view unit, std::string_view doc) override;
  void utilization(std::string_view name, std::string_view kind, u64 busy, u64 total) override;
  void enter(std::string_view child) override;
  void leave() override;

  /// The finished tree.
  StatNode take() { return std::move(root_); }

 private:
  StatValue& add(StatKind kind, std::string_view name, std::string_view unit, std::string_view doc);

  StatNode root_;
  std::vector<StatNode*> open_;  ///< from the root to the node being written
};

/// Whether `text` matches `pattern`, in which * stands for any characters (dots included) and ? for one.
bool matches(std::string_view pattern, std::string_view text);
/// Whether one of the patterns matches, or there are none.
bool matches_any(const std::vector<std::string>& patterns, std::string_view text);

}  // namespace mppa::sim
