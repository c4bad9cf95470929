// The MSI-X table and pending bits of a function, as they stand behind a BAR, and the decision to send.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "models/common/types.h"

namespace mppa::pcie {

class MsixTable {
 public:
  /// `send` writes 4 bytes of data to an address; `vectors`: 1 .. 2048.
  MsixTable(unsigned vectors, std::function<void(u64 address, u32 data)> send);

  u64 table_bytes() const { return 16 * entries_.size(); }
  u64 pending_bytes() const { return (entries_.size() + 63) / 64 * 8; }
  /// Accesses to the table, any size within it; unmasking sends what is pending.
  void read(u64 offset, std::span<u8> into) const;
  void write(u64 offset, std::span<const u8> data);
  void read_pending(u64 offset, std::span<u8> into) const;

  /// Message Control of the capability.
  void set_control(bool enabled, bool function_mask);
  /// Asks for an interrupt: sent, kept pending while masked, ignored while MSI-X is off.
  void raise(unsigned vector);
  /// All entries masked, nothing pending.
  void reset();

 private:
  struct Entry {
    u32 word[4] = {0, 0, 0, 1};  ///< address low, high, data, control (bit 0 mask)
    bool pending = false;
  };
  void flush();

  std::vector<Entry> entries_;
  std::function<void(u64, u32)> send_;
  bool enabled_ = false, mask_ = false;
};

}  // namespace mppa::pcie
