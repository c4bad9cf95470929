// The machine around a bare core in SystemC: local memory inside the core's module, DDR behind a TLM-2.0 socket.
//
// The core runs in an SC_THREAD, a quantum at a time. Local memory (4 MiB at 0) is part of its module; everything else
// goes through the initiator socket: memory by DMI, other addresses by b_transport (none is mapped here, so they end in
// an address error and thus in DSYSERROR or DAME).
#pragma once

#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <deque>
#include <systemc>

#include "models/cluster/engine/core.h"
#include "models/cluster/engine/core_bus.h"
#include "sim/exec/sparse_memory.h"

namespace mppa::sim {

inline constexpr u64 kLocalBase = 0;
inline constexpr u64 kLocalBytes = 4u << 20;
inline constexpr u64 kDdrBase = 0x1'0000'0000;
inline constexpr u64 kDdrAliasBase = 0x8000'0000;  ///< the first 2 GiB of DDR below 4 GiB (memory map, section 3)
inline constexpr u64 kDdrAliasBytes = 0x8000'0000;
inline constexpr u64 kLeastDdrBytes = u64{64} << 10;
inline constexpr u64 kMostDdrBytes = u64{512} << 30;  ///< half of the 1 TiB of physical addresses
inline constexpr u32 kCoreHz = 1'000'000'000;         ///< clock of the bare core
inline constexpr u32 kDdrReadLatency = 100;           ///< core cycles, idle; the SoC's figure comes with the chip

/// DDR: grants DMI on the memory and its alias.
class DdrModule : public sc_core::sc_module {
 public:
  DdrModule(const sc_core::sc_module_name& name, u64 bytes);
  tlm_utils::simple_target_socket<DdrModule> socket;
  SparseMemory& memory() { return memory_; }

 private:
  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  bool get_direct_mem_ptr(tlm::tlm_generic_payload& payload, tlm::tlm_dmi& dmi);
  /// Offset in the memory of address `pa`, or a number >= its size.
  u64 offset_of(u64 pa) const;

  SparseMemory memory_;
};

/// The core with its local memory.
class CoreModule : public sc_core::sc_module, public engine::CoreBus {
 public:
  struct Limits {
    u64 max_cycles = 0;  ///< 0: none
  };

  CoreModule(const sc_core::sc_module_name& name, const engine::CoreConfig& config, Limits limits);
  tlm_utils::simple_initiator_socket<CoreModule> socket;

  /// Lets the core run once the simulation goes on; before it, memory can be loaded.
  void start() { start_.notify(sc_core::SC_ZERO_TIME); }
  engine::Core& core() { return core_; }
  /// Why the core stopped; valid after the simulation has ended.
  const engine::RunResult& result() const { return result_; }

  const engine::MemRegion* region(u64 pa) override;
  engine::BusReply access(engine::BusOp op, u64 pa, std::span<u8> data, const engine::AtomicOperands& atomic,
                          u64 now) override;

 private:
  SC_HAS_PROCESS(CoreModule);
  void run();
  bool finished(const engine::RunResult& step);

  SparseMemory local_;
  std::deque<engine::MemRegion> regions_;  ///< local memory first, then what DMI has granted
  const engine::MemRegion* last_ = nullptr;
  Limits limits_;
  sc_core::sc_event start_;
  engine::Core core_;
  engine::RunResult result_;
};

}  // namespace mppa::sim
