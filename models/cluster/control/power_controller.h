// The PWR controller of a cluster: starts and wakes cores, shows their state, holds the cluster's global configuration.
// Layout: SoC digest cluster.md section 2 (machine-generated V1 definitions); state codes are our choice.
#pragma once

#include <array>

#include "models/cluster/control/core_control.h"
#include "models/common/device.h"

namespace mppa::cluster {

class PowerController : public RegisterDevice {
 public:
  static constexpr u64 kWindow = 0x4188;

  /// Bits of global_config that other blocks of the cluster look at.
  struct GlobalConfig {
    bool l2_enable;
    bool l2_one_mib;          ///< L2 of 1 MiB instead of 2 MiB
    unsigned smem_burst_len;  ///< burst limit of the SMEM bank arbiters, 1..7
  };

  sc_core::sc_port<CoreControlIf> cores{"cores"};

  /// `timestamp_period`: one count of the DSU timestamp.
  PowerController(const sc_core::sc_module_name& name, const sc_core::sc_time& latency,
                  const sc_core::sc_time& timestamp_period);

  GlobalConfig global_config() const;
  /// What global_config says of the L2 cache after reset: its size is a matter of configuration.
  void set_l2(u64 bytes);
  u64 pe_reset_pc() const { return pe_reset_pc_.get(); }
  /// Latches ECC events for ecc_status: one bit a bank.
  void ecc_event(unsigned bank, bool double_bit);

 private:
  void reset_state() override { control_.fill(0); }
  void declare_core_controls();
  void declare_vector_controls();
  void declare_global();
  /// The control word of a core changed by a write of any alias: acts on rising wake-up and acknowledge bits.
  void control_changed(unsigned core, u64 old, u64 value);
  /// Declares write/set/clear aliases of one bit of all 17 control words at `offset`.
  void vector_alias(const char* name, u64 offset, u64 bit);
  u64 status_word(unsigned core) const;

  std::array<u64, kCoreCount> control_{};
  Register& pe_reset_pc_;
  Register* global_config_ = nullptr;
  Register* ecc_status_ = nullptr;
  sc_core::sc_time timestamp_period_;
};

}  // namespace mppa::cluster
