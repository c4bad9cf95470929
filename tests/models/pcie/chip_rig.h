// The PCIe subsystem on a bench: a bus initiator in the place of cores and DMAs, memory in the place of the chip.
#pragma once

#include <functional>

#include "models/common/memory_access.h"
#include "models/common/sparse_memory.h"
#include "models/pcie/chip/subsystem.h"
#include "models/pcie/host_root.h"
#include "models/pcie/link.h"
#include "tests/models/pcie/probe.h"
#include "tests/models/pcie/ram_function.h"

namespace mppa::pcie::test {

/// 4 GiB of memory from address 0; remembers mailbox writes. Addresses behind it go `beyond`.
class ChipMemory : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<ChipMemory> socket{"socket"};
  explicit ChipMemory(const sc_core::sc_module_name& name) : sc_module(name) {
    socket.register_b_transport(this, &ChipMemory::b_transport);
  }
  u64 word(u64 address) const {
    u64 value = 0;
    std::memcpy(&value, memory.data() + address, 8);
    return value;
  }

  SparseMemory memory{u64{4} << 30};
  std::function<void(tlm::tlm_generic_payload&, sc_core::sc_time&)> beyond;
  std::vector<std::pair<u64, u64>> mailboxes;  ///< writes to 0xA0xxxx of a cluster's window: address, data

 private:
  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
    if (payload.get_address() >= memory.size() && beyond) return beyond(payload, delay);
    serve_memory(payload, memory.data(), memory.size());
    delay += sc_core::sc_time(40, sc_core::SC_NS);
    const u64 address = payload.get_address();
    if (payload.is_write() && address >> 28 == 0 && (address >> 20 & 0xF) == 0xA) {
      u64 data = 0;
      std::memcpy(&data, payload.get_data_ptr(), std::min(8U, payload.get_data_length()));
      mailboxes.emplace_back(address, data);
    }
  }
};

/// A link that needs no more than 1 us to train.
inline LinkParams quick_link() {
  LinkParams p;
  p.training_ps = 1'000'000;
  return p;
}

inline HostRootParams host_with(u64 memory_bytes) {
  HostRootParams p;
  p.memory_bytes = memory_bytes;
  return p;
}

class ChipRig {
 public:
  explicit ChipRig(const PcieParams& params = {}) : pcie("pcie", params) {
    bus.socket.bind(pcie.axi_slave);
    pcie.axi_master.bind(memory.socket);
    pcie.interrupt.bind(lines);
    memory.beyond = [this](tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
      bus.socket->b_transport(payload, delay);
    };
  }
  void write(u64 address, u64 value, unsigned bytes = 4) { bus.write(address, value, bytes); }
  u64 read(u64 address, unsigned bytes = 4) { return bus.read(address, bytes); }
  tlm::tlm_response_status status(u64 address, unsigned bytes = 4) {
    u64 value = 0;
    return bus.access(tlm::TLM_READ_COMMAND, address, &value, bytes);
  }
  /// Opens egress window `n` of controller `c`.
  void egress(unsigned c, unsigned n, u64 source, u64 destination, unsigned log2) {
    const u64 at = MPPA_PCIE_BREG(c) + MPPA_PCIE_BREG_EGRESS(n);
    write(at + MPPA_PCIE_EGRESS_SOURCE_LO, source & 0xFFFFFFFF);
    write(at + MPPA_PCIE_EGRESS_SOURCE_HI, source >> 32);
    write(at + MPPA_PCIE_EGRESS_DEST_LO, destination & 0xFFFFFFFF);
    write(at + MPPA_PCIE_EGRESS_DEST_HI, destination >> 32);
    write(at + MPPA_PCIE_EGRESS_CONTROL, 1 | (log2 - MPPA_PCIE_EGRESS_MIN_LOG2) << 16);
  }

  mppa::test::Initiator bus{"bus"};
  ChipMemory memory{"chip_memory"};
  mppa::test::InterruptLog lines{"lines"};
  PcieSubsystem pcie;
};

}  // namespace mppa::pcie::test
