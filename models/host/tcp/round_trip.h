// Round-trip time and retransmission timeout (RFC 6298). All times in picoseconds.
#pragma once

#include <algorithm>

#include "models/common/types.h"

namespace mppa::host::tcp {

class RoundTrip {
 public:
  RoundTrip(u64 initial, u64 min, u64 max) : timeout_(initial), min_(min), max_(max) {}

  /// Only of segments that were sent once (Karn's algorithm).
  void sample(u64 time) {
    if (smoothed_ == 0) {
      smoothed_ = time;
      variation_ = time / 2;
    } else {
      const u64 error = time > smoothed_ ? time - smoothed_ : smoothed_ - time;
      variation_ = (3 * variation_ + error) / 4;
      smoothed_ = (7 * smoothed_ + time) / 8;
    }
    smoothed_ = std::max<u64>(smoothed_, 1);
    timeout_ = std::clamp(smoothed_ + 4 * variation_, min_, max_);
  }
  /// A timeout has happened; the next one comes after twice the time, until there is a sample again.
  void back_off() { timeout_ = std::min(2 * timeout_, max_); }

  u64 timeout() const { return timeout_; }
  /// 0: no sample yet.
  u64 smoothed() const { return smoothed_; }

 private:
  u64 smoothed_ = 0, variation_ = 0;
  u64 timeout_, min_, max_;
};

}  // namespace mppa::host::tcp
