// Which handler executes an instruction: "how the host runs it", apart from when it issues (schedule.h) and in which
// order a bundle's instructions are executed (bundle_order.h).
#pragma once

#include <optional>

#include "models/cluster/engine/fast/alu_handlers.h"
#include "models/cluster/isa/insn.h"
#include "models/cluster/timing/params.h"

namespace mppa::engine::fast {

/// How an instruction takes part in a translated bundle.
enum class Role : u8 {
  kNothing,     ///< nop
  kPure,        ///< registers and CS only
  kMemory,      ///< executed first
  kRegisterRa,  ///< get or set of RA
  kEnd,         ///< branch: executed last
  kStep,        ///< not for translated code
};

/// The role of `insn`. `arithmetic`: arithmetic interrupts are armed, so instructions that change CS flags are stepped.
Role role_of(const isa::Insn& insn, bool loops_enabled, bool arithmetic);

/// The record of a kPure, kMemory or kRegisterRa instruction of the bundle at `pc`.
Op make_op(const isa::Insn& insn, u64 pc, timing::Level level);

/// True if the instruction reads or writes the carry.
bool uses_carry(const isa::Insn& insn);

}  // namespace mppa::engine::fast
