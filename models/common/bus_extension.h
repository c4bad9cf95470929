// What travels with a bus access besides TLM's generic payload: who asks, with which rights, and whether it is an
// atomic.
#pragma once

#include <systemc>
#include <tlm>

#include "models/common/types.h"
#include "models/common/write_watch.h"

namespace mppa {

enum class AtomicOp : u8 {
  kNone,
  kCompareSwap,  ///< operand = new value, expected = old value wanted; the data becomes 1 on success, else 0
  kAdd,          ///< operand is added; the data becomes the old value
  kSwap,         ///< operand is stored; the data becomes the old value
};

/// Bits of an address that no decoder or IOMMU looks at: what AXI calls AxUSER. They travel from a DMA job or a device
/// to the target; the PCIe subsystem finds the function of its endpoint there.
inline constexpr u64 kAddressSideband = ~u64{0} << 48;

/// Attached by the initiator, owned by it, read by fabrics and targets. An atomic is one b_transport with a read
/// command and 4 or 8 bytes; the target performs it indivisibly.
class BusExtension : public tlm::tlm_extension<BusExtension> {
 public:
  u8 cluster = 0xFF;  ///< cluster of the requester; 0xFF: not a cluster
  u8 master =
      0;  ///< number in the 24-master order of the cluster: 0..15 PE, 16 RM, 17 DSU, 18/19 crypto, 20/21 AXI, 22/23 DMA
  u16 asn = 0;  ///< address space number for IOMMUs
  AtomicOp atomic = AtomicOp::kNone;
  u64 operand = 0;
  u64 expected = 0;
  /// With TLM_IGNORE_COMMAND: the bytes have moved already (through DMI); the access takes the time and bandwidth of a
  /// write. Without the flag such an access counts as a read.
  bool timing_of_write = false;
  /// With TLM_IGNORE_COMMAND: the bytes have changed, though the access takes the time of a read (an atomic).
  bool timing_of_atomic = false;
  /// A write whose data are known to be bad, on its way from one PCIe link to another.
  bool poisoned = false;
  /// The access takes the time of idle paths, and no bandwidth from others.
  bool unobserved = false;

  tlm_extension_base* clone() const override { return new BusExtension(*this); }
  void copy_from(const tlm_extension_base& other) override { *this = static_cast<const BusExtension&>(other); }
};

/// Whether an access uses a path as a write does (data travel towards the target).
inline bool moves_data_to_target(const tlm::tlm_generic_payload& payload) {
  if (payload.is_write()) return true;
  if (payload.is_read()) return false;
  const auto* extension = payload.get_extension<BusExtension>();
  return extension && extension->timing_of_write;
}

/// Who sent an access, as far as it says.
inline Writer writer_of(const tlm::tlm_generic_payload& payload) {
  const auto* extension = payload.get_extension<BusExtension>();
  return extension ? Writer{extension->cluster, extension->master} : Writer{};
}

/// Whether an access reports that bytes have been changed through DMI.
inline bool has_changed_memory(const tlm::tlm_generic_payload& payload) {
  const auto* extension = payload.get_extension<BusExtension>();
  return payload.get_command() == tlm::TLM_IGNORE_COMMAND && extension &&
         (extension->timing_of_write || extension->timing_of_atomic);
}

/// Whether an access may change memory contents.
inline bool changes_memory(const tlm::tlm_generic_payload& payload) {
  const auto* extension = payload.get_extension<BusExtension>();
  return payload.is_write() || (payload.is_read() && extension && extension->atomic != AtomicOp::kNone);
}

}  // namespace mppa
