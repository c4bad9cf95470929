// Handlers of block heads, line checks and block ends.
#pragma once

#include <array>

#include "models/cluster/engine/fast/hot.h"

namespace mppa::engine::fast {

inline constexpr unsigned kScalarConditions = 14;

/// Op::imm = line number, Op::u = byte offset of its set in the L1I tags. Leaves with kLineMiss unless L1I has
/// the line.
MPPA_HANDLER(check_line);
/// Leaves with kStep: the bundle is none for translated code. Op::u = 1 if it is a barrier.
MPPA_HANDLER(step_bundle);
/// Op::ptr = Counters[2] (RareCounter), added.
MPPA_HANDLER(count_rare);

/// The handlers that exist per timing level: in the functional level the clock counts the bundles, so fewer counters
/// are kept.
struct FlowHandlers {
  /// Op::u = static cycles from the block's T to the boundary before its last bundle. Leaves with kLimit unless every
  /// bundle of the block starts below the limit.
  Handler head;
  // Block ends; Op::ptr = the exits.
  Handler end_static;  ///< exits[0]: goto, fall through
  Handler end_call;    ///< exits[0]; RA = link
  Handler end_ret;     ///< exits[0], indirect
  Handler end_igoto;   ///< exits[0], indirect through r[0]
  Handler end_icall;   ///< likewise; RA = link
  Handler end_loopdo;  ///< LS = target, LE = link, LC = r[0]; exits[0] loop armed, exits[1] LC = 1
  Handler end_loop;    ///< loop-back with LC != 1: exits[0] still armed, exits[1] last iteration begins
  /// By condition: exits[0] not taken, exits[1] taken.
  std::array<Handler, kScalarConditions> cb;
};
const FlowHandlers& flow_handlers(timing::Level level);

/// Moves between RA and GPRs: r[0] = RA; RA = r[0].
MPPA_HANDLER(get_ra);
MPPA_HANDLER(set_ra);

/// Exit::stub of exits that are not linked, of indirect exits (never entered), and of exits to another page while the
/// MMU is on: those look up the jump cache each time.
MPPA_HANDLER(unlinked_exit);
MPPA_HANDLER(page_exit);

}  // namespace mppa::engine::fast
