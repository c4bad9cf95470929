// Instructions of kind alu: pure functions of registers, immediates, CS and PC.
#pragma once

#include "models/cluster/engine/reference/effects.h"
#include "models/cluster/isa/insn.h"

namespace mppa::engine {

/// Computes `insn` on the state before the bundle; its results go to `effects`.
void execute_alu(const isa::Insn& insn, const core::CoreState& before, Effects& effects);

}  // namespace mppa::engine
