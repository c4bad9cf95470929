#include "models/cluster/engine/fast/schedule.h"

#include <algorithm>

#include "models/cluster/engine/fast/op.h"

namespace mppa::engine::fast {

void Schedule::begin(const EntryState& state) {
  base_ = std::max(T_, model_.scoreboard().latest()) + kApart;
  restore(state, base_, model_);
  loop_ = state.loop;
  T_ = issue_ = base_;
  stalls_ = {};
}

u64 Schedule::issue(const timing::BundleTiming& bundle, u64 pc) {
  issue_ = pipeline_ ? model_.issue(T_, bundle, pc, loop_, stalls_) : T_;
  return issue_ - base_;
}

u8 Schedule::sensitivity() {
  constexpr u64 kE1 = 2, kE3 = 4;  // stage ordinals
  if (!pipeline_) return 0;
  const timing::Scoreboard& board = model_.scoreboard();
  if (board.latest() <= issue_ + kE1) return 0;
  u8 flags = 0;
  const unsigned count = board.latest_sfr() > issue_ + kE1 ? timing::kResources : unsigned{timing::kSfrBase};
  for (unsigned i = 0; i < count; ++i) {
    const u64 ready = board.ready(static_cast<timing::ResourceId>(i));
    if (ready > issue_ + kE1) flags |= kSensitiveE1;
    if (ready > issue_ + kE3) flags |= kSensitiveE3;
  }
  return flags;
}

EntryState Schedule::held(u64 e1, u64 e3) {
  constexpr unsigned kE1 = 2, kE3 = 4;  // stage ordinals
  if (!pipeline_) return state();
  model_.scoreboard().hold(kE1, issue_, e1);
  model_.scoreboard().hold(kE3, issue_ + e1, e3);
  return capture(model_, issue_ + e1 + e3, loop_);
}

void Schedule::execute(const timing::BundleTiming& bundle) {
  executed_ = {{}, issue_, 0};
  if (pipeline_) executed_ = model_.execute(issue_, bundle, nullptr, stalls_);
}

void Schedule::next(const timing::BundleTiming& bundle, u64 next_pc) {
  T_ = pipeline_ ? model_.next(executed_, bundle, {false, false, next_pc}, loop_, stalls_) : T_ + 1;
}

Schedule::Successor Schedule::leave(const timing::BundleTiming& bundle, const timing::Sequel& sequel,
                                    const timing::LoopContext& loop, bool indirect) {
  Successor out;
  if (!pipeline_) {
    out.length = T_ + 1 - base_;
    out.state.loop = loop;
    return out;
  }
  const timing::FetchState before = model_.fetch();
  timing::StallCounts stalls{};
  const u64 T = model_.next(executed_, bundle, sequel, loop, stalls);
  out.length = T - base_;
  out.branch_stalls = stalls[static_cast<unsigned>(timing::Stall::kBranch)];
  out.state = capture(model_, T, loop);
  if (indirect) out.state.fetch = {EntryState::kRestart};
  model_.fetch() = before;
  return out;
}

EntryState Schedule::state() {
  if (pipeline_) return capture(model_, T_, loop_);
  EntryState out;
  out.loop = loop_;
  return out;
}

}  // namespace mppa::engine::fast
