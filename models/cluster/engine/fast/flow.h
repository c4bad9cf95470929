// Handlers of block heads, line checks and block ends.
#pragma once

#include "models/cluster/engine/fast/hot.h"

namespace mppa::engine::fast {

/// Op::u = static cycles from the block's T to the boundary before its last bundle. Leaves with kLimit unless every
/// bundle of the block starts below the limit. In the functional level the same.
MPPA_HANDLER(block_head);
/// Op::imm = line number, Op::u = byte offset of its set in the L1I tags. Leaves with kStep unless L1I has the line.
MPPA_HANDLER(check_line);
/// Leaves with kStep: the bundle is none for translated code.
MPPA_HANDLER(step_bundle);
/// Op::ptr = Counters[2] (RareCounter), added.
MPPA_HANDLER(count_rare);

// Block ends; Op::ptr = the exits.
MPPA_HANDLER(end_static);  ///< exits[0]: goto, fall through
MPPA_HANDLER(end_call);    ///< exits[0]; RA = link
MPPA_HANDLER(end_ret);     ///< exits[0], indirect
MPPA_HANDLER(end_igoto);   ///< exits[0], indirect through r[0]
MPPA_HANDLER(end_icall);   ///< likewise; RA = link
MPPA_HANDLER(end_loopdo);  ///< LS = target, LE = link, LC = r[0]; exits[0] loop armed, exits[1] LC = 1
MPPA_HANDLER(end_loop);    ///< loop-back with LC != 1: exits[0] still armed, exits[1] last iteration begins
/// cb: exits[0] not taken, exits[1] taken; specialised by condition.
Handler cb_handler(u8 cond);

/// Moves between RA and GPRs: r[0] = RA; RA = r[0].
MPPA_HANDLER(get_ra);
MPPA_HANDLER(set_ra);

/// Exit::stub of exits that are not linked, of indirect exits (never entered), and of exits to another page while the
/// MMU is on: those look up the jump cache each time.
MPPA_HANDLER(unlinked_exit);
MPPA_HANDLER(page_exit);

}  // namespace mppa::engine::fast
