#include "models/ssd/ftl/garbage_collector.h"

#include <utility>

namespace mppa::ssd {

bool GarbageCollector::is_short() const {
  return ftl_.pool_.free() + ftl_.pool_.erasing() < ftl_.params_.ftl.reserve_blocks;
}

void GarbageCollector::host_programs() {
  if (victim_ != BlockPool::kNone) debt_ += owed_per_program_;
  pump();
}

void GarbageCollector::pump() {
  if (victim_ == BlockPool::kNone) {
    if (!is_short()) {
      debt_ = 0;
      return;
    }
    victim_ = ftl_.pool_.victim();
    if (victim_ == BlockPool::kNone) return;
    cursor_ = 0;
    const double valid = static_cast<double>(ftl_.mapping_.valid(victim_));
    const double slots = static_cast<double>(ftl_.geometry_.slots());
    owed_per_program_ = valid / (slots - valid);
  }
  const bool desperate = ftl_.pool_.free() <= 1;
  while (in_flight_ < kMaxInFlight && ftl_.pool_.available(Stream::kCollector) &&
         (debt_ >= 1 || desperate || ftl_.mapping_.valid(victim_) == 0)) {
    const std::vector<Move> moves = next_moves();
    if (moves.empty()) break;
    debt_ = std::max(0.0, debt_ - 1);
    move(moves);
  }
  if (cursor_ == ftl_.geometry_.slots() && in_flight_ == 0) erase_victim();
}

std::vector<GarbageCollector::Move> GarbageCollector::next_moves() {
  std::vector<Move> moves;
  const u64 slots = ftl_.geometry_.slots();
  while (cursor_ < slots && moves.size() < ftl_.geometry_.units_per_program()) {
    const u32 slot = static_cast<u32>(victim_ * slots + cursor_++);
    if (const u32 unit = ftl_.mapping_.unit_at(slot); unit != kNoUnit) moves.push_back({unit, slot});
  }
  return moves;
}

void GarbageCollector::move(const std::vector<Move>& moves) {
  ++in_flight_;
  moved_ += moves.size();
  std::vector<u32> units;
  std::vector<Ftl::PageRead> pages;
  for (const Move& m : moves) {
    units.push_back(m.unit);
    ftl_.collect_pages(m.from, 0, ftl_.geometry_.unit_bytes(), pages);
  }
  const unsigned die = ftl_.place(Stream::kCollector, units);
  ftl_.read_pages(pages, ReadPriority::kBackground, [this, die] {
    ftl_.flash_.program(die, ftl_.geometry_.program_bytes(), [this] {
      --in_flight_;
      pump();
      ftl_.pump();
    });
  });
}

void GarbageCollector::erase_victim() {
  const u64 superblock = std::exchange(victim_, BlockPool::kNone);
  ftl_.pool_.start_erase(superblock);
  ftl_.mapping_.erase(superblock);
  auto join = std::make_shared<Join>([this, superblock] {
    ftl_.pool_.release(superblock);
    pump();
    ftl_.pump();
  });
  for (unsigned die = 0; die < ftl_.geometry_.dies(); ++die) {
    join->add();
    ftl_.flash_.erase(die, [join] { join->arrive(); });
  }
  join->arrive();
  pump();
}

}  // namespace mppa::ssd
