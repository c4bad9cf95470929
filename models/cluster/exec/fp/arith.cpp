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

u64 add_half(FpCtx& fp, u64 a, u64 b) {
  u64 result = 0;
  if (fastfp::is_finite_half(a) && fastfp::is_finite_half(b) &&
      fastfp::round_to_half(fp, double{fastfp::half(a)} + double{fastfp::half(b)}, &result)) {  // exact: 40 bits
    return result;
  }
  return softfp::add<Half>(fp, a, b);
}
u64 multiply_half(FpCtx& fp, u64 a, u64 b) {
  u64 result = 0;
  if (fastfp::is_finite_half(a) && fastfp::is_finite_half(b) &&
      fastfp::round_to_half(fp, fastfp::half(a) * fastfp::half(b), &result)) {  // exact: 22 bits
    return result;
  }
  return softfp::multiply<Half, Half>(fp, a, b);
}
u64 fused_half(FpCtx& fp, u64 acc, u64 a, u64 b, bool negate) {
  u64 result = 0;
  if (fastfp::is_finite_half(a) && fastfp::is_finite_half(b) && fastfp::is_finite_half(acc)) {
    const double product = fastfp::half(negate ? a ^ Half::kSign : a) * fastfp::half(b);
    if (fastfp::add_to_half(fp, product, fastfp::half(acc), &result)) return result;
  }
  return softfp::fused_multiply_add<Half, Half>(fp, acc, a, b, negate);
}
u64 multiply_half_to_single(FpCtx& fp, u64 a, u64 b) {
  u64 result = 0;
  if (fastfp::is_finite_half(a) && fastfp::is_finite_half(b) &&
      fastfp::multiply(fp, fastfp::half(a), fastfp::half(b), &result)) {
    return result;
  }
  return softfp::multiply<Half, Single>(fp, a, b);
}
u64 fused_half_to_single(FpCtx& fp, u64 acc, u64 a, u64 b, bool negate) {
  u64 result = 0;
  if (fastfp::is_finite_half(a) && fastfp::is_finite_half(b)) {
    const double product = fastfp::half(negate ? a ^ Half::kSign : a) * fastfp::half(b);
    if (fastfp::add_to_single(fp, product, fastfp::single(acc), &result)) return result;
  }
  return softfp::fused_multiply_add<Half, Single>(fp, acc, a, b, negate);
}
u64 multiply_single_to_double(FpCtx& fp, u64 a, u64 b) {
  const u64 result = fastfp::bits_of(fastfp::wide_product(a, b));  // exact
  if (fastfp::is_safe_double(result)) return result;
  return softfp::multiply<Single, Double>(fp, a, b);
}
u64 fused_double(FpCtx& fp, u64 acc, u64 a, u64 b) {
  u64 result = 0;
  if (fastfp::fused_double(fp, acc, a, b, &result)) return result;
  return softfp::fused_multiply_add<Double, Double>(fp, acc, a, b, false);
}
u64 fused_single_to_double(FpCtx& fp, u64 acc, u64 a, u64 b, bool negate) {
  u64 result = 0;
  const double product = fastfp::wide_product(negate ? a ^ Single::kSign : a, b);  // exact
  if (fastfp::add(fp, product, fastfp::dbl(acc), &result)) return result;
  return softfp::fused_multiply_add<Single, Double>(fp, acc, a, b, negate);
}

u128 mixed_halves(FpCtx& fp, u128 acc, u64 z, u64 y, bool negate) {
  const auto two = [&](u64 a, u64 zz, u64 yy) {
    const u64 low_word = fused_half_to_single(fp, word0(a), lane<16>(zz, 0), lane<16>(yy, 0), negate);
    return words(low_word, fused_half_to_single(fp, word1(a), lane<16>(zz, 1), lane<16>(yy, 1), negate));
  };
  const u64 low_half = two(low(acc), z, y);
  return pair(low_half, two(high(acc), z >> 32, y >> 32));
}
u128 mixed_words(FpCtx& fp, u128 acc, u64 z, u64 y, bool negate) {
  const u64 low_half = fused_single_to_double(fp, low(acc), word0(z), word0(y), negate);
  return pair(low_half, fused_single_to_double(fp, high(acc), word1(z), word1(y), negate));
}
u128 outer(FpCtx& fp, u128 acc, u64 z, u64 y, bool negate) {
  const auto row = [&](u64 a, u64 zi) {
    if (negate) zi ^= lane_op::kSignSingle;
    const u64 low_word = ffmaw(fp, word0(a), zi, word0(y));
    return words(low_word, ffmaw(fp, word1(a), zi, word1(y)));
  };
  const u64 row0 = row(low(acc), word0(z));
  return pair(row0, row(high(acc), word1(z)));
}

}  // namespace

namespace softlane {
u64 add_single(FpCtx& fp, u64 a, u64 b) { return softfp::add<Single>(fp, a, b); }
u64 add_double(FpCtx& fp, u64 a, u64 b) { return softfp::add<Double>(fp, a, b); }
u64 multiply_single(FpCtx& fp, u64 a, u64 b) { return softfp::multiply<Single, Single>(fp, a, b); }
u64 multiply_double(FpCtx& fp, u64 a, u64 b) { return softfp::multiply<Double, Double>(fp, a, b); }
u64 fused_single(FpCtx& fp, u64 acc, u64 a, u64 b) {
  return softfp::fused_multiply_add<Single, Single>(fp, acc, a, b, false);
}
}  // namespace softlane

