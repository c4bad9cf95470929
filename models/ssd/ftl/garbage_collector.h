// Garbage collection: moves the valid units of the emptiest full superblock and erases it, paced so that cleaning keeps
// up with the host: for every program operation of the host it owes u/(1-u) of its own, u = valid share of the victim.
#pragma once

#include <vector>

#include "models/ssd/ftl/ftl.h"

namespace mppa::ssd {

class GarbageCollector {
 public:
  explicit GarbageCollector(Ftl& ftl) : ftl_(ftl) {}

  /// The host is about to program once; starts cleaning if space is short.
  void host_programs();
  /// Whether the host must wait until cleaning has caught up.
  bool holds_host() const { return debt_ > kMaxDebt; }
  u64 moved_units() const { return moved_; }

 private:
  static constexpr double kMaxDebt = 64;         ///< program operations
  static constexpr unsigned kMaxInFlight = 128;  ///< program operations being read or programmed

  struct Move {
    u32 unit;
    u32 from;
  };

  bool is_short() const;
  void pump();
  /// The next valid units of the victim, enough for one program operation; fewer at its end.
  std::vector<Move> next_moves();
  void move(const std::vector<Move>& moves);
  void erase_victim();

  Ftl& ftl_;
  u64 victim_ = BlockPool::kNone;
  u64 cursor_ = 0;
  double owed_per_program_ = 0;
  double debt_ = 0;
  unsigned in_flight_ = 0;
  u64 moved_ = 0;
};

}  // namespace mppa::ssd
