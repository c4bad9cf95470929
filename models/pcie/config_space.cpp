#include "models/pcie/config_space.h"

#include <stdexcept>

#include "mppa/pci_config.h"

namespace mppa::pcie {

u32 ConfigSpace::get(unsigned offset, unsigned bytes) const {
  u32 value = 0;
  for (unsigned i = 0; i < bytes && offset + i < kBytes; ++i) value |= u32{bytes_[offset + i]} << 8 * i;
  return value;
}

void ConfigSpace::set(unsigned offset, u32 value, unsigned bytes) {
  for (unsigned i = 0; i < bytes && offset + i < kBytes; ++i) bytes_[offset + i] = static_cast<u8>(value >> 8 * i);
}

void ConfigSpace::declare(unsigned offset, unsigned bytes, u32 reset, u32 writable, u32 write_one_to_clear) {
  for (unsigned i = 0; i < bytes; ++i) {
    bytes_[offset + i] = reset_[offset + i] = static_cast<u8>(reset >> 8 * i);
    writable_[offset + i] = static_cast<u8>(writable >> 8 * i);
    clear_[offset + i] = static_cast<u8>(write_one_to_clear >> 8 * i);
  }
}

void ConfigSpace::write(unsigned offset, u32 value, u8 byte_enables) {
  offset &= 0xFFC;
  for (unsigned i = 0; i < 4; ++i) {
    if (!(byte_enables >> i & 1)) continue;
    const u8 in = static_cast<u8>(value >> 8 * i), w = writable_[offset + i];
    u8& byte = bytes_[offset + i];
    byte = static_cast<u8>(((byte & ~w) | (in & w)) & ~(in & clear_[offset + i]));
  }
}

unsigned ConfigSpace::add_capability(u8 id, unsigned bytes) {
  const unsigned at = next_;
  next_ += (bytes + 3) & ~3U;
  if (next_ > 0x100) throw std::logic_error("PCI capabilities do not fit");
  declare(at, 2, id);
  const unsigned link = last_ ? last_ + 1 : MPPA_PCI_CAPABILITIES;
  declare(link, 1, at);
  declare(MPPA_PCI_STATUS, 2, get(MPPA_PCI_STATUS, 2) | MPPA_PCI_STATUS_CAPABILITIES, 0, MPPA_PCI_STATUS_W1C);
  return last_ = at;
}

unsigned ConfigSpace::add_extended(u16 id, u8 version, unsigned bytes) {
  const unsigned at = next_extended_;
  next_extended_ += (bytes + 3) & ~3U;
  if (next_extended_ > kBytes) throw std::logic_error("PCI extended capabilities do not fit");
  declare(at, 4, id | u32{version} << 16);
  if (last_extended_) declare(last_extended_ + 2, 2, (get(last_extended_ + 2, 2) & 0xF) | at << 4);
  return last_extended_ = at;
}

unsigned ConfigSpace::find(u8 id) const {
  unsigned at = get(MPPA_PCI_CAPABILITIES, 1);
  while (at && get(at, 1) != id) at = get(at + 1, 1);
  return at;
}

unsigned ConfigSpace::find_extended(u16 id) const {
  unsigned at = get(MPPA_PCI_EXTENDED) ? MPPA_PCI_EXTENDED : 0;
  while (at && get(at, 2) != id) at = get(at + 2, 2) >> 4;
  return at;
}

}  // namespace mppa::pcie
