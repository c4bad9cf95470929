// The APIC interrupt controller of a cluster: 157 inputs, 18 groups (16 PE, RM, L2/DMA) of four outputs. Every output
// has its own enable and status bits; an input pulse is captured by the outputs that enable it, and an output is high
// while any of its status bits is set. SoC digest cluster.md section 4, wiring memory-map.md section 4.
#pragma once

#include <array>

#include "models/common/device.h"

namespace mppa::cluster {

class Gic : public RegisterDevice, public InterruptIf {
 public:
  static constexpr unsigned kInputs = 157;
  static constexpr unsigned kGroups = 18;
  static constexpr unsigned kLines = 4;
  static constexpr unsigned kOutputs = kGroups * kLines;
  static constexpr u64 kWindow = 0x12000;

  /// Named inputs; 0..127 are the mailboxes.
  enum Input : unsigned {
    kL2JobFifo = 128,
    kDmaError = 129,
    kNocRouter = 130,
    kWatchdog = 131,
    kSmemSingleEcc = 132,
    kSmemDoubleEcc = 133,
    kDmaRxNoMapping = 134,
    kDmaRxProtection = 135,
    kDmaRxParity = 136,
    kDmaTxNoMapping = 137,
    kDmaTxProtection = 138,
    kDmaTxParity = 139,
    kCrypto0 = 140,
    kCrypto1 = 145,
    kIommuCrypto0 = 150,
    kIommuCrypto1 = 151,
    kInterruptGeneratorError = 152,
  };

  /// Line group * 4 + line of the sink carries output (group, line); core lines 4..7 of core `group`.
  sc_core::sc_port<InterruptIf> outputs{"outputs"};

  Gic(const sc_core::sc_module_name& name, const sc_core::sc_time& latency);

  void pulse(unsigned input, const sc_core::sc_time& when) override;
  /// Level inputs are captured at their rising edge.
  void set_level(unsigned input, bool level, const sc_core::sc_time& when) override;

 private:
  void reset_state() override;
  static constexpr unsigned kWords = 3;
  struct Output {
    Register* enable = nullptr;  ///< one byte an input
    Register* status = nullptr;  ///< kWords words
    bool level = false;
  };

  void declare(unsigned output);
  void update(unsigned output, const sc_core::sc_time& when);

  std::array<Output, kOutputs> outputs_;
  std::array<bool, kInputs> levels_{};
};

}  // namespace mppa::cluster
