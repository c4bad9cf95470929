// Handlers of the pure instructions (Kind::kAlu), one function template over the semantic functions of exec/.
//
// isa/forms.inc lists every form: function, destination, flags and where each argument comes from. Forms that differ
// only in the width of their immediate share a handler, because the template arguments are then equal. Which source
// file instantiates which part of the list is decided by `kParts`, to keep compile times apart.
#pragma once

#include "isa/opcodes.h"
#include "models/cluster/engine/fast/hot.h"
#include "models/cluster/engine/fast/op.h"
#include "models/cluster/exec/fp/context.h"

namespace mppa::engine::fast {

inline constexpr unsigned kParts = 4;

/// Handlers by opcode; nullptr where the opcode has none.
using HandlerTable = std::array<Handler, isa::kOpcodeCount>;

/// Enters the handlers of part N of the list into `table`.
template <unsigned N>
void fill_alu_handlers(HandlerTable& table);
extern template void fill_alu_handlers<0>(HandlerTable&);
extern template void fill_alu_handlers<1>(HandlerTable&);
extern template void fill_alu_handlers<2>(HandlerTable&);
extern template void fill_alu_handlers<3>(HandlerTable&);

/// The handler specialised for modifier `mod` of a comparison or conditional move, or nullptr if there is none.
/// `immediate`: the last operand is an immediate.
enum class CompareKind : u8 { kCompd, kCompw, kCompwd, kCompuwd, kCmoved };
Handler compare_handler(CompareKind kind, u8 mod, bool immediate);

/// `r[0] = r[1]`, and `r[0] = imm`.
MPPA_HANDLER(move_register);
MPPA_HANDLER(load_immediate);
/// r[0..count) = r[1..]: saves old register values before a bundle overwrites them.
MPPA_HANDLER(save_1);
MPPA_HANDLER(save_2);
MPPA_HANDLER(save_4);

// --- argument descriptions used by forms.inc ---
template <unsigned I>
struct GprArg {
  static u64 get(const core::CoreState* s, const Op* op) { return reg(s, op->r[I]); }
  static void set(core::CoreState* s, const Op* op, u64 v) { reg(s, op->r[I]) = v; }
};
template <unsigned I>
struct PairArg {
  static u128 get(const core::CoreState* s, const Op* op) {
    const u64* p = &reg(s, op->r[I]);
    return u128{p[1]} << 64 | p[0];
  }
  static void set(core::CoreState* s, const Op* op, u128 v) {
    u64* p = &reg(s, op->r[I]);
    p[0] = static_cast<u64>(v);
    p[1] = static_cast<u64>(v >> 64);
  }
};
template <unsigned I>
struct QuadArg {
  static u256 get(const core::CoreState* s, const Op* op) {
    const u64* p = &reg(s, op->r[I]);
    return u256{{p[0], p[1], p[2], p[3]}};
  }
  static void set(core::CoreState* s, const Op* op, const u256& v) {
    u64* p = &reg(s, op->r[I]);
    for (unsigned i = 0; i < 4; ++i) p[i] = v.w[i];
  }
};
template <unsigned I, bool kTwo>
struct ImmArg {
  /// Forms with two immediates (bit fields) have them in the halves of Op::imm.
  static u64 get(const core::CoreState*, const Op* op) {
    if constexpr (kTwo) return static_cast<u32>(static_cast<u64>(op->imm) >> (32 * I));
    return static_cast<u64>(op->imm);
  }
};
template <unsigned I>
struct ModArg {
  static u8 get(const core::CoreState*, const Op* op) { return op->m[I]; }
};

/// How an instruction meets CS.
struct NoCs {};     ///< not at all
struct CarryCs {};  ///< reads and writes IC and CC
/// Rounds and raises flags; kModifiers = fp_modifiers(index of round, index of silent).
template <int kModifiers>
struct FpCs {};
constexpr int fp_modifiers(int round, int silent) { return (round + 1) * 8 + silent + 1; }

/// One instruction: apply() is what it does, run() the handler.
template <class Cs, auto kFunction, class Dst, class... Args>
struct Alu {
  [[gnu::always_inline]] static void apply(core::CoreState* s, const Op* op) {
    Dst::set(s, op, kFunction(Args::get(s, op)...));
  }
  static MPPA_HANDLER(run) {
    apply(s, op);
    MPPA_NEXT(op + 1, t);
  }
};

template <auto kFunction, class Dst, class... Args>
struct Alu<CarryCs, kFunction, Dst, Args...> {
  [[gnu::always_inline]] static void apply(core::CoreState* s, const Op* op) {
    u64 cs = s->sfr[core::kCs];
    Dst::set(s, op, kFunction(cs, Args::get(s, op)...));
    s->sfr[core::kCs] = cs;
  }
  static MPPA_HANDLER(run) {
    apply(s, op);
    MPPA_NEXT(op + 1, t);
  }
};

template <int kModifiers, auto kFunction, class Dst, class... Args>
struct Alu<FpCs<kModifiers>, kFunction, Dst, Args...> {
  static constexpr int kRound = kModifiers / 8 - 1, kSilent = kModifiers % 8 - 1;
  [[gnu::always_inline]] static void apply(core::CoreState* s, const Op* op) {
    constexpr u8 kFromCs = 7;
    const u64 cs = s->sfr[core::kCs];
    exec::FpCtx fp;
    fp.round = static_cast<u8>(core::cs::kRm.get(cs));
    if constexpr (kRound >= 0) {
      if (op->m[kRound] != kFromCs) fp.round = op->m[kRound];
    }
    Dst::set(s, op, kFunction(fp, Args::get(s, op)...));
    bool silent = false;
    if constexpr (kSilent >= 0) silent = op->m[kSilent] != 0;
    if (!silent) s->sfr[core::kCs] |= fp.flags;
  }
  static MPPA_HANDLER(run) {
    apply(s, op);
    MPPA_NEXT(op + 1, t);
  }
};

}  // namespace mppa::engine::fast
