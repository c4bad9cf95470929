// What the power controller and the FTU may do to the cores of a cluster, and what they see of them.
#pragma once

#include <systemc>

#include "models/common/types.h"

namespace mppa::cluster {

inline constexpr unsigned kPeCount = 16;
inline constexpr unsigned kRmIndex = 16;    ///< the management core follows the PEs
inline constexpr unsigned kCoreCount = 17;  ///< 16 PE + RM

/// State of a core as the power controller reports it. The codes are not published; see docs/modelling-choices.md.
enum class CoreFsm : u8 { kResetting = 0, kRunning = 1, kSleep = 2 };
enum class CoreIdle : u8 { kRunning = 0, kAwait = 1, kStopped = 2 };

class CoreControlIf : virtual public sc_core::sc_interface {
 public:
  virtual CoreFsm fsm(unsigned core) const = 0;
  virtual CoreIdle idle(unsigned core) const = 0;
  virtual bool watchdog_fired(unsigned core) const = 0;
  virtual void acknowledge_watchdog(unsigned core) = 0;
  /// A core in kResetting leaves reset at `when`: PL0, reset SFRs, PC = `pc`.
  virtual void start(unsigned core, u64 pc, const sc_core::sc_time& when) = 0;
  /// Sets WS.WU2 of a core that is not in reset; a sleeping core goes on.
  virtual void wake(unsigned core, const sc_core::sc_time& when) = 0;
  /// Puts every core of the cluster back to kResetting; memory keeps its contents.
  virtual void reset_all(const sc_core::sc_time& when) = 0;
};

}  // namespace mppa::cluster
