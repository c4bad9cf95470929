// Lanes of packed values: apply a scalar operation to each lane of registers and pairs.
#pragma once

#include "models/common/types.h"

namespace mppa::exec::softfp {

constexpr u64 low(u128 v) { return static_cast<u64>(v); }
constexpr u64 high(u128 v) { return static_cast<u64>(v >> 64); }
constexpr u128 pair(u64 low, u64 high) { return (u128{high} << 64) | low; }

template <int kWidth>
constexpr u64 lane(u64 v, int index) {
  return (v >> (kWidth * index)) & (~u64{0} >> (64 - kWidth));
}
constexpr u64 word0(u64 v) { return lane<32>(v, 0); }
constexpr u64 word1(u64 v) { return lane<32>(v, 1); }
constexpr u64 words(u64 low, u64 high) { return low | (high << 32); }

/// op(lane of each argument) for every kWidth-bit lane of a register.
template <int kWidth, class Op, class... Args>
constexpr u64 each_lane(Op op, Args... args) {
  u64 result = 0;
  for (int i = 0; i < 64 / kWidth; ++i) result |= op(lane<kWidth>(args, i)...) << (kWidth * i);
  return result;
}

/// op(half of each argument) for both registers of a pair.
template <class Op, class... Args>
constexpr u128 each_half(Op op, Args... args) {
  const u64 low_half = op(low(args)...);
  return pair(low_half, op(high(args)...));
}

}  // namespace mppa::exec::softfp
