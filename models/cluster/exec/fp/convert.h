// Conversions between floating-point formats and to and from scaled integers.
#pragma once

#include "models/cluster/exec/fp/context.h"

namespace mppa::exec {

// round(z * 2^u6) to a signed (u: unsigned) integer. Out of range saturates with IO and without IN; NaN gives 0 with
// IO; the unsigned forms give 0 with IO for every negative number but -0.
u64 fixedd(FpCtx& fp, u64 z, u64 u6);
u64 fixedw(FpCtx& fp, u64 z, u64 u6);
u64 fixedwp(FpCtx& fp, u64 z, u64 u6);
u64 fixedud(FpCtx& fp, u64 z, u64 u6);
u64 fixeduw(FpCtx& fp, u64 z, u64 u6);
u64 fixeduwp(FpCtx& fp, u64 z, u64 u6);

// Signed (u: unsigned) integer z * 2^-u6, rounded once.
u64 floatd(FpCtx& fp, u64 z, u64 u6);
u64 floatw(FpCtx& fp, u64 z, u64 u6);
u64 floatwp(FpCtx& fp, u64 z, u64 u6);
u64 floatud(FpCtx& fp, u64 z, u64 u6);
u64 floatuw(FpCtx& fp, u64 z, u64 u6);
u64 floatuwp(FpCtx& fp, u64 z, u64 u6);

// Narrowing conversion: dw/dwp binary64 to binary32, wh/whq binary32 to binary16.
u64 fnarrowdw(FpCtx& fp, u64 z);
u64 fnarrowdwp(FpCtx& fp, u128 p);
u64 fnarrowwh(FpCtx& fp, u64 z);
u64 fnarrowwhq(FpCtx& fp, u128 p);

// Widening conversion of the low (l) or most significant (m) lane or lane pair.
u64 fwidenlhw(FpCtx& fp, u64 z);
u64 fwidenmhw(FpCtx& fp, u64 z);
u64 fwidenlhwp(FpCtx& fp, u64 z);
u64 fwidenmhwp(FpCtx& fp, u64 z);
u64 fwidenlwd(FpCtx& fp, u64 z);
u64 fwidenmwd(FpCtx& fp, u64 z);

}  // namespace mppa::exec
