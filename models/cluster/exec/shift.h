// Shifts and rotations. The amount counts modulo the lane's width; vector forms shift every lane by one amount.
#pragma once

#include <bit>

#include "models/cluster/exec/lanes.h"

namespace mppa::exec {

/// Shift operators for lanes of type `T`; the amount is below the lane's width.
template <class T>
constexpr auto shift_left(u64 amount) {
  return [n = amount % kBits<T>](auto z) { return z << n; };
}
template <class T>
constexpr auto shift_right(u64 amount) {
  return [n = amount % kBits<T>](auto z) { return z >> n; };
}
/// Arithmetic right shift that rounds towards zero, as a signed division by a power of two does.
template <class T>
constexpr auto shift_right_to_zero(u64 amount) {
  return [n = amount % kBits<T>](Wide<T> z) { return (z + (z < 0 ? (Wide<T>{1} << n) - 1 : 0)) >> n; };
}
template <class T>
constexpr auto rotate_left(u64 amount) {
  return [n = static_cast<int>(amount % kBits<T>)](auto z) { return std::rotl(cut<T>(z), n); };
}
template <class T>
constexpr auto rotate_right(u64 amount) {
  return [n = static_cast<int>(amount % kBits<T>)](auto z) { return std::rotr(cut<T>(z), n); };
}

inline u64 slld(u64 z, u64 y) { return z << y % 64; }
inline u64 sllw(u64 z, u64 y) { return lane<u32>(shift_left<u32>(y), z); }
inline u64 sllwps(u64 z, u64 y) { return lanes<u32>(shift_left<u32>(y), z); }
inline u64 sllhqs(u64 z, u64 y) { return lanes<u16>(shift_left<u16>(y), z); }

inline u64 srld(u64 z, u64 y) { return z >> y % 64; }
inline u64 srlw(u64 z, u64 y) { return lane<u32>(shift_right<u32>(y), z); }
inline u64 srlwps(u64 z, u64 y) { return lanes<u32>(shift_right<u32>(y), z); }
inline u64 srlhqs(u64 z, u64 y) { return lanes<u16>(shift_right<u16>(y), z); }

inline u64 srad(u64 z, u64 y) { return static_cast<u64>(static_cast<i64>(z) >> y % 64); }
inline u64 sraw(u64 z, u64 y) { return lane<i32>(shift_right<i32>(y), z); }
inline u64 srawps(u64 z, u64 y) { return lanes<i32>(shift_right<i32>(y), z); }
inline u64 srahqs(u64 z, u64 y) { return lanes<i16>(shift_right<i16>(y), z); }

inline u64 srsd(u64 z, u64 y) { return lane<i64>(shift_right_to_zero<i64>(y), z); }
inline u64 srsw(u64 z, u64 y) { return lane<i32>(shift_right_to_zero<i32>(y), z); }
inline u64 srswps(u64 z, u64 y) { return lanes<i32>(shift_right_to_zero<i32>(y), z); }
inline u64 srshqs(u64 z, u64 y) { return lanes<i16>(shift_right_to_zero<i16>(y), z); }

inline u64 rolw(u64 z, u64 y) { return lane<u32>(rotate_left<u32>(y), z); }
inline u64 rolwps(u64 z, u64 y) { return lanes<u32>(rotate_left<u32>(y), z); }
inline u64 rorw(u64 z, u64 y) { return lane<u32>(rotate_right<u32>(y), z); }
inline u64 rorwps(u64 z, u64 y) { return lanes<u32>(rotate_right<u32>(y), z); }

}  // namespace mppa::exec
