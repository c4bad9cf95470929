// An interrupt generator: turns the rising edge of an enabled input into a 64-bit write of one bit to an APIC mailbox
// of a cluster. SoC digest cluster.md section 9; the bit number sits in [29:24] as the Linux driver has it.
#pragma once

#include <tlm_utils/simple_initiator_socket.h>

#include <array>

#include "models/common/device.h"

namespace mppa::noc {

class Itgen : public RegisterDevice, public InterruptIf {
 public:
  static constexpr u64 kWindow = 0x1104;
  static constexpr unsigned kInputs = 272;

  /// The messages leave here, to the global address of the mailbox.
  tlm_utils::simple_initiator_socket<Itgen> messages{"messages"};

  Itgen(const sc_core::sc_module_name& name, const sc_core::sc_time& latency);

  void pulse(unsigned input, const sc_core::sc_time& when) override;
  /// A level is sent at its rising edge, and again when the input is enabled while high.
  void set_level(unsigned input, bool level, const sc_core::sc_time& when) override;

  /// Messages whose target did not answer (no such mailbox).
  u64 lost_messages() const { return lost_; }

 private:
  void send(unsigned input, const sc_core::sc_time& when);

  Register& config_;
  Register& enable_;
  std::array<bool, kInputs> levels_{};
  u64 lost_ = 0;
};

}  // namespace mppa::noc
