// Blocks of a namespace that cannot be read: marked by Write Uncorrectable, spoiled on demand, or drawn at random. What
// is written anew is good again.
#pragma once

#include <map>
#include <set>

#include "models/common/types.h"

namespace mppa::ssd::nvme {

class MediaErrors {
 public:
  /// `ppb` of a billion blocks are bad; `seed` decides which.
  void set_rate(u64 ppb, u64 seed) {
    threshold_ = ppb * ((u64{1} << 32) / 1000) / 1'000'000;
    seed_ = seed;
  }
  void add(u64 lba, u64 blocks);
  /// The blocks are good now.
  void repair(u64 lba, u64 blocks);
  bool any(u64 lba, u64 blocks) const;

 private:
  bool is_drawn(u64 lba) const;
  bool is_repaired(u64 lba) const;

  u64 threshold_ = 0;  ///< of 2^32
  u64 seed_ = 0;
  std::set<u64> bad_;            ///< beside those that are drawn
  std::map<u64, u64> repaired_;  ///< ranges whose drawn blocks are good: first block to the one behind the last
};

}  // namespace mppa::ssd::nvme
