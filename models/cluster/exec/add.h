// Addition and subtraction without saturation or carry; the step of unsigned division.
//
// Subtraction is "subtract from": sbf* = Y - Z. Word results are zero-extended. In the mixed-width forms (wd, uwd) Z is
// the narrow operand. (Digest semantics.md sections 1, 2 and 4.)
#pragma once

#include "models/cluster/exec/lanes.h"

namespace mppa::exec {

inline u64 addd(u64 z, u64 y) { return z + y; }
inline u64 addw(u64 z, u64 y) { return zx<32>(z + y); }
inline u64 addwd(u64 z, u64 y) { return ext<i32>(z) + y; }
inline u64 adduwd(u64 z, u64 y) { return ext<u32>(z) + y; }
inline u64 addwp(u64 z, u64 y) { return lanes<i32>(kAdd, z, y); }
inline u64 addhq(u64 z, u64 y) { return lanes<i16>(kAdd, z, y); }

inline u64 sbfd(u64 z, u64 y) { return y - z; }
inline u64 sbfw(u64 z, u64 y) { return zx<32>(y - z); }
inline u64 sbfwd(u64 z, u64 y) { return y - ext<i32>(z); }
inline u64 sbfuwd(u64 z, u64 y) { return y - ext<u32>(z); }
inline u64 sbfwp(u64 z, u64 y) { return lanes<i32>(kSbf, z, y); }
inline u64 sbfhq(u64 z, u64 y) { return lanes<i16>(kSbf, z, y); }

/// Takes the real parts (even lanes) from `re` and the imaginary parts (odd lanes) from `im`.
template <class T>
constexpr u64 complex_parts(u64 re, u64 im) {
  constexpr u64 kEven = sizeof(T) == 4 ? 0x00000000ffffffff : 0x0000ffff0000ffff;
  return (re & kEven) | (im & ~kEven);
}

// Complex addition and subtraction with the conjugate of Z.
inline u64 addwc_c(u64 z, u64 y) { return complex_parts<i32>(addwp(z, y), sbfwp(z, y)); }
inline u64 sbfwc_c(u64 z, u64 y) { return complex_parts<i32>(sbfwp(z, y), addwp(z, y)); }
inline u64 addhcp_c(u64 z, u64 y) { return complex_parts<i16>(addhq(z, y), sbfhq(z, y)); }
inline u64 sbfhcp_c(u64 z, u64 y) { return complex_parts<i16>(sbfhq(z, y), addhq(z, y)); }

// addx<k>: Y + Z * k and sbfx<k>: Y - Z * k for k = 2, 4, 8, 16. One line defines the four functions of a format;
// `expression` uses z, y and log2 k as `k`.
#define MPPA_SCALED(prefix, format, expression) \
  inline u64 prefix##2##format(u64 z, u64 y) {  \
    constexpr unsigned k = 1;                   \
    return expression;                          \
  }                                             \
  inline u64 prefix##4##format(u64 z, u64 y) {  \
    constexpr unsigned k = 2;                   \
    return expression;                          \
  }                                             \
  inline u64 prefix##8##format(u64 z, u64 y) {  \
    constexpr unsigned k = 3;                   \
    return expression;                          \
  }                                             \
  inline u64 prefix##16##format(u64 z, u64 y) { \
    constexpr unsigned k = 4;                   \
    return expression;                          \
  }

template <unsigned k>
inline constexpr auto kAddScaled = [](auto z, auto y) { return y + (z << k); };
template <unsigned k>
inline constexpr auto kSbfScaled = [](auto z, auto y) { return y - (z << k); };

MPPA_SCALED(addx, d, y + (z << k))
MPPA_SCALED(addx, w, zx<32>(y + (z << k)))
MPPA_SCALED(addx, wd, y + (ext<i32>(z) << k))
MPPA_SCALED(addx, uwd, y + (ext<u32>(z) << k))
MPPA_SCALED(addx, wp, lanes<i32>(kAddScaled<k>, z, y))
MPPA_SCALED(addx, hq, lanes<i16>(kAddScaled<k>, z, y))
MPPA_SCALED(sbfx, d, y - (z << k))
MPPA_SCALED(sbfx, w, zx<32>(y - (z << k)))
MPPA_SCALED(sbfx, wd, y - (ext<i32>(z) << k))
MPPA_SCALED(sbfx, uwd, y - (ext<u32>(z) << k))
MPPA_SCALED(sbfx, wp, lanes<i32>(kSbfScaled<k>, z, y))
MPPA_SCALED(sbfx, hq, lanes<i16>(kSbfScaled<k>, z, y))

#undef MPPA_SCALED

/// One step of unsigned division: dividend and partial quotient in Y, divisor in Z.
inline u64 stsud(u64 z, u64 y) { return y >= z ? (y - z) << 1 | 1 : y << 1; }
inline u64 stsuw(u64 z, u64 y) { return zx<32>(stsud(zx<32>(z), zx<32>(y))); }

}  // namespace mppa::exec
