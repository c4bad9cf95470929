#include "models/ssd/ftl/initial_layout.h"

#include <fmt/core.h>

#include <algorithm>
#include <stdexcept>

namespace mppa::ssd {

namespace {

/// Sum of r^0 .. r^(n-1), by plain multiplication: the same on every host.
double geometric_sum(double r, u64 n) {
  double sum = 0, term = 1;
  for (u64 i = 0; i < n; ++i, term *= r) sum += term;
  return sum;
}

/// The ratio r in (0, 1] for which n terms sum up to `target` <= n.
double ratio_for(double target, u64 n) {
  double low = 0, high = 1;
  for (int step = 0; step < 60; ++step) {
    const double middle = (low + high) / 2;
    (geometric_sum(middle, n) < target ? low : high) = middle;
  }
  return high;
}

}  // namespace

InitialLayout::InitialLayout(Precondition state, u64 units, u64 superblocks, u64 slots, u64 seed)
    : state_(state), slots_(slots), order_(units, seed), first_(superblocks + 1, 0) {
  if (units > superblocks * slots)
    throw std::invalid_argument(
        fmt::format("ftl: {} units do not fit on {} superblocks of {}", units, superblocks, slots));
  if (state == Precondition::kSequential) {
    for (u64 i = 0; i <= superblocks; ++i) first_[i] = std::min(units, i * slots);
  } else if (state == Precondition::kSteady) {
    fill_steady(units, superblocks);
  }
}

void InitialLayout::fill_steady(u64 units, u64 superblocks) {
  const double ratio = ratio_for(static_cast<double>(units) / static_cast<double>(slots_), superblocks);
  double share = 1, sum = 0;
  std::vector<double> below(superblocks + 1, 0);  // shares of the k youngest superblocks
  for (u64 k = 1; k <= superblocks; ++k, share *= ratio) below[k] = sum += share;
  for (u64 i = 0; i <= superblocks; ++i) {
    const double older = (sum - below[superblocks - i]) / sum;
    first_[i] = std::min(units, static_cast<u64>(older * static_cast<double>(units)));
  }
  first_[superblocks] = units;
  // Rounding may have given the youngest superblock a unit too many; hand it down.
  for (u64 i = superblocks; i > 0 && first_[i] - first_[i - 1] > slots_; --i) first_[i - 1] = first_[i] - slots_;
}

u32 InitialLayout::slot_of(u32 unit) const {
  if (state_ == Precondition::kFresh) return kNoUnit;
  if (state_ == Precondition::kSequential) return unit;
  const u64 place = order_.forward(unit);
  const u64 superblock = static_cast<u64>(std::upper_bound(first_.begin(), first_.end(), place) - first_.begin()) - 1;
  const u64 rank = place - first_[superblock];
  return static_cast<u32>(superblock * slots_ + rank * slots_ / valid(superblock));
}

u32 InitialLayout::unit_at(u64 slot) const {
  const u64 superblock = slot / slots_, index = slot % slots_;
  const u64 count = valid(superblock);
  if (state_ == Precondition::kFresh || count == 0) return kNoUnit;
  if (state_ == Precondition::kSequential) return index < count ? static_cast<u32>(slot) : kNoUnit;
  const u64 rank = (index * count + slots_ - 1) / slots_;  // the only one that can lie here
  if (rank >= count || rank * slots_ / count != index) return kNoUnit;
  return static_cast<u32>(order_.inverse(first_[superblock] + rank));
}

}  // namespace mppa::ssd
