// The timestamp of the TRACE IP: a 64-bit up counter of the reference clock that all clusters see and software may set.
// The trace buffers behind it are not modelled. SoC digest memory-map.md section 3, cluster.md section 7.
#pragma once

#include "models/common/clock.h"
#include "models/common/device.h"

namespace mppa::noc {

class TraceTimestamp : public RegisterDevice {
 public:
  static constexpr u64 kWindow = 0x8;

  TraceTimestamp(const sc_core::sc_module_name& name, const sc_core::sc_time& latency, u64 hz)
      : RegisterDevice(name, kWindow, latency), clock_(hz) {
    regs()
        .add("timestamp", 0x0, 8, RegAccess::kRw)
        .doc("free running counter")
        .on_read([this](unsigned) { return offset_ + clock_.cycles_at(now()); })
        .on_write([this](unsigned, u64 value) { offset_ = value - clock_.cycles_at(now()); });
  }

 private:
  Clock clock_;
  u64 offset_ = 0;
};

}  // namespace mppa::noc
