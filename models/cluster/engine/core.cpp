#include "models/cluster/engine/core.h"

#include <stdexcept>

#include "models/cluster/core/core_state.h"
#include "models/cluster/core/mmu.h"
#include "models/cluster/core/system_unit.h"
#include "models/cluster/engine/spin_loop.h"
#include "models/cluster/timing/model.h"

namespace mppa::engine {

#ifndef MPPA_FAST_ENGINE
std::shared_ptr<SharedCode> make_shared_code() { return nullptr; }
std::unique_ptr<Engine> make_fast_engine(CoreParts) { throw std::runtime_error("the fast engine is not built"); }
#endif

struct Core::Impl {
  Impl(const CoreConfig& c, CoreBus& bus)
      : config(c),
        system(state, core::CoreConfig{c.pid, c.cid, c.mid, c.reset_pc, c.l1_coherent}),
        mmu(state),
        timing(config.timing),
        meter(state, stats),
        parts{config, bus, state, system, mmu, timing, hooks, stats, meter},
        engine(config.engine == EngineKind::kFast ? make_fast_engine(parts) : make_reference_engine(parts)) {}

  const CoreConfig config;
  core::CoreState state;
  core::SystemUnit system;
  core::Mmu mmu;
  timing::Model timing;
  CoreHooks hooks;
  CoreStats stats;
  ProfileMeter meter;
  CoreParts parts;
  std::unique_ptr<Engine> engine;
};

Core::Core(const CoreConfig& config, CoreBus& bus) : impl_(std::make_unique<Impl>(config, bus)) { reset(); }
Core::~Core() = default;

void Core::reset(u64 cycle) {
  impl_->state.cycle = cycle;
  impl_->system.reset(impl_->config.reset_pc);
  impl_->mmu.reset();
  impl_->timing.reset(impl_->config.reset_pc);
  impl_->engine->forget_code();
}

RunResult Core::run_until(u64 cycle_limit) {
  impl_->meter.restart();
  RunResult result = impl_->engine->run_until(cycle_limit);
  impl_->stats.l1i_misses = impl_->timing.l1i_misses();
  return result;
}

void Core::begin_probe() { impl_->engine->begin_probe(); }
ProbeResult Core::probe(u64 cycle_limit) {
  impl_->meter.restart();
  return impl_->engine->probe(cycle_limit);
}

void Core::skip(const SpinLoop& loop, u64 iterations) {
  core::CoreState& s = impl_->state;
  s.cycle += iterations * loop.cycles;
  s.bundles += iterations * loop.bundles;
  s.instructions += iterations * loop.instructions;
  impl_->stats.add(loop.stats, iterations);
  impl_->timing.move(iterations * loop.cycles);
  impl_->meter.wait(loop, iterations);
}

void Core::repeat(const SpinLoop& loop, u64 iterations) {
  impl_->meter.pause(true);
  run_until(impl_->state.cycle + iterations * loop.cycles);
  impl_->meter.pause(false);
  impl_->meter.wait(loop, iterations);
}

void Core::set_profile(Profile* profile) { impl_->meter.set(profile); }

void Core::forget_code() { impl_->engine->forget_code(); }
core::CoreState& Core::state() { return impl_->state; }
const core::CoreState& Core::state() const { return impl_->state; }
core::SystemUnit& Core::system() { return impl_->system; }
core::Mmu& Core::mmu() { return impl_->mmu; }
timing::Model& Core::timing() { return impl_->timing; }
const CoreStats& Core::stats() const { return impl_->stats; }
const CoreConfig& Core::config() const { return impl_->config; }
CoreHooks& Core::hooks() { return impl_->hooks; }

}  // namespace mppa::engine
