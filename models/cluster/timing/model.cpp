#include "models/cluster/timing/model.h"

#include <algorithm>

namespace mppa::timing {
namespace {

constexpr unsigned kE1 = 2, kE3 = 4, kBehindE4 = 6;  // stage ordinals

void count(StallCounts& stalls, Stall cause, u64 cycles) { stalls[static_cast<unsigned>(cause)] += cycles; }

}  // namespace

void Model::reset(u64 pc) {
  lsu_.reset();
  l1i_.invalidate_all();
  scoreboard_.reset();
  drained_ = 0;
  last_line_ = kNoLine;
  fetch_cached_ = true;
  l1i_misses_ = 0;
  restart(pc, {});
}

void Model::restart(u64 pc, const LoopContext& loop) {
  fetch_ = fetch_restart(pc, loop, params_);
  if (!fetch_cached_) last_line_ = kNoLine;
}

/// Makes `line` the line of the last fetched syllable; true if that costs a miss.
bool Model::line_missing(u64 line, bool cached) {
  if (line == last_line_) return false;
  last_line_ = line;
  if (!cached) return true;
  if (l1i_.touch(line)) return false;
  l1i_.fill(line);
  return true;
}

u64 Model::fetch_lines(u64 T, const FetchLines& lines, const LoopContext& loop, StallCounts& stalls) {
  const u64 first = TagArray::line_of(lines.pa), second = TagArray::line_of(lines.pa_last);
  fetch_cached_ = lines.cached;
  if (first == last_line_ && second == first) return T;
  const u64 begin = T;
  const auto penalty = [&](u64 pa) {
    const u32 wait = read_wait(lines.arbiter, lines.latency, pa, Params::kLineBytes, T);
    return params_.l1i_miss + (wait > params_.reference_latency ? wait - params_.reference_latency : 0);
  };
  if (line_missing(first, lines.cached)) {
    T += penalty(lines.pa);
    ++l1i_misses_;
    fetch_ = fetch_restart(lines.pc, loop, params_);
  }
  if (second != first && line_missing(second, lines.cached)) {
    T += penalty(lines.pa_last);
    ++l1i_misses_;
    const u64 in_first = (Params::kLineBytes - lines.pc % Params::kLineBytes) / 4;
    fetch_ = fetch_after_second_line_miss(static_cast<unsigned>(in_first), params_);
  }
  count(stalls, Stall::kL1iMiss, T - begin);
  return T;
}

u64 Model::issue(u64 T, const BundleTiming& bundle, u64 pc, const LoopContext& loop, StallCounts& stalls) {
  u64 t = T;
  while (fetch_.occ < bundle.syllables) {
    fetch_ = fetch_step(fetch_, 0, pc, loop, params_);
    ++t;
  }
  count(stalls, Stall::kPrefetch, t - T);
  const u64 complete = t;

  Stall cause = Stall::kRawAlu;
  t = scoreboard_.readable(bundle, t, cause);
  count(stalls, cause, t - complete);

  const u64 operands = t;
  if (bundle.drains) t = std::max(t, drained_);
  if (bundle.stalls_once) t = std::max(t, T + 1);
  count(stalls, Stall::kDrain, t - operands);
  if (bundle.waits_quiet) {
    const u64 quiet = lsu_.quiet(t);
    count(stalls, Stall::kFence, quiet - t);
    t = quiet;
  }
  for (u64 c = complete; c < t; ++c) {
    const FetchState before = fetch_;
    fetch_ = fetch_step(fetch_, 0, pc, loop, params_);
    if (fetch_ == before) break;  // full: nothing changes any more
  }
  return t;
}

Executed Model::execute(u64 t, const BundleTiming& bundle, const MemAccess* access, StallCounts& stalls) {
  Executed done;
  if (access != nullptr) {
    done.memory = lsu_.access(*access, t + kE1);
    count(stalls, Stall::kL1dBusy, done.memory.busy_wait);
    if (done.memory.entry_wait != 0) count(stalls, done.memory.entry_cause, done.memory.entry_wait);
  }
  const bool streams = done.memory.result_extra != 0;
  done.te = t + done.memory.e1_wait();
  scoreboard_.hold(kE1, t, done.te - t);

  done.freeze = done.memory.freeze;
  if (done.freeze != 0) count(stalls, done.memory.freeze_cause, done.freeze);
  for (const Use& use : bundle.writes()) {
    if (use.lsu && streams) continue;  // streaming loads return in order among themselves
    const u64 until = scoreboard_.streaming_until(use.resource);
    if (until <= done.te + kE3 + done.freeze) continue;
    count(stalls, Stall::kWawStream, until - (done.te + kE3 + done.freeze));
    done.freeze = until - (done.te + kE3);
  }
  scoreboard_.hold(kE3, done.te, done.freeze);

  for (const Use& use : bundle.writes()) {
    const bool streaming = use.lsu && streams;
    const u64 ready = done.te + done.freeze + use.stage + (streaming ? done.memory.result_extra : 0);
    scoreboard_.write(use.resource, ready, streaming ? Stall::kRawStream : use.cause, streaming);
  }
  drained_ = done.te + done.freeze + kBehindE4;
  return done;
}

u64 Model::next(const Executed& done, const BundleTiming& bundle, const Sequel& sequel, const LoopContext& loop,
                StallCounts& stalls) {
  unsigned bubbles = 0;
  switch (bundle.sequence) {
    case Sequence::kPlain:
      break;
    case Sequence::kBranchId:
      bubbles = sequel.taken ? params_.branch_id_bubbles : 0;
      break;
    case Sequence::kBranchRr:
      bubbles = sequel.taken ? params_.branch_rr_bubbles : 0;
      break;
    case Sequence::kRefetch:
      bubbles = params_.refetch_bubbles;
      break;
    case Sequence::kLoopdo:
      bubbles = sequel.refetch ? params_.refetch_bubbles : 0;
      break;
  }
  if (bubbles != 0)
    restart(sequel.next_pc, loop);
  else
    fetch_ = fetch_step(fetch_, bundle.syllables, sequel.next_pc, loop, params_);
  count(stalls, Stall::kBranch, bubbles);
  return done.te + done.freeze + 1 + bubbles;
}

u64 Model::enter_from_trap(u64 t, u64 vector, const LoopContext& loop, StallCounts& stalls) {
  const u64 cycles = params_.drain_cycles + params_.refetch_bubbles;
  count(stalls, Stall::kException, cycles);
  drained_ = t + 1 + params_.drain_cycles;
  restart(vector, loop);
  return t + 1 + cycles;
}

u64 Model::enter_from_interrupt(u64 T, u64 vector, const LoopContext& loop, StallCounts& stalls) {
  const u64 handler = std::max(T, drained_) + params_.refetch_bubbles;
  count(stalls, Stall::kException, handler - T);
  restart(vector, loop);
  return handler;
}

Model::Image Model::image(u64 T) const {
  Image out;
  scoreboard_.append_image(T, out);
  out.insert(out.end(), {u64{fetch_.occ}, drained_ > T ? drained_ - T : 0, last_line_, u64{fetch_cached_}});
  l1i_.append_image(out);
  lsu_.append_image(T, out);
  return out;
}

void Model::move(u64 cycles) {
  scoreboard_.move(cycles);
  drained_ += cycles;
  lsu_.move(cycles);
}

}  // namespace mppa::timing
