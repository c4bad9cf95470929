// Comparisons, minimum, maximum and sign operations.
#pragma once

#include "models/cluster/exec/fp/context.h"

namespace mppa::exec {

// Comparison; fcmp: 0 one, 1 ueq, 2 oeq, 3 une, 4 olt, 5 uge, 6 oge, 7 ult (o: false, u: true when a NaN takes part).
// fcomp gives 0 or 1, fcompn 0 or all ones per lane. No flags, not even for signalling NaNs.
u64 fcompd(u8 fcmp, u64 z, u64 y);
u64 fcompw(u8 fcmp, u64 z, u64 y);
u64 fcompnwp(u8 fcmp, u64 z, u64 y);
u64 fcompnhq(u8 fcmp, u64 z, u64 y);

// Smaller / larger operand. A number wins over a quiet NaN, a signalling NaN is returned as it is, -0 < +0. No flags.
u64 fmind(u64 z, u64 y);
u64 fminw(u64 z, u64 y);
u64 fminwp(u64 z, u64 y);
u64 fminhq(u64 z, u64 y);
u64 fmaxd(u64 z, u64 y);
u64 fmaxw(u64 z, u64 y);
u64 fmaxwp(u64 z, u64 y);
u64 fmaxhq(u64 z, u64 y);

// Clear / flip the sign bit of every lane.
u64 fabsd(u64 z);
u64 fabsw(u64 z);
u64 fabswp(u64 z);
u64 fabshq(u64 z);
u64 fnegd(u64 z);
u64 fnegw(u64 z);
u64 fnegwp(u64 z);
u64 fneghq(u64 z);

}  // namespace mppa::exec
