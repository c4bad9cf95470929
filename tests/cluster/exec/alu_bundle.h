// Executes bundles that consist of "alu" instructions only, straight from the decoder and the exec functions, without
// an engine: enough to check what the instructions compute.
#pragma once

#include "isa/opcodes.h"
#include "models/cluster/exec/fp.h"
#include "models/cluster/exec/integer.h"
#include "models/cluster/isa/insn.h"
#include "models/cluster/isa/op_info.h"
#include "sim/golden_vectors.h"

namespace mppa::test {

/// State before and after a bundle: reads see the former, writes go to the latter.
struct AluBundle {
  const sim::VectorState& before;
  sim::VectorState& after;
  u64 pc;

  u64 read64(u8 reg) const { return before.gpr[reg]; }
  u128 read128(u8 reg) const { return exec::join64(before.gpr[reg], before.gpr[reg + 1]); }
  u256 read256(u8 reg) const {
    return {{before.gpr[reg], before.gpr[reg + 1], before.gpr[reg + 2], before.gpr[reg + 3]}};
  }
  void write(u8 reg, u64 value) const { after.gpr[reg] = value; }
  void write(u8 reg, u128 value) const {
    after.gpr[reg] = exec::low64(value);
    after.gpr[reg + 1] = exec::high64(value);
  }
  void write(u8 reg, const u256& value) const {
    for (unsigned i = 0; i < 4; ++i) after.gpr[reg + i] = value.w[i];
  }

  // One function per first argument of the exec calls; `call` gets that argument.
  template <class F>
  auto with_none(int, int, const isa::Insn&, F call) const {
    return call();
  }
  template <class F>
  auto with_pc(int, int, const isa::Insn&, F call) const {
    return call(pc);
  }
  template <class F>
  auto with_cs(int, int, const isa::Insn&, F call) const {
    constexpr u64 kMask = exec::kCsIcMask | exec::kCsCcMask;
    u64 cs = before.cs;
    const auto result = call(cs);
    after.cs = (after.cs & ~kMask) | (cs & kMask);
    return result;
  }
  template <class F>
  auto with_fp(int round_mod, int silent_mod, const isa::Insn& insn, F call) const {
    constexpr u8 kFromCs = 7;
    const u8 mode = round_mod < 0 ? kFromCs : insn.mod[static_cast<unsigned>(round_mod)];
    exec::FpCtx fp;
    fp.round = mode == kFromCs ? static_cast<u8>(before.cs >> 16 & 3) : mode;
    const auto result = call(fp);
    if (silent_mod < 0 || insn.mod[static_cast<unsigned>(silent_mod)] == 0) after.cs |= fp.flags;
    return result;
  }

  /// Executes one instruction of kind alu.
  void execute(const isa::Insn& insn) const;
};

/// Whether all instructions of the bundle are of kind alu. Throws std::runtime_error if it does not decode.
bool is_alu_bundle(const sim::VectorBundle& bundle);

/// The state after an alu bundle.
sim::VectorState execute_alu_bundle(const sim::VectorBundle& bundle, const sim::VectorState& before);

}  // namespace mppa::test
