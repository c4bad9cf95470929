// The 4 KiB of configuration space of one function: bytes, which bits software may write, which it clears by writing
// ones, and the two lists of capabilities.
#pragma once

#include <array>

#include "models/common/types.h"

namespace mppa::pcie {

class ConfigSpace {
 public:
  static constexpr unsigned kBytes = 4096;

  /// Little-endian fields, no masks: what the hardware sees. `bytes`: 1, 2 or 4 at any offset.
  u32 get(unsigned offset, unsigned bytes = 4) const;
  void set(unsigned offset, u32 value, unsigned bytes = 4);
  /// Declares the bits software may write, or clears by writing ones, and a field's reset value.
  void declare(unsigned offset, unsigned bytes, u32 reset, u32 writable = 0, u32 write_one_to_clear = 0);

  /// A configuration access to the DW at `offset` (multiple of 4) under byte enables [3:0].
  u32 read(unsigned offset) const { return get(offset & 0xFFC); }
  void write(unsigned offset, u32 value, u8 byte_enables);

  /// Appends a capability of `bytes`; returns its offset. They are laid out from 0x40 and 0x100 in order of the calls.
  unsigned add_capability(u8 id, unsigned bytes);
  unsigned add_extended(u16 id, u8 version, unsigned bytes);
  /// Offset of a capability, or 0.
  unsigned find(u8 id) const;
  unsigned find_extended(u16 id) const;

  /// All fields as declared.
  void reset() { bytes_ = reset_; }

 private:
  std::array<u8, kBytes> bytes_{}, reset_{}, writable_{}, clear_{};
  unsigned next_ = 0x40, last_ = 0, next_extended_ = 0x100, last_extended_ = 0;
};

}  // namespace mppa::pcie
