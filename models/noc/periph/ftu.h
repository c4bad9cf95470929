// The FTU: resets and starts the clusters, tells the cause of a reset, resets the chip by software.
// SoC digest cluster.md section 3 (drivers that run on silicon).
#pragma once

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

/// What a software reset asks of the simulation.
class ChipResetIf : virtual public sc_core::sc_interface {
 public:
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

 private:
  void control_written(unsigned cluster, u64 old);

  Register& control_;
  Register& boot_address_;
  u64 previous_[kClusters] = {};
};

}  // namespace mppa::noc
