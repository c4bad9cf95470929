// Zone states of a zoned namespace (ZNS 1.1): write pointers, open and active limits, state changes. Addresses in
// logical blocks of the namespace.
#pragma once

#include <vector>

#include "models/ssd/nvme/spec.h"

namespace mppa::ssd::nvme {

enum class ZoneState : u8 {
  kEmpty = 1,
  kImplicitlyOpen = 2,
  kExplicitlyOpen = 3,
  kClosed = 4,
  kReadOnly = 13,
  kFull = 14,
  kOffline = 15,
};

/// Zone Send Action.
enum class ZoneAction : u8 { kClose = 1, kFinish = 2, kOpen = 3, kReset = 4, kOffline = 5 };

struct Zone {
  ZoneState state = ZoneState::kEmpty;
  u64 written = 0;  ///< blocks below the write pointer
};

class ZoneTable {
 public:
  ZoneTable(u64 zones, u64 size, u64 capacity, u32 max_open, u32 max_active)
      : zones_(zones), size_(size), capacity_(capacity), max_open_(max_open), max_active_(max_active) {}

  u64 count() const { return zones_.size(); }
  u64 size() const { return size_; }          ///< blocks from one zone start to the next
  u64 capacity() const { return capacity_; }  ///< writable blocks of a zone
  u32 max_open() const { return max_open_; }
  u32 max_active() const { return max_active_; }
  u64 zone_of(u64 lba) const { return lba / size_; }
  u64 start(u64 zone) const { return zone * size_; }
  const Zone& zone(u64 index) const { return zones_[index]; }

  /// A write of `blocks` at `lba`: checks it and moves the write pointer.
  Status write(u64 lba, u64 blocks);
  /// An append to the zone that starts at `zslba`; sets `lba` to where the data go.
  Status append(u64 zslba, u64 blocks, u64& lba);
  /// Reads may not leave a zone.
  Status check_read(u64 lba, u64 blocks) const;
  Status apply(u64 index, ZoneAction action);
  /// Whether the Select All bit applies the action to this zone.
  bool selected_by_all(u64 index, ZoneAction action) const;

 private:
  bool is_open(const Zone& zone) const {
    return zone.state == ZoneState::kImplicitlyOpen || zone.state == ZoneState::kExplicitlyOpen;
  }
  bool is_active(const Zone& zone) const { return is_open(zone) || zone.state == ZoneState::kClosed; }
  /// Makes the zone open; closes an implicitly open one to make room.
  Status open(u64 index, ZoneState as);
  void set(Zone& zone, ZoneState state);
  Status advance(u64 index, u64 blocks);

  std::vector<Zone> zones_;
  u64 size_;
  u64 capacity_;
  u32 max_open_;
  u32 max_active_;
  u32 open_ = 0;
  u32 active_ = 0;
};

}  // namespace mppa::ssd::nvme
