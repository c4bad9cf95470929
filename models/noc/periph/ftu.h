// The FTU: resets and starts the clusters, tells the cause of a reset, resets the chip by software.
// SoC digest cluster.md section 3 (drivers that run on silicon).
#pragma once

#include <array>

#include "models/common/device.h"

namespace mppa::noc {

/// What the FTU does to a cluster.
class ClusterControlIf : virtual public sc_core::sc_interface {
 public:
  /// Cores back to reset, blocks to their reset state, memory kept; held while `asserted`.
  virtual void set_reset(bool asserted, const sc_core::sc_time& when) = 0;
  /// The RM leaves reset at `pc`; no effect on a running RM.
  virtual void start_rm(u64 pc, const sc_core::sc_time& when) = 0;
  virtual bool rm_running() const = 0;
  /// Blocked (1) or interleaved (0) mapping of addresses to SMEM banks.
  virtual void set_scramble_disable(bool disable) = 0;
};

/// What a software reset does to the chip.
class ChipResetIf : virtual public sc_core::sc_interface {
 public:
  /// Everything that a reset reaches goes back to its state after power-on, the FTU too (reset()), and boots.
  virtual void software_reset(const sc_core::sc_time& when) = 0;
};

class Ftu : public RegisterDevice {
 public:
  static constexpr u64 kWindow = 0x418;
  static constexpr unsigned kClusters = 5;

  enum class ResetCause : u64 { kPowerOn = 1 << 0, kDsu = 1 << 1, kSoftware = 1 << 2, kPcie = 1 << 3 };

  /// Element c drives cluster c.
  sc_core::sc_port<ClusterControlIf, kClusters, sc_core::SC_ALL_BOUND> clusters{"clusters"};
  sc_core::sc_port<ChipResetIf, 1, sc_core::SC_ZERO_OR_MORE_BOUND> chip{"chip"};

  Ftu(const sc_core::sc_module_name& name, const sc_core::sc_time& latency);

  /// What reset_cause tells from now on; the first reset is that of power-on.
  void set_cause(ResetCause cause) { cause_.set(static_cast<u64>(cause)); }

 private:
  void reset_state() override;
  void control_written(unsigned cluster, u64 old);

  Register& control_;
  Register& boot_address_;
  Register& cause_;
  std::array<u64, kClusters> previous_{};
};

}  // namespace mppa::noc
