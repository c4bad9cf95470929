// Registers of MAC, PCS, FEC, serdes and PHY of a controller, and what they set in the four MACs. The analogue side
// always succeeds: acknowledges mirror requests, PLLs are locked, no training takes place.
#pragma once

#include "models/eth/controller/services.h"

namespace mppa::eth {

class MacBlock {
 public:
  using Macs = std::array<Mac*, MPPA_ETH_LANES>;
  MacBlock(Services& services, const Macs& macs);

  /// One 40G or 100G port on lane 0 instead of four.
  bool aggregated() const;
  /// Pause time for a class of a lane, in quanta.
  u16 pause_quanta(unsigned lane, unsigned traffic_class) const;

  /// Sets the MACs as the registers say.
  void configure_all();

 private:
  void declare_mac();
  void declare_pcs();
  void declare_glue();
  void declare_phy();
  void declare_statistics();
  Register& add(const std::string& name, u64 offset, RegAccess access, unsigned count = 1, u64 stride = 4);
  void configure(unsigned lane);
  u64 speed(unsigned lane) const;
  u64 per_lane(const std::function<bool(unsigned)>& flag) const;

  Services& s_;
  Macs macs_;
  Register *command_ = nullptr, *frame_length_ = nullptr, *address_lo_ = nullptr, *address_hi_ = nullptr;
  std::array<Register*, MPPA_ETH_CLASSES / 2> quanta_{};
  Register *xpcs_ = nullptr, *bypass_ = nullptr, *fcs_ = nullptr, *reset_ = nullptr, *mode_ = nullptr, *sg_ = nullptr;
  Register* serdes_ = nullptr;
};

}  // namespace mppa::eth
