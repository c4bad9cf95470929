// The simulator's port: firmware ends the run and leaves marks by it. Registers: firmware/include/mppa/sim_port.h. It
// is the only device that silicon does not have.
#pragma once

#include <functional>

#include "models/common/device.h"

namespace mppa::noc {

class SimPort : public RegisterDevice {
 public:
  static constexpr u64 kWindow = 0x1000;

  /// The firmware ends the run.
  std::function<void(u32 status, const sc_core::sc_time& when)> on_exit;
  /// A mark on one of 64 channels.
  std::function<void(unsigned channel, u64 value, const sc_core::sc_time& when)> on_trace;
  /// The peer on the management channel: the next word for the firmware, a word from it (firmware/include/mppa/
  /// sim_port.h). Without a peer the channel is empty.
  std::function<u64()> on_management_read;
  std::function<void(u64 word)> on_management_write;

  SimPort(const sc_core::sc_module_name& name, const sc_core::sc_time& latency);
};

}  // namespace mppa::noc
