// A core with its own memory that runs a random program, and the comparison of two of them.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "models/cluster/core/core_state.h"
#include "models/cluster/core/system_unit.h"
#include "models/cluster/engine/core.h"
#include "models/cluster/timing/model.h"
#include "tests/cluster/engine/fast/random_program.h"

namespace mppa::engine::fast {

/// A memory whose wait changes from access to access, as DRAM's does: open rows in four banks and one data bus.
class RowArbiter : public timing::MemArbiter {
 public:
  u32 read_wait(u64 pa, unsigned bytes, u64 now) override;
  timing::Posted write_posted(u64 pa, unsigned bytes, u64 now) override {
    const u32 wait = serve(pa, bytes, now);
    return {wait % 3, wait};
  }
  /// A number that depends on every request, its cycle and their order.
  u64 history() const { return history_; }

 private:
  u64 serve(u64 pa, unsigned bytes, u64 now);

  std::array<u64, 4> rows_{};
  u64 bus_free_ = 0, history_ = 0;
};

/// Local memory, far memory and a device memory; nothing answers elsewhere.
class TestBus : public CoreBus {
 public:
  /// `arbitrated`: local and far memory share a RowArbiter.
  explicit TestBus(bool arbitrated);
  const MemRegion* region(u64 pa) override;
  BusReply access(BusOp, u64, std::span<u8>, const AtomicOperands&, u64) override { return {false, 12}; }
  void write(u64 pa, std::span<const u32> words);
  bool same_memory(const TestBus& other) const;
  const RowArbiter& arbiter() const { return arbiter_; }

 private:
  std::vector<u8> local_, far_, device_;
  std::array<MemRegion, 3> regions_;
  RowArbiter arbiter_;
};

struct MachineOptions {
  EngineKind engine = EngineKind::kReference;
  timing::Level level = timing::Level::kPipeline;
  bool timer = false;       ///< timer 0 interrupts regularly
  bool streaming = false;   ///< PS.USE
  bool arithmetic = false;  ///< CSIT: new flags and carries interrupt
  bool arbiter = false;     ///< memory with a wait that changes
  bool mmu = false;         ///< PS.MME; half of the data registers point to randomly mapped pages
  u64 seed = 1;             ///< of register contents
  std::shared_ptr<SharedCode> shared_code = nullptr;
};

class Machine {
 public:
  Machine(const RandomProgram& program, const MachineOptions& options);
  Core& core() { return *core_; }
  TestBus& bus() { return bus_; }

 private:
  TestBus bus_;
  std::unique_ptr<Core> core_;
};

/// The first difference between two machines, or nothing.
std::optional<std::string> difference(Machine& expected, Machine& got);

}  // namespace mppa::engine::fast
