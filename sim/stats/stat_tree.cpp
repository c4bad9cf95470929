#include "sim/stats/stat_tree.h"

#include <algorithm>

namespace mppa::sim {

double StatValue::number() const {
  switch (kind) {
    case StatKind::kCounter:
      return static_cast<double>(count);
    case StatKind::kGauge:
      return value;
    case StatKind::kHistogram:
      return static_cast<double>(histogram.count());
    case StatKind::kUtilization:
      return total == 0 ? 0.0 : static_cast<double>(count) / static_cast<double>(total);
  }
  return 0;
}

const StatNode* StatNode::child(const std::string& child_name) const {
  const auto it =
      std::find_if(children.begin(), children.end(), [&](const StatNode& c) { return c.name == child_name; });
  return it == children.end() ? nullptr : &*it;
}

const StatValue* StatNode::value(const std::string& value_name) const {
  const auto it = std::find_if(values.begin(), values.end(), [&](const StatValue& v) { return v.name == value_name; });
  return it == values.end() ? nullptr : &*it;
}

u64 StatNode::count(const std::string& value_name) const {
  const StatValue* found = value(value_name);
  return found && found->kind == StatKind::kCounter ? found->count : 0;
}

StatNode StatNode::since(const StatNode& earlier) const {
  StatNode out{name, values, {}};
  for (StatValue& v : out.values)
    if (const StatValue* before = earlier.value(v.name)) {
      v.count -= std::min(v.count, before->count);
      v.total -= std::min(v.total, before->total);
    }
  for (const StatNode& c : children) {
    const StatNode* before = earlier.child(c.name);
    out.children.push_back(before ? c.since(*before) : c);
  }
  return out;
}

StatValue& StatCollector::add(StatKind kind, std::string_view name, std::string_view unit, std::string_view doc) {
  StatValue v;
  v.kind = kind;
  v.name = name;
  v.unit = unit;
  v.doc = doc;
  return open_.back()->values.emplace_back(std::move(v));
}

void StatCollector::counter(std::string_view name, u64 value, std::string_view unit, std::string_view doc) {
  add(StatKind::kCounter, name, unit, doc).count = value;
}

void StatCollector::gauge(std::string_view name, double value, std::string_view unit, std::string_view doc) {
  add(StatKind::kGauge, name, unit, doc).value = value;
}

void StatCollector::histogram(std::string_view name, const Histogram& value, std::string_view unit,
                              std::string_view doc) {
  add(StatKind::kHistogram, name, unit, doc).histogram = value;
}

void StatCollector::utilization(std::string_view name, std::string_view kind, u64 busy, u64 total) {
  StatValue& v = add(StatKind::kUtilization, name, "", kind);
  v.count = busy;
  v.total = total;
}

void StatCollector::enter(std::string_view child) {
  StatNode& parent = *open_.back();
  parent.children.push_back({std::string(child), {}, {}});
  open_.push_back(&parent.children.back());
}

void StatCollector::leave() { open_.pop_back(); }

bool matches(std::string_view pattern, std::string_view text) {
  std::size_t p = 0, t = 0, star = std::string_view::npos, resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p, ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

bool matches_any(const std::vector<std::string>& patterns, std::string_view text) {
  return patterns.empty() ||
         std::any_of(patterns.begin(), patterns.end(), [&](const std::string& p) { return matches(p, text); });
}

}  // namespace mppa::sim
