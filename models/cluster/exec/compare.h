// Comparisons and conditional moves. comp* give 0 or 1; the vector compn* give 0 or all ones in each lane.
#pragma once

#include "models/cluster/exec/condition.h"
#include "models/cluster/exec/lanes.h"

namespace mppa::exec {

inline u64 compd(u8 cmp, u64 z, u64 y) { return comparison<i64>(cmp, z, y); }
inline u64 compw(u8 cmp, u64 z, u64 y) { return comparison<i32>(cmp, z, y); }
inline u64 compwd(u8 cmp, u64 z, u64 y) { return comparison<i64>(cmp, ext<i32>(z), y); }
inline u64 compuwd(u8 cmp, u64 z, u64 y) { return comparison<i64>(cmp, ext<u32>(z), y); }

/// The vector comparison: all ones in each lane of type `T` where z `cmp` y holds.
template <class T>
constexpr u64 compare_lanes(u8 cmp, u64 z, u64 y) {
  return lanes<T>(
      [cmp](i64 a, i64 b) { return -static_cast<i64>(comparison<T>(cmp, static_cast<u64>(a), static_cast<u64>(b))); },
      z, y);
}

inline u64 compnwp(u8 cmp, u64 z, u64 y) { return compare_lanes<i32>(cmp, z, y); }
inline u64 compnhq(u8 cmp, u64 z, u64 y) { return compare_lanes<i16>(cmp, z, y); }

/// W = Y where Z satisfies the condition, per lane of type `T`.
template <class T>
constexpr u64 conditional_move_lanes(u8 cond, u64 w, u64 z, u64 y) {
  return lanes<T>(
      [cond](i64 old, i64 test, i64 value) { return simplecond<T>(cond, static_cast<u64>(test)) ? value : old; }, w, z,
      y);
}

inline u64 cmoved(u8 cond, u64 w, u64 z, u64 y) { return scalarcond(cond, z) ? y : w; }
inline u64 cmovewp(u8 cond, u64 w, u64 z, u64 y) { return conditional_move_lanes<i32>(cond, w, z, y); }
inline u64 cmovehq(u8 cond, u64 w, u64 z, u64 y) { return conditional_move_lanes<i16>(cond, w, z, y); }

}  // namespace mppa::exec
