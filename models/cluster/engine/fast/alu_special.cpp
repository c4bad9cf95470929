// Hot instructions whose modifier is folded into the handler, and moves that exist only in translated code.
#include <utility>

#include "models/cluster/engine/fast/alu_handlers.h"
#include "models/cluster/exec/compare.h"

namespace mppa::engine::fast {
namespace {

template <auto kFunction, u8 kMod>
u64 with_mod(u64 a, u64 b) {
  return kFunction(kMod, a, b);
}
template <auto kFunction, u8 kMod>
u64 with_mod3(u64 a, u64 b, u64 c) {
  return kFunction(kMod, a, b, c);
}

template <auto kFunction, class Last, unsigned... kMods>
constexpr auto compare_row(std::integer_sequence<unsigned, kMods...>) {
  return std::array<Handler, sizeof...(kMods)>{
      &Alu<NoCs, &with_mod<kFunction, kMods>, GprArg<0>, GprArg<1>, Last>::run...};
}
template <class Last, unsigned... kMods>
constexpr auto cmove_row(std::integer_sequence<unsigned, kMods...>) {
  return std::array<Handler, sizeof...(kMods)>{
      &Alu<NoCs, &with_mod3<&exec::cmoved, kMods>, GprArg<1>, GprArg<1>, GprArg<0>, Last>::run...};
}

using Comparisons = std::make_integer_sequence<unsigned, exec::kComparisonCount>;
using Conditions = std::make_integer_sequence<unsigned, exec::kScalarCondCount>;
using Imm = ImmArg<0, false>;

template <auto kFunction>
Handler compare(u8 mod, bool immediate) {
  static constexpr auto kGpr = compare_row<kFunction, GprArg<2>>(Comparisons{});
  static constexpr auto kImm = compare_row<kFunction, Imm>(Comparisons{});
  if (mod >= exec::kComparisonCount) return nullptr;
  return immediate ? kImm[mod] : kGpr[mod];
}

}  // namespace

Handler compare_handler(CompareKind kind, u8 mod, bool immediate) {
  static constexpr auto kMoveGpr = cmove_row<GprArg<2>>(Conditions{});
  static constexpr auto kMoveImm = cmove_row<Imm>(Conditions{});
  switch (kind) {
    case CompareKind::kCompd:
      return compare<&exec::compd>(mod, immediate);
    case CompareKind::kCompw:
      return compare<&exec::compw>(mod, immediate);
    case CompareKind::kCompwd:
      return compare<&exec::compwd>(mod, immediate);
    case CompareKind::kCompuwd:
      return compare<&exec::compuwd>(mod, immediate);
    case CompareKind::kCmoved:
      if (mod >= exec::kScalarCondCount) return nullptr;
      return immediate ? kMoveImm[mod] : kMoveGpr[mod];
  }
  return nullptr;
}

MPPA_HANDLER(move_register) {
  reg(s, op->r[0]) = reg(s, op->r[1]);
  MPPA_NEXT(op + 1, t);
}

MPPA_HANDLER(load_immediate) {
  reg(s, op->r[0]) = static_cast<u64>(op->imm);
  MPPA_NEXT(op + 1, t);
}

MPPA_HANDLER(save_1) {
  reg(s, op->r[0]) = reg(s, op->r[1]);
  MPPA_NEXT(op + 1, t);
}

MPPA_HANDLER(save_2) {
  for (unsigned i = 0; i < 2; ++i) reg(s, op->r[0] + i) = reg(s, op->r[1] + i);
  MPPA_NEXT(op + 1, t);
}

MPPA_HANDLER(save_4) {
  for (unsigned i = 0; i < 4; ++i) reg(s, op->r[0] + i) = reg(s, op->r[1] + i);
  MPPA_NEXT(op + 1, t);
}

}  // namespace mppa::engine::fast
