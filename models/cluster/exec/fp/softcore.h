// Exact binary floating point on integers: unpack -> exact arithmetic with a sticky bit -> one rounding.
//
// 64 bits of significand are enough for all but the fused multiply-add of binary64: sums of binary64 numbers leave 9
// low bits clear, products of binary32 numbers have 48 bits. Binary64 products (106 bits) use 128 bits.
#pragma once

#include <bit>
#include <type_traits>

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

/// A finite number (-1)^sign * sig * 2^exp; sig == 0 is a zero. After a lossy step bit 0 of sig is sticky (it stands
/// for itself and everything below).
template <class Sig>
struct Term {
  bool sign;
  i32 exp;
  Sig sig;
};
using Exact = Term<u64>;       // exact operands, products of narrow formats, and everything about to be rounded
using ExactWide = Term<u128>;  // products of two binary64 numbers

/// Finite `v` (not Inf, not NaN) as an exact number.
template <class F>
constexpr Exact unpack(u64 v) {
  const i32 field = static_cast<i32>((v & ~F::kSign & F::kMask) >> F::kFraction);
  const u64 fraction = v & F::kFractionMask;
  const u64 sig = field ? fraction | (F::kFractionMask + 1) : fraction;
  return {is_negative<F>(v), (field ? field : 1) - F::kBias - F::kFraction, sig};
}

constexpr int leading_zeros(u64 v) { return std::countl_zero(v); }
constexpr int leading_zeros(u128 v) {  // v != 0
  const u64 high = static_cast<u64>(v >> 64);
  return high ? std::countl_zero(high) : 64 + std::countl_zero(static_cast<u64>(v));
}

/// Shift right, ORing every bit lost into bit 0.
template <class Sig>
constexpr Sig shift_right_sticky(Sig v, i32 n) {
  constexpr i32 kBits = sizeof(Sig) * 8;
  if (n == 0) return v;
  if (n >= kBits) return v != 0;
  return (v >> n) | ((v << (kBits - n)) != 0);
}

/// Sum of two non-zero terms whose significands have bit kBits-2 as their highest possible bit. Cancellation of more
/// than one leading bit happens only when the exponents differ by at most one, and then nothing is lost: bit 0 stays
/// below any rounding position as long as the significands leave a few low bits clear.
template <class Sig>
constexpr Term<Sig> add_aligned(Term<Sig> a, Term<Sig> b) {
  if (a.exp < b.exp) {
    const Term<Sig> t = a;
    a = b;
    b = t;
  }
  b.sig = shift_right_sticky(b.sig, a.exp - b.exp);
  if (a.sign == b.sign) return {a.sign, a.exp, a.sig + b.sig};
  return a.sig >= b.sig ? Term<Sig>{a.sign, a.exp, a.sig - b.sig} : Term<Sig>{b.sign, a.exp, b.sig - a.sig};
}

/// Highest bit to bit kBits-2 (room for one carry).
template <class Sig>
constexpr Term<Sig> normalised(Term<Sig> x) {
  const int shift = leading_zeros(x.sig) - 1;
  return {x.sign, x.exp - shift, x.sig << shift};
}

/// The 64 most significant bits of a non-zero number, the lowest one sticky.
constexpr Exact narrowed(const ExactWide& x) {
  const int shift = leading_zeros(x.sig);
  const u128 sig = x.sig << shift;
  return {x.sign, x.exp - shift + 64, static_cast<u64>(sig >> 64) | (static_cast<u64>(sig) != 0)};
}

