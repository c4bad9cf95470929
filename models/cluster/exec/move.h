// Moves and constants.
#pragma once

#include "models/cluster/exec/lanes.h"

namespace mppa::exec {

inline u64 make(u64 imm) { return imm; }
/// `pc` is the address of the bundle.
inline u64 pcrel(u64 pc, u64 imm) { return pc + imm; }
inline void nop() {}
inline u128 copyq(u64 z, u64 y) { return join64(z, y); }
inline u256 copyo(const u256& r) { return r; }

}  // namespace mppa::exec