u64 faddhq(FpCtx& fp, u64 z, u64 y) {
  return each_lane<16>([&](u64 a, u64 b) { return add_half(fp, a, b); }, z, y);
}
u128 fadddp(FpCtx& fp, u128 p, u128 o) {
  return each_half([&](u64 a, u64 b) { return faddd(fp, a, b); }, p, o);
}
u128 faddwq(FpCtx& fp, u128 p, u128 o) {
  return each_half([&](u64 a, u64 b) { return faddwp(fp, a, b); }, p, o);
}

u64 fsbfhq(FpCtx& fp, u64 z, u64 y) {
  return each_lane<16>([&](u64 a, u64 b) { return add_half(fp, b, a ^ Half::kSign); }, z, y);
}
u128 fsbfdp(FpCtx& fp, u128 p, u128 o) {
  return each_half([&](u64 a, u64 b) { return fsbfd(fp, a, b); }, p, o);
}
u128 fsbfwq(FpCtx& fp, u128 p, u128 o) {
  return each_half([&](u64 a, u64 b) { return fsbfwp(fp, a, b); }, p, o);
}

u64 fmulhq(FpCtx& fp, u64 z, u64 y) {
  return each_lane<16>([&](u64 a, u64 b) { return multiply_half(fp, a, b); }, z, y);
}
u64 fmulwd(FpCtx& fp, u64 z, u64 y) { return multiply_single_to_double(fp, z, y); }
u64 fmulhw(FpCtx& fp, u64 z, u64 y) { return multiply_half_to_single(fp, z, y); }
u128 fmulwdp(FpCtx& fp, u64 z, u64 y) {
  const u64 low_half = multiply_single_to_double(fp, word0(z), word0(y));
  return pair(low_half, multiply_single_to_double(fp, word1(z), word1(y)));
}
u128 fmulhwq(FpCtx& fp, u64 z, u64 y) {
  const auto product = [&](int i) { return multiply_half_to_single(fp, lane<16>(z, i), lane<16>(y, i)); };
  return pair(words(product(0), product(1)), words(product(2), product(3)));
}
u128 fmulwq(FpCtx& fp, u128 p, u128 o) {
  return each_half([&](u64 a, u64 b) { return fmulwp(fp, a, b); }, p, o);
}

u64 ffmad(FpCtx& fp, u64 acc, u64 z, u64 y) { return fused_double(fp, acc, z, y); }
u64 ffmahq(FpCtx& fp, u64 acc, u64 z, u64 y) {
  return each_lane<16>([&](u64 c, u64 a, u64 b) { return fused_half(fp, c, a, b, false); }, acc, z, y);
}
u64 ffmawd(FpCtx& fp, u64 acc, u64 z, u64 y) { return fused_single_to_double(fp, acc, z, y, false); }
u64 ffmahw(FpCtx& fp, u64 acc, u64 z, u64 y) {
  return fused_half_to_single(fp, acc, lane<16>(z, 0), lane<16>(y, 0), false);
}
u128 ffmawdp(FpCtx& fp, u128 acc, u64 z, u64 y) { return mixed_words(fp, acc, z, y, false); }
u128 ffmahwq(FpCtx& fp, u128 acc, u64 z, u64 y) { return mixed_halves(fp, acc, z, y, false); }

u64 ffmsd(FpCtx& fp, u64 acc, u64 z, u64 y) { return fused_double(fp, acc, z ^ Double::kSign, y); }
u64 ffmshq(FpCtx& fp, u64 acc, u64 z, u64 y) {
  return each_lane<16>([&](u64 c, u64 a, u64 b) { return fused_half(fp, c, a, b, true); }, acc, z, y);
}
u64 ffmswd(FpCtx& fp, u64 acc, u64 z, u64 y) { return fused_single_to_double(fp, acc, z, y, true); }
u64 ffmshw(FpCtx& fp, u64 acc, u64 z, u64 y) {
  return fused_half_to_single(fp, acc, lane<16>(z, 0), lane<16>(y, 0), true);
}
u128 ffmswdp(FpCtx& fp, u128 acc, u64 z, u64 y) { return mixed_words(fp, acc, z, y, true); }
u128 ffmshwq(FpCtx& fp, u128 acc, u64 z, u64 y) { return mixed_halves(fp, acc, z, y, true); }

u128 fmm212w(FpCtx& fp, u64 z, u64 y) {
  const auto row = [&](u64 zi) {
    const u64 low_word = fmulw(fp, zi, word0(y));
    return words(low_word, fmulw(fp, zi, word1(y)));
  };
  const u64 row0 = row(word0(z));
  return pair(row0, row(word1(z)));
}
u128 fmma212w(FpCtx& fp, u128 acc, u64 z, u64 y) { return outer(fp, acc, z, y, false); }
u128 fmms212w(FpCtx& fp, u128 acc, u64 z, u64 y) { return outer(fp, acc, z, y, true); }

}  // namespace mppa::exec
