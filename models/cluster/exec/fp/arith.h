// Additions, products, fused multiply-adds and outer products.
#pragma once

#include "models/cluster/exec/fp/context.h"
#include "models/cluster/exec/fp/fast.h"
#include "models/cluster/exec/fp/lanes.h"

namespace mppa::exec {

/// One lane on integers, any operands and rounding mode; the instructions below try the host FPU first.
namespace softlane {
u64 add_single(FpCtx& fp, u64 a, u64 b);
u64 add_double(FpCtx& fp, u64 a, u64 b);
u64 multiply_single(FpCtx& fp, u64 a, u64 b);
u64 multiply_double(FpCtx& fp, u64 a, u64 b);
u64 fused_single(FpCtx& fp, u64 acc, u64 a, u64 b);  // acc + a * b
}  // namespace softlane

/// One lane; bits above the lane's width are ignored.
namespace lane_op {
constexpr u64 kSignSingle = u64{1} << 31;
constexpr u64 kSignDouble = u64{1} << 63;

inline u64 add_single(FpCtx& fp, u64 a, u64 b) {
  u64 result = 0;
  if (fastfp::add(fp, fastfp::single(a), fastfp::single(b), &result)) [[likely]]
    return result;
  return softlane::add_single(fp, a, b);
}
inline u64 add_double(FpCtx& fp, u64 a, u64 b) {
  u64 result = 0;
  if (fastfp::add(fp, fastfp::dbl(a), fastfp::dbl(b), &result)) [[likely]]
    return result;
  return softlane::add_double(fp, a, b);
}
/// b - a, the operand order of fsbf.
inline u64 subtract_single(FpCtx& fp, u64 a, u64 b) { return add_single(fp, b, a ^ kSignSingle); }
inline u64 subtract_double(FpCtx& fp, u64 a, u64 b) { return add_double(fp, b, a ^ kSignDouble); }
inline u64 multiply_single(FpCtx& fp, u64 a, u64 b) {
  u64 result = 0;
  if (fastfp::multiply(fp, fastfp::single(a), fastfp::single(b), &result)) [[likely]]
    return result;
  return softlane::multiply_single(fp, a, b);
}
inline u64 multiply_double(FpCtx& fp, u64 a, u64 b) {
  u64 result = 0;
  if (fastfp::multiply_double(fp, a, b, &result)) [[likely]]
    return result;
  return softlane::multiply_double(fp, a, b);
}
inline u64 fused_single(FpCtx& fp, u64 acc, u64 a, u64 b) {
  u64 result = 0;
  const double wide_acc = fastfp::single(acc);
  if (fastfp::add_to_single(fp, fastfp::wide_product(a, b), wide_acc, &result)) [[likely]]
    return result;
  return softlane::fused_single(fp, acc, a, b);
}
inline u64 fused_negative_single(FpCtx& fp, u64 acc, u64 a, u64 b) { return fused_single(fp, acc, a ^ kSignSingle, b); }
}  // namespace lane_op

// Sum z + y per lane. d: binary64, w: binary32, wp/wq: 2/4 x binary32, hq: 4 x binary16, dp: 2 x binary64.
inline u64 faddd(FpCtx& fp, u64 z, u64 y) { return lane_op::add_double(fp, z, y); }
inline u64 faddw(FpCtx& fp, u64 z, u64 y) { return lane_op::add_single(fp, z, y); }
inline u64 faddwp(FpCtx& fp, u64 z, u64 y) {
  const u64 low = lane_op::add_single(fp, z, y);
  return softfp::words(low, lane_op::add_single(fp, z >> 32, y >> 32));
}
u64 faddhq(FpCtx& fp, u64 z, u64 y);
u128 fadddp(FpCtx& fp, u128 p, u128 o);
u128 faddwq(FpCtx& fp, u128 p, u128 o);

// Difference y - z (reversed operands) per lane.
inline u64 fsbfd(FpCtx& fp, u64 z, u64 y) { return lane_op::subtract_double(fp, z, y); }
inline u64 fsbfw(FpCtx& fp, u64 z, u64 y) { return lane_op::subtract_single(fp, z, y); }
inline u64 fsbfwp(FpCtx& fp, u64 z, u64 y) {
  const u64 low = lane_op::subtract_single(fp, z, y);
  return softfp::words(low, lane_op::subtract_single(fp, z >> 32, y >> 32));
}
u64 fsbfhq(FpCtx& fp, u64 z, u64 y);
u128 fsbfdp(FpCtx& fp, u128 p, u128 o);
u128 fsbfwq(FpCtx& fp, u128 p, u128 o);

// Product z * y per lane; wd, hw, wdp, hwq multiply narrow lanes into the next wider format, rounded once.
inline u64 fmuld(FpCtx& fp, u64 z, u64 y) { return lane_op::multiply_double(fp, z, y); }
inline u64 fmulw(FpCtx& fp, u64 z, u64 y) { return lane_op::multiply_single(fp, z, y); }
inline u64 fmulwp(FpCtx& fp, u64 z, u64 y) {
  const u64 low = lane_op::multiply_single(fp, z, y);
  return softfp::words(low, lane_op::multiply_single(fp, z >> 32, y >> 32));
}
u64 fmulhq(FpCtx& fp, u64 z, u64 y);
u64 fmulwd(FpCtx& fp, u64 z, u64 y);
u64 fmulhw(FpCtx& fp, u64 z, u64 y);
u128 fmulwdp(FpCtx& fp, u64 z, u64 y);
u128 fmulhwq(FpCtx& fp, u64 z, u64 y);
u128 fmulwq(FpCtx& fp, u128 p, u128 o);

// Fused acc + z * y per lane, one rounding.
u64 ffmad(FpCtx& fp, u64 acc, u64 z, u64 y);
inline u64 ffmaw(FpCtx& fp, u64 acc, u64 z, u64 y) { return lane_op::fused_single(fp, acc, z, y); }
inline u64 ffmawp(FpCtx& fp, u64 acc, u64 z, u64 y) {
  const u64 low = lane_op::fused_single(fp, acc, z, y);
  return softfp::words(low, lane_op::fused_single(fp, acc >> 32, z >> 32, y >> 32));
}
u64 ffmahq(FpCtx& fp, u64 acc, u64 z, u64 y);
u64 ffmawd(FpCtx& fp, u64 acc, u64 z, u64 y);
u64 ffmahw(FpCtx& fp, u64 acc, u64 z, u64 y);
u128 ffmawdp(FpCtx& fp, u128 acc, u64 z, u64 y);
u128 ffmahwq(FpCtx& fp, u128 acc, u64 z, u64 y);

// Fused acc - z * y per lane, one rounding.
u64 ffmsd(FpCtx& fp, u64 acc, u64 z, u64 y);
inline u64 ffmsw(FpCtx& fp, u64 acc, u64 z, u64 y) { return lane_op::fused_negative_single(fp, acc, z, y); }
inline u64 ffmswp(FpCtx& fp, u64 acc, u64 z, u64 y) {
  const u64 low = lane_op::fused_negative_single(fp, acc, z, y);
  return softfp::words(low, lane_op::fused_negative_single(fp, acc >> 32, z >> 32, y >> 32));
}
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
