#include "models/cluster/engine/profile.h"

#include "models/cluster/core/core_state.h"
#include "models/cluster/engine/core.h"
#include "models/cluster/engine/spin_loop.h"

namespace mppa::engine {

void ProfileCost::add(const ProfileCost& more) {
  cycles += more.cycles;
  waiting += more.waiting;
  bundles += more.bundles;
  instructions += more.instructions;
  for (unsigned i = 0; i < timing::kStallKinds; ++i) stalls[i] += more.stalls[i];
}

ProfileCost ProfileCost::since(const ProfileCost& before) const {
  ProfileCost out = *this;
  out.cycles -= before.cycles;
  out.waiting -= before.waiting;
  out.bundles -= before.bundles;
  out.instructions -= before.instructions;
  for (unsigned i = 0; i < timing::kStallKinds; ++i) out.stalls[i] -= before.stalls[i];
  return out;
}

ProfileCost ProfileMeter::now(u64 cycle, u64 bundles) const {
  return {cycle, 0, state_.bundles + bundles, state_.instructions, stats_.stalls};
}

void ProfileMeter::mark() { last_ = now(state_.cycle, 0); }
void ProfileMeter::charge_all(u64 pc) { charge(pc, state_.cycle, 0); }

void ProfileMeter::charge(u64 pc, u64 cycle, u64 bundles) {
  const ProfileCost to = now(cycle, bundles);
  if (!paused_) (*profile_)[pc].add(to.since(last_));
  last_ = to;
}

void ProfileMeter::wait(const SpinLoop& loop, u64 iterations) {
  if (on()) (*profile_)[loop.pc].waiting += iterations * loop.cycles;
}

}  // namespace mppa::engine
