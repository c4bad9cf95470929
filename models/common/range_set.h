// A set of numbers kept as disjoint ranges: its size is that of its description, however many numbers it holds.
#pragma once

#include <algorithm>
#include <map>

#include "models/common/types.h"

namespace mppa {

/// Ranges are [begin, end); empty ones change nothing.
class RangeSet {
 public:
  void insert(u64 begin, u64 end) {
    if (begin >= end) return;
    auto at = first_behind(begin);
    if (at != ranges_.begin() && std::prev(at)->second == begin) --at;  // touches the one before
    while (at != ranges_.end() && at->first <= end) {
      begin = std::min(begin, at->first);
      end = std::max(end, at->second);
      at = ranges_.erase(at);
    }
    ranges_.emplace(begin, end);
  }

  void erase(u64 begin, u64 end) {
    if (begin >= end) return;
    auto at = first_behind(begin);
    while (at != ranges_.end() && at->first < end) {
      const auto [from, to] = *at;
      at = ranges_.erase(at);
      if (from < begin) ranges_.emplace(from, begin);
      if (to > end) ranges_.emplace(end, to);
    }
  }

  /// Whether any number of the range is in the set.
  bool intersects(u64 begin, u64 end) const {
    const auto at = first_behind(begin);
    return at != ranges_.end() && begin < end && at->first < end;
  }

 private:
  using Ranges = std::map<u64, u64>;  ///< begin to end
  /// The first range that ends behind `number`.
  static auto first_behind(auto& ranges, u64 number) {
    auto at = ranges.upper_bound(number);
    return at != ranges.begin() && std::prev(at)->second > number ? std::prev(at) : at;
  }
  Ranges::iterator first_behind(u64 number) { return first_behind(ranges_, number); }
  Ranges::const_iterator first_behind(u64 number) const { return first_behind(ranges_, number); }

  Ranges ranges_;
};

}  // namespace mppa
