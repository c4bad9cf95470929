// A shared resource (bank, link, bus, channel) as a server with one queue: a request waits until the resource is free,
// then occupies it. Contention is the waiting time.
//
// Requests come in any order of time, because initiators run ahead of each other by up to a quantum: the server keeps
// the most recent stretches of time in which it is taken, and a request that comes late takes the first gap that is
// long enough from its own time on. It does not wait for what was only asked for earlier but happens later.
#pragma once

#include <algorithm>
#include <array>

#include "models/common/types.h"

namespace mppa {

/// Picoseconds that `bytes` occupy a path of `rate` bytes per second; 0 if the path has no limit (rate 0).
constexpr u64 transfer_ps(u64 bytes, u64 rate) {
  return rate == 0 ? 0 : static_cast<u64>(static_cast<u128>(bytes) * 1'000'000'000'000 / rate);
}

/// Times are integer ticks of the owner's choice (cycles or picoseconds).
class BandwidthServer {
 public:
  /// Occupies the resource for `service` ticks, at `now` at the earliest; returns when service starts.
  u64 acquire(u64 now, u64 service) {
    const u64 start = place(now, service);
    waited_ += start - now;
    busy_ += service;
    ++requests_;
    return start;
  }

  /// From when on nothing is asked for yet.
  u64 free_at() const { return count_ > 0 ? taken_[count_ - 1].end : 0; }

  u64 busy_ticks() const { return busy_; }
  u64 waited_ticks() const { return waited_; }
  u64 requests() const { return requests_; }

 private:
  struct Stretch {
    u64 begin = 0, end = 0;
  };
  /// Stretches remembered. Of time before the oldest one nothing is known: it counts as free.
  static constexpr unsigned kStretches = 32;

  u64 place(u64 now, u64 service) {
    unsigned i = count_;  // behind the last stretch that begins at or before `now`
    while (i > 0 && taken_[i - 1].begin > now) --i;
    u64 start = i > 0 ? std::max(now, taken_[i - 1].end) : now;
    for (; i < count_ && taken_[i].begin < start + service; ++i) start = std::max(start, taken_[i].end);
    insert(i, {start, start + service});
    return start;
  }

  /// Enters a stretch that fits before number `i`, joined to its neighbours where they touch.
  void insert(unsigned i, Stretch s) {
    const bool joins_before = i > 0 && taken_[i - 1].end == s.begin;
    const bool joins_behind = i < count_ && taken_[i].begin == s.end;
    if (joins_before && joins_behind) {
      taken_[i - 1].end = taken_[i].end;
      std::copy(taken_.begin() + i + 1, taken_.begin() + count_, taken_.begin() + i);
      --count_;
    } else if (joins_before) {
      taken_[i - 1].end = s.end;
    } else if (joins_behind) {
      taken_[i].begin = s.begin;
    } else if (count_ < kStretches) {
      std::copy_backward(taken_.begin() + i, taken_.begin() + count_, taken_.begin() + count_ + 1);
      taken_[i] = s;
      ++count_;
    } else if (i > 0) {  // the oldest one is forgotten; a request before all that is known leaves no trace
      std::copy(taken_.begin() + 1, taken_.begin() + i, taken_.begin());
      taken_[i - 1] = s;
    }
  }

  std::array<Stretch, kStretches> taken_{};  ///< ascending, apart from each other
  unsigned count_ = 0;
  u64 busy_ = 0;
  u64 waited_ = 0;
  u64 requests_ = 0;
};

}  // namespace mppa
