// Integer multiplication, multiply-accumulate (madd: W + Z*Y, msbf: W - Z*Y), dot products, complex and 2x1x2 matrix
// products. In the "su" forms Z is signed and Y unsigned. Suffixes: digest semantics.md sections 2 and 5.
#pragma once

#include "models/cluster/exec/lanes.h"

namespace mppa::exec {

/// The 64-bit product of the low lanes, of type `Z` in z and `Y` in y.
template <class Z, class Y>
constexpr u64 product(u64 z, u64 y) {
  return ext<Z>(z) * ext<Y>(y);
}

/// The 128-bit product of two 64-bit numbers of types `Z` and `Y`.
template <class Z, class Y>
constexpr u128 product128(u64 z, u64 y) {
  return static_cast<u128>(static_cast<i128>(static_cast<Z>(z))) *
         static_cast<u128>(static_cast<i128>(static_cast<Y>(y)));
}

/// Products of all lanes, each twice as wide as its factors: 4 x 16 bits to 4 x 32, or 2 x 32 to 2 x 64.
template <class Z, class Y>
constexpr u128 product_lanes(u64 z, u64 y) {
  static_assert(sizeof(Z) == sizeof(Y));
  constexpr unsigned kWidth = kBits<Z>;
  u128 result = 0;
  for (unsigned shift = 0; shift < 64; shift += kWidth)
    result |= static_cast<u128>(zx<2 * kWidth>(product<Z, Y>(z >> shift, y >> shift))) << (2 * shift);
  return result;
}

/// Accumulation of a pair of products, lane by lane.
template <class T>
constexpr u128 add_lanes(u128 acc, u128 products) {
  return lanes<T>([](auto a, auto p) { return a + p; }, acc, products);
}
template <class T>
constexpr u128 sub_lanes(u128 acc, u128 products) {
  return lanes<T>([](auto a, auto p) { return a - p; }, acc, products);
}

inline u64 muld(u64 z, u64 y) { return z * y; }
inline u64 mulw(u64 z, u64 y) { return zx<32>(z * y); }
inline u64 mulwd(u64 z, u64 y) { return product<i32, i32>(z, y); }
inline u64 muluwd(u64 z, u64 y) { return product<u32, u32>(z, y); }
inline u64 mulsuwd(u64 z, u64 y) { return product<i32, u32>(z, y); }
inline u64 mulwp(u64 z, u64 y) { return lanes<u32>(kMul, z, y); }
inline u64 mulhq(u64 z, u64 y) { return lanes<u16>(kMul, z, y); }
inline u128 mulwq(u128 z, u128 y) { return lanes<u32>(kMul, z, y); }
inline u128 mulhwq(u64 z, u64 y) { return product_lanes<i16, i16>(z, y); }
inline u128 muluhwq(u64 z, u64 y) { return product_lanes<u16, u16>(z, y); }
inline u128 mulsuhwq(u64 z, u64 y) { return product_lanes<i16, u16>(z, y); }
inline u128 mulwdp(u64 z, u64 y) { return product_lanes<i32, i32>(z, y); }
inline u128 muluwdp(u64 z, u64 y) { return product_lanes<u32, u32>(z, y); }
inline u128 mulsuwdp(u64 z, u64 y) { return product_lanes<i32, u32>(z, y); }
inline u128 muldt(u64 z, u64 y) { return product128<i64, i64>(z, y); }
inline u128 muludt(u64 z, u64 y) { return product128<u64, u64>(z, y); }
inline u128 mulsudt(u64 z, u64 y) { return product128<i64, u64>(z, y); }

inline u64 maddd(u64 w, u64 z, u64 y) { return w + muld(z, y); }
inline u64 maddw(u64 w, u64 z, u64 y) { return zx<32>(w + z * y); }
inline u64 maddwd(u64 w, u64 z, u64 y) { return w + mulwd(z, y); }
inline u64 madduwd(u64 w, u64 z, u64 y) { return w + muluwd(z, y); }
inline u64 maddsuwd(u64 w, u64 z, u64 y) { return w + mulsuwd(z, y); }
inline u64 maddwp(u64 w, u64 z, u64 y) { return lanes<u32>(kAdd, w, mulwp(z, y)); }
inline u64 maddhq(u64 w, u64 z, u64 y) { return lanes<u16>(kAdd, w, mulhq(z, y)); }
inline u128 maddhwq(u128 m, u64 z, u64 y) { return add_lanes<u32>(m, mulhwq(z, y)); }
inline u128 madduhwq(u128 m, u64 z, u64 y) { return add_lanes<u32>(m, muluhwq(z, y)); }
inline u128 maddsuhwq(u128 m, u64 z, u64 y) { return add_lanes<u32>(m, mulsuhwq(z, y)); }
inline u128 maddwdp(u128 m, u64 z, u64 y) { return add_lanes<u64>(m, mulwdp(z, y)); }
inline u128 madduwdp(u128 m, u64 z, u64 y) { return add_lanes<u64>(m, muluwdp(z, y)); }
inline u128 maddsuwdp(u128 m, u64 z, u64 y) { return add_lanes<u64>(m, mulsuwdp(z, y)); }
inline u128 madddt(u128 m, u64 z, u64 y) { return m + muldt(z, y); }
inline u128 maddudt(u128 m, u64 z, u64 y) { return m + muludt(z, y); }
inline u128 maddsudt(u128 m, u64 z, u64 y) { return m + mulsudt(z, y); }
/// Inner step of a multi-word multiplication: the accumulator is the high half of the pair.
inline u128 madduzdt(u128 m, u64 z, u64 y) { return (m >> 64) + muludt(z, y); }

inline u64 msbfd(u64 w, u64 z, u64 y) { return w - muld(z, y); }
inline u64 msbfw(u64 w, u64 z, u64 y) { return zx<32>(w - z * y); }
inline u64 msbfwd(u64 w, u64 z, u64 y) { return w - mulwd(z, y); }
inline u64 msbfuwd(u64 w, u64 z, u64 y) { return w - muluwd(z, y); }
inline u64 msbfsuwd(u64 w, u64 z, u64 y) { return w - mulsuwd(z, y); }
inline u64 msbfwp(u64 w, u64 z, u64 y) { return lanes<u32>(kSbf, mulwp(z, y), w); }
inline u64 msbfhq(u64 w, u64 z, u64 y) { return lanes<u16>(kSbf, mulhq(z, y), w); }
inline u128 msbfhwq(u128 m, u64 z, u64 y) { return sub_lanes<u32>(m, mulhwq(z, y)); }
inline u128 msbfuhwq(u128 m, u64 z, u64 y) { return sub_lanes<u32>(m, muluhwq(z, y)); }
inline u128 msbfsuhwq(u128 m, u64 z, u64 y) { return sub_lanes<u32>(m, mulsuhwq(z, y)); }
inline u128 msbfwdp(u128 m, u64 z, u64 y) { return sub_lanes<u64>(m, mulwdp(z, y)); }
inline u128 msbfuwdp(u128 m, u64 z, u64 y) { return sub_lanes<u64>(m, muluwdp(z, y)); }
inline u128 msbfsuwdp(u128 m, u64 z, u64 y) { return sub_lanes<u64>(m, mulsuwdp(z, y)); }
inline u128 msbfdt(u128 m, u64 z, u64 y) { return m - muldt(z, y); }
inline u128 msbfudt(u128 m, u64 z, u64 y) { return m - muludt(z, y); }
inline u128 msbfsudt(u128 m, u64 z, u64 y) { return m - mulsudt(z, y); }
inline u128 msbfuzdt(u128 m, u64 z, u64 y) { return (m >> 64) - muludt(z, y); }

/// Sum of the two products of words, modulo 2^64.
template <class Z, class Y>
constexpr u64 dot2(u64 z, u64 y) {
  return product<Z, Y>(z, y) + product<Z, Y>(z >> 32, y >> 32);
}

inline u64 dot2w(u64 z, u64 y) { return zx<32>(dot2<u32, u32>(z, y)); }
inline u64 dot2wd(u64 z, u64 y) { return dot2<i32, i32>(z, y); }
inline u64 dot2uwd(u64 z, u64 y) { return dot2<u32, u32>(z, y); }
inline u64 dot2suwd(u64 z, u64 y) { return dot2<i32, u32>(z, y); }

/// Applies a scalar function to both halves of a pair.
template <class F>
constexpr u128 both_halves(F f, u128 z, u128 y) {
  return join64(f(low64(z), low64(y)), f(high64(z), high64(y)));
}

inline u128 dot2wzp(u128 z, u128 y) { return both_halves(dot2w, z, y); }
inline u128 dot2wdp(u128 z, u128 y) { return both_halves(dot2wd, z, y); }
inline u128 dot2uwdp(u128 z, u128 y) { return both_halves(dot2uwd, z, y); }
inline u128 dot2suwdp(u128 z, u128 y) { return both_halves(dot2suwd, z, y); }

// Complex products: the low word is the real part; .c conjugates Z.
inline u128 mulwdc(u64 z, u64 y) {
  const u64 zr = ext<i32>(z), zi = ext<i32>(z >> 32), yr = ext<i32>(y), yi = ext<i32>(y >> 32);
  return join64(zr * yr - zi * yi, zr * yi + zi * yr);
}
inline u128 mulwdc_c(u64 z, u64 y) {
  const u64 zr = ext<i32>(z), zi = ext<i32>(z >> 32), yr = ext<i32>(y), yi = ext<i32>(y >> 32);
  return join64(zr * yr + zi * yi, zr * yi - zi * yr);
}
inline u64 mulwc(u64 z, u64 y) {
  const u128 p = mulwdc(z, y);
  return join32(low64(p), high64(p));
}
inline u64 mulwc_c(u64 z, u64 y) {
  const u128 p = mulwdc_c(z, y);
  return join32(low64(p), high64(p));
}

/// Outer product of two vectors of two words: z0*y0, z0*y1, z1*y0, z1*y1 from the lowest word up.
inline u128 mm212w(u64 z, u64 y) {
  return join64(join32(z * y, z * (y >> 32)), join32((z >> 32) * y, (z >> 32) * (y >> 32)));
}
inline u128 mma212w(u128 m, u64 z, u64 y) { return add_lanes<u32>(m, mm212w(z, y)); }
inline u128 mms212w(u128 m, u64 z, u64 y) { return sub_lanes<u32>(m, mm212w(z, y)); }

}  // namespace mppa::exec
