#include "models/cluster/engine/fast/fast_engine.h"

#include <algorithm>
#include <utility>

namespace mppa::engine {

std::shared_ptr<SharedCode> make_shared_code() { return std::make_shared<fast::BlockCache>(); }

std::unique_ptr<Engine> make_fast_engine(CoreParts parts) { return std::make_unique<fast::FastEngine>(parts); }

}  // namespace mppa::engine

namespace mppa::engine::fast {
namespace {

using timing::Stall;

/// Counters are 32 bits wide: translated code is left before any of them can overflow.
constexpr u64 kLongestRun = u64{1} << 28;
/// More block versions than this are forgotten, all at once.
constexpr std::size_t kMostBlocks = 100'000;

}  // namespace

FastEngine::FastEngine(CoreParts parts)
    : parts_(parts),
      state_(parts.state),
      reference_(parts),
      hot_(std::make_unique<Hot>()),
      shared_(parts.config.shared_code ? parts.config.shared_code : make_shared_code()),
      cache_(*shared_),
      translator_(parts_, cache_),
      tails_(parts_, *hot_, cache_, translator_),
      slow_(parts_, *hot_, tails_) {
  cache_.require(parts.config.level, parts.config.timing);
  hot_->slow = &slow_;
  hot_->write_buffer = &parts_.timing.lsu().write_buffer();
  hot_->l1i = parts_.timing.l1i().data();
  hot_->l1d = parts_.timing.lsu().l1d().data();
  forget_code();
}

void FastEngine::forget_code() {
  reference_.forget_code();
  resume_ = {};
  verify_code();
  slow_.forget_pages();
  control_epoch_ = state_.control_epoch;
  l1d_generation_ = parts_.timing.lsu().l1d().generation();
  l1i_invalidations_ = parts_.timing.l1i().invalidations();
}

RunResult FastEngine::run_until(u64 cycle_limit) {
  refresh();
  if (const u64 epoch = parts_.bus.watch_epoch(); epoch != watch_epoch_) {
    slow_.forget_stores();
    watch_epoch_ = epoch;
  }
  while (state_.cycle < cycle_limit) {
    const u64 event = parts_.system.next_event_cycle();
    const bool stepping = state_.attention || state_.cycle >= event || state_.debug_armed || parts_.hooks.trace;
    const Ran ran = stepping ? Ran::kNothing : run_blocks(std::min({cycle_limit, event, state_.cycle + kLongestRun}));
    if (ran == Ran::kLimit) continue;
    switch (step(cycle_limit, ran == Ran::kBundle)) {
      case Step::kDone:
        break;
      case Step::kAsleep:
        return {StopReason::kIdle, state_.cycle, 0, {}};
      case Step::kAhead:
        return {StopReason::kLimit, state_.cycle, 0, {}};
      case Step::kStopped:
        return reference_.stop();
    }
  }
  return {StopReason::kLimit, state_.cycle, 0, {}};
}

ProbeResult FastEngine::probe(u64 cycle_limit) {
  resume_ = {};
  const ProbeResult result = reference_.probe(cycle_limit);
  refresh();
  return result;
}

FastEngine::Step FastEngine::step(u64 idle_limit, bool bundle) {
  resume_ = {};
  const u64 pc = state_.pc;
  const Step result = bundle ? reference_.execute_bundle() : reference_.step(idle_limit);
  parts_.meter.charge(pc);
  refresh();
  return result;
}

/// After anything else than translated code has run: drops what may have changed.
void FastEngine::refresh() {
  drop_pointers();
  hot_->busy_until = parts_.timing.lsu().busy_until();
  hot_->va_mask = core::ps::kV64.get(state_.sfr[core::kPs]) != 0 ? ~u64{0} : u64{0xffffffff};
  const u32 generation = parts_.timing.lsu().l1d().generation();
  if (state_.control_epoch != control_epoch_)
    slow_.forget_pages();
  else if (generation != l1d_generation_)
    slow_.forget_lines();
  control_epoch_ = state_.control_epoch;
  l1d_generation_ = generation;
  // Changed code becomes visible with i1inval, or, while the instruction cache is off, with barrier.
  const u32 invalidations = parts_.timing.l1i().invalidations();
  const bool uncached_barrier = barrier_ && core::ps::kIce.get(state_.sfr[core::kPs]) == 0;
  if (invalidations != l1i_invalidations_ || uncached_barrier) verify_code();
  l1i_invalidations_ = invalidations;
  barrier_ = false;
}

void FastEngine::verify_code() {
  const auto code_at = [&](u64 pa) -> const u8* {
    const MemRegion* region = parts_.bus.region(pa);
    return region == nullptr ? nullptr : region->host + (pa - region->base);
  };
  cache_.verify(code_at);
  drop_pointers();
}

/// Blocks may have been removed, also by another core that shares them.
void FastEngine::drop_pointers() {
  if (generation_ == cache_.generation()) return;
  generation_ = cache_.generation();
  resume_ = {};
  hot_->jumps.fill({});
  tails_.forget();
}

EntryState FastEngine::current_state() {
  if (pipeline()) return capture(parts_.timing, state_.cycle, loop_context(state_));
  EntryState state;
  state.loop = loop_context(state_);
  return state;
}

const Block* FastEngine::counterpart(const Block& block) {
  const bool single = (block.key.mode & kModeSingle) != 0;
  if (block.counterpart == nullptr) block.counterpart = translator_.get(block.key.pc, block.key.state, !single);
  return block.counterpart;
}

const Block* FastEngine::entry_block() {
  const Resume from = std::exchange(resume_, {});
  if (from.block != nullptr && from.cycle == state_.cycle && from.control_epoch == state_.control_epoch &&
      from.block->key.pc == state_.pc)
    return (from.block->key.mode & kModeSingle) != 0 ? counterpart(*from.block) : from.block;
  return translator_.get(state_.pc, cache_.states().intern(current_state()));
}

FastEngine::Ran FastEngine::run_blocks(u64 limit) {
  if (cache_.size() > kMostBlocks) {
    cache_.clear();
    drop_pointers();
  }
  const Block* block = entry_block();
  if (block == nullptr) return Ran::kNothing;
  hot_->limit = limit;
  const Op* op = block->head;
  u64 t = state_.cycle;
  u64 pc = state_.pc;  // of the block being executed
  for (;;) {
    execute(op, t);
    t = hot_->t;
    switch (hot_->leave) {
      case Leave::kUnlinked:
      case Leave::kDynamic:
        if (parts_.meter.on()) charge(pc, t);
        op = follow();
        pc = op != nullptr ? BlockCache::of_head(op).key.pc : 0;
        if (op == nullptr) return state_.cycle >= limit ? Ran::kLimit : Ran::kNothing;
        break;
      case Leave::kLineMiss:
        op = tails_.refetch(hot_->op, t);
        break;
      case Leave::kLimit: {
        const Block& owner = BlockCache::of_head(hot_->op);
        // A block that is too long for what is left is executed bundle by bundle.
        const Block* single = t < limit ? counterpart(owner) : nullptr;
        if (single == nullptr) {
          settle(owner, 0, t);
          resume_ = {&owner, t, state_.control_epoch};
          return t >= limit ? Ran::kLimit : Ran::kNothing;
        }
        op = single->head;
        break;
      }
      case Leave::kStep: {
        const Block& owner = cache_.owner(hot_->op);
        barrier_ = hot_->op->fn == &step_bundle && hot_->op->u != 0;
        settle(owner, owner.bundle_of(hot_->op), t);
        parts_.meter.charge(pc);
        return Ran::kBundle;
      }
    }
  }
}

void FastEngine::execute(const Op* op, u64 t) {
#if MPPA_FAST_TAIL
  op->fn(&state_, op, t, hot_.get());
#else
  while (op != nullptr) op = op->fn(&state_, op, t, hot_.get());
#endif
}

const Op* FastEngine::follow() {
  const Exit& taken = *hot_->exit;
  const bool dynamic = hot_->leave == Leave::kDynamic;
  const u64 raw = dynamic ? hot_->target : taken.target;
  const u64 pc = taken.indirect ? state_.code_address(raw) : raw;
  EntryState next = cache_.states()[taken.state];
  if (next.fetch.occ == EntryState::kRestart) next.fetch = timing::fetch_restart(pc, next.loop, parts_.timing.params());
  const Block* block = translator_.get(pc, cache_.states().intern(next), taken.single);
  if (block == nullptr) {
    settle_at(next, pc, hot_->t);
    return nullptr;
  }
  const u32 last_start = block->head->u;
  if (parts_.meter.on()) return block->head;  // not linked: every block comes back here
  if (!dynamic) {
    Exit& exit = const_cast<Exit&>(taken);  // handlers see exits as constants; linking them is the engine's business
    exit.first = taken.same_line ? block->behind_line : block->head + 1;
    exit.last_start = last_start;
    exit.head = block->head;
  } else if (raw == pc && !taken.single) {
    hot_->jumps[jump_hash(pc, taken.state)] = {pc, taken.state, last_start, block->head + 1, block->head};
  }
  return block->head;
}

/// Charges the block at `pc`, which has been left at `t`, to its profile.
void FastEngine::charge(u64 pc, u64 t) {
  add_counters();
  parts_.meter.charge(pc, t, pipeline() ? 0 : t - state_.cycle);
}

void FastEngine::settle(const Block& block, unsigned index, u64 t) {
  if (index == 0) return settle_at(cache_.states()[block.key.state], block.key.pc, t);
  const Translator::Replay at = translator_.replay(block, index);
  if (pipeline()) state_.bundles += at.bundles;
  state_.instructions += at.instructions;
  CoreStats& stats = parts_.stats;
  const u64 accesses_uncached = core::ps::kDce.get(state_.data_ps()) == 0 ? at.loads + at.stores : 0;
  stats.loads += at.loads;
  stats.stores += at.stores;
  stats.uncached += accesses_uncached;
  if (pipeline()) stats.l1d_hits += at.loads;
  for (unsigned i = 0; i < timing::kStallKinds; ++i) stats.stalls[i] += at.stalls[i];
  settle_at(at.state, at.pc, t + at.t);
}

void FastEngine::settle_at(const EntryState& state, u64 pc, u64 T) {
  add_counters();
  state_.pc = pc;
  if (!pipeline()) state_.bundles += T - state_.cycle;  // every bundle took one cycle
  state_.cycle = T;
  if (pipeline()) restore(state, T, parts_.timing);
  l1d_generation_ = parts_.timing.lsu().l1d().generation();
}

/// Adds the counters of the blocks left since the last call.
void FastEngine::add_counters() {
  const auto common = [&](CommonCounter c) { return u64{hot_->common[c / 4][c % 4]}; };
  const auto rare = [&](RareCounter c) { return u64{hot_->rare[c / 4][c % 4]}; };
  CoreStats& stats = parts_.stats;
  const auto stall = [&](Stall cause, u64 cycles) { stats.stalls[static_cast<unsigned>(cause)] += cycles; };
  state_.instructions += common(kInstructions);
  stats.loads += common(kLoads);
  stats.stores += common(kStores);
  if (pipeline()) {
    state_.bundles += common(kBundles);
    stats.branches_taken += common(kTaken);
    stats.l1d_hits += common(kLoads);
  } else {
    stats.branches_taken += common(static_cast<CommonCounter>(kTakenFunctional));
  }
  if (core::ps::kDce.get(state_.data_ps()) == 0) stats.uncached += common(kLoads) + common(kStores);
  stall(Stall::kBranch, common(kBranchStalls));
  stall(Stall::kRawAlu, common(kRawAluStalls));
  stall(Stall::kRawLoad, common(kRawLoadStalls));
  stall(Stall::kPrefetch, rare(kPrefetchStalls));
  stall(Stall::kRawMul, rare(kRawMulStalls));
  stall(Stall::kRawFpu, rare(kRawFpuStalls));
  stall(Stall::kRawLong, rare(kRawLongStalls));
  stall(Stall::kRawStream, rare(kRawStreamStalls));
  stall(Stall::kRawSfr, rare(kRawSfrStalls));
  stall(Stall::kDrain, rare(kDrainStalls));
  stall(Stall::kWawStream, rare(kWawStreamStalls));
  for (Counters& c : hot_->common) c = Counters{};
  for (Counters& c : hot_->rare) c = Counters{};
}

}  // namespace mppa::engine::fast
