// Minimum, maximum, average and absolute difference.
#pragma once

#include "models/cluster/exec/lanes.h"

namespace mppa::exec {

inline constexpr auto kMin = [](auto z, auto y) { return z < y ? z : y; };
inline constexpr auto kMax = [](auto z, auto y) { return z > y ? z : y; };
inline constexpr auto kAverage = [](auto z, auto y) { return (z + y) >> 1; };
inline constexpr auto kAverageRounded = [](auto z, auto y) { return (z + y + 1) >> 1; };
inline constexpr auto kAbsoluteDifference = [](auto z, auto y) { return z > y ? z - y : y - z; };

inline u64 mind(u64 z, u64 y) { return sx<64>(z) < sx<64>(y) ? z : y; }
inline u64 minud(u64 z, u64 y) { return z < y ? z : y; }
inline u64 minw(u64 z, u64 y) { return lane<i32>(kMin, z, y); }
inline u64 minuw(u64 z, u64 y) { return lane<u32>(kMin, z, y); }
inline u64 minwp(u64 z, u64 y) { return lanes<i32>(kMin, z, y); }
inline u64 minuwp(u64 z, u64 y) { return lanes<u32>(kMin, z, y); }
inline u64 minhq(u64 z, u64 y) { return lanes<i16>(kMin, z, y); }
inline u64 minuhq(u64 z, u64 y) { return lanes<u16>(kMin, z, y); }

inline u64 maxd(u64 z, u64 y) { return sx<64>(z) > sx<64>(y) ? z : y; }
inline u64 maxud(u64 z, u64 y) { return z > y ? z : y; }
inline u64 maxw(u64 z, u64 y) { return lane<i32>(kMax, z, y); }
inline u64 maxuw(u64 z, u64 y) { return lane<u32>(kMax, z, y); }
inline u64 maxwp(u64 z, u64 y) { return lanes<i32>(kMax, z, y); }
inline u64 maxuwp(u64 z, u64 y) { return lanes<u32>(kMax, z, y); }
inline u64 maxhq(u64 z, u64 y) { return lanes<i16>(kMax, z, y); }
inline u64 maxuhq(u64 z, u64 y) { return lanes<u16>(kMax, z, y); }

inline u64 avgw(u64 z, u64 y) { return lane<i32>(kAverage, z, y); }
inline u64 avguw(u64 z, u64 y) { return lane<u32>(kAverage, z, y); }
inline u64 avgwp(u64 z, u64 y) { return lanes<i32>(kAverage, z, y); }
inline u64 avguwp(u64 z, u64 y) { return lanes<u32>(kAverage, z, y); }
inline u64 avghq(u64 z, u64 y) { return lanes<i16>(kAverage, z, y); }
inline u64 avguhq(u64 z, u64 y) { return lanes<u16>(kAverage, z, y); }

inline u64 avgrw(u64 z, u64 y) { return lane<i32>(kAverageRounded, z, y); }
inline u64 avgruw(u64 z, u64 y) { return lane<u32>(kAverageRounded, z, y); }
inline u64 avgrwp(u64 z, u64 y) { return lanes<i32>(kAverageRounded, z, y); }
inline u64 avgruwp(u64 z, u64 y) { return lanes<u32>(kAverageRounded, z, y); }
inline u64 avgrhq(u64 z, u64 y) { return lanes<i16>(kAverageRounded, z, y); }
inline u64 avgruhq(u64 z, u64 y) { return lanes<u16>(kAverageRounded, z, y); }

inline u64 abdd(u64 z, u64 y) { return lane<i64>(kAbsoluteDifference, z, y); }
inline u64 abdw(u64 z, u64 y) { return lane<i32>(kAbsoluteDifference, z, y); }
inline u64 abdwp(u64 z, u64 y) { return lanes<i32>(kAbsoluteDifference, z, y); }
inline u64 abdhq(u64 z, u64 y) { return lanes<i16>(kAbsoluteDifference, z, y); }

}  // namespace mppa::exec
