// Finds loads that would read stale data on silicon: they hit a line that an L1D holds although somebody else has
// changed its memory since. The simulator itself never returns stale data, because L1s hold tags only.
//
// For every core the check keeps what a real L1D would hold: the bytes of each line at its refill, and what the core
// itself has stored since. A load that hits is compared with memory; where they differ, and the last writer is somebody
// else, the load is stale. Lines are physical addresses: SMEM in its local and its global view are different lines.
// What hardware keeps coherent is never stale, also while a write is still in somebody's write buffer.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <set>
#include <unordered_map>
#include <vector>

#include "models/cluster/engine/core.h"
#include "models/cluster/engine/core_bus.h"
#include "models/cluster/timing/line_observer.h"
#include "models/common/clock.h"
#include "models/common/write_watch.h"

namespace mppa::cluster {

struct StaleLoad {
  u8 cluster = 0, core = 0;
  u64 pc = 0;
  u64 address = 0;  ///< physical, of the first stale byte
  u64 ps = 0;
  Writer writer;
  u64 written_ps = 0;
};

/// One for all clusters of a chip.
class StaleLoadCheck : public WriteWatch::Observer {
 public:
  StaleLoadCheck();
  ~StaleLoadCheck() override;

  /// Called for the first stale load of every pair of load and writer.
  std::function<void(const StaleLoad&)> report;
  /// All of them.
  u64 count() const { return count_; }

  /// Watches the loads of a core, whose memory is that of `bus`. Cores are never taken out.
  void watch(u8 cluster, u8 number, engine::Core& core, engine::CoreBus& bus, const Clock& clock);

  void before_write(const u8* host, u64 bytes, u64 ps, const Writer& writer) override;

 private:
  class L1Copy;
  struct Write {
    Writer writer;
    u64 ps = 0;
  };
  static constexpr u64 kWord = 8;
  const Write& last_write(const u8* host) const;
  void found(const StaleLoad& load);

  std::unordered_map<const u8*, Write> writes_;  ///< the last one, by word
  std::vector<std::unique_ptr<L1Copy>> cores_;
  std::set<std::array<u64, 4>> reported_;
  u64 count_ = 0;
};

}  // namespace mppa::cluster
