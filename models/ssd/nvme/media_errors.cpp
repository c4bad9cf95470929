#include "models/ssd/nvme/media_errors.h"

#include <algorithm>

#include "models/common/random.h"

namespace mppa::ssd::nvme {

bool MediaErrors::is_drawn(u64 lba) const {
  return threshold_ != 0 && Random(seed_ ^ lba * 0x9E3779B97F4A7C15).next() >> 32 < threshold_;
}

void MediaErrors::add(u64 lba, u64 blocks) {
  for (u64 i = 0; i < blocks; ++i) bad_.insert(lba + i);
}

void MediaErrors::repair(u64 lba, u64 blocks) {
  u64 begin = lba, end = lba + blocks;
  bad_.erase(bad_.lower_bound(begin), bad_.lower_bound(end));
  if (threshold_ == 0) return;
  auto at = repaired_.upper_bound(begin);
  if (at != repaired_.begin() && std::prev(at)->second >= begin) --at;
  while (at != repaired_.end() && at->first <= end) {
    begin = std::min(begin, at->first);
    end = std::max(end, at->second);
    at = repaired_.erase(at);
  }
  repaired_.emplace(begin, end);
}

bool MediaErrors::is_repaired(u64 lba) const {
  const auto after = repaired_.upper_bound(lba);
  return after != repaired_.begin() && std::prev(after)->second > lba;
}

bool MediaErrors::any(u64 lba, u64 blocks) const {
  const auto found = bad_.lower_bound(lba);
  if (found != bad_.end() && *found < lba + blocks) return true;
  for (u64 i = 0; threshold_ != 0 && i < blocks; ++i)
    if (is_drawn(lba + i) && !is_repaired(lba + i)) return true;
  return false;
}

}  // namespace mppa::ssd::nvme