/// Whether `kept` (followed by the fraction `rest` / 2^64) goes up by one unit in the last place.
constexpr bool rounds_up(u8 mode, bool sign, bool odd, u64 rest) {
  constexpr u64 kHalf = u64{1} << 63;
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
      return rest > kHalf - odd;  // to even
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

/// The part of round_pack for results whose exponent field would be below 1. `x.sig` has bit 63 set.
template <class F>
constexpr u64 round_subnormal(FpCtx& fp, const Exact& x, i32 biased, Tininess tininess) {
  constexpr int kPrecisionDrop = 63 - F::kFraction;
  const i32 drop = kPrecisionDrop + 1 - biased;
  u64 bits = drop > 63 ? 0 : x.sig >> drop;
  // For drop > 64 the fraction is below half a unit: any small non-zero value rounds alike.
  const u64 rest = drop > 64 ? 1 : drop == 64 ? x.sig : x.sig << (64 - drop);
  if (rest != 0) {
    bool tiny = true;
    if (tininess == Tininess::kAfterRounding && biased == 0) {  // could round up to the smallest normal number
      const u64 wide = x.sig >> kPrecisionDrop;
      tiny = wide != F::kFractionMask * 2 + 1 || !rounds_up(fp.round, x.sign, true, x.sig << (64 - kPrecisionDrop));
    }
    fp.flags |= tiny ? kFpInexact | kFpUnderflow : kFpInexact;
    if (rounds_up(fp.round, x.sign, bits & 1, rest)) ++bits;
  }
  return (x.sign ? F::kSign : 0) | bits;
}

/// Rounds a non-zero number to the format, raising OV, UN and IN as needed.
template <class F>
constexpr u64 round_pack(FpCtx& fp, Exact x, Tininess tininess = Tininess::kAfterRounding) {
  constexpr int kPrecisionDrop = 63 - F::kFraction;
  const int shift = leading_zeros(x.sig);
  x.sig <<= shift;  // bit 63 is now the leading one
  const i32 biased = x.exp - shift + 63 + F::kBias;
  if (biased <= 0) [[unlikely]]
    return round_subnormal<F>(fp, x, biased, tininess);
  if (biased >= F::kExpMax) [[unlikely]]
    return overflow<F>(fp, x.sign);
  u64 bits = x.sig >> kPrecisionDrop;
  const u64 rest = x.sig << (64 - kPrecisionDrop);
  fp.flags |= rest != 0 ? kFpInexact : 0;
  bits += rounds_up(fp.round, x.sign, bits & 1, rest);
  bits += u64(biased - 1) << F::kFraction;  // the leading one adds the missing 1 to the exponent
  if (bits >= F::kInf) [[unlikely]]
    return overflow<F>(fp, x.sign);
  return (x.sign ? F::kSign : 0) | bits;
}

/// Sign of a zero that is the sum of two terms: theirs if equal, else - only when rounding down.
template <class F>
constexpr u64 zero_sum(const FpCtx& fp, bool sign_a, bool sign_b) {
  const bool sign = sign_a == sign_b ? sign_a : fp.round == kFpDown;
  return sign ? F::kSign : 0;
}

/// Rounds the sum of two exact terms, zeros included.
template <class F, class Sig>
constexpr u64 round_sum(FpCtx& fp, const Term<Sig>& a, const Term<Sig>& b,
                        Tininess tininess = Tininess::kAfterRounding) {
  Term<Sig> sum = a;
  if (a.sig != 0 && b.sig != 0) {
    sum = add_aligned(normalised(a), normalised(b));
  } else if (a.sig == 0) {
    sum = b;
  }
  if (sum.sig == 0) return zero_sum<F>(fp, a.sign, b.sign);
  if constexpr (sizeof(Sig) == 16) {
    return round_pack<F>(fp, narrowed(sum), tininess);
  } else {
    return round_pack<F>(fp, sum, tininess);
  }
}

/// Exact product of two numbers of format F.
template <class F>
constexpr auto product(const Exact& a, const Exact& b) {
  using Sig = std::conditional_t<F::kFraction <= 31, u64, u128>;
  return Term<Sig>{a.sign != b.sign, a.exp + b.exp, Sig{a.sig} * b.sig};
}

/// The same, with a sticky bit if it has more than 64 bits; not zero.
template <class F>
constexpr Exact rounding_product(const Exact& a, const Exact& b) {
  if constexpr (F::kFraction <= 31) {
    return product<F>(a, b);
  } else {
    return narrowed(product<F>(a, b));
  }
}

template <class Sig>
constexpr Term<Sig> widened(const Exact& x) {
  return {x.sign, x.exp, x.sig};
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
  Exact x = unpack<F>(a);
  Exact y = unpack<F>(b);
  x.sig <<= 61 - F::kFraction;  // like exponents for like fields: the larger exponent belongs to a normal number
  y.sig <<= 61 - F::kFraction;
  Exact sum = add_aligned(x, y);
  if (sum.sig == 0) return zero_sum<F>(fp, x.sign, y.sign);
  sum.exp -= 61 - F::kFraction;
  return round_pack<F>(fp, sum);
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
  return round_pack<Out>(fp, rounding_product<In>(unpack<In>(a), unpack<In>(b)));
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
  auto term = product<In>(unpack<In>(a), unpack<In>(b));
  term.sign = sign;
  return round_sum<Out>(fp, widened<decltype(term.sig)>(unpack<Out>(acc)), term);
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
  const Exact p0 = product<In>(unpack<In>(a0), unpack<In>(b0));
  Exact p1 = product<In>(unpack<In>(a1), unpack<In>(b1));
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
