// The timestamp of the TRACE IP: a 64-bit up counter of the reference clock that all clusters see and software may set.
// The trace buffers behind it are not modelled. SoC digest memory-map.md section 3, cluster.md section 7.
#pragma once

#include "models/common/clock.h"
#include "models/common/device.h"

namespace mppa::noc {

class TraceTimestamp : public RegisterDevice {
 public:
  static constexpr u64 kWindow = 0xC;

  TraceTimestamp(const sc_core::sc_module_name& name, const sc_core::sc_time& latency, u64 hz)
      : RegisterDevice(name, kWindow, latency), clock_(hz) {
    regs()
        .add("timestamp", 0x0, 8, RegAccess::kRw)
        .doc("free running counter")
        .on_read([this](unsigned) { return set_to_ + elapsed(); })
        .on_write([this](unsigned, u64 value) {
          wrapped_ = wrapped();
          set_to_ = value;
          set_at_ = clock_.cycles_at(now());
        });
    regs()
        .add("wrap", 0x8, 4, RegAccess::kRw)
        .doc("bit 0: the counter has passed its end; stays until it is written")
        .on_read([this](unsigned) { return u64{wrapped()}; })
        .on_write([this](unsigned, u64) {
          set_to_ += elapsed();
          set_at_ = clock_.cycles_at(now());
          wrapped_ = false;
        });
  }

 private:
  u64 elapsed() const { return clock_.cycles_at(now()) - set_at_; }
  bool wrapped() const { return wrapped_ || elapsed() > ~set_to_; }

  Clock clock_;
  u64 set_to_ = 0, set_at_ = 0;
  bool wrapped_ = false;
};

}  // namespace mppa::noc
