#include "models/ssd/ftl/mapping.h"

#include <fmt/core.h>

#include <stdexcept>

namespace mppa::ssd {

Mapping::Mapping(const FtlParams& params, u64 units, u64 superblocks, u64 data_superblocks, u64 slots)
    : layout_(params.precondition, units, data_superblocks, slots, params.seed),
      units_(units),
      slots_(slots),
      initial_(superblocks, 0),
      appended_(superblocks),
      valid_(superblocks, 0) {
  if (superblocks * slots >= kNoUnit)
    throw std::invalid_argument(fmt::format(
        "ftl: {} slots are more than the map can number; use a larger indirection unit", superblocks * slots));
  for (u64 i = 0; i < data_superblocks; ++i) {
    valid_[i] = layout_.valid(i);
    initial_[i] = layout_.written(i);
  }
}

u32 Mapping::slot_of(u32 unit) const {
  const auto moved = moved_.find(unit);
  return moved != moved_.end() ? moved->second : initial_slot_of(unit);
}

u32 Mapping::initial_slot_of(u32 unit) const {
  for (const Run& run : forgotten_) {
    if (unit >= run.first && unit < run.end) return kNoUnit;
  }
  return layout_.slot_of(unit);
}

u32 Mapping::unit_at(u32 slot) const {
  const u64 superblock = slot / slots_, index = slot % slots_;
  u32 unit = kNoUnit;
  if (initial_[superblock]) {
    unit = layout_.unit_at(slot);
  } else if (index < appended_[superblock].size()) {
    unit = appended_[superblock][index];
  }
  return unit != kNoUnit && slot_of(unit) == slot ? unit : kNoUnit;
}

void Mapping::append(u64 superblock, u32 unit) {
  const u64 slot = superblock * slots_ + appended_[superblock].size();
  appended_[superblock].push_back(unit);
  if (unit == kNoUnit) return;
  unbind(unit);
  moved_[unit] = static_cast<u32>(slot);
  ++valid_[superblock];
}

void Mapping::unbind(u32 unit) {
  const u32 old = slot_of(unit);
  if (old != kNoUnit) drop_valid(old / slots_);
  moved_[unit] = kNoUnit;
}

void Mapping::drop_valid(u64 superblock) {
  if (valid_[superblock] != 0) --valid_[superblock];
}

void Mapping::forget(u32 first, u64 count) {
  const u64 end = first + count;
  std::erase_if(moved_, [&](const auto& moved) {
    if (moved.first < first || moved.first >= end) return false;
    if (moved.second != kNoUnit) drop_valid(moved.second / slots_);
    return true;
  });
  for (u64 i = 0; i < initial_.size(); ++i) {
    if (initial_[i]) valid_[i] = static_cast<u64>(static_cast<u128>(valid_[i]) * (units_ - count) / units_);
  }
  forgotten_.push_back({first, end});
}

void Mapping::erase(u64 superblock) {
  initial_[superblock] = 0;
  appended_[superblock].clear();
  appended_[superblock].shrink_to_fit();
}

}  // namespace mppa::ssd
