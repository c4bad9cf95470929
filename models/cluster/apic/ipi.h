// The inter-processor interrupt controller of a cluster: eight sets, each pulses core line 24 + set of the cores in the
// written mask. SoC digest cluster.md section 8; strides of sets 1..7 and the mask polarity (1 = blocked) are choices.
#pragma once

#include "models/common/device.h"

namespace mppa::cluster {

class IpiController : public RegisterDevice {
 public:
  static constexpr u64 kWindow = 0x1000;
  static constexpr unsigned kSets = 8;
  static constexpr unsigned kFirstCoreLine = 24;

  /// Line core * 32 + core_line of the sink.
  sc_core::sc_port<InterruptIf> cores{"cores"};

  IpiController(const sc_core::sc_module_name& name, const sc_core::sc_time& latency);
};

}  // namespace mppa::cluster
