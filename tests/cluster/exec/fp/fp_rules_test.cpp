// Rules beyond plain rounding: NaNs, infinities, invalid operations, underflow detection, minimum and maximum,
// comparisons, saturating conversions, seeds. Bit patterns are written out so that each case can be read.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <ostream>

#include "models/cluster/exec/fp.h"

namespace mppa::test {
namespace {

using namespace exec;  // NOLINT(google-build-using-namespace): the instructions under test

constexpr u64 kNanD = 0x7ff8000000000000;
constexpr u64 kNanW = 0x7fc00000;
constexpr u64 kInfW = 0x7f800000;
constexpr u64 kNegInfW = 0xff800000;
constexpr u64 kSnanW = 0x7f800001;
constexpr u64 kQnanW = 0xffc12345;
constexpr u64 kOneW = 0x3f800000;
constexpr u64 kMinusZeroW = 0x80000000;

struct Result {
  u64 bits;
  u8 flags;
  friend bool operator==(const Result&, const Result&) = default;
};
std::ostream& operator<<(std::ostream& out, const Result& r) {
  return out << std::hex << r.bits << " flags " << int{r.flags};
}

template <class F, class... Args>
Result run(u8 round, F function, Args... args) {
  FpCtx fp{round, 0};
  const u64 bits = static_cast<u64>(function(fp, args...));
  return {bits, fp.flags};
}
template <class F, class... Args>
Result nearest(F function, Args... args) {
  return run(kFpNearestEven, function, args...);
}

TEST(FpRules, NanOperandGivesDefaultNan) {
  EXPECT_EQ(nearest(faddw, kQnanW, kOneW), (Result{kNanW, 0}));
  EXPECT_EQ(nearest(faddw, kOneW, kSnanW), (Result{kNanW, kFpInvalid}));
  EXPECT_EQ(nearest(fmuld, u64{0xfff8000000000123}, u64{0}), (Result{kNanD, 0}));
  EXPECT_EQ(nearest(fmulhq, u64{0xfe01}, u64{0x3c00}), (Result{0x7e00, 0}));
  EXPECT_EQ(nearest(ffmaw, kSnanW, kOneW, kOneW), (Result{kNanW, kFpInvalid}));
  EXPECT_EQ(nearest(fwidenlwd, kSnanW), (Result{kNanD, kFpInvalid}));
  EXPECT_EQ(nearest(fnarrowdw, u64{0xffffffffffffffff}), (Result{kNanW, 0}));
}

TEST(FpRules, InvalidOperations) {
  EXPECT_EQ(nearest(faddw, kInfW, kNegInfW), (Result{kNanW, kFpInvalid}));
  EXPECT_EQ(nearest(fsbfw, kInfW, kInfW), (Result{kNanW, kFpInvalid}));
  EXPECT_EQ(nearest(fmulw, kInfW, kMinusZeroW), (Result{kNanW, kFpInvalid}));
  EXPECT_EQ(nearest(ffmaw, kNegInfW, kInfW, kOneW), (Result{kNanW, kFpInvalid}));
  EXPECT_EQ(nearest(ffmsw, kNegInfW, kInfW, kOneW), (Result{kNegInfW, 0}));
  // Infinity times zero plus a quiet NaN: invalid for fused multiply-adds, not for dot products.
  EXPECT_EQ(nearest(ffmaw, kQnanW, kInfW, u64{0}), (Result{kNanW, kFpInvalid}));
  EXPECT_EQ(nearest(fdot2w, kInfW | kQnanW << 32, kOneW << 32), (Result{kNanW, 0}));
  EXPECT_EQ(nearest(fdot2w, kInfW | kSnanW << 32, kOneW << 32), (Result{kNanW, kFpInvalid}));
  EXPECT_EQ(nearest(fdot2w, kInfW | kInfW << 32, kOneW | (kOneW | kMinusZeroW) << 32), (Result{kNanW, kFpInvalid}));
}

TEST(FpRules, SignOfExactZero) {
  EXPECT_EQ(nearest(faddw, kOneW, kOneW | kMinusZeroW), (Result{0, 0}));
  EXPECT_EQ(run(kFpDown, faddw, kOneW, kOneW | kMinusZeroW), (Result{kMinusZeroW, 0}));
  EXPECT_EQ(nearest(faddw, kMinusZeroW, kMinusZeroW), (Result{kMinusZeroW, 0}));
  EXPECT_EQ(run(kFpDown, fsbfw, kMinusZeroW, u64{0}), (Result{0, 0}));  // 0 - (-0)
  EXPECT_EQ(nearest(fdot2w, kMinusZeroW, kOneW), (Result{0, 0}));       // -0 + 0
  EXPECT_EQ(run(kFpDown, fdot2w, kMinusZeroW, kOneW), (Result{kMinusZeroW, 0}));
}

// 0x1.fffffep-1 * 0x1p-126 rounds up to the smallest normal number: not tiny after rounding, tiny before.
TEST(FpRules, UnderflowDetection) {
  constexpr u64 kBelowOne = 0x3f7fffff;
  constexpr u64 kMinNormal = 0x00800000;
  EXPECT_EQ(nearest(fmulw, kBelowOne, kMinNormal), (Result{kMinNormal, kFpInexact | kFpUnderflow}));
  // One more bit of precision would hold it exactly, so rounding with unlimited exponent leaves it below 2^-126;
  // 0x1.ffffffp-1 does round up: (1 + 2^-23) * (1 - 2^-23) * 2^-126.
  constexpr u64 kJustAboveOne = 0x3f800001;
  constexpr u64 kTwoUlpsBelow = 0x007fffff;  // largest subnormal, (1 - 2^-23) * 2^-126
  EXPECT_EQ(nearest(fmulw, kJustAboveOne, kTwoUlpsBelow), (Result{kMinNormal, kFpInexact}));
  EXPECT_EQ(nearest(ffmaw, u64{0}, kJustAboveOne, kTwoUlpsBelow), (Result{kMinNormal, kFpInexact}));
  EXPECT_EQ(nearest(fdot2w, kJustAboveOne, kTwoUlpsBelow), (Result{kMinNormal, kFpInexact | kFpUnderflow}));
}

TEST(FpRules, OverflowPerMode) {
  constexpr u64 kMax = 0x7f7fffff;
  constexpr u8 kRaised = kFpOverflow | kFpInexact;
  constexpr u64 kTwo = 0x40000000;
  constexpr u64 kMinusTwo = 0xc0000000;
  for (const u8 mode : {kFpNearestEven, kFpNearestAway, kFpNearestToZero, kFpUp}) {
    EXPECT_EQ(run(mode, fmulw, kMax, kTwo), (Result{kInfW, kRaised})) << int{mode};
  }
  for (const u8 mode : {kFpZero, kFpDown, kFpOdd}) {
    EXPECT_EQ(run(mode, fmulw, kMax, kTwo), (Result{kMax, kRaised})) << int{mode};
  }
  EXPECT_EQ(run(kFpDown, fmulw, kMax, kMinusTwo), (Result{kNegInfW, kRaised}));
  EXPECT_EQ(run(kFpUp, fmulw, kMax, kMinusTwo), (Result{kMax | kMinusZeroW, kRaised}));
}

TEST(FpRules, HalfwayCasesPerMode) {
  // 1 + 2^-24: halfway between 1 and the next number; (1 + 2^-23) + 2^-24: halfway, odd below.
  constexpr u64 kHalfUlp = 0x33800000;
  EXPECT_EQ(nearest(faddw, kOneW, kHalfUlp).bits, kOneW);
  EXPECT_EQ(nearest(faddw, kOneW + 1, kHalfUlp).bits, kOneW + 2);
  EXPECT_EQ(run(kFpNearestAway, faddw, kOneW, kHalfUlp).bits, kOneW + 1);
  EXPECT_EQ(run(kFpNearestToZero, faddw, kOneW + 1, kHalfUlp).bits, kOneW + 1);
  EXPECT_EQ(run(kFpOdd, faddw, kOneW, kHalfUlp).bits, kOneW + 1);
  EXPECT_EQ(run(kFpOdd, faddw, kOneW + 1, kHalfUlp).bits, kOneW + 1);
}

TEST(FpRules, MinMax) {
  EXPECT_EQ(fminw(kQnanW, kOneW), kOneW);
  EXPECT_EQ(fmaxw(kOneW, kQnanW), kOneW);
  EXPECT_EQ(fminw(kQnanW, kNanW), kQnanW);  // two quiet NaNs: the first, unchanged
  EXPECT_EQ(fminw(kOneW, kSnanW), kSnanW);  // a signalling NaN wins, unchanged
  EXPECT_EQ(fmaxw(kQnanW, kSnanW), kSnanW);
  EXPECT_EQ(fmaxw(kMinusZeroW, 0), u64{0});
  EXPECT_EQ(fminw(0, kMinusZeroW), kMinusZeroW);
  EXPECT_EQ(fmaxhq(0x8000'3c00'fc00'7c01, 0x0000'4000'0001'3c00), u64{0x0000'4000'0001'7c01});
}

TEST(FpRules, Comparisons) {
  enum : u8 { kOne, kUeq, kOeq, kUne, kOlt, kUge, kOge, kUlt };
  constexpr u64 kTwo = 0x40000000;
  const auto row = [](u64 a, u64 b) {
    u64 bits = 0;
    for (u8 code = 0; code < 8; ++code) bits |= fcompw(code, a, b) << code;
    return bits;
  };
  EXPECT_EQ(row(kOneW, kTwo), u64{1 << kOne | 1 << kUne | 1 << kOlt | 1 << kUlt});
  EXPECT_EQ(row(kTwo, kOneW), u64{1 << kOne | 1 << kUne | 1 << kUge | 1 << kOge});
  EXPECT_EQ(row(0, kMinusZeroW), u64{1 << kUeq | 1 << kOeq | 1 << kUge | 1 << kOge});
  EXPECT_EQ(row(kNegInfW, kMinusZeroW), u64{1 << kOne | 1 << kUne | 1 << kOlt | 1 << kUlt});
  EXPECT_EQ(row(kSnanW, kOneW), u64{1 << kUeq | 1 << kUne | 1 << kUge | 1 << kUlt});
  EXPECT_EQ(fcompnwp(kOlt, kOneW | kTwo << 32, kTwo | kOneW << 32), u64{0xffffffff});
}

TEST(FpRules, FixedSaturates) {
  EXPECT_EQ(nearest(fixedw, kQnanW, u64{3}), (Result{0, kFpInvalid}));
  EXPECT_EQ(nearest(fixedw, kInfW, u64{0}), (Result{0x7fffffff, kFpInvalid}));
  EXPECT_EQ(nearest(fixedw, u64{0xcf000000}, u64{0}), (Result{0x80000000, 0}));           // -2^31 fits
  EXPECT_EQ(nearest(fixedw, u64{0xcf000000}, u64{1}), (Result{0x80000000, kFpInvalid}));  // -2^32 does not
  EXPECT_EQ(nearest(fixeduw, u64{0xbe800000}, u64{0}), (Result{0, kFpInvalid}));          // -0.25
  EXPECT_EQ(nearest(fixeduw, kMinusZeroW, u64{5}), (Result{0, 0}));
  EXPECT_EQ(nearest(fixeduw, u64{0x4f800000}, u64{0}), (Result{0xffffffff, kFpInvalid}));  // 2^32
  EXPECT_EQ(run(kFpUp, fixedd, u64{1}, u64{63}), (Result{1, kFpInexact}));                 // smallest subnormal
  EXPECT_EQ(run(kFpNearestAway, fixedw, u64{0x3f000000}, u64{0}), (Result{1, kFpInexact}));
  EXPECT_EQ(nearest(floatd, ~u64{0}, u64{1}), (Result{0xbfe0000000000000, 0}));  // -1 / 2
}

TEST(FpRules, ReciprocalSpecials) {
  EXPECT_EQ(nearest(frecw, kMinusZeroW), (Result{kNegInfW, kFpDivByZero}));
  EXPECT_EQ(nearest(frecw, kNegInfW), (Result{kMinusZeroW, 0}));
  EXPECT_EQ(nearest(frsrw, kMinusZeroW), (Result{kNegInfW, kFpDivByZero}));
  EXPECT_EQ(nearest(frsrw, kNegInfW), (Result{kNanW, kFpInvalid}));
  EXPECT_EQ(nearest(frsrw, u64{0x40800000}), (Result{0x3f000000, 0}));  // 1 / sqrt(4)
  EXPECT_EQ(nearest(frsrw, kQnanW), (Result{kNanW, 0}));
}

TEST(FpRules, DivisionSeedSpecials) {
  const auto seed = [](u64 dividend, u64 divisor) { return nearest(fsdivw, u128{divisor} << 64 | dividend); };
  EXPECT_EQ(seed(kOneW, kMinusZeroW), (Result{kNegInfW, kFpDivByZero}));
  EXPECT_EQ(seed(kInfW, kMinusZeroW), (Result{kNegInfW, 0}));
  EXPECT_EQ(seed(kInfW, kNegInfW), (Result{0xfffffdfe, kFpInvalid}));
  EXPECT_EQ(seed(0, kMinusZeroW), (Result{0xfffffdfe, kFpInvalid}));
  EXPECT_EQ(seed(kMinusZeroW, kOneW), (Result{kMinusZeroW, 0}));
  EXPECT_EQ(seed(kOneW, kNegInfW), (Result{kMinusZeroW, 0}));
  EXPECT_EQ(seed(kSnanW, kQnanW), (Result{0x7fc00000, kFpInvalid}));  // payload bit 0 is masked
  EXPECT_EQ(seed(kQnanW, kSnanW), (Result{0xffc12144, kFpInvalid}));
  EXPECT_EQ(seed(0x7f000000, 0x80000001), (Result{0x80000600, kFpOverflow | kFpInexact}));
  EXPECT_EQ(seed(kMinusZeroW | kOneW, kOneW), (Result{0x3f7f0001, 0}));  // the sign of a seed is the divisor's
}

// Every seed approximates the reciprocal (root) within 2^-8 for the part of the operand that selects it plus 2^-10 for
// its own nine bits.
TEST(FpRules, SeedsAreClose) {
  const auto number = [](u64 bits) { return std::bit_cast<float>(static_cast<u32>(bits)); };
  const auto fraction = [&](u64 seed) { return double{number(seed & ~u64{0x3fff})}; };
  for (u64 bits = 0x3f800000; bits < 0x40800000; bits += 0x1000) {  // [1, 4)
    const double x = number(bits);
    FpCtx fp;
    EXPECT_NEAR(fraction(fsrecw(fp, bits)) * x, 1.0, 0x1.4p-8) << std::hex << bits;
    EXPECT_NEAR(fraction(fsrsrw(bits)) * std::sqrt(x), 1.0, 0x1.4p-8) << std::hex << bits;
  }
}

}  // namespace
}  // namespace mppa::test
