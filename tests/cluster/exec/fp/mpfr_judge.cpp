#include "tests/cluster/exec/fp/mpfr_judge.h"

namespace mppa::test {

Rounding round_to_units(const Real& x, long unit, u8 mode) {
  static Real scaled;
  static Real rest;
  mpfr_mul_2si(scaled.get(), x.get(), -unit, MPFR_RNDZ);
  mpfr_abs(scaled.get(), scaled.get(), MPFR_RNDZ);
  u64 units = mpfr_get_ui(scaled.get(), MPFR_RNDZ);
  mpfr_sub_ui(rest.get(), scaled.get(), units, MPFR_RNDZ);
  const int against_half = mpfr_cmp_d(rest.get(), 0.5);
  const bool inexact = mpfr_sgn(rest.get()) != 0;
  const bool negative = mpfr_sgn(x.get()) < 0;
  const bool odd = units & 1;
  bool up = false;
  switch (mode) {
    case exec::kFpNearestEven:
      up = against_half > 0 || (against_half == 0 && odd);
      break;
    case exec::kFpUp:
      up = inexact && !negative;
      break;
    case exec::kFpDown:
      up = inexact && negative;
      break;
    case exec::kFpZero:
      break;
    case exec::kFpNearestAway:
      up = against_half >= 0;
      break;
    case exec::kFpNearestToZero:
      up = against_half > 0;
      break;
    default:
      up = inexact && !odd;
      break;
  }
  return {units + (up ? 1 : 0), inexact};
}

}  // namespace mppa::test
