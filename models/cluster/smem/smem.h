// The shared memory of a cluster: real contents, 16 banks, and the queues in front of them.
#pragma once

#include <vector>

#include "models/cluster/timing/mem_arbiter.h"
#include "models/common/bandwidth_server.h"
#include "models/common/sparse_memory.h"
#include "models/common/stats.h"

namespace mppa::cluster {

struct SmemParams {
  u64 size = u64{4} << 20;   ///< bytes; 4 MiB, or 8 MiB of the chip's second version
  unsigned banks = 16;       ///< interconnect.md section 3
  unsigned bank_bytes = 32;  ///< bytes a bank moves per cycle; 16 x 32 B x 1.2 GHz = 614 GB/s
  u64 interleave = 64;       ///< bytes per bank turn
  u32 read_latency = 10;     ///< cycles from an L1's request to the critical word, idle (optimisation guide)
};

/// Times are cycles of the cluster clock. A bank serves one request at a time, first come first served.
class Smem final : public timing::MemArbiter {
 public:
  explicit Smem(const SmemParams& params);

  SparseMemory& memory() { return memory_; }
  const SmemParams& params() const { return params_; }
  /// Blocked mapping: bank = address / (size / banks) instead of interleaving (cluster control bit SCRAM_DIS).
  void set_blocked(bool blocked) { blocked_ = blocked; }

  /// The last `bytes` serve as L2 cache: its lines of 256 bytes take turns over the banks (interconnect.md section 3).
  void set_l2_size(u64 bytes) { l2_base_ = params_.size - bytes; }
  /// Bytes that are memory, not L2.
  u64 usable() const { return l2_base_; }

  /// Occupies the banks of [offset, offset + bytes) from `now` on; returns the cycle in which the last has been served.
  u64 access(u64 offset, u64 bytes, bool write, u64 now) { return serve(offset, bytes, write, now).end; }

  // MemArbiter: the cores' L1 misses, uncached accesses and write buffers. `pa` may be a local or global address.
  u32 read_wait(u64 pa, unsigned bytes, u64 now) override;
  timing::Posted write_posted(u64 pa, unsigned bytes, u64 now) override;

  void write_stats(StatWriter& out, u64 total_cycles) const;

 private:
  struct Service {
    u64 begin = 0;  ///< of the first bank
    u64 end = 0;    ///< of the last one
  };
  Service serve(u64 offset, u64 bytes, bool write, u64 now);
  std::size_t bank_of(u64 offset) const;

  SmemParams params_;
  SparseMemory memory_;
  std::vector<BandwidthServer> banks_;
  bool blocked_ = false;
  u64 l2_base_ = params_.size;
  u64 read_bytes_ = 0, written_bytes_ = 0;
};

}  // namespace mppa::cluster
