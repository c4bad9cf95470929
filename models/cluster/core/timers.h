// Timers T0, T1 and the watchdog: down counters computed from the cycle count (architecture.md section 7).
#pragma once

#include <limits>

#include "models/cluster/core/core_state.h"

namespace mppa::core {

/// "Never" for cycle numbers.
inline constexpr u64 kNever = std::numeric_limits<u64>::max();

/// A down counter counts 1 per cycle while enabled; one tick after 0 it reloads (period R+1 cycles), sets its status
/// bit and, if enabled, raises its interrupt line. A watchdog underflow with WUS still set and WUI=1 asks for a core
/// reset. With the SI (WSI) bit set a counter stands still while the core is in await, sleep or stop.
class Timers {
 public:
  /// What happened between two calls of sync().
  struct Events {
    u32 lines = 0;                ///< interrupt lines to raise (bits 0, 1, 2)
    bool watchdog_reset = false;  ///< the core must be reset
  };

  explicit Timers(CoreState& state) : state_(state) {}

  /// Restarts counting at cycle `now` from the SFR values.
  void reset(u64 now) { last_sync_ = now; }

  /// Brings T0V, T1V, WDV and the status bits of TCR up to cycle `now`. `idle` tells how the core spent the time since
  /// the last call: true if it was in await, sleep or stop.
  Events sync(u64 now, bool idle);

  /// The first cycle at which sync() may report an event; kNever if none can. `idle` as for sync().
  u64 next_event_cycle(bool idle) const;

 private:
  CoreState& state_;
  u64 last_sync_ = 0;
};

}  // namespace mppa::core
