// The L2 cache of a cluster: the upper end of its SMEM in front of DDR. SoC digest cluster.md section 6: 256-byte lines
// in 16 ways, write-back with a dirty bit per byte; on silicon a miss is handled by firmware of the RM, which gets a
// job, moves the data by DMA and writes the tag.
//
// Timing only: memory is the functional truth, so that what the cores of one cluster see is coherent, as on silicon.
// The handler of misses is a figure (`miss_penalty`) in place of firmware, none of which is public. Times are cycles of
// the cluster clock. Only cores go through the cache, with cached and uncached accesses alike; DMA and other clusters
// reach DDR by themselves.
#pragma once

#include <bitset>
#include <functional>
#include <vector>

#include "models/cluster/smem/smem.h"
#include "models/common/stats.h"

namespace mppa::cluster {

struct L2Params {
  u64 size = 0;            ///< bytes taken from SMEM: 0 (none), 1 MiB or 2 MiB
  u32 lookup_latency = 4;  ///< cycles of the tag look-up in front of SMEM's own latency; not published
  u32 miss_penalty = 300;  ///< cycles of the handler besides the transfer; not published
};

class L2Cache {
 public:
  static constexpr u64 kLineBytes = 256;
  static constexpr unsigned kWays = 16;

  /// Moves bytes of memory behind the cache; returns the cycles that takes.
  using Transfer = std::function<u32(u64 address, unsigned bytes, bool write, u64 now)>;

  /// Takes the end of `smem`. Throws std::invalid_argument unless `size` is a power of two of at least one set and
  /// smaller than the memory.
  L2Cache(const L2Params& params, Smem& smem, Transfer transfer);

  /// Cycles from a core's request for up to a line at `address` (of the memory behind) to its critical word.
  u32 read(u64 address, unsigned bytes, u64 now) { return access(address, bytes, false, now); }
  /// Cycles until a posted write has been taken.
  u32 write(u64 address, unsigned bytes, u64 now) { return access(address, bytes, true, now); }
  /// Of a hit in an idle cache.
  u32 idle_latency() const { return params_.lookup_latency + smem_.params().read_latency; }

  /// Forgets all lines; dirty ones are lost to nobody, for memory holds their bytes.
  void reset() { lines_.assign(lines_.size(), Line{}); }

  /// Starts the refill of the line at `address`, if it is missing.
  void prefetch(u64 address, u64 now) { find(address / kLineBytes, now); }

  struct Line {
    u64 number = ~u64{0};  ///< address / kLineBytes
    bool valid() const { return number != ~u64{0}; }
    u64 ready = 0;  ///< cycle at which its refill is complete
    u64 used = 0;   ///< for LRU
    std::bitset<kLineBytes> dirty;
  };
  /// In the order in which they lie in SMEM: the ways of a set next to each other.
  const std::vector<Line>& lines() const { return lines_; }
  void invalidate(std::size_t line) { lines_[line] = Line{}; }
  /// Its bytes will not be written back.
  void clear_dirty(std::size_t line) { lines_[line].dirty.reset(); }

  void write_stats(StatWriter& out) const;

 private:
  u32 access(u64 address, unsigned bytes, bool write, u64 now);
  Line& find(u64 number, u64 now);
  void write_back(Line& line, u64 now);
  u64 place(const Line& line) const;

  L2Params params_;
  Smem& smem_;
  Transfer transfer_;
  std::vector<Line> lines_;
  u64 sets_;
  u64 uses_ = 0;
  u64 hits_ = 0, misses_ = 0, write_backs_ = 0, written_back_bytes_ = 0;
};

}  // namespace mppa::cluster
