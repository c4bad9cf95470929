// The register blocks of the PCIe subsystem that configure the eight controllers. They hold what firmware writes and
// answer what the hardware would know; the controllers read them. Layout: firmware/include/mppa/pcie_regs.h.
#pragma once

#include <array>
#include <functional>

#include "models/common/device.h"
#include "mppa/pcie_regs.h"

namespace mppa::pcie {

constexpr unsigned kControllers = MPPA_PCIE_CONTROLLERS;
using LaneSplit = std::array<unsigned, kControllers>;

/// Lanes of the controllers in n-furcation mode 0 .. 30 (soc digest pcie.md section 3; 26 and up belong to one board);
/// none in any other mode.
LaneSplit lanes_of_mode(unsigned mode);

/// Core registers of all controllers.
class CoreRegisters : public RegisterDevice {
 public:
  CoreRegisters(const sc_core::sc_module_name& name, const sc_core::sc_time& latency);

  /// Something that may change the link of a controller has been written.
  std::function<void(unsigned controller)> on_link_setting;
  /// The class code of a controller's root port has been written.
  std::function<void(unsigned controller, u32 class_code)> on_class;

  /// Root port (bit 0 of PORT_TYPE).
  bool downstream(unsigned controller) const { return port_type_.get(controller) & 1; }
  /// 1 .. 4, the lowest of what the registers ask for.
  unsigned generation(unsigned controller) const;
  /// At most `available`.
  unsigned lanes(unsigned controller, unsigned available) const;
  void latch(unsigned controller, u32 dl_status);

 private:
  Register& add_core(const char* register_name, u64 offset, u64 reset = 0);

  Register &port_type_, &rx_detect_, &ds_auto_, &dl_stat_, &initial_;
};

/// Bridge registers of all controllers.
class BridgeRegisters : public RegisterDevice {
 public:
  static constexpr unsigned kEgress = 8;

  BridgeRegisters(const sc_core::sc_module_name& name, const sc_core::sc_time& latency);

  /// Interrupt lines of a controller: miscellaneous and INTx.
  std::function<void(unsigned controller, bool misc, bool intx, const sc_core::sc_time& when)> on_interrupt;

  /// Where an address of the chip leads: the controller whose egress window holds it, and the address on its bus.
  struct Egress {
    unsigned controller;
    u64 address;
    u64 bytes;  ///< to the end of the window
  };
  bool egress(u64 address, Egress& out) const;
  bool ecam_enabled(unsigned controller) const { return ecam_.get(controller) & 1; }
  /// Raises MISC_STATUS bits.
  void latch(unsigned controller, u32 misc, const sc_core::sc_time& when);
  /// Level of INTA .. INTD.
  void set_intx(unsigned controller, unsigned pin, bool level, const sc_core::sc_time& when);

 private:
  void update(unsigned controller, const sc_core::sc_time& when);

  Register &enable_, &ecam_, &misc_, &misc_mask_, &leg_, &leg_mask_;
  struct Window {
    Register *control, *source_lo, *source_hi, *dest_lo, *dest_hi;
  };
  std::array<Window, kEgress> windows_{};
};

/// PHY registers, shared. Resets are released as the first boot loader leaves them; writing them has no effect.
class PhyRegisters : public RegisterDevice {
 public:
  PhyRegisters(const sc_core::sc_module_name& name, const sc_core::sc_time& latency);

  /// The lane split has changed (every controller), or a link is held or let go.
  std::function<void(unsigned controller)> on_link_setting;
  std::function<bool(unsigned controller)> link_up;

  unsigned mode() const { return static_cast<unsigned>(nfurc_.get()); }
  bool trains(unsigned controller) const { return !(ltssm_disable_.get(controller) & 1); }

 private:
  Register &nfurc_, &ltssm_disable_;
};

/// Address space numbers and modes.
class AsnRegisters : public RegisterDevice {
 public:
  AsnRegisters(const sc_core::sc_module_name& name, const sc_core::sc_time& latency);

  u16 of_controller(unsigned controller) const;
  u16 of_function(unsigned function) const { return static_cast<u16>(function_.get(function)); }
  bool root_complex(unsigned controller) const { return mode_.get(controller) & 1; }
  std::function<void(unsigned controller)> on_mode;

 private:
  Register &function_, &controller_, &mode_;
};

}  // namespace mppa::pcie
