// The pseudo-random generator of the models: xoshiro256** seeded through splitmix64 (both in the public domain, by
// Blackman and Vigna). One explicit seed; the same stream on every host.
#pragma once

#include <array>
#include <bit>

#include "models/common/types.h"

namespace mppa {

class Random {
 public:
  explicit Random(u64 seed) {
    for (u64& word : state_) {
      seed += 0x9E3779B97F4A7C15;
      u64 z = seed;
      z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
      z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
      word = z ^ (z >> 31);
    }
  }

  /// 64 uniform bits.
  u64 next() {
    const u64 result = std::rotl(state_[1] * 5, 7) * 9;
    const u64 t = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= t;
    state_[3] = std::rotl(state_[3], 45);
    return result;
  }
  /// Uniform in 0 .. bound - 1; bound > 0. Exact (rejects the uneven tail).
  u64 below(u64 bound) {
    for (;;) {
      const u128 product = static_cast<u128>(next()) * bound;
      const u64 low = static_cast<u64>(product);
      if (low >= bound || low >= -bound % bound) return static_cast<u64>(product >> 64);
    }
  }
  /// Uniform in [0, 1) with 53 bits.
  double unit() { return static_cast<double>(next() >> 11) * 0x1p-53; }

 private:
  std::array<u64, 4> state_{};
};

}  // namespace mppa
