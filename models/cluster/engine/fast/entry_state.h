// Entry states: what the timing rules remember at a bundle boundary, relative to the clock T.
//
// Together with the PC an entry state selects the version of a block. It holds exactly the static part of the boundary
// state of docs/dev/how-time-works.md: results not yet readable, the fetch buffer, the drain distance, the armed
// hardware loop. Equal states are the same number ("interned"), so a block version is found by one comparison, and an
// exit whose state is known at translation needs no scoreboard at run time.
#pragma once

#include <unordered_map>
#include <vector>

#include "models/cluster/timing/fetch.h"
#include "models/cluster/timing/model.h"
#include "models/common/types.h"

namespace mppa::engine::fast {

/// A result that becomes readable at the end of cycle T + `rel`, rel > 0.
struct Pending {
  timing::ResourceId resource = 0;
  timing::Stall cause{};
  bool streaming = false;
  u32 rel = 0;
  friend bool operator==(const Pending&, const Pending&) = default;
};

struct EntryState {
  /// FetchState::occ of an indirect branch's exit: the buffer restarts at a target that is not known yet.
  static constexpr u8 kRestart = 0xff;

  std::vector<Pending> pending;  ///< ascending by resource
  timing::FetchState fetch;
  u8 drain = 0;                ///< cycles from T until RR..E4 are empty, 0 if they are
  timing::LoopContext loop{};  ///< PS.HLE = 1, LE != 0, LC != 1; otherwise zero
  friend bool operator==(const EntryState&, const EntryState&) = default;
};

/// The state of `model` at boundary T; the fetch buffer is canonical where it does not matter (functional level).
EntryState capture(timing::Model& model, u64 T, const timing::LoopContext& loop);

/// The inverse: puts `state` into `model` at boundary T. The line of the last fetched syllable is forgotten; that has
/// no effect while L1I is enabled, because that line is the most recent of its set.
void restore(const EntryState& state, u64 T, timing::Model& model);

/// Numbers entry states.
class StateTable {
 public:
  u32 intern(const EntryState& state);
  const EntryState& operator[](u32 id) const { return *states_[id]; }
  std::size_t size() const { return states_.size(); }

 private:
  struct Hash {
    std::size_t operator()(const EntryState& s) const;
  };
  std::unordered_map<EntryState, u32, Hash> ids_;  // node-based: addresses of the keys are stable
  std::vector<const EntryState*> states_;
};

}  // namespace mppa::engine::fast
