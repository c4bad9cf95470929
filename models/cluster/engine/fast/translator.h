// Makes block versions: decodes bundles from memory, orders their instructions, folds their timing.
#pragma once

#include <optional>

#include "models/cluster/core/mmu.h"
#include "models/cluster/engine/core.h"
#include "models/cluster/engine/fast/block.h"
#include "models/cluster/engine/fast/bundle_order.h"
#include "models/cluster/engine/fast/flow.h"
#include "models/cluster/engine/fast/schedule.h"
#include "models/cluster/engine/fast/select.h"

namespace mppa::engine::fast {

/// The mode bits that `state` translates to.
u32 mode_of(const core::CoreState& state);

/// Static stalls as counters: common[1] and rare.
void split_stalls(const timing::StallCounts& stalls, Counters& common, Counters (&rare)[2]);

class Translator {
 public:
  Translator(CoreParts& parts, BlockCache& cache)
      : parts_(parts),
        cache_(cache),
        schedule_(parts.config.level, parts.timing.params()),
        flow_(flow_handlers(parts.config.level)) {}

  /// Where code at a PC lies.
  struct Place {
    u64 pa = 0;
    const u8* host = nullptr;
    u64 end = 0;  ///< PC at which the page or region ends
  };
  /// nullopt if code at `pc` cannot be fetched, or (pipeline level) does not go through the L1I.
  std::optional<Place> locate(u64 pc);

  /// The block version for `pc` and `state` in the current mode; nullptr if the bundle at `pc` must be stepped and no
  /// block can say so.
  const Block* get(u64 pc, u32 state, bool single = false);

  /// The version of bundle `index` of `block`, and with `single` unset of what follows, for `state`; made from the
  /// block's own code.
  const Block* get_tail(const Block& block, unsigned index, u32 state, bool single);

  /// The state at the boundary before bundle `index` of `block`, and the counters of the bundles before it.
  struct Replay {
    EntryState state;
    u64 t = 0;  ///< from the block's T
    u64 pc = 0;
    u64 bundles = 0, instructions = 0, loads = 0, stores = 0;
    timing::StallCounts stalls{};
  };
  Replay replay(const Block& block, unsigned index);
  /// The same up to the issue of bundle `index`, whose memory operation waits `e1` cycles at E1 and freezes E3 for
  /// `e3`: `state` is Schedule::held(), `t` its issue cycle + e1 + e3, the stalls are those before its issue.
  Replay replay_held(const Block& block, unsigned index, u64 e1, u64 e3);

 private:
  struct Draft;
  std::optional<Place> locate_page(u64 pc) const;
  const Block* translate(const BlockKey& key, const Place& place);
  void replay_bundles(const Block& block, unsigned count, Replay& out);
  struct Prepared;
  bool prepare(Draft& d, u64 pc, Prepared& out);
  bool add_bundle(Draft& d);
  void add_line_checks(Draft& d, u64 syllables);
  void end_block(Draft& d);
  void end_with_branch(Draft& d);
  void end_with_loop(Draft& d);
  Exit& add_exit(Draft& d, u64 target, const timing::Sequel& sequel, const timing::LoopContext& loop, bool taken,
                 bool indirect);

  CoreParts& parts_;
  BlockCache& cache_;
  /// The page located last.
  struct {
    u64 page = 1, epoch = 0;
    Place place;
  } page_;
  Schedule schedule_;
  const FlowHandlers& flow_;
};

}  // namespace mppa::engine::fast
