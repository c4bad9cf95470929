// Blocks of a namespace that cannot be read: marked by Write Uncorrectable, spoiled on demand, or drawn at random. What
// is written anew is good again.
#pragma once

#include "models/common/range_set.h"
#include "models/common/types.h"

namespace mppa::ssd::nvme {

class MediaErrors {
 public:
  /// `ppb` of a billion blocks are bad; `seed` decides which.
  void set_rate(u64 ppb, u64 seed) {
    threshold_ = ppb * ((u64{1} << 32) / 1000) / 1'000'000;
    seed_ = seed;
  }
  void add(u64 lba, u64 blocks) { bad_.insert(lba, lba + blocks); }
  /// The blocks are good now.
  void repair(u64 lba, u64 blocks);
  bool any(u64 lba, u64 blocks) const;

 private:
  bool is_drawn(u64 lba) const;

  u64 threshold_ = 0;  ///< of 2^32
  u64 seed_ = 0;
  RangeSet bad_;       ///< beside those that are drawn
  RangeSet repaired_;  ///< where the drawn ones are good
};

}  // namespace mppa::ssd::nvme
