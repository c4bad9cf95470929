// A keyed permutation of 0 .. size-1 that needs no table: a Feistel network over the next even power of two, walked
// until it lands inside the range.
#pragma once

#include <array>
#include <bit>
#include <utility>

#include "models/common/random.h"
#include "models/common/types.h"

namespace mppa::ssd {

class Permutation {
 public:
  /// `size`: 1 .. 2^40.
  Permutation(u64 size, u64 seed)
      : size_(size),
        half_bits_((static_cast<unsigned>(std::bit_width(size - 1)) + 1) / 2),
        mask_((u64{1} << half_bits_) - 1) {
    Random random(seed);
    for (u64& key : keys_) key = random.next();
  }

  u64 forward(u64 x) const {
    do {
      u64 left = x >> half_bits_, right = x & mask_;
      for (const u64 key : keys_) {
        left ^= mix(right, key);
        std::swap(left, right);
      }
      x = left << half_bits_ | right;
    } while (x >= size_);
    return x;
  }
  /// inverse(forward(x)) == x.
  u64 inverse(u64 y) const {
    do {
      u64 left = y >> half_bits_, right = y & mask_;
      for (auto key = keys_.rbegin(); key != keys_.rend(); ++key) {
        std::swap(left, right);
        left ^= mix(right, *key);
      }
      y = left << half_bits_ | right;
    } while (y >= size_);
    return y;
  }

 private:
  u64 mix(u64 value, u64 key) const {
    u64 z = (value + key) * 0x9E3779B97F4A7C15;
    z = (z ^ (z >> 29)) * 0xBF58476D1CE4E5B9;
    return (z ^ (z >> 32)) & mask_;
  }

  u64 size_;
  unsigned half_bits_;
  u64 mask_;
  std::array<u64, 4> keys_{};
};

}  // namespace mppa::ssd
