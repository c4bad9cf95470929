// The eight MSI snoopers: they watch inbound writes, before translation, and turn those into their window into an
// input of their interrupt generator (soc digest pcie.md section 5).
#pragma once

#include <span>

#include "models/common/device.h"
#include "models/noc/periph/itgen.h"

namespace mppa::pcie {

class MsiSnoopers : public RegisterDevice {
 public:
  static constexpr unsigned kSnoopers = 8, kGroups = 8;

  /// Registers of snooper i at i * 0x4000.
  MsiSnoopers(const sc_core::sc_module_name& name, const sc_core::sc_time& latency,
              const std::vector<noc::Itgen*>& itgens);

  /// Whether the write is an interrupt; then it has been taken.
  bool snoop(u64 address, std::span<const u8> data, const sc_core::sc_time& when);
  u64 taken() const { return taken_; }

 private:
  void raise(unsigned snooper, unsigned vector, const sc_core::sc_time& when);

  std::vector<noc::Itgen*> itgens_;
  Register &enable_, &base_lo_, &base_hi_;
  /// By group: status, mask, type of all snoopers.
  struct Group {
    Register *status, *mask, *type;
  };
  std::array<Group, kGroups> groups_{};
  u64 taken_ = 0;
};

}  // namespace mppa::pcie
