#include "models/cluster/engine/fast/fuse.h"

#include <array>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "models/cluster/engine/fast/alu_handlers.h"
#include "models/cluster/exec/fp.h"
#include "models/cluster/exec/integer.h"

namespace mppa::engine::fast {
namespace {

using G1 = GprArg<1>;
using G2 = GprArg<2>;
using I = ImmArg<0, false>;

template <auto kFunction, class... Args>
using Plain = Alu<NoCs, kFunction, GprArg<0>, Args...>;
/// Reads its destination too.
template <auto kFunction, class Cs = NoCs>
using Accumulate = Alu<Cs, kFunction, GprArg<0>, GprArg<0>, G1, G2>;
using FloatCs = FpCs<(fp_modifiers(0, 1))>;

struct Move {
  static void apply(core::CoreState* s, const Op* op) { reg(s, op->r[0]) = reg(s, op->r[1]); }
  static constexpr Handler run = &move_register;
};
struct Immediate {
  static void apply(core::CoreState* s, const Op* op) { reg(s, op->r[0]) = static_cast<u64>(op->imm); }
  static constexpr Handler run = &load_immediate;
};

/// The instructions that are joined.
using Frequent =
    std::tuple<Move, Immediate, Plain<&exec::addd, G1, G2>, Plain<&exec::addd, G1, I>, Plain<&exec::addw, G1, G2>,
               Plain<&exec::addw, G1, I>, Plain<&exec::sbfd, G1, G2>, Plain<&exec::andd, G1, G2>,
               Plain<&exec::andd, G1, I>, Plain<&exec::iord, G1, G2>, Plain<&exec::eord, G1, G2>,
               Plain<&exec::slld, G1, I>, Plain<&exec::srld, G1, I>, Plain<&exec::addx4d, G1, G2>,
               Plain<&exec::addx8d, G1, G2>, Plain<&exec::muld, G1, G2>, Accumulate<&exec::maddw>,
               Accumulate<&exec::maddd>, Accumulate<&exec::ffmaw, FloatCs>, Accumulate<&exec::ffmad, FloatCs>>;
constexpr std::size_t kFrequent = std::tuple_size_v<Frequent>;

template <class A, class B>
MPPA_HANDLER(both) {
  A::apply(s, op);
  B::apply(s, op + 1);
  MPPA_NEXT(op + 2, t);
}

using Row = std::array<Handler, kFrequent>;

template <class A, std::size_t... kIndex>
constexpr Row row_of(std::index_sequence<kIndex...>) {
  return {&both<A, std::tuple_element_t<kIndex, Frequent>>...};
}

template <std::size_t... kIndex>
constexpr std::array<Row, kFrequent> all_rows(std::index_sequence<kIndex...> all) {
  return {row_of<std::tuple_element_t<kIndex, Frequent>>(all)...};
}

constexpr auto kBoth = all_rows(std::make_index_sequence<kFrequent>{});

template <std::size_t... kIndex>
std::unordered_map<Handler, std::size_t> make_places(std::index_sequence<kIndex...>) {
  return {{Handler{std::tuple_element_t<kIndex, Frequent>::run}, kIndex}...};
}

}  // namespace

void fuse(std::span<Op> ops) {
  static const auto kPlaces = make_places(std::make_index_sequence<kFrequent>{});
  for (std::size_t i = 0; i + 1 < ops.size(); ++i) {
    const auto first = kPlaces.find(ops[i].fn), second = kPlaces.find(ops[i + 1].fn);
    if (first == kPlaces.end() || second == kPlaces.end()) continue;
    ops[i].fn = kBoth[first->second][second->second];
    ++i;
  }
}

}  // namespace mppa::engine::fast
