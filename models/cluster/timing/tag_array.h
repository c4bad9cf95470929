// Tags of an L1 cache: 4 ways, 64 sets, 64-byte lines, true LRU (section 5). No data: memory is the functional truth.
#pragma once

#include <algorithm>
#include <array>
#include <vector>

#include "models/cluster/timing/params.h"
#include "models/common/types.h"

namespace mppa::timing {

class TagArray {
 public:
  TagArray() { invalidate_all(); }

  /// The line number (address / 64) that contains physical address `pa`.
  static constexpr u64 line_of(u64 pa) { return pa / Params::kLineBytes; }

  /// True if the line is present; makes it the most recent of its set.
  bool touch(u64 line) {
    Set& set = set_of(line);
    if (set[0] == line) return true;
    if (!touch_older(set.data(), line)) return false;
    ++generation_;
    return true;
  }

  /// The same for a set whose most recent line is another one.
  [[gnu::always_inline]] static bool touch_older(u64* set, u64 line) {
    static_assert(Params::kWays == 4);
    if (set[1] != line) {
      if (set[2] != line) {
        if (set[3] != line) return false;
        set[3] = set[2];
      }
      set[2] = set[1];
    }
    set[1] = set[0];
    set[0] = line;
    return true;
  }

  /// True if the line is present; changes nothing.
  bool holds(u64 line) const {
    const Set& set = sets_[line % Params::kSets];
    return std::find(set.begin(), set.end(), line) != set.end();
  }

  /// Puts an absent line in place of the least recent one of its set, as the most recent.
  void fill(u64 line) {
    Set& set = set_of(line);
    for (unsigned way = Params::kWays - 1; way > 0; --way) set[way] = set[way - 1];
    set.front() = line;
    ++generation_;
  }

  /// Removes the line if it is present; its way becomes the first to be refilled.
  void invalidate(u64 line) {
    Set& set = set_of(line);
    const auto way = std::find(set.begin(), set.end(), line);
    if (way == set.end()) return;
    std::rotate(way, way + 1, set.end());
    set.back() = kInvalid;
    ++generation_;
  }

  /// Removes all lines of the set that `line` maps to (i1invals).
  void invalidate_set(u64 line) {
    set_of(line).fill(kInvalid);
    ++generation_;
    ++invalidations_;
  }
  void invalidate_all() {
    for (Set& set : sets_) set.fill(kInvalid);
    ++generation_;
    ++invalidations_;
  }

  /// The most recent line of a set (no real line number if the set is empty).
  u64 mru(unsigned set) const { return sets_[set].front(); }
  /// Bumped by every change of content or order.
  u32 generation() const { return generation_; }
  /// Bumped by invalidate_set() and invalidate_all().
  u32 invalidations() const { return invalidations_; }
  void append_image(std::vector<u64>& out) const {
    for (const Set& set : sets_) out.insert(out.end(), set.begin(), set.end());
  }
  /// The tags, kWays per set, most recent first. For an engine that checks and touches lines inline.
  u64* data() { return sets_.front().data(); }

 private:
  static constexpr u64 kInvalid = ~u64{0};
  using Set = std::array<u64, Params::kWays>;  // most recent first
  Set& set_of(u64 line) { return sets_[line % Params::kSets]; }
  std::array<Set, Params::kSets> sets_;
  u32 generation_ = 0;
  u32 invalidations_ = 0;
};

}  // namespace mppa::timing
