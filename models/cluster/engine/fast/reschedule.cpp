#include "models/cluster/engine/fast/reschedule.h"

#include <algorithm>
#include <stdexcept>

#include "models/cluster/engine/fast/flow.h"

namespace mppa::engine::fast {

const Op* TailCache::reschedule(const Op* op, u64 e1, u64 e3, u64& t) { return go_on({op, e1, e3}, t); }

const Op* TailCache::refetch(const Op* op, u64& t) {
  const Block& block = cache_.owner(op);
  const unsigned index = block.bundle_of(op);
  const unsigned first = block.marks[index].word;
  unsigned last = first;
  while ((block.words[last] >> 31) != 0) ++last;
  timing::FetchLines lines;
  lines.pc = block.key.pc + 4 * u64{first};
  lines.pa = block.key.pa + 4 * u64{first};
  lines.pa_last = block.key.pa + 4 * u64{last};
  lines.syllables = last - first + 1;
  const MemRegion& region = *parts_.bus.region(lines.pa);
  lines.latency = region.read_latency;
  lines.arbiter = region.arbiter;
  // The line fetched before this bundle, if it is one of its lines, is present: looking it up again changes nothing.
  timing::Model& model = parts_.timing;
  model.forget_line();
  const u64 T = t + block.marks[index].t;
  const timing::LoopContext& loop = cache_.states()[block.key.state].loop;
  const u64 later = model.fetch_lines(T, lines, loop, parts_.stats.stalls);
  return go_on({op, later - T, 0, model.fetch()}, t);
}

const Op* TailCache::go_on(Wait wait, u64& t) {
  const Entry* e = &find(wait);
  // Only the bundle in hand has started for certain: if the rest does not fit, it alone is finished.
  if (t + e->t + e->last_start >= hot_.limit) {
    wait.single = true;
    e = &find(wait);
  }
  for (unsigned i = 0; i < 2; ++i) {
    hot_.common[i] += e->common[i];
    hot_.rare[i] += e->rare[i];
  }
  t += e->t;
  hot_.last_start = t + e->last_start;
  return e->next;
}

const TailCache::Entry& TailCache::find(const Wait& wait) {
  const u64 place = reinterpret_cast<u64>(wait.op) / sizeof(Op);
  const u64 hash = place * 0x9e3779b97f4a7c15 + wait.e1 * 37 + wait.e3 * 101 + wait.single;
  Entry& entry = entries_[(hash ^ (hash >> 32)) % kEntries];
  if (entry.wait == wait) return entry;
  entry = {};
  entry.wait = wait;
  if (wait.op->fn == &check_line)
    make_behind_miss(entry);
  else
    make_behind_memory(entry);
  return entry;
}

void TailCache::make_behind_memory(Entry& entry) {
  const Wait& wait = entry.wait;
  const Block& block = cache_.owner(wait.op);
  const unsigned index = block.bundle_of(wait.op);
  const Translator::Replay at = translator_.replay_held(block, index, wait.e1, wait.e3);
  const Block* tail = translator_.get_tail(block, index, cache_.states().intern(at.state), wait.single);
  const auto again = std::ranges::find_if(tail->ops, [&](const Op& o) { return o.fn == wait.op->fn; });
  if (again == tail->ops.end() || again->mem.off != 0)
    throw std::logic_error("fast engine: a rescheduled bundle does not issue at once");
  describe(*tail, at, entry);
  entry.t = at.t;
  entry.next = &*again + 1;
}

void TailCache::make_behind_miss(Entry& entry) {
  const Wait& wait = entry.wait;
  const Block& block = cache_.owner(wait.op);
  const unsigned index = block.bundle_of(wait.op);
  const Translator::Replay at = translator_.replay(block, index);
  EntryState state = at.state;
  std::erase_if(state.pending, [&](const Pending& p) { return p.rel <= wait.e1; });
  for (Pending& p : state.pending) p.rel -= static_cast<u32>(wait.e1);
  state.drain = static_cast<u8>(state.drain > wait.e1 ? state.drain - wait.e1 : 0);
  state.fetch = wait.fetch;
  const Block* tail = translator_.get_tail(block, index, cache_.states().intern(state), wait.single);
  describe(*tail, at, entry);
  entry.t = at.t + wait.e1;
  entry.next = tail->head + 1;  // behind the limit check
}

/// What both kinds have in common: counters of the part already executed, length of the new version.
void TailCache::describe(const Block& tail, const Translator::Replay& at, Entry& entry) {
  entry.last_start = tail.head->u;
  entry.common[0] = Counters{static_cast<u32>(at.bundles), static_cast<u32>(at.instructions),
                             static_cast<u32>(at.loads), static_cast<u32>(at.stores)};
  split_stalls(at.stalls, entry.common[1], entry.rare);
}

}  // namespace mppa::engine::fast
