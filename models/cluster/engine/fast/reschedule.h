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
  TailCache(CoreParts& parts, Hot& hot, BlockCache& cache, Translator& translator)
      : parts_(parts), hot_(hot), cache_(cache), translator_(translator), entries_(kEntries) {}

  const Op* reschedule(const Op* op, u64 e1, u64 e3, u64& t) override;
  /// The line that record `op` (a line check) wants is missing: does the look-ups and fills of its bundle and returns
  /// the record to go on with in a version that is `T - T'` younger; sets `t`. The bundle has started: there is no
  /// limit check before it.
  const Op* refetch(const Op* op, u64& t);
  void forget() { entries_.assign(kEntries, {}); }

 private:
  /// What happened to the bundle of a record.
  struct Wait {
    const Op* op = nullptr;
    u64 e1 = 0, e3 = 0;          ///< a memory operation's waits; after a line miss the wait for fetch
    timing::FetchState fetch{};  ///< after a line miss
    bool single = false;         ///< only the bundle in hand is wanted
    friend bool operator==(const Wait&, const Wait&) = default;
  };
  struct Entry {
    Wait wait;
    const Op* next = nullptr;  ///< where to go on in the new version
    u64 t = 0;                 ///< from the old version's T to the new one's
    u64 last_start = 0;        ///< from the new version's T to the boundary before its last bundle
    Counters common[2] = {};   ///< of what the old version executed
    Counters rare[2] = {};
  };
  static constexpr std::size_t kEntries = 1024;

  const Op* go_on(Wait wait, u64& t);
  const Entry& find(const Wait& wait);
  void make_behind_memory(Entry& entry);
  void make_behind_miss(Entry& entry);
  void describe(const Block& tail, const Translator::Replay& at, Entry& entry);

  CoreParts& parts_;
  Hot& hot_;
  BlockCache& cache_;
  Translator& translator_;
  std::vector<Entry> entries_;
};

}  // namespace mppa::engine::fast
