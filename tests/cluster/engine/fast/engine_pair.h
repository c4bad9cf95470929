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

/// Local memory, far memory and a device memory; nothing answers elsewhere.
class TestBus : public CoreBus {
 public:
  TestBus();
  const MemRegion* region(u64 pa) override;
  BusReply access(BusOp, u64, std::span<u8>, const AtomicOperands&, u64) override { return {false, 12}; }
  void write(u64 pa, std::span<const u32> words);
  bool same_memory(const TestBus& other) const;

 private:
  std::vector<u8> local_, far_, device_;
  std::array<MemRegion, 3> regions_;
};

struct MachineOptions {
  EngineKind engine = EngineKind::kReference;
  timing::Level level = timing::Level::kPipeline;
  bool timer = false;      ///< timer 0 interrupts regularly
  bool streaming = false;  ///< PS.USE
  bool mmu = false;        ///< PS.MME; half of the data registers point to randomly mapped pages
  u64 seed = 1;            ///< of register contents
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
