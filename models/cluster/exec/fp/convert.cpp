#include "models/cluster/exec/fp/convert.h"

#include "models/cluster/exec/fp/lanes.h"
#include "models/cluster/exec/fp/softcore.h"

namespace mppa::exec {
namespace {

using softfp::Double;
using softfp::each_lane;
using softfp::Exact;
using softfp::Half;
using softfp::high;
using softfp::lane;
using softfp::low;
using softfp::Single;
using softfp::word0;
using softfp::word1;
using softfp::words;

/// round(|v| * 2^scale) of a finite number; values of 2^64 and more come back as 2^64 (more than any limit).
template <class F>
u128 scaled_magnitude(const FpCtx& fp, u64 v, int scale, bool* inexact) {
  const Exact x = softfp::unpack<F>(v);
  const i32 exp = x.exp + scale;
  *inexact = false;
  if (x.sig == 0) return 0;
  if (exp >= 0) return exp > 64 ? u128{1} << 64 : u128{x.sig} << exp;  // at most 53 + 64 bits
  const i32 drop = -exp;
  const u64 kept = drop > 63 ? 0 : x.sig >> drop;
  const u64 rest = drop > 64 ? 1 : drop == 64 ? x.sig : x.sig << (64 - drop);  // significands have less than 64 bits
  *inexact = rest != 0;
  return u128{kept} + (softfp::rounds_up(fp.round, x.sign, kept & 1, rest) ? 1 : 0);
}

/// The integer in the low F::kWidth bits; the integer has the width of the floating-point format.
template <class F, bool kSigned>
u64 to_fixed(FpCtx& fp, u64 v, u64 u6) {
  if (softfp::is_nan<F>(v)) {
    fp.flags |= kFpInvalid;
    return 0;
  }
  const bool negative = softfp::is_negative<F>(v);
  const u128 limit = !kSigned ? F::kMask : negative ? F::kSign : F::kSign - 1;
  const auto saturate = [&] {
    fp.flags |= kFpInvalid;
    return static_cast<u64>(limit);
  };
  if (!kSigned && negative) {
    if (!softfp::is_zero<F>(v)) fp.flags |= kFpInvalid;
    return 0;
  }
  if (softfp::is_inf<F>(v)) return saturate();
  bool inexact = false;
  const u128 magnitude = scaled_magnitude<F>(fp, v, static_cast<int>(u6 & 63), &inexact);
  if (magnitude > limit) return saturate();
  if (inexact) fp.flags |= kFpInexact;
  return (negative ? -static_cast<u64>(magnitude) : static_cast<u64>(magnitude)) & F::kMask;
}

template <class F, bool kSigned>
u64 from_fixed(FpCtx& fp, u64 v, u64 u6) {
  v &= F::kMask;
  if (v == 0) return 0;
  const bool negative = kSigned && (v & F::kSign);
  const u64 magnitude = negative ? -v & F::kMask : v;
  return softfp::round_pack<F>(fp, {negative, -static_cast<i32>(u6 & 63), magnitude});
}

template <bool kSigned>
u64 to_fixed_words(FpCtx& fp, u64 z, u64 u6) {
  return each_lane<32>([&](u64 v) { return to_fixed<Single, kSigned>(fp, v, u6); }, z);
}
template <bool kSigned>
u64 from_fixed_words(FpCtx& fp, u64 z, u64 u6) {
  return each_lane<32>([&](u64 v) { return from_fixed<Single, kSigned>(fp, v, u6); }, z);
}

u64 narrow_word(FpCtx& fp, u64 v) { return softfp::convert<Single, Half>(fp, word0(v)); }
u64 widen_half(FpCtx& fp, u64 v) { return softfp::convert<Half, Single>(fp, lane<16>(v, 0)); }
u64 widen_halves(FpCtx& fp, u64 v) {
  const u64 low_word = widen_half(fp, v);
  return words(low_word, widen_half(fp, v >> 16));
}

}  // namespace

u64 fixedd(FpCtx& fp, u64 z, u64 u6) { return to_fixed<Double, true>(fp, z, u6); }
u64 fixedw(FpCtx& fp, u64 z, u64 u6) { return to_fixed<Single, true>(fp, z, u6); }
u64 fixedwp(FpCtx& fp, u64 z, u64 u6) { return to_fixed_words<true>(fp, z, u6); }
u64 fixedud(FpCtx& fp, u64 z, u64 u6) { return to_fixed<Double, false>(fp, z, u6); }
u64 fixeduw(FpCtx& fp, u64 z, u64 u6) { return to_fixed<Single, false>(fp, z, u6); }
u64 fixeduwp(FpCtx& fp, u64 z, u64 u6) { return to_fixed_words<false>(fp, z, u6); }

u64 floatd(FpCtx& fp, u64 z, u64 u6) { return from_fixed<Double, true>(fp, z, u6); }
u64 floatw(FpCtx& fp, u64 z, u64 u6) { return from_fixed<Single, true>(fp, z, u6); }
u64 floatwp(FpCtx& fp, u64 z, u64 u6) { return from_fixed_words<true>(fp, z, u6); }
u64 floatud(FpCtx& fp, u64 z, u64 u6) { return from_fixed<Double, false>(fp, z, u6); }
u64 floatuw(FpCtx& fp, u64 z, u64 u6) { return from_fixed<Single, false>(fp, z, u6); }
u64 floatuwp(FpCtx& fp, u64 z, u64 u6) { return from_fixed_words<false>(fp, z, u6); }

u64 fnarrowdw(FpCtx& fp, u64 z) { return softfp::convert<Double, Single>(fp, z); }
u64 fnarrowdwp(FpCtx& fp, u128 p) {
  const u64 low_word = fnarrowdw(fp, low(p));
  return words(low_word, fnarrowdw(fp, high(p)));
}
u64 fnarrowwh(FpCtx& fp, u64 z) { return narrow_word(fp, z); }
u64 fnarrowwhq(FpCtx& fp, u128 p) {
  const auto two = [&](u64 v) {
    const u64 low_half = narrow_word(fp, v);
    return low_half | (narrow_word(fp, v >> 32) << 16);
  };
  const u64 low_word = two(low(p));
  return words(low_word, two(high(p)));
}

u64 fwidenlhw(FpCtx& fp, u64 z) { return widen_half(fp, z); }
u64 fwidenmhw(FpCtx& fp, u64 z) { return widen_half(fp, z >> 16); }
u64 fwidenlhwp(FpCtx& fp, u64 z) { return widen_halves(fp, z); }
u64 fwidenmhwp(FpCtx& fp, u64 z) { return widen_halves(fp, z >> 32); }
u64 fwidenlwd(FpCtx& fp, u64 z) { return softfp::convert<Single, Double>(fp, word0(z)); }
u64 fwidenmwd(FpCtx& fp, u64 z) { return softfp::convert<Single, Double>(fp, word1(z)); }

}  // namespace mppa::exec
