#include "models/cluster/apic/ipi.h"

#include "models/cluster/control/core_control.h"

namespace mppa::cluster {

IpiController::IpiController(const sc_core::sc_module_name& name, const sc_core::sc_time& latency)
    : RegisterDevice(name, kWindow, latency) {
  constexpr u64 kCores = (u64{1} << kCoreCount) - 1;
  Register& mask = regs().add_array("mask", 0x20, 4, RegAccess::kRw, kSets, 4).mask(kCores).doc("1 = blocked");
  regs()
      .add_array("interrupt", 0x00, 4, RegAccess::kWo, kSets, 4)
      .doc("bit i: pulse core i, 16 = RM")
      .on_write([this, &mask](unsigned set, u64 data) {
        const u64 targets = data & ~mask.get(set) & kCores;
        for (unsigned core = 0; core < kCoreCount; ++core)
          if (targets >> core & 1) cores->pulse(core * 32 + kFirstCoreLine + set, now());
      });
}

}  // namespace mppa::cluster
