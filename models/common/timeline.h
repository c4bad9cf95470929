// The future of a behavioural model: actions in order of time, equal times in the order in which they were asked for.
// A model written against it runs under the SystemC kernel (KernelTimeline) or alone, in a test.
#pragma once

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

#include "models/common/types.h"

namespace mppa {

/// All times are absolute picoseconds.
class Timeline {
 public:
  using Action = std::function<void()>;

  virtual ~Timeline() = default;
  virtual u64 now() const { return now_; }

  /// Runs `action` at `when`; at now() if that is past.
  void at(u64 when, Action action) {
    entries_.push_back({std::max(when, now()), sequence_++, std::move(action)});
    std::push_heap(entries_.begin(), entries_.end(), later);
    if (entries_.front().sequence == sequence_ - 1) earlier(entries_.front().when);
  }
  void after(u64 delay, Action action) { at(now() + delay, std::move(action)); }

  bool empty() const { return entries_.empty(); }
  /// Time of the next action; ~0 if there is none.
  u64 next() const { return entries_.empty() ? ~u64{0} : entries_.front().when; }

  /// Runs everything due up to and including `when`.
  void run_until(u64 when) {
    while (!entries_.empty() && entries_.front().when <= when) {
      std::pop_heap(entries_.begin(), entries_.end(), later);
      Entry entry = std::move(entries_.back());
      entries_.pop_back();
      now_ = entry.when;
      entry.action();
    }
    now_ = std::max(now_, when);
  }

 protected:
  /// Called when an action has become the first one, due at `when`.
  virtual void earlier(u64 when) {}

 private:
  struct Entry {
    u64 when;
    u64 sequence;
    Action action;
  };
  static bool later(const Entry& a, const Entry& b) {
    return a.when != b.when ? a.when > b.when : a.sequence > b.sequence;
  }

  std::vector<Entry> entries_;  ///< heap, earliest first
  u64 sequence_ = 0;
  u64 now_ = 0;
};

}  // namespace mppa
