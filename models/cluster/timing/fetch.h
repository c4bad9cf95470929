// The prefetch buffer between L1I and ID (docs/dev/how-time-works.md, "Fetch buffer"). Pure functions: the state after
// any number of cycles depends only on the state before, the addresses and the syllables popped.
#pragma once

#include <algorithm>

#include "models/cluster/timing/params.h"
#include "models/common/types.h"

namespace mppa::timing {

/// Syllables that ID can use in the current cycle, and those that become usable in the next one.
struct FetchState {
  u8 occ = 0;
  u8 arr = 0;
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

/// One cycle in which ID takes `pop` syllables; `pc` is the address of the first syllable not popped after it.
inline FetchState fetch_step(FetchState f, unsigned pop, u64 pc, const LoopContext& loop, const Params& p) {
  const unsigned left = f.occ - pop;
  const unsigned ahead = left + f.arr;
  FetchState next{static_cast<u8>(ahead), 0};
  if (ahead + p.fetch_width <= p.fetch_buffer)
    next.arr = static_cast<u8>(fetch_width(fetch_address(pc, ahead, loop), loop, p));
  return next;
}

/// The state in the first cycle in which a branch target (or the bundle after a refetch) can issue.
inline FetchState fetch_restart(u64 pc, const LoopContext& loop, const Params& p) {
  const unsigned first = fetch_width(pc, loop, p);
  return {static_cast<u8>(first), static_cast<u8>(fetch_width(fetch_address(pc, first, loop), loop, p))};
}

/// The state after a miss of the line that follows the bundle's first `in_buffer` syllables.
inline FetchState fetch_after_second_line_miss(unsigned in_buffer, const Params& p) {
  const unsigned occ = in_buffer + p.fetch_width;
  const bool room = occ + p.fetch_width <= p.fetch_buffer;
  return {static_cast<u8>(occ), static_cast<u8>(room ? p.fetch_width : 0)};
}

}  // namespace mppa::timing
