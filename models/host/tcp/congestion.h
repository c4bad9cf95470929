// How much may be under way: NewReno (RFC 5681, 6582) or CUBIC (RFC 9438).
#pragma once

#include "models/common/types.h"

namespace mppa::host::tcp {

enum class Control : u8 { kNewReno, kCubic };

/// All sizes in bytes, times in picoseconds.
class Congestion {
 public:
  /// `initial_window`: segments of `mss` bytes.
  Congestion(Control control, u64 mss, unsigned initial_window)
      : control_(control), mss_(mss), window_(initial_window * mss) {}

  u64 window() const { return window_; }
  bool in_slow_start() const { return window_ < threshold_; }

  /// `bytes` were acknowledged outside fast recovery; `flight`: what was unacknowledged before. A window that is not
  /// used does not grow.
  void acknowledged(u64 bytes, u64 flight, u64 now, u64 round_trip);
  /// A loss was found by the acknowledgements of others.
  void lost(u64 flight);
  /// A loss was found by the timeout; `first`: not the same segment's again.
  void timed_out(u64 flight, bool first);

 private:
  void reduce(u64 flight);
  void grow_cubic(u64 bytes, u64 now, u64 round_trip);

  Control control_;
  u64 mss_;
  u64 window_;
  u64 threshold_ = ~u64{0};
  u64 counted_ = 0;  ///< NewReno: bytes acknowledged since the window grew
  // CUBIC, in segments and seconds.
  double max_ = 0;
  double epoch_window_ = 0, reno_window_ = 0, inflection_ = 0;
  u64 epoch_ = 0;  ///< 0: none yet since the last loss
};

}  // namespace mppa::host::tcp
