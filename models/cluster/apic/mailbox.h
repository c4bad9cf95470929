// The 128 APIC mailboxes of a cluster: 64-bit words that combine what is written to them and may pulse a GIC input.
// Layout and functions: SoC digest cluster.md section 5 (machine-generated V1 definitions).
#pragma once

#include "models/common/device.h"

namespace mppa::cluster {

class Mailboxes : public RegisterDevice {
 public:
  static constexpr unsigned kCount = 128;
  static constexpr u64 kStride = 0x200;
  static constexpr u64 kWindow = kCount * kStride;

  /// `funct` register, bits 1:0: how a write combines with the value.
  enum Function : u64 { kWrite = 0, kOr = 1, kAdd = 2 };
  /// `funct` register, bits 10:8: when a write pulses the GIC input of this mailbox.
  enum Trigger : u64 {
    kNone = 0,
    kDoorbell = 1,   ///< (data & mask) != 0
    kMatch = 2,      ///< new value == mask
    kBarrier = 3,    ///< as match; the value returns to 0
    kThreshold = 4,  ///< new value >= mask, unsigned
  };

  /// Input i of the sink is mailbox i.
  sc_core::sc_port<InterruptIf> interrupt{"interrupt"};

  u64 value(unsigned index) const { return value_.get(index); }

  Mailboxes(const sc_core::sc_module_name& name, const sc_core::sc_time& latency);

 private:
  void written(unsigned index, u64 old, u64 data);

  Register& value_;
  Register& mask_;
  Register& funct_;
};

}  // namespace mppa::cluster
