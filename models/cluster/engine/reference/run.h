// A bundle on its way through the reference engine. Private to engine/reference.
#pragma once

#include <optional>
#include <string>

#include "models/cluster/engine/reference/reference_engine.h"

namespace mppa::engine {

struct ReferenceEngine::Run {
  explicit Run(const core::CoreState& before) : effects(before) {}

  const Decoded* code = nullptr;
  u64 pc = 0;
  u64 earliest = 0;  ///< T
  u64 issue = 0;     ///< t
  u64 next_boundary = 0;
  timing::StallCounts stalls{};
  Effects effects;

  u64 next_pc = 0;
  bool taken = false;
  bool refetch = false;  ///< loopdo with a short body
  std::optional<core::Trap> trap;
  std::optional<core::DebugEvent> debug;
  std::optional<core::SfrWrite> sfr_write;
  std::optional<u64> return_address;  ///< call, icall
  struct Loop {
    u64 start, end, count;
  };
  std::optional<Loop> loop;  ///< loopdo

  const isa::Insn* memory_insn = nullptr;
  Resolved memory;

  bool waits = false;              ///< waitit, syncgroup: not satisfied, executes again later
  bool sets_pc = false;            ///< rfe, scall: SystemUnit has set state.pc
  std::optional<int> exit_status;  ///< semihosting exit
  std::string unmodelled;          ///< why the simulation cannot go on
};

}  // namespace mppa::engine
