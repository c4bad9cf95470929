// Where everything lies at power-on, as a function instead of a table, so that a drive of any size starts in a steady
// state at once and costs memory only for what the simulation changes.
//
// Steady state under uniform random writes with first-in-first-out cleaning: the valid share of a superblock falls
// geometrically with its age, from 1 (just written) down to the share at which it is cleaned. The ratio follows from
// the fact that all shares together make up the capacity. Superblock 0 is the oldest. Within a superblock the valid
// units are spread evenly over the slots; which logical unit lies where is a keyed permutation.
#pragma once

#include <vector>

#include "models/common/types.h"
#include "models/ssd/ftl/permutation.h"
#include "models/ssd/params.h"

namespace mppa::ssd {

inline constexpr u32 kNoUnit = ~u32{0};

class InitialLayout {
 public:
  /// `units` logical units on `superblocks` superblocks of `slots` slots each that may hold data. Throws
  /// std::invalid_argument if they do not fit.
  InitialLayout(Precondition state, u64 units, u64 superblocks, u64 slots, u64 seed);

  /// The slot of a logical unit; kNoUnit if it has never been written.
  u32 slot_of(u32 unit) const;
  /// The logical unit in a slot; kNoUnit if the slot is stale or empty.
  u32 unit_at(u64 slot) const;
  u64 valid(u64 superblock) const { return first_[superblock + 1] - first_[superblock]; }
  /// Whether the superblock has been written at all.
  bool written(u64 superblock) const { return valid(superblock) != 0; }

 private:
  void fill_steady(u64 units, u64 superblocks);

  Precondition state_;
  u64 slots_;
  Permutation order_;
  std::vector<u64> first_;  ///< valid units before superblock i; one entry more than superblocks
};

}  // namespace mppa::ssd
