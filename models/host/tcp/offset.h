// Positions in the streams of a connection. On the wire they are 32-bit sequence numbers that wrap; inside, offsets
// that do not: the SYN is at 0, the first byte of data at 1.
#pragma once

#include "models/common/types.h"

namespace mppa::host::tcp {

using Offset = i64;

/// A part of a stream: begin .. end - 1.
struct Range {
  Offset begin = 0;
  Offset end = 0;
  friend bool operator==(const Range&, const Range&) = default;
};

/// The offset nearest to `near` that has this sequence number, if offset 0 has the number `first`.
inline Offset unwrap(u32 sequence, u32 first, Offset near) {
  return near + static_cast<i32>(sequence - (first + static_cast<u32>(near)));
}

}  // namespace mppa::host::tcp
