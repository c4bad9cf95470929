// Saturating addition, subtraction and left shift; clamping to a number of bits.
#pragma once

#include "models/cluster/exec/lanes.h"

namespace mppa::exec {

template <class T>
inline constexpr auto kAddSat = [](auto z, auto y) { return sat<T>(z + y); };
template <class T>
inline constexpr auto kSbfSat = [](auto z, auto y) { return sat<T>(y - z); };

inline u64 addsd(u64 z, u64 y) { return lane<i64>(kAddSat<i64>, z, y); }
inline u64 addsw(u64 z, u64 y) { return lane<i32>(kAddSat<i32>, z, y); }
inline u64 addswp(u64 z, u64 y) { return lanes<i32>(kAddSat<i32>, z, y); }
inline u64 addshq(u64 z, u64 y) { return lanes<i16>(kAddSat<i16>, z, y); }

inline u64 sbfsd(u64 z, u64 y) { return lane<i64>(kSbfSat<i64>, z, y); }
inline u64 sbfsw(u64 z, u64 y) { return lane<i32>(kSbfSat<i32>, z, y); }
inline u64 sbfswp(u64 z, u64 y) { return lanes<i32>(kSbfSat<i32>, z, y); }
inline u64 sbfshq(u64 z, u64 y) { return lanes<i16>(kSbfSat<i16>, z, y); }

/// Left shift of lanes of type `T` by `amount` (below the lane's width), clamped to the lane.
template <class T>
constexpr auto shift_left_saturating(unsigned amount) {
  return [amount](auto z) { return sat<T>(z << amount); };
}

inline u64 slsd(u64 z, u64 y) { return lane<i64>(shift_left_saturating<i64>(y % 64), z); }
inline u64 slsw(u64 z, u64 y) { return lane<i32>(shift_left_saturating<i32>(y % 32), z); }
inline u64 slswps(u64 z, u64 y) { return lanes<i32>(shift_left_saturating<i32>(y % 32), z); }
inline u64 slshqs(u64 z, u64 y) { return lanes<i16>(shift_left_saturating<i16>(y % 16), z); }

/// Clamps Z to a signed number of (Y mod 256) bits; 64 and more leave Z as it is, 0 gives 0 or -1.
inline u64 satd(u64 z, u64 y) {
  const unsigned bits = static_cast<u8>(y);
  if (bits >= 64) return z;
  const i64 max = bits == 0 ? 0 : static_cast<i64>((u64{1} << (bits - 1)) - 1);
  const i64 min = ~max;
  const i64 value = static_cast<i64>(z);
  return static_cast<u64>(value > max ? max : value < min ? min : value);
}

}  // namespace mppa::exec
