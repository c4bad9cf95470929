// Where cores spend their cycles, by code address.
//
// A core that has a profile charges everything that happens - cycles, bundles, stalls - to the code that was executing
// when it happened: the reference engine bundle by bundle, the fast engine block by block, to the block's first
// address. For that it leaves blocks unlinked, so that every block comes back to the engine; without a profile nothing
// of this costs anything. State, cycles and statistics are the same with and without.
#pragma once

#include <unordered_map>

#include "models/cluster/timing/stall.h"
#include "models/common/types.h"

namespace mppa::core {
struct CoreState;
}

namespace mppa::engine {

struct CoreStats;
struct SpinLoop;

/// What was spent at one place.
struct ProfileCost {
  u64 cycles = 0;                     ///< without `waiting`
  u64 waiting = 0;                    ///< cycles in loops found to wait for memory to change
  u64 bundles = 0, instructions = 0;  ///< without those of such loops
  timing::StallCounts stalls{};       ///< the same; kIdle: asleep, part of `cycles`

  void add(const ProfileCost& more);
  /// What has been added since `before`.
  ProfileCost since(const ProfileCost& before) const;
};

/// By code address, as the core sees it. May belong to several cores that run in turns.
using Profile = std::unordered_map<u64, ProfileCost>;

/// Charges what one core does; owned by the core.
class ProfileMeter {
 public:
  ProfileMeter(const core::CoreState& state, const CoreStats& stats) : state_(state), stats_(stats) {}

  /// nullptr: off.
  void set(Profile* profile) { profile_ = profile; }
  bool on() const { return profile_ != nullptr; }
  /// While it is paused nothing is charged, but blocks stay unlinked: linked ones would not come back later.
  void pause(bool paused) { paused_ = paused; }

  /// What has happened up to now is charged to nobody.
  void restart() {
    if (on()) mark();
  }
  /// Charges what has happened since to the code at `pc`, up to the state's own cycle.
  void charge(u64 pc) {
    if (on()) charge_all(pc);
  }
  /// The same for an engine that keeps the clock itself: up to `cycle`, with `bundles` the state does not count yet.
  void charge(u64 pc, u64 cycle, u64 bundles);
  /// Charges `iterations` of a loop that waits.
  void wait(const SpinLoop& loop, u64 iterations);

 private:
  ProfileCost now(u64 cycle, u64 bundles) const;
  void mark();
  void charge_all(u64 pc);

  const core::CoreState& state_;
  const CoreStats& stats_;
  Profile* profile_ = nullptr;
  bool paused_ = false;
  ProfileCost last_;
};

}  // namespace mppa::engine
