#include "models/cluster/exec/fp/arith.h"

#include "models/cluster/exec/fp/lanes.h"
#include "models/cluster/exec/fp/softcore.h"

namespace mppa::exec {
namespace {

using softfp::Double;
using softfp::each_half;
using softfp::each_lane;
using softfp::Half;
using softfp::high;
using softfp::lane;
using softfp::low;
using softfp::pair;
using softfp::Single;
using softfp::word0;
using softfp::word1;
using softfp::words;

template <class F>
auto adder(FpCtx& fp) {
  return [&fp](u64 a, u64 b) { return softfp::add<F>(fp, a, b); };
}
template <class F>
auto subtracter(FpCtx& fp) {
  return [&fp](u64 a, u64 b) { return softfp::subtract_from<F>(fp, a, b); };
}
template <class In, class Out = In>
auto multiplier(FpCtx& fp) {
  return [&fp](u64 a, u64 b) { return softfp::multiply<In, Out>(fp, a, b); };
}
template <class In, class Out = In>
auto fused(FpCtx& fp, bool negate) {
  return [&fp, negate](u64 acc, u64 a, u64 b) { return softfp::fused_multiply_add<In, Out>(fp, acc, a, b, negate); };
}

u64 mixed_half(FpCtx& fp, u64 acc, u64 z, u64 y, bool negate) {
  return softfp::fused_multiply_add<Half, Single>(fp, word0(acc), lane<16>(z, 0), lane<16>(y, 0), negate);
}
u128 mixed_halves(FpCtx& fp, u128 acc, u64 z, u64 y, bool negate) {
  const auto two = [&](u64 a, u64 zz, u64 yy) {
    const auto op = fused<Half, Single>(fp, negate);
    const u64 low_word = op(word0(a), lane<16>(zz, 0), lane<16>(yy, 0));
    return words(low_word, op(word1(a), lane<16>(zz, 1), lane<16>(yy, 1)));
  };
  const u64 low_half = two(low(acc), z, y);
  return pair(low_half, two(high(acc), z >> 32, y >> 32));
}
u128 mixed_words(FpCtx& fp, u128 acc, u64 z, u64 y, bool negate) {
  const auto op = fused<Single, Double>(fp, negate);
  const u64 low_half = op(low(acc), word0(z), word0(y));
  return pair(low_half, op(high(acc), word1(z), word1(y)));
}
u128 outer(FpCtx& fp, u128 acc, u64 z, u64 y, bool negate) {
  const auto op = fused<Single>(fp, negate);
  const auto row = [&](u64 a, u64 zi) {
    const u64 low_word = op(word0(a), zi, word0(y));
    return words(low_word, op(word1(a), zi, word1(y)));
  };
  const u64 row0 = row(low(acc), word0(z));
  return pair(row0, row(high(acc), word1(z)));
}

}  // namespace

u64 faddd(FpCtx& fp, u64 z, u64 y) { return softfp::add<Double>(fp, z, y); }
u64 faddw(FpCtx& fp, u64 z, u64 y) { return softfp::add<Single>(fp, z, y); }
u64 faddwp(FpCtx& fp, u64 z, u64 y) { return each_lane<32>(adder<Single>(fp), z, y); }
u64 faddhq(FpCtx& fp, u64 z, u64 y) { return each_lane<16>(adder<Half>(fp), z, y); }
u128 fadddp(FpCtx& fp, u128 p, u128 o) { return each_half(adder<Double>(fp), p, o); }
u128 faddwq(FpCtx& fp, u128 p, u128 o) {
  return each_half([&](u64 a, u64 b) { return faddwp(fp, a, b); }, p, o);
}

u64 fsbfd(FpCtx& fp, u64 z, u64 y) { return softfp::subtract_from<Double>(fp, z, y); }
u64 fsbfw(FpCtx& fp, u64 z, u64 y) { return softfp::subtract_from<Single>(fp, z, y); }
u64 fsbfwp(FpCtx& fp, u64 z, u64 y) { return each_lane<32>(subtracter<Single>(fp), z, y); }
u64 fsbfhq(FpCtx& fp, u64 z, u64 y) { return each_lane<16>(subtracter<Half>(fp), z, y); }
u128 fsbfdp(FpCtx& fp, u128 p, u128 o) { return each_half(subtracter<Double>(fp), p, o); }
u128 fsbfwq(FpCtx& fp, u128 p, u128 o) {
  return each_half([&](u64 a, u64 b) { return fsbfwp(fp, a, b); }, p, o);
}

u64 fmuld(FpCtx& fp, u64 z, u64 y) { return softfp::multiply<Double, Double>(fp, z, y); }
u64 fmulw(FpCtx& fp, u64 z, u64 y) { return softfp::multiply<Single, Single>(fp, z, y); }
u64 fmulwp(FpCtx& fp, u64 z, u64 y) { return each_lane<32>(multiplier<Single>(fp), z, y); }
u64 fmulhq(FpCtx& fp, u64 z, u64 y) { return each_lane<16>(multiplier<Half>(fp), z, y); }
u64 fmulwd(FpCtx& fp, u64 z, u64 y) { return softfp::multiply<Single, Double>(fp, z, y); }
u64 fmulhw(FpCtx& fp, u64 z, u64 y) { return softfp::multiply<Half, Single>(fp, z, y); }
u128 fmulwdp(FpCtx& fp, u64 z, u64 y) {
  const u64 low_half = softfp::multiply<Single, Double>(fp, word0(z), word0(y));
  return pair(low_half, softfp::multiply<Single, Double>(fp, word1(z), word1(y)));
}
u128 fmulhwq(FpCtx& fp, u64 z, u64 y) {
  const auto product = [&](int i) { return softfp::multiply<Half, Single>(fp, lane<16>(z, i), lane<16>(y, i)); };
  return pair(words(product(0), product(1)), words(product(2), product(3)));
}
u128 fmulwq(FpCtx& fp, u128 p, u128 o) {
  return each_half([&](u64 a, u64 b) { return fmulwp(fp, a, b); }, p, o);
}

u64 ffmad(FpCtx& fp, u64 acc, u64 z, u64 y) { return softfp::fused_multiply_add<Double, Double>(fp, acc, z, y, false); }
u64 ffmaw(FpCtx& fp, u64 acc, u64 z, u64 y) { return softfp::fused_multiply_add<Single, Single>(fp, acc, z, y, false); }
u64 ffmawp(FpCtx& fp, u64 acc, u64 z, u64 y) { return each_lane<32>(fused<Single>(fp, false), acc, z, y); }
u64 ffmahq(FpCtx& fp, u64 acc, u64 z, u64 y) { return each_lane<16>(fused<Half>(fp, false), acc, z, y); }
u64 ffmawd(FpCtx& fp, u64 acc, u64 z, u64 y) {
  return softfp::fused_multiply_add<Single, Double>(fp, acc, z, y, false);
}
u64 ffmahw(FpCtx& fp, u64 acc, u64 z, u64 y) { return mixed_half(fp, acc, z, y, false); }
u128 ffmawdp(FpCtx& fp, u128 acc, u64 z, u64 y) { return mixed_words(fp, acc, z, y, false); }
u128 ffmahwq(FpCtx& fp, u128 acc, u64 z, u64 y) { return mixed_halves(fp, acc, z, y, false); }

u64 ffmsd(FpCtx& fp, u64 acc, u64 z, u64 y) { return softfp::fused_multiply_add<Double, Double>(fp, acc, z, y, true); }
u64 ffmsw(FpCtx& fp, u64 acc, u64 z, u64 y) { return softfp::fused_multiply_add<Single, Single>(fp, acc, z, y, true); }
u64 ffmswp(FpCtx& fp, u64 acc, u64 z, u64 y) { return each_lane<32>(fused<Single>(fp, true), acc, z, y); }
u64 ffmshq(FpCtx& fp, u64 acc, u64 z, u64 y) { return each_lane<16>(fused<Half>(fp, true), acc, z, y); }
u64 ffmswd(FpCtx& fp, u64 acc, u64 z, u64 y) { return softfp::fused_multiply_add<Single, Double>(fp, acc, z, y, true); }
u64 ffmshw(FpCtx& fp, u64 acc, u64 z, u64 y) { return mixed_half(fp, acc, z, y, true); }
u128 ffmswdp(FpCtx& fp, u128 acc, u64 z, u64 y) { return mixed_words(fp, acc, z, y, true); }
u128 ffmshwq(FpCtx& fp, u128 acc, u64 z, u64 y) { return mixed_halves(fp, acc, z, y, true); }

u128 fmm212w(FpCtx& fp, u64 z, u64 y) {
  const auto op = multiplier<Single>(fp);
  return pair(words(op(word0(z), word0(y)), op(word0(z), word1(y))),
              words(op(word1(z), word0(y)), op(word1(z), word1(y))));
}
u128 fmma212w(FpCtx& fp, u128 acc, u64 z, u64 y) { return outer(fp, acc, z, y, false); }
u128 fmms212w(FpCtx& fp, u128 acc, u64 z, u64 y) { return outer(fp, acc, z, y, true); }

}  // namespace mppa::exec
