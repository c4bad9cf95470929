#include "models/cluster/engine/fast/reschedule.h"

#include <algorithm>
#include <stdexcept>

#include "models/cluster/engine/fast/flow.h"

namespace mppa::engine::fast {

const Op* TailCache::reschedule(const Op* op, u64 e1, u64 e3, u64& t) {
  const Entry* e = &find(op, e1, e3, false);
  // Only the bundle in hand has started for certain: if the rest does not fit, it alone is finished.
  if (t + e->t + e->last_start >= hot_.limit) e = &find(op, e1, e3, true);
  for (unsigned i = 0; i < 2; ++i) {
    hot_.common[i] += e->common[i];
    hot_.rare[i] += e->rare[i];
  }
  t += e->t;
  hot_.last_start = t + e->last_start;
  return e->next;
}

const TailCache::Entry& TailCache::find(const Op* op, u64 e1, u64 e3, bool single) {
  const u64 hash = (reinterpret_cast<u64>(op) / sizeof(Op)) * 0x9e3779b97f4a7c15 + e1 * 37 + e3 * 101 + single;
  Entry& entry = entries_[(hash ^ (hash >> 32)) % kEntries];
  if (entry.op != op || entry.e1 != e1 || entry.e3 != e3 || entry.single != single) make(op, e1, e3, single, entry);
  return entry;
}

void TailCache::make(const Op* op, u64 e1, u64 e3, bool single, Entry& entry) {
  const Block& block = cache_.owner(op);
  const unsigned index = block.bundle_of(op);
  const Translator::Replay at = translator_.replay_held(block, index, e1, e3);
  const Block* tail = translator_.get_tail(block, index, cache_.states().intern(at.state), single);
  const auto again = std::ranges::find_if(tail->ops, [&](const Op& o) { return o.fn == op->fn; });
  if (again == tail->ops.end() || again->mem.off != 0)
    throw std::logic_error("fast engine: a rescheduled bundle does not issue at once");
  entry = {};
  entry.op = op;
  entry.e1 = e1;
  entry.e3 = e3;
  entry.single = single;
  entry.next = &*again + 1;
  entry.t = at.t;
  entry.last_start = tail->head->u;
  entry.common[0] = Counters{static_cast<u32>(at.bundles), static_cast<u32>(at.instructions),
                             static_cast<u32>(at.loads), static_cast<u32>(at.stores)};
  split_stalls(at.stalls, entry.common[1], entry.rare);
}

}  // namespace mppa::engine::fast
