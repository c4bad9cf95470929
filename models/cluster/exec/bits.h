// Bitwise and logical operations. andn and iorn complement Z. The l* operations work on "not zero" and give 0 or 1 (per
// lane in the wp and hq forms). Word results are zero-extended.
#pragma once

#include "models/cluster/exec/lanes.h"

namespace mppa::exec {

inline u64 andd(u64 z, u64 y) { return z & y; }
inline u64 andw(u64 z, u64 y) { return zx<32>(z & y); }
inline u64 andnd(u64 z, u64 y) { return ~z & y; }
inline u64 andnw(u64 z, u64 y) { return zx<32>(~z & y); }
inline u64 nandd(u64 z, u64 y) { return ~(z & y); }
inline u64 nandw(u64 z, u64 y) { return zx<32>(~(z & y)); }
inline u64 iord(u64 z, u64 y) { return z | y; }
inline u64 iorw(u64 z, u64 y) { return zx<32>(z | y); }
inline u64 iornd(u64 z, u64 y) { return ~z | y; }
inline u64 iornw(u64 z, u64 y) { return zx<32>(~z | y); }
inline u64 niord(u64 z, u64 y) { return ~(z | y); }
inline u64 niorw(u64 z, u64 y) { return zx<32>(~(z | y)); }
inline u64 eord(u64 z, u64 y) { return z ^ y; }
inline u64 eorw(u64 z, u64 y) { return zx<32>(z ^ y); }
inline u64 neord(u64 z, u64 y) { return ~(z ^ y); }
inline u64 neorw(u64 z, u64 y) { return zx<32>(~(z ^ y)); }

inline constexpr auto kLogicalAnd = [](auto z, auto y) { return z != 0 && y != 0; };
inline constexpr auto kLogicalOr = [](auto z, auto y) { return z != 0 || y != 0; };
inline constexpr auto kLogicalNand = [](auto z, auto y) { return z == 0 || y == 0; };
inline constexpr auto kLogicalNor = [](auto z, auto y) { return z == 0 && y == 0; };

inline u64 landd(u64 z, u64 y) { return lane<u64>(kLogicalAnd, z, y); }
inline u64 landw(u64 z, u64 y) { return lane<u32>(kLogicalAnd, z, y); }
inline u64 landwp(u64 z, u64 y) { return lanes<u32>(kLogicalAnd, z, y); }
inline u64 landhq(u64 z, u64 y) { return lanes<u16>(kLogicalAnd, z, y); }
inline u64 liord(u64 z, u64 y) { return lane<u64>(kLogicalOr, z, y); }
inline u64 liorw(u64 z, u64 y) { return lane<u32>(kLogicalOr, z, y); }
inline u64 liorwp(u64 z, u64 y) { return lanes<u32>(kLogicalOr, z, y); }
inline u64 liorhq(u64 z, u64 y) { return lanes<u16>(kLogicalOr, z, y); }
inline u64 lnandd(u64 z, u64 y) { return lane<u64>(kLogicalNand, z, y); }
inline u64 lnandw(u64 z, u64 y) { return lane<u32>(kLogicalNand, z, y); }
inline u64 lnandwp(u64 z, u64 y) { return lanes<u32>(kLogicalNand, z, y); }
inline u64 lnandhq(u64 z, u64 y) { return lanes<u16>(kLogicalNand, z, y); }
inline u64 lniord(u64 z, u64 y) { return lane<u64>(kLogicalNor, z, y); }
inline u64 lniorw(u64 z, u64 y) { return lane<u32>(kLogicalNor, z, y); }
inline u64 lniorwp(u64 z, u64 y) { return lanes<u32>(kLogicalNor, z, y); }
inline u64 lniorhq(u64 z, u64 y) { return lanes<u16>(kLogicalNor, z, y); }

}  // namespace mppa::exec
