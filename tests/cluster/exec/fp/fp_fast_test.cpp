// Every instruction with a shortcut past the integer core against that core, lane by lane: results and flags, in all
// rounding modes (nearest even, the shortcuts' mode, most often).
#include <gtest/gtest.h>

#include "models/cluster/exec/fp.h"
#include "models/cluster/exec/fp/softcore.h"
#include "tests/cluster/exec/fp/operands.h"

namespace mppa::test {
namespace {

using exec::FpCtx;
using exec::softfp::Double;
using exec::softfp::Half;
using exec::softfp::Single;
namespace softfp = exec::softfp;

constexpr int kCases = 300000;

/// Operands a, b of format In and c of format Out, c often close to -(a * b).
template <class In, class Out>
class Triples {
 public:
  explicit Triples(u64 seed) : in_(seed), out_(seed + 1) {}

  void next() {
    a = in_.any() & In::kMask;
    b = in_.any() & In::kMask;
    c = out_.any() & Out::kMask;
    const u64 choice = out_.bits();
    if (choice % 4 == 0) {
      FpCtx fp;
      c = (softfp::multiply<In, Out>(fp, a, b) ^ Out::kSign) + (choice >> 8 & 3);
      c &= Out::kMask;
    }
    round = static_cast<u8>((choice >> 16) % 16 < 7 ? (choice >> 16) % 16 : 0);
  }

  u64 a = 0;
  u64 b = 0;
  u64 c = 0;
  u8 round = 0;

