// Injection limiter: a token bucket in flits.
#pragma once

#include <algorithm>

#include "models/common/types.h"

namespace mppa::noc {

struct LimiterParams {
  u64 flits = 0;         ///< long-term rate: `flits` flits ...
  u64 cycles = 1;        ///< ... every `cycles` cycles; flits = 0: no limit
  u64 burst_flits = 17;  ///< bucket depth; at least one packet
};

class TokenBucket {
 public:
  explicit TokenBucket(const LimiterParams& params) : params_(params) {}

  /// Takes `flits` tokens; returns the first cycle >= now in which they are there.
  u64 take(u64 flits, u64 now) {
    if (params_.flits == 0) return now;
    // Time is kept scaled by params_.flits: one token is worth `cycles` scaled ticks, and `full_at_` is when the bucket
    // would be full again.
    const u64 scaled = now * params_.flits;
    const u64 depth = std::max<u64>(params_.burst_flits, flits) * params_.cycles;
    full_at_ = std::max(full_at_, scaled) + flits * params_.cycles;
    if (full_at_ <= scaled + depth) return now;
    return (full_at_ - depth + params_.flits - 1) / params_.flits;
  }

 private:
  LimiterParams params_;
  u64 full_at_ = 0;
};

}  // namespace mppa::noc
