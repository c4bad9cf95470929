#include "models/cluster/core_stats.h"

#include <algorithm>
#include <string>

#include "models/cluster/core/core_state.h"

namespace mppa::cluster {
namespace {

void write_stalls(StatWriter& out, const timing::StallCounts& stalls) {
  out.enter("stalls");
  for (unsigned i = 0; i < timing::kStallKinds; ++i)
    out.counter(timing::stall_name(static_cast<timing::Stall>(i)), stalls[i], "cycles", "cycles lost to this cause");
  out.leave();
}

double ratio(u64 part, u64 whole) { return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole); }

void rates(StatWriter& out, const engine::Core& core, u64 cycles, u64 idle) {
  const engine::CoreStats& stats = core.stats();
  const u64 busy = cycles - std::min(idle, cycles), looked_up = stats.l1d_hits + stats.l1d_misses;
  out.gauge("ipc", ratio(core.state().instructions, busy), "instructions", "instructions a busy cycle");
  out.gauge("idle_share", ratio(idle, cycles), "", "of all cycles");
  out.gauge("l1d_miss_rate", ratio(stats.l1d_misses, looked_up), "", "misses of all lines that loads looked for");
  out.gauge("l1i_miss_rate", ratio(stats.l1i_misses, core.state().bundles), "", "misses a bundle");
}

}  // namespace

void write_core_stats(StatWriter& out, const engine::Core& core, const CoreTimes& times) {
  const core::CoreState& state = core.state();
  const engine::CoreStats& stats = core.stats();
  const u64 cycles = std::max(state.cycle, times.now);
  const u64 slept = stats.stalls[static_cast<unsigned>(timing::Stall::kIdle)];
  const u64 idle = slept + times.in_reset + (cycles - state.cycle);
  out.counter("cycles", cycles, "cycles", "cycles of the core's clock");
  out.counter("idle_cycles", idle, "cycles", "cycles asleep or in reset");
  out.utilization("busy", "core", cycles - idle, cycles);
  out.counter("waiting", times.waiting, "cycles", "cycles in loops that only wait for memory to change");
  out.counter("bundles", state.bundles, "bundles", "bundles executed");
  out.counter("instructions", state.instructions, "instructions", "instructions executed");
  out.counter("loads", stats.loads, "loads", "loads executed");
  out.counter("stores", stats.stores, "stores", "stores executed");
  out.counter("atomics", stats.atomics, "atomics", "atomics executed");
  out.counter("uncached", stats.uncached, "accesses", "uncached accesses");
  out.counter("l1d_hits", stats.l1d_hits, "lines", "L1D hits");
  out.counter("l1d_misses", stats.l1d_misses, "lines", "L1D misses");
  out.counter("l1i_misses", stats.l1i_misses, "lines", "L1I misses");
  out.counter("branches_taken", stats.branches_taken, "branches", "branches taken");
  out.counter("traps", stats.traps, "traps", "hardware traps taken");
  out.counter("interrupts", stats.interrupts, "interrupts", "interrupts taken");
  rates(out, core, cycles, idle);
  write_stalls(out, stats.stalls);
}

}  // namespace mppa::cluster
