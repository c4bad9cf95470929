// A serial wire: bookings of time in both orders. Packets sent in the order of time follow each other; an access whose
// time is known ahead (see port.h) books its place in the future and leaves the time before it usable.
#pragma once

#include <algorithm>
#include <deque>

#include "models/common/types.h"

namespace mppa::pcie {

class Wire {
 public:
  /// Books `duration` ps in the first gap at or after `earliest`; returns when it begins. `now`: nothing will be booked
  /// before it any more.
  u64 book(u64 now, u64 earliest, u64 duration) {
    while (!busy_.empty() && busy_.front().end <= now) busy_.pop_front();
    busy_ps_ += duration;
    u64 start = std::max(now, earliest);
    auto it = std::find_if(busy_.begin(), busy_.end(), [&](const Interval& i) { return i.end > start; });
    while (it != busy_.end() && it->begin < start + duration) {
      start = it->end;
      ++it;
    }
    insert(it, start, start + duration);
    return start;
  }
  void clear() { busy_.clear(); }
  u64 busy_ps() const { return busy_ps_; }

 private:
  struct Interval {
    u64 begin, end;
  };
  // Before `at`, joined with its neighbours where they touch.
  void insert(std::deque<Interval>::iterator at, u64 begin, u64 end) {
    if (at != busy_.begin() && std::prev(at)->end == begin) {
      --at;
      at->end = end;
      const auto next = std::next(at);
      if (next == busy_.end() || next->begin != end) return;
      at->end = next->end;
      busy_.erase(next);
    } else if (at != busy_.end() && at->begin == end) {
      at->begin = begin;
    } else {
      busy_.insert(at, {begin, end});
    }
  }

  std::deque<Interval> busy_;  ///< disjoint, ascending
  u64 busy_ps_ = 0;
};

}  // namespace mppa::pcie
