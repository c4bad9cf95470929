#include "models/cluster/engine/reference/spin_finder.h"

#include <algorithm>

#include "models/cluster/engine/reference/reference_engine.h"

namespace mppa::engine {
namespace {

/// The longest search; loops of up to a third of it are found.
constexpr unsigned kMostBundles = 2000;
/// A loop whose registers differ this often at the same PC is counting something.
constexpr unsigned kMostDifferences = 8;

template <class T>
void add_once(std::vector<T>& list, const T& element) {
  if (std::find(list.begin(), list.end(), element) == list.end()) list.push_back(element);
}

bool covered(const SpinLoop::Range& r, const std::vector<SpinLoop::Range>& by) {
  return std::any_of(by.begin(), by.end(),
                     [&](const SpinLoop::Range& b) { return r.pa >= b.pa && r.pa + r.bytes <= b.pa + b.bytes; });
}

}  // namespace

SpinFinder::SpinFinder(const CoreParts& parts, ReferenceEngine& engine)
    : parts_(parts), engine_(engine), bundles_left_(kMostBundles) {
  // Engines differ in whether they remember the line of the last syllable, which matters only without L1I.
  if (core::ps::kIce.get(parts.state.sfr[core::kPs]) != 0) parts.timing.forget_line();
  base_ = take();
}

SpinFinder::Snapshot SpinFinder::take() const {
  const core::CoreState& s = parts_.state;
  return {s.gpr, s.sfr, s.pc, s.cycle, s.bundles, s.instructions, parts_.stats, parts_.timing.image(s.cycle)};
}

ProbeResult SpinFinder::go_on(u64 cycle_limit) {
  core::CoreState& s = parts_.state;
  ProbeResult result;
  engine_.log_to(&log_);
  while (result.state == ProbeResult::kGoing && s.cycle < cycle_limit) {
    const u64 pc = s.pc;
    const bool due = s.attention || s.debug_armed || s.cycle >= parts_.system.next_event_cycle();
    if (due || bundles_left_-- == 0) {
      result.state = ProbeResult::kNoSpin;
    } else if (const auto step = engine_.execute_bundle(); step == ReferenceEngine::Step::kAhead) {
      ++bundles_left_;  // nothing was done
      break;
    } else if (step != ReferenceEngine::Step::kDone) {
      result.state = ProbeResult::kStopped;
      result.stop = engine_.stop();
    } else if (!log_.harmless || parts_.stats.traps != base_.stats.traps || differences_ == kMostDifferences) {
      result.state = ProbeResult::kNoSpin;
    } else if (s.pc == base_.pc && spins()) {
      result.state = ProbeResult::kSpins;
      result.loop = describe();
    }
    parts_.meter.charge(pc);
  }
  engine_.log_to(nullptr);
  return result;
}

/// The core is at the PC of the beginning again: has it repeated itself?
bool SpinFinder::spins() {
  const core::CoreState& s = parts_.state;
  if (s.gpr != base_.gpr || s.sfr != base_.sfr) {
    ++differences_;
    return false;
  }
  const timing::Model::Image timing = parts_.timing.image(s.cycle);
  const std::vector<u8> bytes = written_bytes();
  if (timing == base_.timing) {
    if (repeated_ && log_ == first_ && bytes == first_bytes_) return true;
    repeated_ = true;
    first_ = log_;
    first_bytes_ = bytes;
  } else {
    repeated_ = false;
  }
  base_ = take();
  log_ = {};
  return false;
}

/// What the ranges written hold now.
std::vector<u8> SpinFinder::written_bytes() const {
  std::vector<u8> out;
  for (const SpinLoop::Range& w : log_.writes) {
    const MemRegion* region = parts_.bus.region(w.pa);
    const u8* host = region->host + (w.pa - region->base);
    out.insert(out.end(), host, host + w.bytes);
  }
  return out;
}

SpinLoop SpinFinder::describe() const {
  const core::CoreState& s = parts_.state;
  SpinLoop loop;
  loop.pc = s.pc;
  loop.cycles = s.cycle - base_.cycle;
  loop.bundles = s.bundles - base_.bundles;
  loop.instructions = s.instructions - base_.instructions;
  loop.stats = parts_.stats;
  loop.stats.add(base_.stats, ~u64{0});
  for (const SpinLoop::Range& w : log_.writes) add_once(loop.writes, w);
  for (const SpinLoop::Read& r : log_.reads)
    if (!covered(r.range, loop.writes)) add_once(loop.reads, r);
  return loop;
}

}  // namespace mppa::engine
