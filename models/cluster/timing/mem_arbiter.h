// The path from an L1 to a memory that several masters share. With none set, a memory answers in its fixed latency.
#pragma once

#include "models/common/types.h"

namespace mppa::timing {

/// What becomes of a posted write.
struct Posted {
  u32 wait = 0;  ///< cycles until the path takes it; the sender can send nothing else meanwhile
  u32 late = 0;  ///< cycles by which its acknowledgement comes later than that of idle local memory
};

class MemArbiter {
 public:
  virtual ~MemArbiter() = default;
  /// Core cycles from a request of `bytes` at physical address `pa`, sent in cycle `now`, to the critical word.
  virtual u32 read_wait(u64 pa, unsigned bytes, u64 now) = 0;
  /// The same for an access that writes and is waited for: atomics, uncached stores.
  virtual u32 write_wait(u64 pa, unsigned bytes, u64 now) { return read_wait(pa, bytes, now); }
  /// A posted write of `bytes` leaves the write buffer in cycle `now`.
  virtual Posted write_posted(u64 pa, unsigned bytes, u64 now) = 0;
};

/// The wait for memory behind an access: `latency`, or what the arbiter says.
inline u32 read_wait(MemArbiter* arbiter, u32 latency, u64 pa, unsigned bytes, u64 now) {
  return arbiter != nullptr ? arbiter->read_wait(pa, bytes, now) : latency;
}

}  // namespace mppa::timing
