// Complex arithmetic and two-term dot products.
#pragma once

#include "models/cluster/exec/fp/context.h"

namespace mppa::exec {

// Complex sum: real and imaginary parts are added lane by lane. wc: 2 x binary32 in a register (real part low),
// wcp: two of them in a pair, dc: 2 x binary64 in a pair. `.c` conjugates z (p): y + conj(z).
u64 faddwc(FpCtx& fp, u64 z, u64 y);
u64 faddwc_c(FpCtx& fp, u64 z, u64 y);
u128 faddwcp(FpCtx& fp, u128 p, u128 o);
u128 faddwcp_c(FpCtx& fp, u128 p, u128 o);
u128 fadddc(FpCtx& fp, u128 p, u128 o);
u128 fadddc_c(FpCtx& fp, u128 p, u128 o);

// Complex difference y - z; `.c`: y - conj(z).
u64 fsbfwc(FpCtx& fp, u64 z, u64 y);
u64 fsbfwc_c(FpCtx& fp, u64 z, u64 y);
u128 fsbfwcp(FpCtx& fp, u128 p, u128 o);
u128 fsbfwcp_c(FpCtx& fp, u128 p, u128 o);
u128 fsbfdc(FpCtx& fp, u128 p, u128 o);
u128 fsbfdc_c(FpCtx& fp, u128 p, u128 o);

// Complex product z * y (`.c`: conj(z) * y), each part a two-term dot product rounded once; wdc: binary64 result.
u64 fmulwc(FpCtx& fp, u64 z, u64 y);
u64 fmulwc_c(FpCtx& fp, u64 z, u64 y);
u128 fmulwdc(FpCtx& fp, u64 z, u64 y);
u128 fmulwdc_c(FpCtx& fp, u64 z, u64 y);

// Dot product z0*y0 + z1*y1 of binary32 pairs with one rounding. w: binary32 result, wd: binary64; wzp and wdp: one
// dot product per register of the pairs (wzp zero-extends each result to 64 bits).
u64 fdot2w(FpCtx& fp, u64 z, u64 y);
u64 fdot2wd(FpCtx& fp, u64 z, u64 y);
u128 fdot2wzp(FpCtx& fp, u128 p, u128 o);
u128 fdot2wdp(FpCtx& fp, u128 p, u128 o);

}  // namespace mppa::exec
