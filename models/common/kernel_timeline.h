// A Timeline whose clock is the SystemC kernel's.
#pragma once

#include <systemc>

#include "models/common/timeline.h"

namespace mppa {

/// Actions run as a SystemC method at exactly their time, never with an annotated delay.
class KernelTimeline : public sc_core::sc_module, public Timeline {
 public:
  SC_HAS_PROCESS(KernelTimeline);
  explicit KernelTimeline(const sc_core::sc_module_name& name) : sc_module(name) {
    SC_METHOD(run_due);
    sensitive << due_;
    dont_initialize();
  }

  u64 now() const override { return sc_core::sc_time_stamp().value(); }

 private:
  void earlier(u64 when) override { due_.notify(sc_core::sc_time::from_value(when - now())); }
  void run_due() {
    run_until(now());
    if (!empty()) earlier(next());
  }

  sc_core::sc_event due_{"due"};
};

}  // namespace mppa
