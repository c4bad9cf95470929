#include "models/cluster/engine/fast/entry_state.h"

namespace mppa::engine::fast {

EntryState capture(timing::Model& model, u64 T, const timing::LoopContext& loop) {
  EntryState out;
  const timing::Scoreboard& board = model.scoreboard();
  if (board.latest() > T) {
    const unsigned count = board.latest_sfr() > T ? timing::kResources : unsigned{timing::kSfrBase};
    for (unsigned i = 0; i < count; ++i) {
      const auto r = static_cast<timing::ResourceId>(i);
      if (board.ready(r) > T)
        out.pending.push_back({r, board.cause(r), board.streaming(r), static_cast<u32>(board.ready(r) - T)});
    }
  }
  out.fetch = model.fetch();
  out.drain = static_cast<u8>(model.drained() > T ? model.drained() - T : 0);
  out.loop = loop;
  return out;
}

void restore(const EntryState& state, u64 T, timing::Model& model) {
  timing::Scoreboard& board = model.scoreboard();
  if (board.latest() > T) board.reset();  // results due by T have no effect
  for (const Pending& p : state.pending) board.set(p.resource, T + p.rel, p.cause, p.streaming);
  model.fetch() = state.fetch;
  model.drained() = T + state.drain;
  model.forget_line();
}

std::size_t StateTable::Hash::operator()(const EntryState& s) const {
  u64 h = u64{s.fetch.occ} | u64{s.drain} << 16;
  const auto mix = [&h](u64 v) {
    h = (h ^ v) * 0x9e3779b97f4a7c15;
    h ^= h >> 29;
  };
  mix(s.loop.start);
  mix(s.loop.end);
  for (const Pending& p : s.pending)
    mix(u64{p.resource} | u64{p.rel} << 16 | u64{static_cast<u8>(p.cause)} << 48 | u64{p.streaming} << 56);
  return h;
}

u32 StateTable::intern(const EntryState& state) {
  const auto [entry, added] = ids_.try_emplace(state, static_cast<u32>(states_.size()));
  if (added) states_.push_back(&entry->first);
  return entry->second;
}

}  // namespace mppa::engine::fast
