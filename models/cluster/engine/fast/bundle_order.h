// Sequential order for a parallel bundle.
//
// All instructions of a bundle read the registers as they were before it. Executed one after the other they may
// overwrite what a later one still has to read, so:
//   - the memory operation comes first: it can fail, and then nothing must be changed yet;
//   - of the others, whoever reads a register comes before its writer, as far as that is possible;
//   - the branch comes last;
//   - where an order is impossible (exchanges, a load whose target is read, a condition that is overwritten), the old
//     value is first copied to scratch registers, and the reader reads those.
#pragma once

#include <vector>

#include "models/cluster/engine/fast/op.h"
#include "models/cluster/isa/insn.h"

namespace mppa::engine::fast {

/// An instruction with its record.
struct Placed {
  const isa::Insn* insn = nullptr;
  Op op;
};

/// Appends the records of a bundle to `out`: saves, then `memory` (may be null), then `others`. The registers that
/// `end` (the branch; may be null) reads are redirected in its record where necessary; the caller appends it. False if
/// the bundle needs more scratch registers than there are; `out` is then unchanged.
bool order_bundle(Placed* memory, std::vector<Placed>& others, Placed* end, std::vector<Op>& out);

}  // namespace mppa::engine::fast
