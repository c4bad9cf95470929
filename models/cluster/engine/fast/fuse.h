// Functional level: one handler for two neighbouring records.
//
// Reaching the next record costs an indirect jump, and for small instructions that is half of their time. Without
// timing, records of neighbouring bundles stand next to each other with nothing in between, so pairs of frequent
// instructions get a handler that executes both. Only the first record's handler is replaced: both records stay where
// they are, with their own operands, and the second one is skipped.
#pragma once

#include <span>

#include "models/cluster/engine/fast/op.h"

namespace mppa::engine::fast {

/// Joins neighbouring records of `ops` where a joint handler exists.
void fuse(std::span<Op> ops);

}  // namespace mppa::engine::fast
