#include "models/ssd/nvme/msix.h"

namespace mppa::ssd::nvme {

void MsixTable::write_table(u64 offset, u32 value) {
  Entry& entry = entries_[offset / 16];
  const u64 word = offset % 16 / 4;
  entry.words[word] = word == 0 ? value & ~3u : word == 3 ? value & 1 : value;
  send_pending(entry);
}

u32 MsixTable::read_pending(u64 offset) const {
  u32 bits = 0;
  for (unsigned i = 0; i < 32; ++i) {
    const u64 vector = offset * 8 + i;
    if (vector < entries_.size() && entries_[vector].pending) bits |= u32{1} << i;
  }
  return bits;
}

void MsixTable::control(bool enabled, bool function_mask) {
  enabled_ = enabled;
  function_mask_ = function_mask;
  for (Entry& entry : entries_) send_pending(entry);
}

void MsixTable::raise(unsigned vector) {
  if (!enabled_ || vector >= entries_.size()) return;
  entries_[vector].pending = true;
  send_pending(entries_[vector]);
}

void MsixTable::send_pending(Entry& entry) {
  if (!enabled_ || !entry.pending || is_masked(entry)) return;
  entry.pending = false;
  send_(u64{entry.words[1]} << 32 | entry.words[0], entry.words[2]);
}

void MsixTable::reset() {
  for (Entry& entry : entries_) entry = Entry{};
  enabled_ = function_mask_ = false;
}

}  // namespace mppa::ssd::nvme
