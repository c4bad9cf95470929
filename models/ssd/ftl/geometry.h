// How indirection units map onto dies, planes and pages.
#pragma once

#include "models/common/types.h"
#include "models/ssd/params.h"

namespace mppa::ssd {

/// A page in one plane, as far as timing needs it.
struct PagePlace {
  u64 page;  ///< unique over the drive
  unsigned die;
  unsigned plane;
};

/// A superblock is written program operation by program operation, round the dies; an operation fills
/// units_per_program() slots, page after page round the planes.
class Geometry {
 public:
  /// Shrinks the blocks of a small drive so that it has at least kMinSuperblocks; throws std::invalid_argument if it is
  /// too small even for that or if unit and page sizes do not fit each other.
  Geometry(const FlashParams& flash, const FtlParams& ftl);

  u64 unit_bytes() const { return unit_bytes_; }
  u64 units() const { return units_; }
  unsigned units_per_program() const { return units_per_program_; }
  u64 program_bytes() const { return units_per_program_ * unit_bytes_; }
  u64 programs_per_superblock() const { return programs_per_superblock_; }
  /// Units of one superblock.
  u64 slots() const { return programs_per_superblock_ * units_per_program_; }
  u64 data_superblocks() const { return data_superblocks_; }
  u64 superblocks() const { return superblocks_; }
  unsigned dies() const { return dies_; }

  /// The die of program operation `program` of a superblock.
  unsigned die_of(u64 superblock, u64 program) const { return static_cast<unsigned>((superblock + program) % dies_); }
  /// The page that holds byte `byte` of the unit in `slot`.
  PagePlace page_of(u32 slot, u64 byte) const;

  static constexpr u64 kMinSuperblocks = 64;

 private:
  u64 unit_bytes_;
  u64 page_bytes_;
  u64 units_;
  unsigned dies_;
  unsigned planes_;
  unsigned units_per_program_;
  u64 programs_per_superblock_;
  u64 data_superblocks_;
  u64 superblocks_;
};

}  // namespace mppa::ssd
