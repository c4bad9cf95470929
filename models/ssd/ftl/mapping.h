// The page map: logical unit <-> physical slot, and how many slots of each superblock are valid.
//
// Superblock = one block in every plane of every die; slot = place of one indirection unit, numbered in the order in
// which a superblock is written. Only what differs from the initial layout is stored.
#pragma once

#include <unordered_map>
#include <vector>

#include "models/ssd/ftl/initial_layout.h"

namespace mppa::ssd {

class Mapping {
 public:
  /// `data_superblocks` of `superblocks` hold the initial data; the others start erased.
  Mapping(const FtlParams& params, u64 units, u64 superblocks, u64 data_superblocks, u64 slots);

  /// Slot of a unit, kNoUnit if it is not mapped.
  u32 slot_of(u32 unit) const;
  /// Unit whose current place is `slot`, kNoUnit if there is none.
  u32 unit_at(u32 slot) const;
  u64 valid(u64 superblock) const { return valid_[superblock]; }

  /// The next slot of an open superblock becomes the unit's place; kNoUnit: the slot is padding.
  void append(u64 superblock, u32 unit);
  void unbind(u32 unit);
  /// Unbinds a long run of units at once. The valid counts of superblocks in the initial layout are scaled down, not
  /// counted again: they guide the choice of what to clean, the map itself stays exact.
  void forget(u32 first, u64 count);
  /// Forgets an erased superblock; it must hold no valid unit.
  void erase(u64 superblock);

  u64 superblocks() const { return valid_.size(); }
  u64 slots() const { return slots_; }
  /// Slots written so far.
  u64 written(u64 superblock) const { return initial_[superblock] ? slots_ : appended_[superblock].size(); }

 private:
  InitialLayout layout_;
  u64 units_;
  u64 slots_;
  std::unordered_map<u32, u32> moved_;      ///< looked up only, never walked
  std::vector<u8> initial_;                 ///< the superblock still holds what the layout says
  std::vector<std::vector<u32>> appended_;  ///< units in order, for superblocks written since
  std::vector<u64> valid_;
  struct Run {
    u64 first, end;
  };
  std::vector<Run> forgotten_;  ///< what the layout says of these units no longer holds

  u32 initial_slot_of(u32 unit) const;
  void drop_valid(u64 superblock);
};

}  // namespace mppa::ssd
