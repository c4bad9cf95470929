#include "models/cluster/engine/reference/alu.h"

#include "isa/opcodes.h"
#include "models/cluster/exec/fp.h"
#include "models/cluster/exec/integer.h"

namespace mppa::engine {
namespace {

/// Operand access and the first argument of the exec calls, for the lines of isa/forms.inc.
struct Alu {
  const isa::Insn& insn;
  const core::CoreState& before;
  Effects& effects;

  u64 read64(u8 reg) const { return before.gpr[reg]; }
  u128 read128(u8 reg) const { return exec::join64(before.gpr[reg], before.gpr[reg + 1]); }
  u256 read256(u8 reg) const {
    return {{before.gpr[reg], before.gpr[reg + 1], before.gpr[reg + 2], before.gpr[reg + 3]}};
  }

  template <class F>
  auto with_none(int, int, F call) const {
    return call();
  }
  template <class F>
  auto with_pc(int, int, F call) const {
    return call(before.pc);
  }
  template <class F>
  auto with_cs(int, int, F call) const {
    constexpr u64 kCarry = exec::kCsIcMask | exec::kCsCcMask;
    u64 cs = before.sfr[core::kCs];
    const auto result = call(cs);
    effects.cs() = (effects.cs() & ~kCarry) | (cs & kCarry);
    return result;
  }
  template <class F>
  auto with_fp(int round_mod, int silent_mod, F call) const {
    constexpr u8 kFromCs = 7;
    const u8 mode = round_mod < 0 ? kFromCs : insn.mod[static_cast<unsigned>(round_mod)];
    exec::FpCtx fp;
    fp.round = mode == kFromCs ? static_cast<u8>(core::cs::kRm.get(before.sfr[core::kCs])) : mode;
    const auto result = call(fp);
    if (silent_mod < 0 || insn.mod[static_cast<unsigned>(silent_mod)] == 0) effects.cs() |= fp.flags;
    return result;
  }

  void execute() const;
};

void Alu::execute() const {
  switch (insn.op) {
#define MPPA_DST(kind, operand) insn.reg[operand]
#define MPPA_FLAGS(flags) with_##flags
#define MPPA_G(operand) read64(insn.reg[operand])
#define MPPA_P(operand) read128(insn.reg[operand])
#define MPPA_Q(operand) read256(insn.reg[operand])
#define MPPA_IMM(operand) static_cast<u64>(insn.imm[operand])
#define MPPA_MOD(operand) insn.mod[operand]
#define MPPA_ALU_FORM(opcode, function, dst, flags, round_mod, silent_mod, ...)                                        \
  case isa::Opcode::opcode:                                                                                            \
    effects.write(                                                                                                     \
        dst, flags(round_mod, silent_mod, [&](auto&... context) { return exec::function(context..., __VA_ARGS__); })); \
    return;
#include "isa/forms.inc"
    default:
      return;  // nop, the only alu instruction without a result
  }
}

}  // namespace

void execute_alu(const isa::Insn& insn, const core::CoreState& before, Effects& effects) {
  Alu{insn, before, effects}.execute();
}

}  // namespace mppa::engine
