#include "models/cluster/exec/fp/compare.h"

#include "models/cluster/exec/fp/lanes.h"
#include "models/cluster/exec/fp/softcore.h"

namespace mppa::exec {
namespace {

using softfp::Double;
using softfp::each_lane;
using softfp::Half;
using softfp::Single;

/// Unsigned key in the order of the numbers, with -0 below +0 (NaN excluded).
template <class F>
constexpr u64 order_key(u64 v) {
  return v & F::kSign ? ~v & F::kMask : v | F::kSign;
}

template <class F>
constexpr bool compare(u8 fcmp, u64 a, u64 b) {
  a &= F::kMask;
  b &= F::kMask;
  const bool unordered = softfp::is_nan<F>(a) || softfp::is_nan<F>(b);
  const bool equal = !unordered && (a == b || (softfp::is_zero<F>(a) && softfp::is_zero<F>(b)));
  const bool less = !unordered && !equal && order_key<F>(a) < order_key<F>(b);
  switch (fcmp & 7) {
    case 0:
      return !unordered && !equal;  // one
    case 1:
      return unordered || equal;  // ueq
    case 2:
      return equal;  // oeq
    case 3:
      return !equal;  // une
    case 4:
      return less;  // olt
    case 5:
      return !less;  // uge
    case 6:
      return !unordered && !less;  // oge
    default:
      return unordered || less;  // ult
  }
}

/// fmin (or fmax) of one lane. A signalling NaN comes back unchanged, the first operand's first; a quiet NaN only when
/// there is no number.
template <class F, bool kMax>
constexpr u64 select(u64 a, u64 b) {
  a &= F::kMask;
  b &= F::kMask;
  if (softfp::is_nan<F>(a) || softfp::is_nan<F>(b)) {
    if (softfp::is_signalling<F>(a)) return a;
    if (softfp::is_signalling<F>(b)) return b;
    return softfp::is_nan<F>(b) ? a : b;
  }
  return (order_key<F>(a) < order_key<F>(b)) == kMax ? b : a;
}

template <class F>
auto smaller() {
  return [](u64 a, u64 b) { return select<F, false>(a, b); };
}
template <class F>
auto larger() {
  return [](u64 a, u64 b) { return select<F, true>(a, b); };
}

template <class F>
u64 compare_lanes(u8 fcmp, u64 z, u64 y) {
  return each_lane<F::kWidth>([fcmp](u64 a, u64 b) { return compare<F>(fcmp, a, b) ? F::kMask : 0; }, z, y);
}

constexpr u64 kSignHq = 0x8000800080008000;
constexpr u64 kSignWp = 0x8000000080000000;
constexpr u64 kSignW = 0x80000000;
constexpr u64 kMaskW = 0xffffffff;

}  // namespace

u64 fcompd(u8 fcmp, u64 z, u64 y) { return compare<Double>(fcmp, z, y); }
u64 fcompw(u8 fcmp, u64 z, u64 y) { return compare<Single>(fcmp, z, y); }
u64 fcompnwp(u8 fcmp, u64 z, u64 y) { return compare_lanes<Single>(fcmp, z, y); }
u64 fcompnhq(u8 fcmp, u64 z, u64 y) { return compare_lanes<Half>(fcmp, z, y); }

u64 fmind(u64 z, u64 y) { return select<Double, false>(z, y); }
u64 fminw(u64 z, u64 y) { return select<Single, false>(z, y); }
u64 fminwp(u64 z, u64 y) { return each_lane<32>(smaller<Single>(), z, y); }
u64 fminhq(u64 z, u64 y) { return each_lane<16>(smaller<Half>(), z, y); }
u64 fmaxd(u64 z, u64 y) { return select<Double, true>(z, y); }
u64 fmaxw(u64 z, u64 y) { return select<Single, true>(z, y); }
u64 fmaxwp(u64 z, u64 y) { return each_lane<32>(larger<Single>(), z, y); }
u64 fmaxhq(u64 z, u64 y) { return each_lane<16>(larger<Half>(), z, y); }

u64 fabsd(u64 z) { return z & ~Double::kSign; }
u64 fabsw(u64 z) { return z & kMaskW & ~kSignW; }
u64 fabswp(u64 z) { return z & ~kSignWp; }
u64 fabshq(u64 z) { return z & ~kSignHq; }
u64 fnegd(u64 z) { return z ^ Double::kSign; }
u64 fnegw(u64 z) { return (z ^ kSignW) & kMaskW; }
u64 fnegwp(u64 z) { return z ^ kSignWp; }
u64 fneghq(u64 z) { return z ^ kSignHq; }

}  // namespace mppa::exec
