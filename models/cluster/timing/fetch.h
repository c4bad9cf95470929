// The prefetch buffer between L1I and ID (docs/dev/how-time-works.md, "Fetch buffer"). Pure functions: the state after
// any number of cycles depends only on the state before, the addresses and the syllables popped.
#pragma once

#include <algorithm>

#include "models/cluster/timing/params.h"
#include "models/common/types.h"

namespace mppa::timing {

/// Syllables in the buffer that ID can use in the current cycle.
struct FetchState {
  u8 occ = 0;
  friend bool operator==(const FetchState&, const FetchState&) = default;
};

/// The hardware loop as the prefetcher sees it: active iff PS.HLE = 1, LE != 0 and LC != 1.
struct LoopContext {
  u64 start = 0;  ///< LS
  u64 end = 0;    ///< LE; 0: no loop
  friend bool operator==(const LoopContext&, const LoopContext&) = default;
};

/// Address of the syllable `ahead` syllables further along the fetch path than `pc`.
inline u64 fetch_address(u64 pc, unsigned ahead, const LoopContext& loop) {
  u64 a = pc;
  while (ahead != 0) {
    const u64 left = loop.end > a ? (loop.end - a) / 4 : 0;
    if (left == 0 || left > ahead) return a + 4 * u64{ahead};
    ahead -= static_cast<unsigned>(left);
    a = loop.start;
    if (loop.start >= loop.end) return a + 4 * u64{ahead};
  }
  return a;
}

/// Syllables that a request at `address` returns.
inline unsigned fetch_width(u64 address, const LoopContext& loop, const Params& p) {
  const u64 line = (Params::kLineBytes - (address & (Params::kLineBytes - 1))) / 4;
  u64 width = std::min<u64>(p.fetch_width, line);
  if (loop.end > address) width = std::min<u64>(width, (loop.end - address) / 4);
  return static_cast<unsigned>(width);
}

/// One cycle in which ID takes `pop` syllables; `pc` is the address of the first syllable not popped. A request is made
/// if its four syllables fit behind what the pop leaves; its answer is usable in the next cycle.
inline FetchState fetch_step(FetchState f, unsigned pop, u64 pc, const LoopContext& loop, const Params& p) {
  const unsigned left = f.occ - pop;
  if (left + p.fetch_width > p.fetch_buffer) return {static_cast<u8>(left)};
  return {static_cast<u8>(left + fetch_width(fetch_address(pc, left, loop), loop, p))};
}

/// The state in the first cycle in which a branch target (or the bundle after a refetch) can issue: its first request
/// has been answered.
inline FetchState fetch_restart(u64 pc, const LoopContext& loop, const Params& p) {
  return {static_cast<u8>(fetch_width(pc, loop, p))};
}

/// The state when the missing line that follows the bundle's first `in_buffer` syllables has come.
inline FetchState fetch_after_second_line_miss(unsigned in_buffer, const Params& p) {
  return {static_cast<u8>(in_buffer + p.fetch_width)};
}

}  // namespace mppa::timing
