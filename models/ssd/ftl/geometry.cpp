#include "models/ssd/ftl/geometry.h"

#include <fmt/core.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <stdexcept>

namespace mppa::ssd {

Geometry::Geometry(const FlashParams& flash, const FtlParams& ftl)
    : unit_bytes_(ftl.indirection_unit),
      page_bytes_(flash.page_bytes),
      units_(ftl.capacity / ftl.indirection_unit),
      dies_(flash.dies()),
      planes_(flash.planes) {
  if (!std::has_single_bit(unit_bytes_) || unit_bytes_ < 4096)
    throw std::invalid_argument(fmt::format("ftl: indirection unit {} is not a power of two from 4096", unit_bytes_));
  if (units_ == 0 || ftl.capacity % unit_bytes_ != 0)
    throw std::invalid_argument(
        fmt::format("ftl: capacity {} is not a multiple of the indirection unit {}", ftl.capacity, unit_bytes_));
  const bool in_place = ftl.placement == Placement::kInPlace, is_log = ftl.placement == Placement::kLog;
  const u64 program_bytes = in_place ? unit_bytes_ : flash.program_bytes();
  if (program_bytes % unit_bytes_ != 0 || (page_bytes_ % unit_bytes_ != 0 && unit_bytes_ % page_bytes_ != 0))
    throw std::invalid_argument(
        fmt::format("ftl: indirection unit {} does not fit pages of {} and programs of {} bytes", unit_bytes_,
                    page_bytes_, program_bytes));
  units_per_program_ = static_cast<unsigned>(program_bytes / unit_bytes_);
  const double physical = static_cast<double>(units_) * (1 + (is_log ? ftl.over_provisioning : 0));
  const u64 stripe = u64{dies_} * units_per_program_;
  const u64 fitting = static_cast<u64>(physical / static_cast<double>(stripe * kMinSuperblocks));
  // Units with a fixed place need no superblocks: all of them are one.
  const u64 rows =
      is_log ? std::min<u64>(flash.programs_per_block, std::max<u64>(fitting, 1)) : (units_ + stripe - 1) / stripe;
  programs_per_superblock_ = rows * dies_;
  data_superblocks_ = static_cast<u64>(std::ceil(physical / static_cast<double>(slots())));
  if (is_log && data_superblocks_ < kMinSuperblocks / 2)
    throw std::invalid_argument(fmt::format("ftl: a capacity of {} is too small for {} dies; at least {} bytes",
                                            ftl.capacity, dies_, stripe * unit_bytes_ * kMinSuperblocks / 2));
  superblocks_ = data_superblocks_ + (is_log ? ftl.reserve_blocks : 0);
}

PagePlace Geometry::page_of(u32 slot, u64 byte) const {
  const u64 superblock = slot / slots();
  const u64 program = slot % slots() / units_per_program_;
  const u64 page = (slot % units_per_program_ * unit_bytes_ + byte) / page_bytes_;
  const u64 pages_per_program = (program_bytes() + page_bytes_ - 1) / page_bytes_;
  // Operations smaller than a page (in-place media) spread over the planes by their number.
  const u64 plane = pages_per_program > 1 ? page : program / dies_;
  return {(superblock * programs_per_superblock_ + program) * pages_per_program + page, die_of(superblock, program),
          static_cast<unsigned>(plane % planes_)};
}

}  // namespace mppa::ssd
