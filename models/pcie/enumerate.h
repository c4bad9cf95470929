// Enumeration of a PCI hierarchy as a host's start-up code does it: bus numbers, bridge windows, BARs, payload sizes,
// commands; and SR-IOV.
#pragma once

#include <array>
#include <vector>

#include "models/pcie/tlp.h"

namespace mppa::pcie {

/// Configuration accesses of a host. `bytes`: 1, 2, 4. Absent functions read as all ones.
class ConfigIf {
 public:
  virtual ~ConfigIf() = default;
  virtual u32 config_read(u16 id, unsigned offset, unsigned bytes = 4) = 0;
  virtual void config_write(u16 id, unsigned offset, u32 value, unsigned bytes = 4) = 0;
};

struct Bar {
  u64 address = 0;
  u64 size = 0;  ///< 0: not implemented
  bool is64 = false, prefetchable = false;
};

struct Device {
  u16 id = 0;  ///< bus, device, function
  u16 vendor = 0, device = 0;
  u32 class_code = 0;
  bool bridge = false;
  std::array<Bar, 6> bars{};
};

struct EnumerationParams {
  u64 low_base = 0xC000'0000, low_size = 0x3000'0000;        ///< 32-bit window for non-prefetchable BARs
  u64 high_base = 0x60'0000'0000, high_size = u64{1} << 38;  ///< window for prefetchable 64-bit BARs
  unsigned max_payload = 256;                                ///< bytes; less where a device cannot
  unsigned max_read = 512;                                   ///< bytes
};

/// Numbers and configures everything below bus 0; returns all functions in the order found. BARs that do not fit get
/// address 0 and their function no memory enable.
std::vector<Device> enumerate(ConfigIf& config, const EnumerationParams& params);

/// Enables `count` VFs of a physical function; returns them, with the BARs that enumeration set aside. Empty if the
/// function has no SR-IOV or fewer VFs. Memory and bus master are enabled.
std::vector<Device> enable_vfs(ConfigIf& config, const Device& physical, unsigned count);
/// Offset of a capability, or 0.
unsigned find_capability(ConfigIf& config, u16 id, u8 capability);
unsigned find_extended_capability(ConfigIf& config, u16 id, u16 capability);

}  // namespace mppa::pcie
