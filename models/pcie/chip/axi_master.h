// How inbound PCIe requests reach the chip: translated by the master IOMMUs, then on to the AXI fabric.
#pragma once

#include <tlm_utils/simple_initiator_socket.h>

#include <span>

#include "models/cluster/iommu/iommu.h"
#include "models/common/bus_extension.h"
#include "models/pcie/tlp.h"

namespace mppa::pcie {

class AxiMaster : public sc_core::sc_module {
 public:
  struct Result {
    CompletionStatus status;  ///< kAbort: IOMMU fault; kUnsupported: nothing at the address
    u64 time;                 ///< ps, when the access was done
  };

  tlm_utils::simple_initiator_socket<AxiMaster> socket{"socket"};

  /// `bridge_ps`: bridge and IOMMU, from the packet to the access.
  AxiMaster(const sc_core::sc_module_name& name, cluster::Iommu& rx, cluster::Iommu& tx, u64 bridge_ps)
      : sc_module(name), rx_(rx), tx_(tx), bridge_ps_(bridge_ps) {}

  /// A device's access at `when` (ps), as address space `asn`. `poisoned`: the data are known to be bad.
  Result write(u64 address, std::span<const u8> data, u16 asn, u64 when, bool poisoned = false);
  Result read(u64 address, std::span<u8> into, u16 asn, u64 when);
  /// A write of the subsystem itself, to a physical address.
  Result write_physical(u64 address, std::span<const u8> data, u64 when);

  u64 read_bytes() const { return read_bytes_; }
  u64 written_bytes() const { return written_bytes_; }
  u64 failures() const { return failures_; }

 private:
  /// What the bus is told of an access.
  struct Access {
    bool write, poisoned;
    u16 asn;
  };
  Result translated(u64 address, std::span<u8> data, const Access& what, u64 when);
  bool access(u64 address, std::span<u8> data, const Access& what, u64& when);

  cluster::Iommu &rx_, &tx_;
  u64 bridge_ps_;
  u64 read_bytes_ = 0, written_bytes_ = 0, failures_ = 0;
};

}  // namespace mppa::pcie
