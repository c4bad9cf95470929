// Additions, products, fused multiply-adds and outer products.
#pragma once

#include "models/cluster/exec/fp/context.h"

namespace mppa::exec {

// Sum z + y per lane. d: binary64, w: binary32, wp/wq: 2/4 x binary32, hq: 4 x binary16, dp: 2 x binary64.
u64 faddd(FpCtx& fp, u64 z, u64 y);
u64 faddw(FpCtx& fp, u64 z, u64 y);
u64 faddwp(FpCtx& fp, u64 z, u64 y);
u64 faddhq(FpCtx& fp, u64 z, u64 y);
u128 fadddp(FpCtx& fp, u128 p, u128 o);
u128 faddwq(FpCtx& fp, u128 p, u128 o);

// Difference y - z (reversed operands) per lane. d: binary64, w: binary32, wp/wq: 2/4 x binary32, hq: 4 x binary16, dp:
// 2 x binary64.
u64 fsbfd(FpCtx& fp, u64 z, u64 y);
u64 fsbfw(FpCtx& fp, u64 z, u64 y);
u64 fsbfwp(FpCtx& fp, u64 z, u64 y);
u64 fsbfhq(FpCtx& fp, u64 z, u64 y);
u128 fsbfdp(FpCtx& fp, u128 p, u128 o);
u128 fsbfwq(FpCtx& fp, u128 p, u128 o);

// Product z * y per lane; wd, hw, wdp, hwq multiply narrow lanes into the next wider format, rounded once.
u64 fmuld(FpCtx& fp, u64 z, u64 y);
u64 fmulw(FpCtx& fp, u64 z, u64 y);
u64 fmulwp(FpCtx& fp, u64 z, u64 y);
u64 fmulhq(FpCtx& fp, u64 z, u64 y);
u64 fmulwd(FpCtx& fp, u64 z, u64 y);
u64 fmulhw(FpCtx& fp, u64 z, u64 y);
u128 fmulwdp(FpCtx& fp, u64 z, u64 y);
u128 fmulhwq(FpCtx& fp, u64 z, u64 y);
u128 fmulwq(FpCtx& fp, u128 p, u128 o);

// Fused acc + z * y per lane, one rounding.
u64 ffmad(FpCtx& fp, u64 acc, u64 z, u64 y);
u64 ffmaw(FpCtx& fp, u64 acc, u64 z, u64 y);
u64 ffmawp(FpCtx& fp, u64 acc, u64 z, u64 y);
u64 ffmahq(FpCtx& fp, u64 acc, u64 z, u64 y);
u64 ffmawd(FpCtx& fp, u64 acc, u64 z, u64 y);
u64 ffmahw(FpCtx& fp, u64 acc, u64 z, u64 y);
u128 ffmawdp(FpCtx& fp, u128 acc, u64 z, u64 y);
u128 ffmahwq(FpCtx& fp, u128 acc, u64 z, u64 y);

// Fused acc - z * y per lane, one rounding.
u64 ffmsd(FpCtx& fp, u64 acc, u64 z, u64 y);
u64 ffmsw(FpCtx& fp, u64 acc, u64 z, u64 y);
u64 ffmswp(FpCtx& fp, u64 acc, u64 z, u64 y);
u64 ffmshq(FpCtx& fp, u64 acc, u64 z, u64 y);
u64 ffmswd(FpCtx& fp, u64 acc, u64 z, u64 y);
u64 ffmshw(FpCtx& fp, u64 acc, u64 z, u64 y);
u128 ffmswdp(FpCtx& fp, u128 acc, u64 z, u64 y);
u128 ffmshwq(FpCtx& fp, u128 acc, u64 z, u64 y);

// Outer product of two pairs of binary32: lanes z0*y0, z0*y1, z1*y0, z1*y1, alone or fused with an accumulator.
u128 fmm212w(FpCtx& fp, u64 z, u64 y);
u128 fmma212w(FpCtx& fp, u128 acc, u64 z, u64 y);
u128 fmms212w(FpCtx& fp, u128 acc, u64 z, u64 y);

}  // namespace mppa::exec