 private:
  Operands<In> in_;
  Operands<Out> out_;
};

template <class In, class Out, class Fast, class Slow>
void compare(u64 seed, Fast fast, Slow slow) {
  Triples<In, Out> t(seed);
  for (int i = 0; i < kCases; ++i) {
    t.next();
    FpCtx quick{t.round, 0};
    FpCtx exact{t.round, 0};
    const u64 got = fast(quick, t.a, t.b, t.c) & Out::kMask;  // lane 0 (the others hold zeros)
    const u64 want = slow(exact, t.a, t.b, t.c);
    ASSERT_EQ(got, want) << std::hex << t.a << ' ' << t.b << ' ' << t.c << " mode " << int{t.round};
    ASSERT_EQ(quick.flags, exact.flags) << std::hex << t.a << ' ' << t.b << ' ' << t.c << " mode " << int{t.round};
  }
}

template <class In, class Out, bool kNegate>
u64 soft_fused(FpCtx& fp, u64 a, u64 b, u64 c) {
  return softfp::fused_multiply_add<In, Out>(fp, c, a, b, kNegate);
}
template <class In, class Out>
u64 soft_product(FpCtx& fp, u64 a, u64 b, u64) {
  return softfp::multiply<In, Out>(fp, a, b);
}
template <class F>
u64 soft_sum(FpCtx& fp, u64, u64 b, u64 c) {
  return softfp::add<F>(fp, b, c);
}
template <class F>
u64 soft_difference(FpCtx& fp, u64, u64 b, u64 c) {
  return softfp::subtract_from<F>(fp, b, c);
}

#define MPPA_PRODUCT(name) [](FpCtx& fp, u64 a, u64 b, u64) { return static_cast<u64>(exec::name(fp, a, b)); }
#define MPPA_SUM(name) [](FpCtx& fp, u64, u64 b, u64 c) { return static_cast<u64>(exec::name(fp, b, c)); }
#define MPPA_FUSED(name) [](FpCtx& fp, u64 a, u64 b, u64 c) { return static_cast<u64>(exec::name(fp, c, a, b)); }

TEST(FpFast, Sums) {
  compare<Half, Half>(1, MPPA_SUM(faddhq), soft_sum<Half>);
  compare<Half, Half>(2, MPPA_SUM(fsbfhq), soft_difference<Half>);
  compare<Single, Single>(3, MPPA_SUM(faddw), soft_sum<Single>);
  compare<Single, Single>(4, MPPA_SUM(fsbfw), soft_difference<Single>);
  compare<Double, Double>(5, MPPA_SUM(faddd), soft_sum<Double>);
  compare<Double, Double>(6, MPPA_SUM(fsbfd), soft_difference<Double>);
}
TEST(FpFast, Products) {
  compare<Half, Half>(11, MPPA_PRODUCT(fmulhq), soft_product<Half, Half>);
  compare<Single, Single>(12, MPPA_PRODUCT(fmulw), soft_product<Single, Single>);
  compare<Double, Double>(13, MPPA_PRODUCT(fmuld), soft_product<Double, Double>);
  compare<Half, Single>(14, MPPA_PRODUCT(fmulhw), soft_product<Half, Single>);
  compare<Single, Double>(15, MPPA_PRODUCT(fmulwd), soft_product<Single, Double>);
}
TEST(FpFast, Fused) {
  compare<Half, Half>(21, MPPA_FUSED(ffmahq), soft_fused<Half, Half, false>);
  compare<Half, Half>(22, MPPA_FUSED(ffmshq), soft_fused<Half, Half, true>);
  compare<Single, Single>(23, MPPA_FUSED(ffmaw), soft_fused<Single, Single, false>);
  compare<Single, Single>(24, MPPA_FUSED(ffmsw), soft_fused<Single, Single, true>);
  compare<Double, Double>(25, MPPA_FUSED(ffmad), soft_fused<Double, Double, false>);
  compare<Double, Double>(26, MPPA_FUSED(ffmsd), soft_fused<Double, Double, true>);
}
TEST(FpFast, FusedMixed) {
  compare<Half, Single>(31, MPPA_FUSED(ffmahw), soft_fused<Half, Single, false>);
  compare<Half, Single>(32, MPPA_FUSED(ffmshw), soft_fused<Half, Single, true>);
  compare<Single, Double>(33, MPPA_FUSED(ffmawd), soft_fused<Single, Double, false>);
  compare<Single, Double>(34, MPPA_FUSED(ffmswd), soft_fused<Single, Double, true>);
}

/// Two-term products: z = (a, c), y = (b, d) with d from the last operand's neighbourhood of -(a * b) / c being 1.
template <class Fast, class Slow>
void compare_pairs(u64 seed, Fast fast, Slow slow) {
  Triples<Single, Single> t(seed);
  Operands<Single> more(seed + 7);
  for (int i = 0; i < kCases; ++i) {
    t.next();
    const u64 d = i % 2 ? u64{Single::kBias} << Single::kFraction : more.any() & Single::kMask;
    const u64 z = t.a | t.c << 32;
    const u64 y = t.b | d << 32;
    FpCtx quick{t.round, 0};
    FpCtx exact{t.round, 0};
    const u128 got = fast(quick, z, y);
    const u128 want = slow(exact, t.a, t.b, t.c, d);
    ASSERT_TRUE(got == want) << std::hex << z << ' ' << y << " mode " << int{t.round};
    ASSERT_EQ(quick.flags, exact.flags) << std::hex << z << ' ' << y << " mode " << int{t.round};
  }
}

TEST(FpFast, DotProducts) {
  compare_pairs(41, exec::fdot2w, [](FpCtx& fp, u64 a, u64 b, u64 c, u64 d) {
    return u128{softfp::dot2<Single, Single>(fp, a, b, c, d, false)};
  });
  compare_pairs(42, exec::fdot2wd, [](FpCtx& fp, u64 a, u64 b, u64 c, u64 d) {
    return u128{softfp::dot2<Single, Double>(fp, a, b, c, d, false)};
  });
}

template <class Out, bool kConjugate>
u128 soft_complex(FpCtx& fp, u64 a, u64 b, u64 c, u64 d) {
  const u64 real = softfp::dot2<Single, Out>(fp, a, b, c, d, !kConjugate);
  const u64 imaginary = softfp::dot2<Single, Out>(fp, a, d, c, b, kConjugate);
  return u128{imaginary} << Out::kWidth | real;
}
TEST(FpFast, ComplexProducts) {
  compare_pairs(51, exec::fmulwc, soft_complex<Single, false>);
  compare_pairs(52, exec::fmulwc_c, soft_complex<Single, true>);
  compare_pairs(53, exec::fmulwdc, soft_complex<Double, false>);
  compare_pairs(54, exec::fmulwdc_c, soft_complex<Double, true>);
}

// All four lanes of half operations: lane 0 is compared above, the others must do the same.
TEST(FpFast, LanesAreAlike) {
  Operands<Half> operands(61);
  for (int i = 0; i < 20000; ++i) {
    const u64 acc = operands.bits();
    const u64 z = operands.bits();
    const u64 y = operands.bits();
    FpCtx all;
    FpCtx single;
    const u64 got = exec::ffmahq(all, acc, z, y);
    u64 want = 0;
    for (int shift = 0; shift < 64; shift += 16) {
      const u64 lane = exec::ffmahq(single, acc >> shift & 0xffff, z >> shift & 0xffff, y >> shift & 0xffff);
      want |= (lane & 0xffff) << shift;
    }
    ASSERT_EQ(got, want);
  }
}

}  // namespace
}  // namespace mppa::test
