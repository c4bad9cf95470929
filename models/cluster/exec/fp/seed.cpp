#include "models/cluster/exec/fp/seed.h"

#include <array>
#include <bit>
#include <cmath>

#include "models/cluster/exec/fp/lanes.h"
#include "models/cluster/exec/fp/softcore.h"

namespace mppa::exec {
namespace {

using softfp::Double;
using softfp::each_lane;
using softfp::high;
using softfp::low;
using softfp::Single;
using softfp::word0;

constexpr int kSeedBits = 9;  // fraction bits of a seed
constexpr u64 kOne = u64{1} << kSeedBits;
using SeedTable = std::array<u16, 128>;

constexpr u64 integer_sqrt(u64 v) {  // floor
  u64 root = 0;
  for (u64 bit = u64{1} << 31; bit; bit >>= 1) {
    if ((root + bit) * (root + bit) <= v) root += bit;
  }
  return root;
}

/// Nine fraction bits of 2/m for m in the i-th of 128 equal parts of [1, 2), taken at its middle m = (257 + 2i) / 256.
/// The last part, next to m = 2, has the seed 1.0.
constexpr SeedTable make_reciprocals() {
  SeedTable table{};
  for (u64 i = 0; i < 127; ++i) {
    const u64 divisor = 257 + 2 * i;
    table[i] = static_cast<u16>((2 * 256 * kOne + divisor / 2) / divisor - kOne);
  }
  return table;
}

/// Nine fraction bits of 2/sqrt(m), m at the middle (129 + 2j) / 128 of the j-th of 64 parts of [1, 2); the first 64
/// entries are for even exponent fields, where the significand counts twice.
constexpr SeedTable make_reciprocal_roots() {
  SeedTable table{};
  for (u64 i = 0; i < 128; ++i) {
    const u64 square = (i < 64 ? 2 : 4) * 128 * kOne * kOne;  // of the seed, times 129 + 2j
    table[i] = static_cast<u16>((integer_sqrt(4 * square / (129 + 2 * (i % 64))) + 1) / 2 - kOne);
  }
  return table;
}

constexpr SeedTable kReciprocals = make_reciprocals();
constexpr SeedTable kReciprocalRoots = make_reciprocal_roots();

template <class F>
constexpr int exponent_field(u64 v) {
  return static_cast<int>((v >> F::kFraction) & F::kExpMax);
}

/// What the low bits of a division seed tell software.
enum Hint : u64 {
  kPlain = 1 << 0,               // none of the others: a short Newton iteration is safe
  kDivisorSubnormal = 1 << 1,    // or zero
  kDividendSubnormal = 1 << 2,   // or zero
  kDivisorSpecial = 1 << 3,      // Inf or NaN
  kDivisorHuge = 1 << 4,         // the reciprocal is subnormal
  kDividendSpecial = 1 << 5,     // Inf or NaN
  kDividendSmall = 1 << 6,       // normal, but residuals may be subnormal
  kQuotientSmall = 1 << 7,       // may be subnormal
  kQuotientLarge = 1 << 8,       // may overflow
  kNotPlain = 1 << 9,            // complement of kPlain
  kQuotientOverflows = 1 << 10,  // together with kNotPlain the whole value of an overflowing quotient
  kDivisorNearHuge = 1 << 11,    // correction step only
  kCorrectionNeeded = 1 << 12,   // correction step only: the divisor has to be scaled
};
/// A result that needs no iteration has these bits clear in its NaN payload.
constexpr u64 kDirectMask = ~u64{kPlain | kNotPlain};

template <class F>
constexpr u64 division_hints(int dividend_exp, int divisor_exp, bool correction) {
  const int difference = dividend_exp - divisor_exp;
  u64 hints = 0;
  const auto note = [&hints](bool condition, u64 hint) { hints |= condition ? hint : 0; };
  note(divisor_exp == 0, kDivisorSubnormal);
  note(divisor_exp == F::kExpMax, kDivisorSpecial);
  note(divisor_exp == F::kExpMax - 1 || divisor_exp == F::kExpMax - 2, kDivisorHuge);
  if (correction && hints != 0) hints |= kCorrectionNeeded;
  note(dividend_exp == 0, kDividendSubnormal);
  note(dividend_exp == F::kExpMax, kDividendSpecial);
  note(dividend_exp != 0 && dividend_exp < F::kFraction + 3, kDividendSmall);
  note(difference <= 3 - F::kBias, kQuotientSmall);
  note(difference >= F::kBias, kQuotientLarge);
  note(correction && divisor_exp >= F::kExpMax - 4, kDivisorNearHuge);
  return hints == 0 ? u64{kPlain} : hints | kNotPlain;
}

template <class F>
constexpr u64 quiet_nan_seed(FpCtx& fp, u64 nan, bool signalling) {
  if (signalling) fp.flags |= kFpInvalid;
  return (nan | F::kQuietBit) & kDirectMask & F::kMask;
}

/// fsdiv (correction == false) and fcdiv of one lane. The sign of a seed is the divisor's; direct results carry the
/// sign of the quotient.
template <class F>
constexpr u64 division_seed(FpCtx& fp, u64 dividend, u64 divisor, bool correction) {
  dividend &= F::kMask;
  divisor &= F::kMask;
  const u64 sign = (dividend ^ divisor) & F::kSign;
  if (softfp::is_nan<F>(dividend)) {
    return quiet_nan_seed<F>(fp, dividend, softfp::is_signalling<F>(dividend) || softfp::is_signalling<F>(divisor));
  }
  if (softfp::is_nan<F>(divisor)) return quiet_nan_seed<F>(fp, divisor, softfp::is_signalling<F>(divisor));
  const bool both_infinite = softfp::is_inf<F>(dividend) && softfp::is_inf<F>(divisor);
  const bool both_zero = softfp::is_zero<F>(dividend) && softfp::is_zero<F>(divisor);
  if (both_infinite || both_zero) {
    fp.flags |= kFpInvalid;
    return F::kMask & kDirectMask;
  }
  if (softfp::is_inf<F>(dividend)) return sign | F::kInf;
  if (softfp::is_inf<F>(divisor)) return sign;
  if (softfp::is_zero<F>(divisor)) {
    fp.flags |= kFpDivByZero;
    return sign | F::kInf;
  }
  const int dividend_exp = exponent_field<F>(dividend);
  const int divisor_exp = exponent_field<F>(divisor);
  if (dividend_exp - divisor_exp > F::kBias + 1) {
    fp.flags |= kFpOverflow | kFpInexact;
    return sign | kQuotientOverflows | kNotPlain;
  }
  if (softfp::is_zero<F>(dividend)) return sign;
  const u64 exp = static_cast<u64>(2 * F::kBias - 1 - divisor_exp) & F::kExpMax;
  const u64 fraction = kReciprocals[(divisor & F::kFractionMask) >> (F::kFraction - 7)];
  return (divisor & F::kSign) | exp << F::kFraction | fraction << (F::kFraction - kSeedBits) |
         division_hints<F>(dividend_exp, divisor_exp, correction);
}

template <class F>
constexpr u64 reciprocal_seed(FpCtx& fp, u64 divisor) {
  return division_seed<F>(fp, u64{F::kBias} << F::kFraction, divisor, false);
}

/// fsrsr of one lane. Special operands get a seed as well; bits 4:0 name them: 4 small exponent (subnormals included),
/// 3 NaN or negative, 2 +infinity, 1 zero, 0 none of these.
template <class F>
constexpr u64 root_seed(u64 v) {
  const int exp_field = exponent_field<F>(v);
  const u64 sign = v & F::kSign;
  const bool zero = softfp::is_zero<F>(v);
  u64 hints = 0;
  if (zero) hints |= 2;
  if (softfp::is_inf<F>(v) && !sign) hints |= 4;
  if (softfp::is_nan<F>(v) || (sign && !zero)) hints |= 8;
  if (exp_field <= F::kFraction + 3) hints |= 16;
  if (hints == 0) hints = 1;
  const u64 exp = static_cast<u64>(3 * F::kBias - 1 - (exp_field & 1) - exp_field) >> 1;
  const u64 fraction = kReciprocalRoots[(v >> (F::kFraction - 6)) & 127];  // exponent parity and six fraction bits
  return sign | exp << F::kFraction | fraction << (F::kFraction - kSeedBits) | hints;
}

template <bool kCorrection>
u64 division_seed_words(FpCtx& fp, u64 dividend, u64 divisor) {
  return each_lane<32>([&](u64 a, u64 b) { return division_seed<Single>(fp, a, b, kCorrection); }, dividend, divisor);
}

}  // namespace

u64 frecw(FpCtx& fp, u64 z) {
  z = word0(z);
  if (softfp::is_nan<Single>(z)) return softfp::nan_result<Single>(fp, softfp::is_signalling<Single>(z));
  const u64 sign = z & Single::kSign;
  if (softfp::is_inf<Single>(z)) return sign;
  if (softfp::is_zero<Single>(z)) {
    fp.flags |= kFpDivByZero;
    return sign | Single::kInf;
  }
  const softfp::Exact x = softfp::unpack<Single>(z);
  constexpr u64 kDividend = u64{1} << 63;
  const u64 divisor = static_cast<u64>(x.sig);
  const u64 quotient = kDividend / divisor | (kDividend % divisor != 0);  // 40 bits or more: bit 0 may be sticky
  return softfp::round_pack<Single>(fp, {x.sign, -63 - x.exp, quotient});
}

u64 frsrw(FpCtx& fp, u64 z) {
  z = word0(z);
  if (softfp::is_nan<Single>(z)) return softfp::nan_result<Single>(fp, softfp::is_signalling<Single>(z));
  const u64 sign = z & Single::kSign;
  if (softfp::is_zero<Single>(z)) {
    fp.flags |= kFpDivByZero;
    return sign | Single::kInf;
  }
  if (sign) return softfp::nan_result<Single>(fp, true);
  if (softfp::is_inf<Single>(z)) return 0;
  FpCtx exact;
  const u64 wide = softfp::convert<Single, Double>(exact, z);
  // The host rounds IEEE double square roots and quotients to nearest even. Only powers of four have exact results.
  const u64 root = std::bit_cast<u64>(1.0 / std::sqrt(std::bit_cast<double>(wide)));
  const bool power_of_four = (wide & Double::kFractionMask) == 0 && (exponent_field<Double>(wide) & 1);
  if (!power_of_four) fp.flags |= kFpInexact;
  return softfp::convert<Double, Single>(fp, root);
}

u64 fsdivd(FpCtx& fp, u128 p) { return division_seed<Double>(fp, low(p), high(p), false); }
u64 fsdivw(FpCtx& fp, u128 p) { return division_seed<Single>(fp, low(p), high(p), false); }
u64 fsdivwp(FpCtx& fp, u128 p) { return division_seed_words<false>(fp, low(p), high(p)); }
u64 fcdivd(FpCtx& fp, u128 p) { return division_seed<Double>(fp, low(p), high(p), true); }
u64 fcdivw(FpCtx& fp, u128 p) { return division_seed<Single>(fp, low(p), high(p), true); }
u64 fcdivwp(FpCtx& fp, u128 p) { return division_seed_words<true>(fp, low(p), high(p)); }

u64 fsrecd(FpCtx& fp, u64 z) { return reciprocal_seed<Double>(fp, z); }
u64 fsrecw(FpCtx& fp, u64 z) { return reciprocal_seed<Single>(fp, z); }
u64 fsrecwp(FpCtx& fp, u64 z) {
  return each_lane<32>([&](u64 v) { return reciprocal_seed<Single>(fp, v); }, z);
}

u64 fsrsrd(u64 z) { return root_seed<Double>(z); }
u64 fsrsrw(u64 z) { return root_seed<Single>(word0(z)); }
u64 fsrsrwp(u64 z) { return each_lane<32>(root_seed<Single>, z); }

}  // namespace mppa::exec
