#include "models/pcie/msix.h"

#include <algorithm>

namespace mppa::pcie {

MsixTable::MsixTable(unsigned vectors, std::function<void(u64, u32)> send)
    : entries_(std::clamp(vectors, 1U, 2048U)), send_(std::move(send)) {}

void MsixTable::read(u64 offset, std::span<u8> into) const {
  for (u8& byte : into) {
    const bool inside = offset < table_bytes();
    byte = inside ? static_cast<u8>(entries_[offset / 16].word[offset / 4 % 4] >> 8 * (offset % 4)) : 0;
    ++offset;
  }
}

void MsixTable::write(u64 offset, std::span<const u8> data) {
  for (const u8 byte : data) {
    if (offset >= table_bytes()) break;
    u32& word = entries_[offset / 16].word[offset / 4 % 4];
    const unsigned shift = 8 * (offset % 4);
    word = (word & ~(0xFFU << shift)) | u32{byte} << shift;
    if (offset / 4 % 4 == 0) word &= ~3U;
    if (offset / 4 % 4 == 3) word &= 1;
    ++offset;
  }
  flush();
}

void MsixTable::read_pending(u64 offset, std::span<u8> into) const {
  for (u8& byte : into) {
    byte = 0;
    for (u64 i = 0; i < 8; ++i) {
      const u64 vector = 8 * offset + i;
      if (vector < entries_.size() && entries_[vector].pending) byte |= static_cast<u8>(1U << i);
    }
    ++offset;
  }
}

void MsixTable::set_control(bool enabled, bool function_mask) {
  enabled_ = enabled;
  mask_ = function_mask;
  flush();
}

void MsixTable::raise(unsigned vector) {
  if (!enabled_ || vector >= entries_.size()) return;
  Entry& e = entries_[vector];
  if (mask_ || (e.word[3] & 1)) {
    e.pending = true;
  } else {
    send_(u64{e.word[1]} << 32 | e.word[0], e.word[2]);
  }
}

void MsixTable::reset() {
  for (Entry& e : entries_) e = {};
  enabled_ = mask_ = false;
}

void MsixTable::flush() {
  if (!enabled_ || mask_) return;
  for (Entry& e : entries_) {
    if (!e.pending || (e.word[3] & 1)) continue;
    e.pending = false;
    send_(u64{e.word[1]} << 32 | e.word[0], e.word[2]);
  }
}

}  // namespace mppa::pcie
