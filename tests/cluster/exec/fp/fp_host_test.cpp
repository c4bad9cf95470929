// The instructions for binary32 and binary64 sums, products and fused multiply-adds against the host FPU: results and
// flags in its four rounding modes, millions of operands.
#include <gtest/gtest.h>

#include "models/cluster/exec/fp.h"
#include "tests/cluster/exec/fp/host_fpu.h"
#include "tests/cluster/exec/fp/operands.h"

namespace mppa::test {
namespace {

using exec::FpCtx;
using exec::softfp::Double;
using exec::softfp::is_nan;
using exec::softfp::Single;

constexpr int kCases = 700000;

using Function = u64 (*)(FpCtx&, u64, u64, u64);

/// `function` computes a * b + c (or the part of it that `op` names) on format F.
template <class F>
void compare(HostOp op, Function function) {
  Operands<F> operands(static_cast<u64>(op) * 100 + F::kWidth);
  for (int i = 0; i < kCases; ++i) {
    const u64 a = operands.any() & F::kMask;
    const u64 b = operands.any() & F::kMask;
    u64 c = operands.any() & F::kMask;
    if (i % 8 == 0) {  // cancellation: c close to -(a * b), or to -b
      c = op == HostOp::kAdd ? b : host_compute<F>(HostOp::kMultiply, 0, a, b, 0).bits;
      c = (c ^ F::kSign) + (operands.bits() & 3);
      c &= F::kMask;
    }
    const u64 choice = operands.bits() & 7;
    FpCtx fp{static_cast<u8>(choice < 4 ? choice : 0), 0};  // nearest even more often: it has a fast path
    const u64 got = function(fp, a, b, c);
    const Outcome want = host_compute<F>(op, fp.round, a, b, c);
    ASSERT_EQ(got, want.bits) << std::hex << a << ' ' << b << ' ' << c << " mode " << int{fp.round};
    // x86 does not call Inf * 0 + quiet NaN invalid; that rule has its own test.
    if (op == HostOp::kFused && is_nan<F>(c)) continue;
    ASSERT_EQ(fp.flags, want.flags) << std::hex << a << ' ' << b << ' ' << c << " mode " << int{fp.round};
  }
}

TEST(FpHost, AddSingle) {
  compare<Single>(HostOp::kAdd, [](FpCtx& fp, u64, u64 b, u64 c) { return exec::faddw(fp, b, c); });
}
TEST(FpHost, AddDouble) {
  compare<Double>(HostOp::kAdd, [](FpCtx& fp, u64, u64 b, u64 c) { return exec::faddd(fp, b, c); });
}
TEST(FpHost, SubtractSingle) {
  compare<Single>(HostOp::kAdd, [](FpCtx& fp, u64, u64 b, u64 c) { return exec::fsbfw(fp, b ^ Single::kSign, c); });
}
TEST(FpHost, SubtractDouble) {
  compare<Double>(HostOp::kAdd, [](FpCtx& fp, u64, u64 b, u64 c) { return exec::fsbfd(fp, b ^ Double::kSign, c); });
}
TEST(FpHost, MultiplySingle) {
  compare<Single>(HostOp::kMultiply, [](FpCtx& fp, u64 a, u64 b, u64) { return exec::fmulw(fp, a, b); });
}
TEST(FpHost, MultiplyDouble) {
  compare<Double>(HostOp::kMultiply, [](FpCtx& fp, u64 a, u64 b, u64) { return exec::fmuld(fp, a, b); });
}
TEST(FpHost, FusedSingle) {
  compare<Single>(HostOp::kFused, [](FpCtx& fp, u64 a, u64 b, u64 c) { return exec::ffmaw(fp, c, a, b); });
}
TEST(FpHost, FusedDouble) {
  compare<Double>(HostOp::kFused, [](FpCtx& fp, u64 a, u64 b, u64 c) { return exec::ffmad(fp, c, a, b); });
}
TEST(FpHost, FusedSubtractSingle) {
  compare<Single>(HostOp::kFused,
                  [](FpCtx& fp, u64 a, u64 b, u64 c) { return exec::ffmsw(fp, c, a ^ Single::kSign, b); });
}
TEST(FpHost, FusedSubtractDouble) {
  compare<Double>(HostOp::kFused,
                  [](FpCtx& fp, u64 a, u64 b, u64 c) { return exec::ffmsd(fp, c, a ^ Double::kSign, b); });
}

}  // namespace
}  // namespace mppa::test
