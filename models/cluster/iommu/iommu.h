// A kvx IOMMU of a cluster master: a TLB filled by software, 128 sets x 16 ways, no table walk. A miss is a fault.
// Disabled (the reset state) it passes addresses unchanged. SoC digest iommu.md sections 3 to 6.
#pragma once

#include <array>
#include <vector>

#include "models/common/device.h"
#include "models/common/stats.h"

namespace mppa::cluster {

enum class IommuFault : u8 { kNone, kNoMapping, kProtection, kParity };

/// Address translation as a bus master uses it.
class TranslateIf : public sc_core::sc_interface {
 public:
  struct Result {
    IommuFault fault = IommuFault::kNone;
    u64 address = 0;  ///< physical
    u64 bytes = 0;    ///< how far the translation reaches from here
  };
  /// Translates for an access at `when`; a fault is latched and raises the interrupt.
  virtual Result translate(u64 iova, u16 asn, bool write, const sc_core::sc_time& when) = 0;
};

/// Every fault drops the access (the shipped driver's setting); the stall behaviour bits are stored without effect.
class Iommu : public RegisterDevice, public TranslateIf, public StatProvider {
 public:
  static constexpr u64 kWindow = 0x240;
  static constexpr unsigned kSetsLog2 = 7, kWaysLog2 = 4, kPorts = 2;

  /// Levels of lines first_line (no mapping), + 1 (protection), + 2 (parity).
  sc_core::sc_port<InterruptIf, 1, sc_core::SC_ZERO_OR_MORE_BOUND> interrupt{"interrupt"};

  Iommu(const sc_core::sc_module_name& name, unsigned first_line, const sc_core::sc_time& latency);

  Result translate(u64 iova, u16 asn, bool write, const sc_core::sc_time& when) override;
  void write_stats(StatWriter& out) const override;

 private:
  struct Entry {
    u64 low = 0, high = 0;  ///< TEL, TEH
  };
  void reset_state() override;
  void maintain(unsigned port, u64 command);
  const Entry* lookup(u64 iova, u16 asn, unsigned& page_shift, bool& several) const;
  IommuFault check(const Entry* entry, bool several, bool write) const;
  void latch(IommuFault fault, u64 iova, u16 asn, bool write, const sc_core::sc_time& when);
  void update(const sc_core::sc_time& when);

  unsigned first_line_;
  Register &control_, &tel_, &teh_, &enable_;
  std::array<Register*, 3> status1_{}, status2_{};
  std::vector<Entry> entries_;
  std::array<bool, 3> levels_{};
  u64 hits_ = 0;
  std::array<u64, 3> faults_{};
};

}  // namespace mppa::cluster
