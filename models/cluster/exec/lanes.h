// The vocabulary in which the integer instructions are written: sign and zero extension, saturation, and element-wise
// maps over registers that hold several lanes. Everything is constexpr and inlines to straight-line code.
//
// Lanes are named by their element type: i16 is a signed half word, u32 an unsigned word. Operators receive lane values
// widened (i64 for lanes up to 32 bits, i128 for 64-bit lanes), so that sums and differences of two lanes never
// overflow; the result of an operator is cut to the lane.
#pragma once

#include <type_traits>

#include "models/common/types.h"

namespace mppa::exec {

/// Number of bits of a lane type.
template <class T>
inline constexpr unsigned kBits = 8 * sizeof(T);

/// The low `N` bits (1..64) of `v`, zero-extended.
template <unsigned N>
constexpr u64 zx(u64 v) {
  return N >= 64 ? v : v & ((u64{1} << (N % 64)) - 1);
}

/// The low `N` bits (1..64) of `v`, sign-extended.
template <unsigned N>
constexpr i64 sx(u64 v) {
  return static_cast<i64>(v << (64 - N)) >> (64 - N);
}

/// The low lane of type `T` of `v`, extended to 64 bits according to the signedness of `T`.
template <class T, class V>
constexpr u64 ext(V v) {
  return static_cast<u64>(static_cast<i64>(static_cast<T>(v)));
}
template <>
constexpr u64 ext<u64, u64>(u64 v) {
  return v;
}

/// The type in which sums and differences of two lanes of type `T` are exact.
template <class T>
using Wide = std::conditional_t<(sizeof(T) < 8), i64, i128>;

/// Clamps `v` to the range of the signed type `T`.
template <class T, class W>
constexpr W sat(W v) {
  constexpr W kMax = static_cast<W>((std::make_unsigned_t<T>{1} << (kBits<T> - 1)) - 1);
  constexpr W kMin = -kMax - 1;
  return v > kMax ? kMax : v < kMin ? kMin : v;
}

/// Cuts the result of an operator to a lane; the result is not sign-extended.
template <class T, class R>
constexpr std::make_unsigned_t<T> cut(R r) {
  return static_cast<std::make_unsigned_t<T>>(r);
}

/// Applies `f` to the low lanes of the operands; the other bits of the result are zero.
template <class T, class F, class... V>
constexpr u64 lane(F f, V... v) {
  return cut<T>(f(static_cast<Wide<T>>(static_cast<T>(v))...));
}

/// Applies `f` to each lane of the operands (all u64 or all u128).
template <class T, class F, class V, class... Vs>
constexpr V lanes(F f, V first, Vs... rest) {
  V result = 0;
  for (unsigned shift = 0; shift < 8 * sizeof(V); shift += kBits<T>)
    result |= static_cast<V>(lane<T>(f, static_cast<V>(first >> shift), static_cast<V>(rest >> shift)...)) << shift;
  return result;
}

/// A pair register from its two halves.
constexpr u128 join64(u64 low, u64 high) { return static_cast<u128>(high) << 64 | low; }

/// A 64-bit register from two words; bits above 31 of the words are ignored.
constexpr u64 join32(u64 low, u64 high) { return high << 32 | zx<32>(low); }

constexpr u64 low64(u128 v) { return static_cast<u64>(v); }
constexpr u64 high64(u128 v) { return static_cast<u64>(v >> 64); }

// Lane operators used by more than one family. "sbf" is "subtract from": Y - Z, as in the mnemonics.
inline constexpr auto kAdd = [](auto z, auto y) { return z + y; };
inline constexpr auto kSbf = [](auto z, auto y) { return y - z; };
inline constexpr auto kMul = [](auto z, auto y) { return static_cast<u64>(z) * static_cast<u64>(y); };

}  // namespace mppa::exec
