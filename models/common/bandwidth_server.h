// A shared resource (bank, link, bus, channel) as a server with one queue: a request waits until the resource is free,
// then occupies it. Contention is the waiting time.
#pragma once

#include <algorithm>

#include "models/common/types.h"

namespace mppa {

/// Picoseconds that `bytes` occupy a path of `rate` bytes per second; 0 if the path has no limit (rate 0).
constexpr u64 transfer_ps(u64 bytes, u64 rate) {
  return rate == 0 ? 0 : static_cast<u64>(static_cast<u128>(bytes) * 1'000'000'000'000 / rate);
}

/// Times are integer ticks of the owner's choice (cycles or picoseconds). Requests are expected in about increasing
/// order of time; a request that comes late (the initiator's local time lags) is served as if it had come in order,
/// which is the accuracy of a loosely timed model.
class BandwidthServer {
 public:
  /// Occupies the resource for `service` ticks, at `now` at the earliest; returns when service starts.
  u64 acquire(u64 now, u64 service) {
    const u64 start = std::max(now, free_at_);
    waited_ += start - now;
    busy_ += service;
    ++requests_;
    free_at_ = start + service;
    return start;
  }
  /// Lets a requester see the queue without joining it.
  u64 free_at() const { return free_at_; }

  u64 busy_ticks() const { return busy_; }
  u64 waited_ticks() const { return waited_; }
  u64 requests() const { return requests_; }

 private:
  u64 free_at_ = 0;
  u64 busy_ = 0;
  u64 waited_ = 0;
  u64 requests_ = 0;
};

}  // namespace mppa
