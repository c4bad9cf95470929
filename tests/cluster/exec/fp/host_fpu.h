// The host FPU as a judge for binary32 and binary64, with rounding mode and exception flags.
#pragma once

#include "tests/cluster/exec/fp/mpfr_judge.h"

namespace mppa::test {

enum class HostOp { kAdd, kMultiply, kFused };  // b + c, a * b, a * b + c

/// Runs the operation under FpRound 0..3; NaN results are replaced by the default NaN.
template <class F>
Outcome host_compute(HostOp op, u8 round, u64 a, u64 b, u64 c);

}  // namespace mppa::test
