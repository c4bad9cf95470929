// Bit fields, bit counts and extension of packed bytes and half words. Extension of scalars (zxhd, sxwd, ...) are
// aliases of the bit field operations.
#pragma once

#include <bit>

#include "models/cluster/exec/lanes.h"

namespace mppa::exec {

/// The bits start..stop (0..63). When start is above stop the field wraps round: bits 0..stop and start+1..63.
constexpr u64 field_mask(u64 stop, u64 start) {
  const u64 up_to_stop = u64{2} << stop;
  return start <= stop ? up_to_stop - (u64{1} << start) : up_to_stop - (u64{2} << start) - 1;
}

inline u64 clrf(u64 z, u64 stop, u64 start) { return z & ~field_mask(stop, start); }
inline u64 extfz(u64 z, u64 stop, u64 start) { return (z & field_mask(stop, start)) >> start; }

/// Sign-extends from the top bit of the field; a wrapped field has two top bits and either one makes it negative.
inline u64 extfs(u64 z, u64 stop, u64 start) {
  const u64 mask = field_mask(stop, start);
  const u64 sign = mask & ~(mask >> 1);
  const u64 field = (z & sign) == 0 ? z & mask : z | ~mask;
  return static_cast<u64>(static_cast<i64>(field) >> start);
}

inline u64 insf(u64 w, u64 z, u64 stop, u64 start) {
  const u64 mask = field_mask(stop, start);
  return (z << start & mask) | (w & ~mask);
}

/// Leading zeros, trailing zeros, leading copies of the sign bit (itself not counted), set bits of one lane of type
/// `T`.
template <class T>
inline constexpr auto kCountLeadingZeros = [](auto z) { return std::countl_zero(cut<T>(z)); };
template <class T>
inline constexpr auto kCountTrailingZeros = [](auto z) { return std::countr_zero(cut<T>(z)); };
template <class T>
inline constexpr auto kCountLeadingSigns = [](auto z) { return std::countl_zero(cut<T>(z < 0 ? ~z : z)) - 1; };
template <class T>
inline constexpr auto kCountBitsSet = [](auto z) { return std::popcount(cut<T>(z)); };

inline u64 clzd(u64 z) { return lane<u64>(kCountLeadingZeros<u64>, z); }
inline u64 clzw(u64 z) { return lane<u32>(kCountLeadingZeros<u32>, z); }
inline u64 clzwp(u64 z) { return lanes<u32>(kCountLeadingZeros<u32>, z); }
inline u64 ctzd(u64 z) { return lane<u64>(kCountTrailingZeros<u64>, z); }
inline u64 ctzw(u64 z) { return lane<u32>(kCountTrailingZeros<u32>, z); }
inline u64 ctzwp(u64 z) { return lanes<u32>(kCountTrailingZeros<u32>, z); }
inline u64 clsd(u64 z) { return lane<i64>(kCountLeadingSigns<i64>, z); }
inline u64 clsw(u64 z) { return lane<i32>(kCountLeadingSigns<i32>, z); }
inline u64 clswp(u64 z) { return lanes<i32>(kCountLeadingSigns<i32>, z); }
inline u64 cbsd(u64 z) { return lane<u64>(kCountBitsSet<u64>, z); }
inline u64 cbsw(u64 z) { return lane<u32>(kCountBitsSet<u32>, z); }
inline u64 cbswp(u64 z) { return lanes<u32>(kCountBitsSet<u32>, z); }

/// Sign-extends each narrow element of the low half of `z` to twice its width.
template <class T>
constexpr u64 widen_low_half(u64 z) {
  u64 result = 0;
  for (unsigned i = 0; i < 32 / kBits<T>; ++i)
    result |= zx<2 * kBits<T>>(ext<T>(z >> (i * kBits<T>))) << (2 * i * kBits<T>);
  return result;
}

inline u64 sxlbhq(u64 z) { return widen_low_half<i8>(z); }
inline u64 sxmbhq(u64 z) { return widen_low_half<i8>(z >> 32); }
inline u64 sxlhwp(u64 z) { return widen_low_half<i16>(z); }
inline u64 sxmhwp(u64 z) { return widen_low_half<i16>(z >> 32); }

}  // namespace mppa::exec
