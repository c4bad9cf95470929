// The secure cluster registers: which masters of the cluster belong to the secure world. Layout: SoC digest cluster.md
// section 10 (machine-generated V1 definitions). What they protect - the secure bank of the RM, the boot ROM, the
// central security module - has no published address, so that there is nothing in the model to protect; the values are
// kept.
#pragma once

#include "models/common/device.h"

namespace mppa::cluster {

class SecureRegisters : public RegisterDevice {
 public:
  static constexpr u64 kWindow = 0x14;
  static constexpr u64 kRmMaster = 16;  ///< bit of secure_mst_config that software cannot change

  SecureRegisters(const sc_core::sc_module_name& name, const sc_core::sc_time& latency)
      : RegisterDevice(name, kWindow, latency) {
    regs()
        .add("secure_boot", 0x00, 4, RegAccess::kRw)
        .reset_value(1)
        .mask(3)
        .accepts([](u64 value) { return value == 1 || value == 2; })
        .doc("[1:0]; writing anything but 1 or 2 is an error");
    regs().add_array("crypto_config", 0x04, 4, RegAccess::kRw, 2, 4).mask(3).doc("[1:0] of crypto unit i; stored");
    constexpr u64 kMasters = 0xFFFFFF;
    regs()
        .add("secure_mst_config", 0x10, 4, RegAccess::kRw)
        .reset_value(kMasters)
        .mask(kMasters & ~(u64{1} << kRmMaster))
        .doc("[15:0] PE, 16 RM (fixed), 17 DSU, 18 and 19 crypto, 20 AXI write, 21 AXI read, 22 DMA TX, 23 DMA RX");
  }
};

}  // namespace mppa::cluster
