#include "models/ssd/nvme/zones.h"

namespace mppa::ssd::nvme {

void ZoneTable::set(Zone& zone, ZoneState state) {
  open_ -= is_open(zone);
  active_ -= is_active(zone);
  zone.state = state;
  open_ += is_open(zone);
  active_ += is_active(zone);
}

Status ZoneTable::open(u64 index, ZoneState as) {
  Zone& zone = zones_[index];
  if (!is_active(zone) && active_ >= max_active_) return Status::kTooManyActiveZones;
  if (!is_open(zone) && open_ >= max_open_) {
    u64 victim = 0;
    while (victim < zones_.size() && zones_[victim].state != ZoneState::kImplicitlyOpen) ++victim;
    if (victim == zones_.size()) return Status::kTooManyOpenZones;
    set(zones_[victim], ZoneState::kClosed);
  }
  set(zone, as);
  return Status::kSuccess;
}

Status ZoneTable::write(u64 lba, u64 blocks) {
  const u64 index = zone_of(lba);
  const Zone& zone = zones_[index];
  if (zone.state == ZoneState::kReadOnly) return Status::kZoneReadOnly;
  if (zone.state == ZoneState::kOffline) return Status::kZoneOffline;
  if (zone.state == ZoneState::kFull) return Status::kZoneFull;
  if (lba != start(index) + zone.written) return Status::kZoneInvalidWrite;
  return advance(index, blocks);
}

Status ZoneTable::append(u64 zslba, u64 blocks, u64& lba) {
  const u64 index = zone_of(zslba);
  if (zslba != start(index)) return Status::kInvalidField;
  lba = zslba + zones_[index].written;
  const Zone& zone = zones_[index];
  if (zone.state == ZoneState::kReadOnly) return Status::kZoneReadOnly;
  if (zone.state == ZoneState::kOffline) return Status::kZoneOffline;
  if (zone.state == ZoneState::kFull) return Status::kZoneFull;
  return advance(index, blocks);
}

Status ZoneTable::advance(u64 index, u64 blocks) {
  Zone& zone = zones_[index];
  if (zone.written + blocks > capacity_) return Status::kZoneBoundary;
  if (!is_open(zone)) {
    if (const Status status = open(index, ZoneState::kImplicitlyOpen); status != Status::kSuccess) return status;
  }
  zone.written += blocks;
  if (zone.written == capacity_) set(zone, ZoneState::kFull);
  return Status::kSuccess;
}

Status ZoneTable::check_read(u64 lba, u64 blocks) const {
  const u64 index = zone_of(lba);
  if (zone_of(lba + blocks - 1) != index) return Status::kZoneBoundary;
  return zones_[index].state == ZoneState::kOffline ? Status::kZoneOffline : Status::kSuccess;
}

Status ZoneTable::apply(u64 index, ZoneAction action) {
  Zone& zone = zones_[index];
  switch (action) {
    case ZoneAction::kClose:
      if (zone.state == ZoneState::kClosed) return Status::kSuccess;
      if (!is_open(zone)) return Status::kZoneTransition;
      set(zone, zone.written == 0 ? ZoneState::kEmpty : ZoneState::kClosed);
      return Status::kSuccess;
    case ZoneAction::kFinish:
      if (zone.state == ZoneState::kFull) return Status::kSuccess;
      if (!is_active(zone) && zone.state != ZoneState::kEmpty) return Status::kZoneTransition;
      set(zone, ZoneState::kFull);
      return Status::kSuccess;
    case ZoneAction::kOpen:
      if (zone.state == ZoneState::kExplicitlyOpen) return Status::kSuccess;
      if (!is_active(zone) && zone.state != ZoneState::kEmpty) return Status::kZoneTransition;
      return open(index, ZoneState::kExplicitlyOpen);
    case ZoneAction::kReset:
      if (zone.state == ZoneState::kReadOnly || zone.state == ZoneState::kOffline) return Status::kZoneTransition;
      set(zone, ZoneState::kEmpty);
      zone.written = 0;
      return Status::kSuccess;
    case ZoneAction::kOffline:
      if (zone.state != ZoneState::kReadOnly && zone.state != ZoneState::kOffline) return Status::kZoneTransition;
      set(zone, ZoneState::kOffline);
      return Status::kSuccess;
  }
  return Status::kInvalidField;
}

bool ZoneTable::selected_by_all(u64 index, ZoneAction action) const {
  const Zone& zone = zones_[index];
  switch (action) {
    case ZoneAction::kClose:
      return is_open(zone);
    case ZoneAction::kFinish:
      return is_active(zone);
    case ZoneAction::kOpen:
      return zone.state == ZoneState::kClosed;
    case ZoneAction::kReset:
      return is_active(zone) || zone.state == ZoneState::kFull;
    case ZoneAction::kOffline:
      return zone.state == ZoneState::kReadOnly;
  }
  return false;
}

}  // namespace mppa::ssd::nvme
