// Reciprocals, reciprocal square roots and the seeds of software division and square root.
#pragma once

#include "models/cluster/exec/fp/context.h"

namespace mppa::exec {

// Correctly rounded binary32 1/z.
u64 frecw(FpCtx& fp, u64 z);

// 1/sqrt(z): binary64 square root and quotient, each rounded to nearest, then one rounding to binary32.
u64 frsrw(FpCtx& fp, u64 z);

// Seed of a software division low half / high half of p (fsdiv), of its correction step (fcdiv), or of 1/z (fsrec): the
// final result for special operands, else an approximation of 1/divisor with 9 fraction bits whose low 13 bits tell
// software what to mind. See seed.cpp.
u64 fsdivd(FpCtx& fp, u128 p);
u64 fsdivw(FpCtx& fp, u128 p);
u64 fsdivwp(FpCtx& fp, u128 p);
u64 fcdivd(FpCtx& fp, u128 p);
u64 fcdivw(FpCtx& fp, u128 p);
u64 fcdivwp(FpCtx& fp, u128 p);
u64 fsrecd(FpCtx& fp, u64 z);
u64 fsrecw(FpCtx& fp, u64 z);
u64 fsrecwp(FpCtx& fp, u64 z);

// Seed of 1/sqrt(z) with 9 fraction bits; the low 5 bits tell software what to mind. No flags.
u64 fsrsrd(u64 z);
u64 fsrsrw(u64 z);
u64 fsrsrwp(u64 z);

}  // namespace mppa::exec
