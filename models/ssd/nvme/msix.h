// MSI-X table and pending bits of one function (PCI Local Bus 3.0, 6.8.2): memory-mapped in BAR 0.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "models/common/types.h"

namespace mppa::ssd::nvme {

class MsixTable {
 public:
  using Send = std::function<void(u64 address, u32 data)>;

  MsixTable(unsigned vectors, Send send) : entries_(vectors), send_(std::move(send)) {}

  unsigned vectors() const { return static_cast<unsigned>(entries_.size()); }
  u64 table_bytes() const { return entries_.size() * 16; }
  u64 pending_bytes() const { return (entries_.size() + 63) / 64 * 8; }

  u32 read_table(u64 offset) const { return entries_[offset / 16].words[offset % 16 / 4]; }
  void write_table(u64 offset, u32 value);
  u32 read_pending(u64 offset) const;

  /// Message Control of the capability.
  void control(bool enabled, bool function_mask);
  /// Sends the vector's message, or notes it as pending while masked. Lost while MSI-X is disabled.
  void raise(unsigned vector);
  void reset();

 private:
  struct Entry {
    u32 words[4] = {0, 0, 0, 1};  ///< address low, high, data, vector control (bit 0: masked)
    bool pending = false;
  };

  bool is_masked(const Entry& entry) const { return function_mask_ || (entry.words[3] & 1); }
  void send_pending(Entry& entry);

  std::vector<Entry> entries_;
  Send send_;
  bool enabled_ = false;
  bool function_mask_ = false;
};

}  // namespace mppa::ssd::nvme
