// The BAR decoder in front of the chip's endpoint functions: it maps what a host reads and writes behind a BAR to
// memory of the chip, and turns doorbells into records in rings that firmware polls or is notified of. A design of this
// project (soc digest pcie.md section 7): the real decoder's tables are not published.
//
//   host write --> window of its function --> memory    base + (function << stride) + offset
//                                         --> doorbell  shadow page of the function + record in one of 16 rings
//                                         --> event     memory + record in ring 16
//                                         --> read only (writes are dropped)
//
// What the configuration space tells a function (bus master, MSI-X, reset, VFs, link) goes to ring 16 as well.
#pragma once

#include <memory>

#include "models/common/stats.h"
#include "models/pcie/chip/axi_master.h"
#include "models/pcie/chip/registers.h"
#include "models/pcie/endpoint.h"

namespace mppa::pcie {

class BarDecoder : public RegisterDevice, public StatProvider {
 public:
  static constexpr unsigned kWindows = 128, kRings = MPPA_PCIE_RINGS;

  BarDecoder(const sc_core::sc_module_name& name, const sc_core::sc_time& latency, AxiMaster& memory,
             const AsnRegisters& asn);
  ~BarDecoder() override;

  /// Puts the decoder behind every function of the endpoint. Before the simulation starts.
  void attach(Endpoint& endpoint);
  /// Root complex mode: inbound requests of controller 0 pass.
  bool bypass() const { return bypass_.get() & 1; }
  /// A record has been put into the ring of function events.
  std::function<void(const sc_core::sc_time& when)> on_event;

  void write_stats(StatWriter& out) const override;

 private:
  class Behind;
  struct Window {
    Register *bar, *offset, *size, *mode, *base_lo, *base_hi, *stride;
  };
  struct Ring {
    Register *control, *base_lo, *base_hi, *wp, *rp, *mirror_lo, *mirror_hi, *notify_lo, *notify_hi, *data_lo, *data_hi,
        *dropped;
  };
  /// The window of an access, and the offset in it.
  struct Match {
    unsigned window;
    u64 offset;
  };

  void add_rings();
  bool match(unsigned function, unsigned bar, u64 offset, u64 bytes, Match& out);
  u64 memory_address(unsigned function, const Match& m) const;
  u64 shadow_address(unsigned function, const Match& m) const;
  unsigned doorbell_ring(unsigned function, u64 offset) const;
  BarReply read(unsigned function, unsigned bar, u64 offset, std::span<u8> into, u64 when);
  BarReply write(unsigned function, unsigned bar, u64 offset, std::span<const u8> data, u64 when);
  void event(unsigned function, u8 kind, u32 data, u64 when);
  void set_status(unsigned function, unsigned shift, unsigned bits, u64 value);
  void count_reset(unsigned function);
  void push(unsigned ring, const mppa_pcie_record& record, u64 when);
  void write64(u64 address, u64 value, u64 when);

  AxiMaster& memory_;
  const AsnRegisters& asn_;
  Register &function_control_, &function_status_, &bypass_, &miss_count_, &miss_last_, &shadow_lo_, &shadow_hi_;
  Window window_{};  ///< each register is an array over the windows
  Ring ring_{};      ///< and over the rings
  std::vector<std::unique_ptr<Behind>> behind_;
  u64 doorbells_ = 0, events_ = 0, dropped_ = 0, reads_ = 0, writes_ = 0;
};

}  // namespace mppa::pcie
