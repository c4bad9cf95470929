#include "tests/cluster/exec/alu_bundle.h"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace mppa::test {

void AluBundle::execute(const isa::Insn& insn) const {
  switch (insn.op) {
#define MPPA_DST(kind, operand) insn.reg[operand]
#define MPPA_FLAGS(flags) with_##flags
#define MPPA_G(operand) read64(insn.reg[operand])
#define MPPA_P(operand) read128(insn.reg[operand])
#define MPPA_Q(operand) read256(insn.reg[operand])
#define MPPA_IMM(operand) static_cast<u64>(insn.imm[operand])
#define MPPA_MOD(operand) insn.mod[operand]
#define MPPA_ALU_FORM(opcode, function, dst, flags, round_mod, silent_mod, ...)                   \
  case isa::Opcode::opcode:                                                                       \
    write(dst, flags(round_mod, silent_mod, insn,                                                 \
                     [&](auto&... context) { return exec::function(context..., __VA_ARGS__); })); \
    return;
#include "isa/forms.inc"
    default:
      return;  // nop, the only alu instruction without a result
  }
}

namespace {

isa::Bundle decoded(const sim::VectorBundle& bundle) {
  isa::Bundle result;
  if (isa::decode(bundle.words, result) != isa::DecodeError::kNone)
    throw std::runtime_error("line " + std::to_string(bundle.line) + " does not decode: " + bundle.assembly);
  return result;
}

}  // namespace

bool is_alu_bundle(const sim::VectorBundle& bundle) {
  const isa::Bundle insns = decoded(bundle);
  return std::ranges::all_of(insns.view(), [](const isa::Insn& i) { return isa::info(i.op).kind == isa::Kind::kAlu; });
}

sim::VectorState execute_alu_bundle(const sim::VectorBundle& bundle, const sim::VectorState& before) {
  sim::VectorState after = before;
  const AluBundle executor{before, after, bundle.pc};
  const isa::Bundle insns = decoded(bundle);
  for (const isa::Insn& insn : insns.view()) executor.execute(insn);
  after.npc = bundle.pc + 4 * bundle.words.size();
  return after;
}

}  // namespace mppa::test
