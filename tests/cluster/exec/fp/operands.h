// Random operands that visit the corners of a floating-point format.
#pragma once

#include <array>
#include <random>

#include "models/cluster/exec/fp/softcore.h"

namespace mppa::test {

/// Deterministic source of operands of format F.
template <class F>
class Operands {
 public:
  explicit Operands(u64 seed) : random_(seed) {}

  u64 bits() { return random_(); }

  /// Any bit pattern: corners, uniform patterns, numbers of moderate exponent, short significands.
  u64 any() {
    const u64 r = random_();
    const u64 pattern = random_() & F::kMask;
    switch (r % 8) {
      case 0:
        return corner(random_());
      case 1:
        return pattern;
      case 2:
        return (pattern & (F::kSign | F::kFractionMask)) | near_one();
      case 3:
        return (pattern & ~F::kFractionMask) | (F::kFractionMask & ~F::kFractionMask >> (r >> 8) % F::kFraction);
      case 4:
        return (pattern & F::kSign) | ((pattern & F::kFractionMask) >> (r >> 8) % F::kFraction);  // subnormal
      case 5:
        return (pattern & ~F::kFractionMask) | ((r >> 8) & 3);
      case 6:
        return corner(random_()) + (r >> 8) % 5 - 2;
      default:
        return (pattern & (F::kSign | F::kFractionMask)) | near_one();
    }
  }

 private:
  u64 near_one() { return (F::kBias - 12 + random_() % 25) << F::kFraction; }

  static u64 corner(u64 r) {
    static constexpr std::array<u64, 12> kCorners = {
        0,                                             // zero
        1,                                             // smallest subnormal
        F::kFractionMask,                              // largest subnormal
        F::kFractionMask + 1,                          // smallest normal
        F::kMaxFinite,                                 // largest finite
        F::kInf,                                       // infinity
        F::kDefaultNan,                                // quiet NaN
        F::kInf | 1,                                   // signalling NaN
        F::kMask & ~F::kSign,                          // quiet NaN, full payload
        u64{F::kBias} << F::kFraction,                 // 1
        u64{F::kBias + F::kFraction} << F::kFraction,  // smallest number with unit spacing
        u64{F::kBias - 1} << F::kFraction,             // 0.5
    };
    return kCorners[r % kCorners.size()] | ((r >> 32) & 1 ? F::kSign : 0);
  }

  std::mt19937_64 random_;
};

}  // namespace mppa::test
