// Exact binary floating point on integers: unpack -> exact 128-bit arithmetic with a sticky bit -> one rounding.
// Every format narrower than 64 bits of significand product fits: an exact product has at most 106 bits.
#pragma once

#include <bit>

#include "models/cluster/exec/fp/context.h"

namespace mppa::exec::softfp {

/// An IEEE binary interchange format.
template <int kWidthBits, int kFractionBits>
struct Format {
  static constexpr int kWidth = kWidthBits;
  static constexpr int kFraction = kFractionBits;
  static constexpr int kExpBits = kWidth - 1 - kFraction;
  static constexpr int kExpMax = (1 << kExpBits) - 1;  // exponent field of infinities and NaNs
  static constexpr int kBias = kExpMax / 2;
  static constexpr u64 kSign = u64{1} << (kWidth - 1);
  static constexpr u64 kFractionMask = (u64{1} << kFraction) - 1;
  static constexpr u64 kQuietBit = u64{1} << (kFraction - 1);
  static constexpr u64 kMask = kSign | (kSign - 1);
  static constexpr u64 kInf = u64{kExpMax} << kFraction;
  static constexpr u64 kMaxFinite = kInf - 1;
  /// The only NaN arithmetic produces: positive, quiet, empty payload.
  static constexpr u64 kDefaultNan = kInf | kQuietBit;
};
using Half = Format<16, 10>;
using Single = Format<32, 23>;
using Double = Format<64, 52>;

template <class F>
constexpr bool is_nan(u64 v) {
  return (v & ~F::kSign & F::kMask) > F::kInf;
}
template <class F>
constexpr bool is_signalling(u64 v) {
  return is_nan<F>(v) && !(v & F::kQuietBit);
}
template <class F>
constexpr bool is_inf(u64 v) {
  return (v & ~F::kSign & F::kMask) == F::kInf;
}
template <class F>
constexpr bool is_zero(u64 v) {
  return (v & ~F::kSign & F::kMask) == 0;
}
template <class F>
constexpr bool is_negative(u64 v) {
  return (v & F::kSign) != 0;
}

/// When a result counts as tiny for the underflow flag.
enum class Tininess { kBeforeRounding, kAfterRounding };

/// An exact finite number (-1)^sign * sig * 2^exp; sig == 0 is a zero. After a lossy alignment bit 0 of sig is sticky.
struct Exact {
  bool sign;
  i32 exp;
  u128 sig;
};

/// Finite `v` (not Inf, not NaN) as an exact number.
template <class F>
constexpr Exact unpack(u64 v) {
  const i32 field = static_cast<i32>((v & ~F::kSign & F::kMask) >> F::kFraction);
  const u64 fraction = v & F::kFractionMask;
  const u64 sig = field ? fraction | (F::kFractionMask + 1) : fraction;
  return {is_negative<F>(v), (field ? field : 1) - F::kBias - F::kFraction, sig};
}

constexpr int leading_zeros(u128 v) {  // v != 0
  const u64 high = static_cast<u64>(v >> 64);
  return high ? std::countl_zero(high) : 64 + std::countl_zero(static_cast<u64>(v));
}

/// Shift right, ORing every bit lost into bit 0.
constexpr u128 shift_right_sticky(u128 v, i32 n) {
  if (n == 0) return v;
  if (n > 127) return v != 0;
  return (v >> n) | ((v << (128 - n)) != 0);
}

constexpr Exact multiply(const Exact& a, const Exact& b) {  // significands of at most 64 bits
  return {a.sign != b.sign, a.exp + b.exp, a.sig * b.sig};
}

/// a + b. Exact unless the exponents are so far apart that the smaller term only matters as a sticky bit; both terms
/// may have up to 106 significant bits. The sign of an exact zero sum is the caller's business (sig == 0).
constexpr Exact add(Exact a, Exact b) {
  if (a.sig == 0) return b;
  if (b.sig == 0) return a;
  const auto normalise = [](Exact& x) {  // most significant bit to bit 126: room for one carry
    const int shift = leading_zeros(x.sig) - 1;
    x.sig <<= shift;
    x.exp -= shift;
  };
  normalise(a);
  normalise(b);
  if (a.exp < b.exp || (a.exp == b.exp && a.sig < b.sig)) {
    const Exact t = a;
    a = b;
    b = t;
  }
  // Bits are lost only for differences above 20, where at most one leading bit cancels: bit 0 stays far below any
  // rounding position.
  b.sig = shift_right_sticky(b.sig, a.exp - b.exp);
  a.sig = a.sign == b.sign ? a.sig + b.sig : a.sig - b.sig;
  return a;
}

/// Whether `kept` (followed by the fraction `rest` / 2^128) goes up by one unit in the last place.
constexpr bool rounds_up(u8 mode, bool sign, bool odd, u128 rest) {
  constexpr u128 kHalf = u128{1} << 127;
  switch (mode) {
    case kFpUp:
      return !sign && rest != 0;
    case kFpDown:
      return sign && rest != 0;
    case kFpZero:
      return false;
    case kFpNearestAway:
      return rest >= kHalf;
    case kFpNearestToZero:
      return rest > kHalf;
    case kFpOdd:
      return !odd && rest != 0;
    default:
      return rest > kHalf || (rest == kHalf && odd);
  }
}

/// Result of an overflow: infinity or the largest finite number.
template <class F>
constexpr u64 overflow(FpCtx& fp, bool sign) {
  fp.flags |= kFpOverflow | kFpInexact;
  const bool to_inf = fp.round == kFpUp     ? !sign
                      : fp.round == kFpDown ? sign
                                            : fp.round != kFpZero && fp.round != kFpOdd;
  return (sign ? F::kSign : 0) | (to_inf ? F::kInf : F::kMaxFinite);
}

/// Rounds a non-zero number to the format, raising OV, UN and IN as needed.
template <class F>
constexpr u64 round_pack(FpCtx& fp, Exact x, Tininess tininess = Tininess::kAfterRounding) {
  constexpr int kPrecisionDrop = 127 - F::kFraction;
  const int shift = leading_zeros(x.sig);
  x.sig <<= shift;  // bit 127 is now the leading one
  const i32 biased = x.exp - shift + 127 + F::kBias;
  if (biased >= F::kExpMax) return overflow<F>(fp, x.sign);
  const u64 sign_bit = x.sign ? F::kSign : 0;
  if (biased > 0) {
    u64 bits = static_cast<u64>(x.sig >> kPrecisionDrop);
    const u128 rest = x.sig << (128 - kPrecisionDrop);
    if (rest != 0) fp.flags |= kFpInexact;
    if (rounds_up(fp.round, x.sign, bits & 1, rest)) ++bits;
    bits += u64(biased - 1) << F::kFraction;  // the leading one adds the missing 1 to the exponent
    return bits >= F::kInf ? overflow<F>(fp, x.sign) : sign_bit | bits;
  }
  const i32 drop = kPrecisionDrop + 1 - biased;
  u64 bits = drop > 127 ? 0 : static_cast<u64>(x.sig >> drop);
  // For drop > 128 the fraction is below half a unit: any small non-zero value rounds alike.
  const u128 rest = drop > 128 ? u128{1} : drop == 128 ? x.sig : x.sig << (128 - drop);
  if (rest != 0) {
    bool tiny = true;
    if (tininess == Tininess::kAfterRounding && biased == 0) {  // could round up to the smallest normal number
      const u64 wide = static_cast<u64>(x.sig >> kPrecisionDrop);
      tiny =
          wide != F::kFractionMask * 2 + 1 || !rounds_up(fp.round, x.sign, wide & 1, x.sig << (128 - kPrecisionDrop));
    }
    fp.flags |= tiny ? kFpInexact | kFpUnderflow : kFpInexact;
    if (rounds_up(fp.round, x.sign, bits & 1, rest)) ++bits;
  }
  return sign_bit | bits;
}

/// Rounds the sum of two exact terms (possibly zero); an exact zero is +0, or -0 when rounding down, unless both terms
/// are zeros or equal signs say otherwise.
template <class F>
constexpr u64 round_sum(FpCtx& fp, const Exact& a, const Exact& b, Tininess tininess = Tininess::kAfterRounding) {
  const Exact sum = add(a, b);
  if (sum.sig != 0) return round_pack<F>(fp, sum, tininess);
  const bool sign = a.sign == b.sign ? a.sign : fp.round == kFpDown;
  return sign ? F::kSign : 0;
}

/// NaN result; IO is raised when `invalid`.
template <class F>
constexpr u64 nan_result(FpCtx& fp, bool invalid) {
  if (invalid) fp.flags |= kFpInvalid;
  return F::kDefaultNan;
}

template <class F>
constexpr u64 add(FpCtx& fp, u64 a, u64 b) {
  if (is_nan<F>(a) || is_nan<F>(b)) return nan_result<F>(fp, is_signalling<F>(a) || is_signalling<F>(b));
  if (is_inf<F>(a))
    return is_inf<F>(b) && is_negative<F>(a) != is_negative<F>(b) ? nan_result<F>(fp, true) : a & F::kMask;
  if (is_inf<F>(b)) return b & F::kMask;
  return round_sum<F>(fp, unpack<F>(a), unpack<F>(b));
}

/// b - a, the operand order of fsbf.
template <class F>
constexpr u64 subtract_from(FpCtx& fp, u64 a, u64 b) {
  return add<F>(fp, b, a ^ F::kSign);
}

template <class F>
constexpr bool is_inf_times_zero(u64 a, u64 b) {
  return (is_inf<F>(a) && is_zero<F>(b)) || (is_zero<F>(a) && is_inf<F>(b));
}

/// a * b of format In, rounded once to format Out.
template <class In, class Out>
constexpr u64 multiply(FpCtx& fp, u64 a, u64 b) {
  if (is_nan<In>(a) || is_nan<In>(b)) return nan_result<Out>(fp, is_signalling<In>(a) || is_signalling<In>(b));
  const bool sign = is_negative<In>(a) != is_negative<In>(b);
  if (is_inf<In>(a) || is_inf<In>(b)) {
    if (is_inf_times_zero<In>(a, b)) return nan_result<Out>(fp, true);
    return (sign ? Out::kSign : 0) | Out::kInf;
  }
  if (is_zero<In>(a) || is_zero<In>(b)) return sign ? Out::kSign : 0;
  return round_pack<Out>(fp, multiply(unpack<In>(a), unpack<In>(b)));
}

/// acc + a * b, or acc - a * b when `negate`; a, b of format In, acc and result of format Out, one rounding.
/// Infinity times zero is invalid even when acc is a quiet NaN.
template <class In, class Out>
constexpr u64 fused_multiply_add(FpCtx& fp, u64 acc, u64 a, u64 b, bool negate) {
  if (is_nan<In>(a) || is_nan<In>(b) || is_nan<Out>(acc)) {
    return nan_result<Out>(
        fp, is_signalling<In>(a) || is_signalling<In>(b) || is_signalling<Out>(acc) || is_inf_times_zero<In>(a, b));
  }
  const bool sign = (is_negative<In>(a) != is_negative<In>(b)) != negate;
  if (is_inf<In>(a) || is_inf<In>(b)) {
    if (is_inf_times_zero<In>(a, b) || (is_inf<Out>(acc) && is_negative<Out>(acc) != sign)) {
      return nan_result<Out>(fp, true);
    }
    return (sign ? Out::kSign : 0) | Out::kInf;
  }
  if (is_inf<Out>(acc)) return acc & Out::kMask;
  Exact product = multiply(unpack<In>(a), unpack<In>(b));
  product.sign = sign;
  return round_sum<Out>(fp, unpack<Out>(acc), product);
}

/// a0 * b0 + a1 * b1, or a0 * b0 - a1 * b1 when `negate`, rounded once. With a NaN operand only a signalling NaN is
/// invalid; underflow is detected before rounding (both differ from fused_multiply_add).
template <class In, class Out>
constexpr u64 dot2(FpCtx& fp, u64 a0, u64 b0, u64 a1, u64 b1, bool negate) {
  if (is_nan<In>(a0) || is_nan<In>(b0) || is_nan<In>(a1) || is_nan<In>(b1)) {
    return nan_result<Out>(
        fp, is_signalling<In>(a0) || is_signalling<In>(b0) || is_signalling<In>(a1) || is_signalling<In>(b1));
  }
  const bool sign0 = is_negative<In>(a0) != is_negative<In>(b0);
  const bool sign1 = (is_negative<In>(a1) != is_negative<In>(b1)) != negate;
  const bool inf0 = is_inf<In>(a0) || is_inf<In>(b0);
  const bool inf1 = is_inf<In>(a1) || is_inf<In>(b1);
  if (inf0 || inf1) {
    if (is_inf_times_zero<In>(a0, b0) || is_inf_times_zero<In>(a1, b1) || (inf0 && inf1 && sign0 != sign1)) {
      return nan_result<Out>(fp, true);
    }
    return ((inf0 ? sign0 : sign1) ? Out::kSign : 0) | Out::kInf;
  }
  Exact p0 = multiply(unpack<In>(a0), unpack<In>(b0));
  Exact p1 = multiply(unpack<In>(a1), unpack<In>(b1));
  p1.sign = sign1;
  return round_sum<Out>(fp, p0, p1, Tininess::kBeforeRounding);
}

/// Conversion between formats, widening or narrowing.
template <class In, class Out>
constexpr u64 convert(FpCtx& fp, u64 v) {
  if (is_nan<In>(v)) return nan_result<Out>(fp, is_signalling<In>(v));
  const u64 sign = is_negative<In>(v) ? Out::kSign : 0;
  if (is_inf<In>(v)) return sign | Out::kInf;
  if (is_zero<In>(v)) return sign;
  return round_pack<Out>(fp, unpack<In>(v));
}

}  // namespace mppa::exec::softfp
