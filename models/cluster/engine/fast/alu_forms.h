// Defines fill_alu_handlers<N> from isa/forms.inc; included by the few source files that instantiate it.
#pragma once

#include "models/cluster/engine/fast/alu_handlers.h"
#include "models/cluster/exec/fp.h"
#include "models/cluster/exec/integer.h"

namespace mppa::engine::fast {

constexpr bool in_part(isa::Opcode op, unsigned part) {
  return static_cast<unsigned>(op) * kParts / isa::kOpcodeCount == part;
}

// Argument markers of forms.inc.
#define MPPA_G(i) GprArg<i>
#define MPPA_P(i) PairArg<i>
#define MPPA_Q(i) QuadArg<i>
#define MPPA_IMM(i) ImmArg<i, kTwo>
#define MPPA_MOD(i) ModArg<i>
#define MPPA_DST(kind, i) MPPA_##kind(i)
#define MPPA_CS_none(round, silent) NoCs
#define MPPA_CS_fp(round, silent) FpCs<(fp_modifiers(round, silent))>
#define MPPA_CS_cs(round, silent) CarryCs
#define MPPA_FLAGS(f) f
#define MPPA_CS_OF(flags, round, silent) MPPA_CS_OF_(flags, round, silent)
#define MPPA_CS_OF_(f, round, silent) MPPA_CS_##f(round, silent)
// pcrel is a constant of its bundle: the translator emits load_immediate.
#define MPPA_ENTER_none(opcode, ...) MPPA_ENTER(opcode, __VA_ARGS__)
#define MPPA_ENTER_fp(opcode, ...) MPPA_ENTER(opcode, __VA_ARGS__)
#define MPPA_ENTER_cs(opcode, ...) MPPA_ENTER(opcode, __VA_ARGS__)
#define MPPA_ENTER_pc(opcode, ...)
#define MPPA_ENTER(opcode, cs, fn, dst, ...)                                                        \
  if constexpr (in_part(isa::Opcode::opcode, N)) {                                                  \
    [[maybe_unused]] constexpr bool kTwo = two_immediates(isa::Opcode::opcode);                     \
    table[static_cast<unsigned>(isa::Opcode::opcode)] = &Alu<cs, &exec::fn, dst, __VA_ARGS__>::run; \
  }
#define MPPA_ENTER_OF(flags, opcode, ...) MPPA_ENTER_OF_(flags, opcode, __VA_ARGS__)
#define MPPA_ENTER_OF_(f, opcode, ...) MPPA_ENTER_##f(opcode, __VA_ARGS__)
#define MPPA_ALU_FORM(opcode, fn, dst, flags, round, silent, ...) \
  MPPA_ENTER_OF(flags, opcode, MPPA_CS_OF(flags, round, silent), fn, dst, __VA_ARGS__)

constexpr bool two_immediates(isa::Opcode op) {
  using enum isa::Opcode;
  return op == kClrfWZU6U6 || op == kExtfsWZU6U6 || op == kExtfzWZU6U6 || op == kInsfWZU6U6;
}

template <unsigned N>
void fill_alu_handlers(HandlerTable& table) {
#include "isa/forms.inc"
}

}  // namespace mppa::engine::fast
