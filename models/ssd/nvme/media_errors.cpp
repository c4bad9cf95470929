#include "models/ssd/nvme/media_errors.h"

#include "models/common/random.h"

namespace mppa::ssd::nvme {

bool MediaErrors::is_drawn(u64 lba) const {
  return threshold_ != 0 && Random(seed_ ^ lba * 0x9E3779B97F4A7C15).next() >> 32 < threshold_;
}

void MediaErrors::repair(u64 lba, u64 blocks) {
  bad_.erase(lba, lba + blocks);
  if (threshold_ != 0) repaired_.insert(lba, lba + blocks);
}

bool MediaErrors::any(u64 lba, u64 blocks) const {
  if (bad_.intersects(lba, lba + blocks)) return true;
  for (u64 i = 0; threshold_ != 0 && i < blocks; ++i)
    if (is_drawn(lba + i) && !repaired_.intersects(lba + i, lba + i + 1)) return true;
  return false;
}

}  // namespace mppa::ssd::nvme
