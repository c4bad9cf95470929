// The integer floating-point core against exact MPFR arithmetic, in all seven rounding modes, for every combination of
// formats the instruction set uses.
#include <gtest/gtest.h>

#include "models/cluster/exec/fp.h"
#include "tests/cluster/exec/fp/mpfr_judge.h"
#include "tests/cluster/exec/fp/operands.h"

namespace mppa::test {
namespace {

namespace softfp = exec::softfp;
using exec::FpCtx;
using softfp::Double;
using softfp::Half;
using softfp::Single;

constexpr int kModes = 7;
constexpr int kCases = 120000;

template <class F>
bool finite(u64 v) {
  return !softfp::is_nan<F>(v) && !softfp::is_inf<F>(v);
}

/// Compares one result of the core with the rounding of `exact` (sum of two terms of signs s0 and s1).
template <class F>
void expect_rounded(const Real& exact, bool s0, bool s1, u8 mode, bool tiny_before, u64 got, u8 flags) {
  Outcome want;
  if (mpfr_zero_p(exact.get())) {
    const bool negative = s0 == s1 ? s0 : mode == exec::kFpDown;
    want.bits = negative ? F::kSign : 0;
  } else {
    want = judge_rounding<F>(exact, mode, tiny_before);
  }
  ASSERT_EQ(got, want.bits) << std::hex << "mode " << int{mode};
  ASSERT_EQ(flags, want.flags) << std::hex << "mode " << int{mode} << " result " << got;
}

template <class F>
void check_add() {
  Operands<F> operands(F::kWidth);
  Real a, b;
  for (int i = 0; i < kCases; ++i) {
    const u64 x = operands.any() & F::kMask;
    u64 y = operands.any() & F::kMask;
    if (i % 4 == 0) y = (x ^ F::kSign) + (operands.bits() & 7);  // cancellation
    if (!finite<F>(x) || !finite<F>(y)) continue;
    FpCtx fp{static_cast<u8>(i % kModes), 0};
    const u64 got = softfp::add<F>(fp, x, y);
    to_real<F>(a, x);
    to_real<F>(b, y);
    mpfr_add(a.get(), a.get(), b.get(), MPFR_RNDZ);
    expect_rounded<F>(a, x & F::kSign, y & F::kSign, fp.round, false, got, fp.flags);
    if (testing::Test::HasFatalFailure()) FAIL() << std::hex << x << " + " << y;
  }
}

template <class In, class Out>
void check_fused(bool negate) {
  Operands<In> operands(In::kWidth * 3 + negate);
  Operands<Out> accumulators(Out::kWidth + negate);
  Real x, y, acc;
  for (int i = 0; i < kCases; ++i) {
    const u64 a = operands.any() & In::kMask;
    const u64 b = operands.any() & In::kMask;
    if (!finite<In>(a) || !finite<In>(b)) continue;
    to_real<In>(x, a);
    to_real<In>(y, b);
    mpfr_mul(x.get(), x.get(), y.get(), MPFR_RNDZ);
    if (negate) mpfr_neg(x.get(), x.get(), MPFR_RNDZ);
    const bool product_sign = (((a & In::kSign) != 0) != ((b & In::kSign) != 0)) != negate;
    u64 c = accumulators.any() & Out::kMask;
    if (i % 3 == 0 && !mpfr_zero_p(x.get())) {  // near the negated product: cancellation
      c = (judge_rounding<Out>(x, exec::kFpNearestEven, false).bits ^ Out::kSign) + (accumulators.bits() & 3);
    }
    if (!finite<Out>(c)) continue;
    FpCtx fp{static_cast<u8>(i % kModes), 0};
    const u64 got = softfp::fused_multiply_add<In, Out>(fp, c, a, b, negate);
    to_real<Out>(acc, c);
    mpfr_add(acc.get(), acc.get(), x.get(), MPFR_RNDZ);
    expect_rounded<Out>(acc, c & Out::kSign, product_sign, fp.round, false, got, fp.flags);
    if (testing::Test::HasFatalFailure()) FAIL() << std::hex << c << " + " << a << " * " << b;
  }
}

template <class In, class Out>
void check_multiply() {
  Operands<In> operands(In::kWidth + 5);
  Real x, y;
  for (int i = 0; i < kCases; ++i) {
    const u64 a = operands.any() & In::kMask;
    const u64 b = operands.any() & In::kMask;
    if (!finite<In>(a) || !finite<In>(b)) continue;
    FpCtx fp{static_cast<u8>(i % kModes), 0};
    const u64 got = softfp::multiply<In, Out>(fp, a, b);
    to_real<In>(x, a);
    to_real<In>(y, b);
    mpfr_mul(x.get(), x.get(), y.get(), MPFR_RNDZ);
    const bool sign = ((a ^ b) & In::kSign) != 0;
    expect_rounded<Out>(x, sign, sign, fp.round, false, got, fp.flags);
    if (testing::Test::HasFatalFailure()) FAIL() << std::hex << a << " * " << b;
  }
}

template <class Out>
void check_dot2(bool negate) {
  Operands<Single> operands(77 + negate);
  Real x, y, z;
  for (int i = 0; i < kCases; ++i) {
    const u64 a0 = operands.any() & Single::kMask;
    const u64 b0 = operands.any() & Single::kMask;
    u64 a1 = operands.any() & Single::kMask;
    u64 b1 = operands.any() & Single::kMask;
    if (i % 3 == 0) {  // nearly equal products
      a1 = (b0 + (operands.bits() & 1)) & Single::kMask;
      b1 = a0 ^ (negate ? 0 : Single::kSign);
    }
    if (!finite<Single>(a0) || !finite<Single>(b0) || !finite<Single>(a1) || !finite<Single>(b1)) continue;
    FpCtx fp{static_cast<u8>(i % kModes), 0};
    const u64 got = softfp::dot2<Single, Out>(fp, a0, b0, a1, b1, negate);
    to_real<Single>(x, a0);
    to_real<Single>(y, b0);
    mpfr_mul(x.get(), x.get(), y.get(), MPFR_RNDZ);
    to_real<Single>(z, a1);
    to_real<Single>(y, b1);
    mpfr_mul(z.get(), z.get(), y.get(), MPFR_RNDZ);
    if (negate) mpfr_neg(z.get(), z.get(), MPFR_RNDZ);
    mpfr_add(x.get(), x.get(), z.get(), MPFR_RNDZ);
    const bool s0 = ((a0 ^ b0) & Single::kSign) != 0;
    const bool s1 = (((a1 ^ b1) & Single::kSign) != 0) != negate;
    expect_rounded<Out>(x, s0, s1, fp.round, true, got, fp.flags);
    if (testing::Test::HasFatalFailure()) FAIL() << std::hex << a0 << ' ' << b0 << ' ' << a1 << ' ' << b1;
  }
}

template <class In, class Out>
void check_convert() {
  Operands<In> operands(In::kWidth + 9);
  Real x;
  for (int i = 0; i < kCases; ++i) {
    u64 a = operands.any() & In::kMask;
    if (i % 2 && In::kWidth > Out::kWidth) {  // around the range of the narrow format
      const u64 field =
          In::kBias - Out::kBias - Out::kFraction - 3 + operands.bits() % (Out::kExpMax + Out::kFraction + 6);
      a = (a & (In::kSign | In::kFractionMask)) | field << In::kFraction;
    }
    if (!finite<In>(a)) continue;
    FpCtx fp{static_cast<u8>(i % kModes), 0};
    const u64 got = softfp::convert<In, Out>(fp, a);
    to_real<In>(x, a);
    expect_rounded<Out>(x, a & In::kSign, a & In::kSign, fp.round, false, got, fp.flags);
    if (testing::Test::HasFatalFailure()) FAIL() << std::hex << a;
  }
}

TEST(FpExact, AddHalf) { check_add<Half>(); }
TEST(FpExact, AddSingle) { check_add<Single>(); }
TEST(FpExact, AddDouble) { check_add<Double>(); }
TEST(FpExact, MultiplyHalf) { check_multiply<Half, Half>(); }
TEST(FpExact, MultiplySingle) { check_multiply<Single, Single>(); }
TEST(FpExact, MultiplyDouble) { check_multiply<Double, Double>(); }
TEST(FpExact, MultiplyHalfToSingle) { check_multiply<Half, Single>(); }
TEST(FpExact, MultiplySingleToDouble) { check_multiply<Single, Double>(); }
TEST(FpExact, FusedHalf) { check_fused<Half, Half>(false); }
TEST(FpExact, FusedSingle) { check_fused<Single, Single>(true); }
TEST(FpExact, FusedDouble) { check_fused<Double, Double>(false); }
TEST(FpExact, FusedDoubleNegated) { check_fused<Double, Double>(true); }
TEST(FpExact, FusedHalfToSingle) { check_fused<Half, Single>(false); }
TEST(FpExact, FusedSingleToDouble) { check_fused<Single, Double>(true); }
TEST(FpExact, Dot2Single) { check_dot2<Single>(false); }
TEST(FpExact, Dot2SingleDifference) { check_dot2<Single>(true); }
TEST(FpExact, Dot2Double) { check_dot2<Double>(false); }
TEST(FpExact, NarrowSingle) { check_convert<Single, Half>(); }
TEST(FpExact, NarrowDouble) { check_convert<Double, Single>(); }
TEST(FpExact, WidenHalf) { check_convert<Half, Single>(); }
TEST(FpExact, WidenSingle) { check_convert<Single, Double>(); }

// frecw is the correctly rounded reciprocal; frsrw rounds twice and is compared within that definition.
TEST(FpExact, Reciprocal) {
  Operands<Single> operands(5);
  Real x;
  for (int i = 0; i < kCases; ++i) {
    const u64 a = operands.any() & Single::kMask;
    if (!finite<Single>(a) || softfp::is_zero<Single>(a)) continue;
    FpCtx fp{static_cast<u8>(i % kModes), 0};
    const u64 got = exec::frecw(fp, a);
    to_real<Single>(x, a);
    mpfr_ui_div(x.get(), 1, x.get(), MPFR_RNDZ);
    expect_rounded<Single>(x, false, false, fp.round, false, got, fp.flags);
    if (HasFatalFailure()) FAIL() << std::hex << a;
  }
}

TEST(FpExact, ReciprocalSquareRoot) {
  Operands<Single> operands(6);
  Real x;
  for (int i = 0; i < kCases; ++i) {
    const u64 a = operands.any() & Single::kMask & ~Single::kSign;
    if (!finite<Single>(a) || softfp::is_zero<Single>(a)) continue;
    FpCtx fp{static_cast<u8>(i % kModes), 0};
    const u64 got = exec::frsrw(fp, a);
    to_real<Single>(x, a);
    mpfr_t root;
    mpfr_init2(root, 53);
    mpfr_sqrt(root, x.get(), MPFR_RNDN);
    mpfr_ui_div(root, 1, root, MPFR_RNDN);
    const bool exact = mpfr_cmp_ui_2exp(root, 1, mpfr_get_exp(root) - 1) == 0 && mpfr_min_prec(x.get()) == 1;
    mpfr_set(x.get(), root, MPFR_RNDZ);
    mpfr_clear(root);
    Outcome want = judge_rounding<Single>(x, fp.round, false);
    if (!exact) want.flags |= exec::kFpInexact;
    ASSERT_EQ(got, want.bits) << std::hex << a;
    ASSERT_EQ(fp.flags, want.flags) << std::hex << a;
  }
}

/// fixed/float against the definition: round(z * 2^u6) and z * 2^-u6.
TEST(FpExact, FloatToFixed) {
  Operands<Double> operands(8);
  Real x;
  for (int i = 0; i < kCases; ++i) {
    u64 a = operands.any();
    if (i % 2) a = (a & (Double::kSign | Double::kFractionMask)) | (Double::kBias - 60 + operands.bits() % 70) << 52;
    if (!finite<Double>(a)) continue;
    const u64 scale = operands.bits() & 63;
    FpCtx fp{static_cast<u8>(i % kModes), 0};
    const u64 got = exec::fixedd(fp, a, scale);
    to_real<Double>(x, a);
    mpfr_mul_2ui(x.get(), x.get(), scale, MPFR_RNDZ);
    const bool negative = mpfr_sgn(x.get()) < 0;
    Outcome want;
    if (mpfr_cmpabs_ui(x.get(), 0) == 0) {
      want = {0, 0};
    } else if (mpfr_get_exp(x.get()) > 64) {
      want = {negative ? Double::kSign : Double::kSign - 1, exec::kFpInvalid};
    } else {
      const Rounding r = round_to_units(x, 0, fp.round);
      const bool fits = r.units <= (negative ? Double::kSign : Double::kSign - 1) && !(r.units == 0 && !r.inexact);
      want.bits = !fits ? (negative ? Double::kSign : Double::kSign - 1) : negative ? -r.units : r.units;
      want.flags = !fits ? exec::kFpInvalid : r.inexact ? exec::kFpInexact : 0;
    }
    ASSERT_EQ(got, want.bits) << std::hex << a << " scale " << scale;
    ASSERT_EQ(fp.flags, want.flags) << std::hex << a << " scale " << scale << " result " << got;
  }
}

TEST(FpExact, FixedToFloat) {
  Operands<Double> operands(9);
  Real x;
  for (int i = 0; i < kCases; ++i) {
    const u64 z = operands.bits() >> operands.bits() % 64;
    const u64 scale = operands.bits() & 63;
    if (z == 0) continue;
    FpCtx fp{static_cast<u8>(i % kModes), 0};
    const bool is_signed = operands.bits() & 1;
    const u64 got = is_signed ? exec::floatd(fp, z, scale) : exec::floatud(fp, z, scale);
    if (is_signed) {
      mpfr_set_si(x.get(), static_cast<long>(z), MPFR_RNDZ);
    } else {
      mpfr_set_ui(x.get(), z, MPFR_RNDZ);
    }
    mpfr_div_2ui(x.get(), x.get(), scale, MPFR_RNDZ);
    expect_rounded<Double>(x, false, false, fp.round, false, got, fp.flags);
    if (HasFatalFailure()) FAIL() << std::hex << z << " scale " << scale;
  }
}

}  // namespace
}  // namespace mppa::test
