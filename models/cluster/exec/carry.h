// Addition and subtraction that chain through CS.IC (carry) and count carries in CS.CC.
#pragma once

#include "models/cluster/exec/lanes.h"

namespace mppa::exec {

inline constexpr u64 kCsIcMask = 1;         ///< CS.IC, bit 0
inline constexpr unsigned kCsCcShift = 32;  ///< CS.CC, bits 47:32
inline constexpr u64 kCsCcMask = u64{0xffff} << kCsCcShift;

/// z + y + carry_in (0 or 1); the carry out goes to CS.IC and is added to the 16-bit counter CS.CC.
inline u64 add_carry(u64& cs, u64 z, u64 y, u64 carry_in) {
  const u128 sum = static_cast<u128>(z) + y + carry_in;
  const u64 carry = high64(sum);
  const u64 count = (cs + (carry << kCsCcShift)) & kCsCcMask;
  cs = (cs & ~(kCsCcMask | kCsIcMask)) | count | carry;
  return low64(sum);
}

// The .i forms start a chain: their carry in is that of an addition (0) or of a subtraction (1) without borrow.
inline u64 addcd(u64& cs, u64 z, u64 y) { return add_carry(cs, z, y, cs & kCsIcMask); }
inline u64 addcd_i(u64& cs, u64 z, u64 y) { return add_carry(cs, z, y, 0); }
inline u64 sbfcd(u64& cs, u64 z, u64 y) { return add_carry(cs, ~z, y, cs & kCsIcMask); }
inline u64 sbfcd_i(u64& cs, u64 z, u64 y) { return add_carry(cs, ~z, y, 1); }

}  // namespace mppa::exec
