// Goes on in another block version after a wait that the running version did not foresee.
//
// The static schedule of a block stays valid under most waits. Where it does not (an older result ages while the pipe
// waits, or the block no longer fits below the limit) the rest of the block is executed in the version that begins at
// the waiting bundle in the state in which the wait leaves the pipe. Which version that is depends only on the
// operation and on the lengths of the waits, so it is remembered per (record, waits).
#pragma once

#include "models/cluster/engine/fast/memory.h"
#include "models/cluster/engine/fast/translator.h"

namespace mppa::engine::fast {

class TailCache : public Rescheduler {
 public:
  TailCache(Hot& hot, BlockCache& cache, Translator& translator)
      : hot_(hot), cache_(cache), translator_(translator), entries_(kEntries) {}

  const Op* reschedule(const Op* op, u64 e1, u64 e3, u64& t) override;
  void forget() { entries_.assign(kEntries, {}); }

 private:
  struct Entry {
    const Op* op = nullptr;
    u64 e1 = 0, e3 = 0;
    bool single = false;
    const Op* next = nullptr;  ///< behind the memory operation in the new version
    u64 t = 0;                 ///< from the old version's T to the new one's
    u64 last_start = 0;        ///< from the new version's T to the boundary before its last bundle
    Counters common[2] = {};   ///< of what the old version executed
    Counters rare[2] = {};
  };
  static constexpr std::size_t kEntries = 1024;

  const Entry& find(const Op* op, u64 e1, u64 e3, bool single);
  void make(const Op* op, u64 e1, u64 e3, bool single, Entry& entry);

  Hot& hot_;
  BlockCache& cache_;
  Translator& translator_;
  std::vector<Entry> entries_;
};

}  // namespace mppa::engine::fast
