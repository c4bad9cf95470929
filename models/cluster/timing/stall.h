// Why a cycle passed without a bundle issuing: the vocabulary of statistics, --explain and performance events.
#pragma once

#include <array>
#include <string_view>

#include "models/common/types.h"

namespace mppa::timing {

enum class Stall : u8 {
  kBranch,       ///< bubbles behind a taken branch or a refetch
  kPrefetch,     ///< the bundle is not complete in the fetch buffer
  kL1iMiss,      ///< its line is not in L1I
  kDrain,        ///< ID waits for RR..E4 to be empty
  kRawAlu,       ///< operand produced at RR or E1
  kRawMul,       ///< operand produced at E2
  kRawLoad,      ///< operand produced at E3 by the LSU
  kRawFpu,       ///< operand produced at E4
  kRawLong,      ///< operand produced later: frecw, frsrw
  kRawStream,    ///< operand of a streaming load
  kRawSfr,       ///< SFR written by set, wfxl, wfxm, an FP flag, a carry
  kWawStream,    ///< writer of a register with a streaming load outstanding
  kL1dBusy,      ///< E1: L1D is busy with an earlier access
  kWriteBuffer,  ///< E1: no free entry
  kStreamQueue,  ///< E1: all streaming loads outstanding
  kFence,        ///< E1 (fence) or ID (barrier, idle): waiting for acknowledgements
  kL1dMiss,      ///< E3
  kLineCross,    ///< E3: an access over two lines that both hit
  kUncached,     ///< E3: blocking uncached access
  kAtomic,       ///< E3
  kException,    ///< drain and refetch on the way into a handler
  kIdle,         ///< await, sleep, stop, waitit, syncgroup
  kCount
};

inline constexpr unsigned kStallKinds = static_cast<unsigned>(Stall::kCount);

/// The name used in statistics, traces and documentation.
constexpr std::string_view stall_name(Stall s) {
  constexpr std::array<std::string_view, kStallKinds> kNames = {
      "branch",   "prefetch",   "l1i_miss", "drain",      "raw_alu",   "raw_mul",      "raw_load",     "raw_fpu",
      "raw_long", "raw_stream", "raw_sfr",  "waw_stream", "l1d_busy",  "write_buffer", "stream_queue", "fence",
      "l1d_miss", "line_cross", "uncached", "atomic",     "exception", "idle"};
  return kNames[static_cast<unsigned>(s)];
}

/// Cycles per cause.
using StallCounts = std::array<u64, kStallKinds>;

}  // namespace mppa::timing
