// Cores that wait in a loop.
//
// After a slice a core may be probed: executed bundle by bundle within its ordinary slices until it is known whether it
// repeats itself (engine/reference/spin_finder.h). Once it does, nothing but a write to the memory it reads, or an
// event from outside, can make it do anything else. Both are announced before they happen, at a known cycle, and
// end_spin() then brings the core to that cycle: it has read the old contents up to there, and goes on with the new
// ones.
//
// While it is probed and while it spins a core takes no bandwidth from others, and its accesses take the time of an
// idle memory: what it would disturb depends on when exactly it is executed, which nobody shall notice.
#include <fmt/core.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>

#include "models/cluster/cluster.h"
#include "models/cluster/core/core_state.h"
#include "models/cluster/core/system_unit.h"
#include "models/cluster/core_bus.h"

namespace mppa::cluster {

/// Executes a core out of turn, unobserved, perhaps while another one is being executed.
class Cluster::CatchUp {
 public:
  CatchUp(const Cluster& cluster, unsigned core)
      : cluster_(cluster),
        running_(cluster.running_),
        unobserved_(cluster.unobserved_),
        catching_up_(cluster.catching_up_) {
    cluster.running_ = static_cast<int>(core);
    cluster.unobserved_ = cluster.catching_up_ = true;
  }
  ~CatchUp() {
    cluster_.running_ = running_;
    cluster_.unobserved_ = unobserved_;
    cluster_.catching_up_ = catching_up_;
  }

 private:
  const Cluster& cluster_;
  int running_;
  bool unobserved_, catching_up_;
};

/// Behind a slice: is it time for a probe? The pause between two of them doubles while they find nothing, so that code
/// that computes is executed bundle by bundle for a small part of its time only.
void Cluster::consider_probe(unsigned core) {
  CoreSlot& slot = cores_[core];
  if (slot.in_reset || slot.core->system().sleeping() || ++slot.spin.slices < slot.spin.pause) return;
  slot.spin.slices = 0;
  slot.spin.probing = true;
  slot.core->begin_probe();
}

void Cluster::probe(unsigned core, u64 limit) {
  CoreSlot& slot = cores_[core];
  engine::ProbeResult result;
  running_ = static_cast<int>(core);
  unobserved_ = true;
  result = slot.core->probe(limit);
  unobserved_ = false;
  running_ = -1;
  if (result.state == engine::ProbeResult::kGoing) return;
  slot.spin.probing = false;
  if (result.state == engine::ProbeResult::kSpins && begin_spin(core, std::move(result.loop))) return;
  slot.spin.pause = std::min(2 * slot.spin.pause, kLongestPause);
  if (result.state == engine::ProbeResult::kStopped) handle_stop(core, result.stop);
}

std::optional<WriteWatch::Range> Cluster::host_range(const engine::SpinLoop::Range& range) const {
  for (const engine::MemRegion& r : regions_)
    if (r.contains(range.pa, range.bytes)) return WriteWatch::Range{r.host + (range.pa - r.base), range.bytes};
  return std::nullopt;
}

/// Host memory that stands for what is read; nothing if its changes are not announced, or if it has changed since: a
/// probe may take several slices.
std::optional<WriteWatch::Range> Cluster::watchable(const engine::SpinLoop::Read& read) const {
  if (const auto memory = host_range(read.range))
    return std::memcmp(memory->host, read.data.data(), memory->bytes) == 0 ? memory : std::nullopt;
  const auto bytes = static_cast<unsigned>(read.range.bytes);
  const auto seen = read.range.pa < kWindow ? peek_register(read.range.pa, bytes) : watch_.peek(read.range.pa, bytes);
  if (!seen || std::memcmp(&seen->value, read.data.data(), std::min(bytes, 8u)) != 0) return std::nullopt;
  return seen->range;
}

bool Cluster::begin_spin(unsigned core, engine::SpinLoop loop) {
  Spinning& spin = cores_[core].spin;
  std::vector<WriteWatch::Range> reads, writes;
  for (const auto& r : loop.reads) {
    const auto range = watchable(r);
    if (!range) return false;
    reads.push_back(*range);
  }
  for (const auto& w : loop.writes) writes.push_back(*host_range(w));
  if (!watch_.add(spin, reads, writes)) return false;
  spin.loop = std::move(loop);
  spin.pause = kShortestPause;
  return true;
}

/// Whole iterations, as many as begin and end up to `cycle`.
void Cluster::run_iterations(unsigned core, const engine::SpinLoop& loop, u64 cycle) const {
  engine::Core& c = *cores_[core].core;
  const u64 begin = c.state().cycle;
  if (cycle < begin + loop.cycles) return;
  const u64 iterations = (cycle - begin) / loop.cycles;
  if (params_.spin_skip) {
    c.skip(loop, iterations);
    return;
  }
  const CatchUp unobserved(*this, core);
  const u64 end = begin + iterations * loop.cycles;
  c.repeat(loop, iterations);
  if (c.state().cycle != end || c.state().pc != loop.pc)
    throw std::logic_error(
        fmt::format("cluster {} core {}: left a spin loop at {:#x} by itself", params_.id, core, loop.pc));
}

/// The core goes on by itself from `cycle`, or from where it is if that is later.
void Cluster::end_spin(unsigned core, u64 cycle) {
  CoreSlot& slot = cores_[core];
  watch_.remove(slot.spin);
  const engine::SpinLoop loop = std::move(*slot.spin.loop);
  slot.spin.loop.reset();
  const u64 begin = slot.core->state().cycle;
  run_iterations(core, loop, cycle);
  engine::RunResult result;
  {
    const CatchUp unobserved(*this, core);
    result = slot.core->run_until(cycle);
  }
  slot.spin.cycles += slot.core->state().cycle - begin;
  local_limit_ = std::min(local_limit_, slot.core->state().cycle);
  handle_stop(core, result);
}

void Cluster::woken_by_write(unsigned core, u64 ps) {
  if (running_ == static_cast<int>(core)) return;  // a write of the loop itself
  end_spin(core, clock_.cycles_from(ps));
  if (running_ >= 0) return;
  const u64 now = sc_core::sc_time_stamp().value();
  const u64 next = clock_.ps_of(cores_[core].core->state().cycle);
  wake_event_.notify(sc_core::sc_time::from_value(next > now ? next - now : 0));
}

void Cluster::settle() const {
  const u64 now = clock_.cycles_at(sc_core::sc_time_stamp());
  for (const CoreSlot& slot : cores_) {
    if (!slot.spin.loop) continue;
    const u64 begin = slot.core->state().cycle;
    run_iterations(slot.spin.core, *slot.spin.loop, now);
    const_cast<Spinning&>(slot.spin).cycles += slot.core->state().cycle - begin;
  }
}

}  // namespace mppa::cluster
