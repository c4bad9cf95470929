// A memory operation as the load/store unit sees it.
#pragma once

#include "models/cluster/timing/bundle_timing.h"
#include "models/cluster/timing/mem_arbiter.h"
#include "models/common/types.h"

namespace mppa::timing {

/// One memory operation as the LSU sees it, after address translation.
struct MemAccess {
  MemKind kind = MemKind::kNone;
  u64 pa = 0;             ///< physical address of the first byte
  u64 pa_last = 0;        ///< physical address of the last byte (another page may follow the first)
  u8 size = 0;            ///< bytes; 64 for dtouchl and dzerol
  bool performed = true;  ///< false: a conditional access whose condition does not hold
  bool cached = true;
  bool streaming = false;         ///< uncached, PS.USE = 1
  u32 latency = 10;               ///< MemRegion::read_latency or BusReply::latency
  MemArbiter* arbiter = nullptr;  ///< MemRegion::arbiter
};

}  // namespace mppa::timing
