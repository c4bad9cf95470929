// The functional side of memory operations: effective address, translation, cache policy, and the bytes themselves.
#pragma once

#include <array>
#include <optional>
#include <span>

#include "models/cluster/core/mmu.h"
#include "models/cluster/core/trap.h"
#include "models/cluster/engine/core.h"
#include "models/cluster/isa/insn.h"
#include "models/cluster/isa/op_info.h"
#include "models/cluster/timing/lsu.h"

namespace mppa::engine {

/// A memory operation whose address is known and allowed.
struct Resolved {
  const isa::OpInfo* info = nullptr;
  timing::MemAccess timing;  ///< for Lsu::access(); its latency is final after the access
  core::Translation where;   ///< valid if timing.performed and !reads_zero
  u64 va = 0;                ///< effective address
  unsigned size = 0;         ///< bytes
  bool reads_zero = false;   ///< speculative load that returns 0 (or a hint that is dropped)
};

class DataPort {
 public:
  explicit DataPort(const CoreParts& parts) : parts_(parts) {}

  /// Condition, address, translation and policy of `insn` (load, store, atomic or cache instruction). A returned trap
  /// has everything but `bundle_size`.
  std::optional<core::Trap> resolve(const isa::Insn& insn, timing::MemKind kind, Resolved& out);

  /// Moves the bytes of a resolved access that is performed; false on a bus error. `now` is the issue cycle.
  bool read(Resolved& r, std::span<u8> data, u64 now);
  bool write(Resolved& r, std::span<const u8> data, u64 now);
  /// An atomic of r.size = 4 or 8 bytes; `old` receives the value before.
  bool atomic(Resolved& r, BusOp op, const AtomicOperands& operands, u64& old, u64 now);

  /// The synchronous error of an access that nobody answered.
  core::Trap bus_error(const isa::Insn& insn, const Resolved& r) const;

 private:
  bool transfer(Resolved& r, BusOp op, u8* data, u64 now);
  bool transfer_part(Resolved& r, BusOp op, u64 pa, std::span<u8> data, u64 now);

  void store(u8* host, const void* data, u64 bytes, u64 now);

  const CoreParts& parts_;
};

}  // namespace mppa::engine
