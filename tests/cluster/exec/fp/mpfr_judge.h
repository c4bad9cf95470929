// Independent arithmetic for tests: exact values in MPFR numbers wide enough for any fused operation, and a rounding
// written from the definition (truncate, compare the rest with half a unit).
#pragma once

#include <mpfr.h>

#include "models/cluster/exec/fp/softcore.h"

namespace mppa::test {

struct Outcome {
  u64 bits = 0;
  u8 flags = 0;
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

/// RAII number of 4500 bits: exact for sums of products of any two binary64 numbers.
class Real {
 public:
  Real() { mpfr_init2(value_, 4500); }
  ~Real() { mpfr_clear(value_); }
  Real(const Real&) = delete;
  Real& operator=(const Real&) = delete;
  mpfr_ptr get() { return value_; }
  mpfr_srcptr get() const { return value_; }

 private:
  mpfr_t value_;
};

/// r = finite number `bits` of format F.
template <class F>
void to_real(Real& r, u64 bits) {
  const long field = static_cast<long>((bits >> F::kFraction) & F::kExpMax);
  const u64 sig = (bits & F::kFractionMask) | (field ? F::kFractionMask + 1 : 0);
  mpfr_set_ui_2exp(r.get(), sig, (field ? field : 1) - F::kBias - F::kFraction, MPFR_RNDZ);
  if (bits & F::kSign) mpfr_neg(r.get(), r.get(), MPFR_RNDZ);
}

struct Rounding {
  u64 units;  // magnitude in units of the last place
  bool inexact;
};

/// Rounds |x| / 2^unit to an integer in the given mode.
Rounding round_to_units(const Real& x, long unit, u8 mode);

/// The number of format F that x (not zero) rounds to, with OV, UN and IN.
template <class F>
Outcome judge_rounding(const Real& x, u8 mode, bool tiny_before) {
  const bool negative = mpfr_sgn(x.get()) < 0;
  const long exponent = mpfr_get_exp(x.get()) - 1;
  const long min_exponent = 1 - F::kBias;
  const long unit = (exponent > min_exponent ? exponent : min_exponent) - F::kFraction;
  const Rounding r = round_to_units(x, unit, mode);
  Outcome out;
  out.bits = r.units;
  if (exponent > min_exponent) out.bits += static_cast<u64>(exponent - min_exponent) << F::kFraction;
  if (r.inexact) out.flags = exec::kFpInexact;
  // Tiny: with unlimited exponent range the value (or its rounding) is below the smallest normal number.
  const Rounding unlimited = round_to_units(x, exponent - F::kFraction, mode);
  const bool carries = unlimited.units == 2 * (F::kFractionMask + 1);
  const bool tiny = exponent < min_exponent && (tiny_before || !(carries && exponent == min_exponent - 1));
  if (tiny && r.inexact) out.flags |= exec::kFpUnderflow;
  if (exponent > F::kBias || out.bits >= F::kInf) {
    out.flags = exec::kFpOverflow | exec::kFpInexact;
    const bool outward = mode == exec::kFpUp ? !negative : mode == exec::kFpDown ? negative : false;
    const bool nearest = mode == exec::kFpNearestEven || mode == exec::kFpNearestAway || mode == exec::kFpNearestToZero;
    out.bits = outward || nearest ? F::kInf : F::kMaxFinite;
  }
  if (negative) out.bits |= F::kSign;
  return out;
}

}  // namespace mppa::test
