#include "models/ssd/nvme/reservation.h"

namespace mppa::ssd::nvme {

namespace {

bool is_valid(ReservationType type) {
  return type >= ReservationType::kWriteExclusive && type <= ReservationType::kExclusiveAccessAll;
}

}  // namespace

bool Reservation::is_registered(HostId host, u64 key) const {
  const auto found = registrants_.find(host);
  return found != registrants_.end() && found->second.key == key;
}

bool Reservation::is_all_registrants() const {
  return type_ == ReservationType::kWriteExclusiveAll || type_ == ReservationType::kExclusiveAccessAll;
}

bool Reservation::is_holder(HostId host) const {
  if (type_ == ReservationType::kNone) return false;
  return is_all_registrants() ? registrants_.contains(host) : holder_ == host;
}

Status Reservation::register_key(HostId host, u16 controller, u64 new_key) {
  const auto found = registrants_.find(host);
  if (found != registrants_.end() && found->second.key != new_key) return Status::kReservationConflict;
  registrants_[host] = {new_key, controller};
  ++generation_;
  return Status::kSuccess;
}

Status Reservation::unregister_key(HostId host, u64 key, bool ignore_key, Notices& notices) {
  const auto found = registrants_.find(host);
  if (found == registrants_.end() || (!ignore_key && found->second.key != key)) return Status::kReservationConflict;
  const bool held = is_holder(host);
  registrants_.erase(found);
  ++generation_;
  if (held && (!is_all_registrants() || registrants_.empty()))
    drop_reservation(host, ReservationEvent::kReleased, notices);
  return Status::kSuccess;
}

Status Reservation::replace_key(HostId host, u64 key, bool ignore_key, u64 new_key) {
  const auto found = registrants_.find(host);
  if (found == registrants_.end() || (!ignore_key && found->second.key != key)) return Status::kReservationConflict;
  found->second.key = new_key;
  ++generation_;
  return Status::kSuccess;
}

Status Reservation::acquire(HostId host, u64 key, ReservationType type) {
  if (!is_valid(type)) return Status::kInvalidField;
  if (!is_registered(host, key)) return Status::kReservationConflict;
  if (type_ != ReservationType::kNone)
    return is_holder(host) && type == type_ ? Status::kSuccess : Status::kReservationConflict;
  type_ = type;
  holder_ = host;
  return Status::kSuccess;
}

Status Reservation::preempt(HostId host, u64 key, u64 victim_key, ReservationType type, Notices& notices) {
  if (!is_valid(type)) return Status::kInvalidField;
  if (!is_registered(host, key)) return Status::kReservationConflict;
  const bool takes_over = type_ != ReservationType::kNone &&
                          (is_all_registrants() ? victim_key == 0 : registrants_.at(holder_).key == victim_key);
  if (victim_key == 0 && !(is_all_registrants() && type_ != ReservationType::kNone)) return Status::kInvalidField;
  bool removed = false;
  for (auto it = registrants_.begin(); it != registrants_.end();) {
    // Key zero preempts all other registrants of an "all registrants" reservation.
    const bool hit = victim_key == 0 ? it->first != host : it->second.key == victim_key;
    if (!hit || it->first == host) {
      removed |= hit;
      ++it;
      continue;
    }
    notices.push_back({it->first, ReservationEvent::kRegistrationPreempted});
    it = registrants_.erase(it);
    removed = true;
  }
  if (!removed && !takes_over) return Status::kReservationConflict;
  ++generation_;
  if (!takes_over) return Status::kSuccess;
  if (type != type_) {
    for (const auto& [other, registrant] : registrants_) {
      if (other != host) notices.push_back({other, ReservationEvent::kReleased});
    }
  }
  type_ = type;
  holder_ = host;
  return Status::kSuccess;
}

Status Reservation::release(HostId host, u64 key, ReservationType type, Notices& notices) {
  if (!is_registered(host, key)) return Status::kReservationConflict;
  if (!is_holder(host)) return Status::kSuccess;
  if (type != type_) return Status::kInvalidField;
  drop_reservation(host, ReservationEvent::kReleased, notices);
  return Status::kSuccess;
}

Status Reservation::clear(HostId host, u64 key, Notices& notices) {
  if (!is_registered(host, key)) return Status::kReservationConflict;
  for (const auto& [other, registrant] : registrants_) {
    if (other != host) notices.push_back({other, ReservationEvent::kPreempted});
  }
  registrants_.clear();
  type_ = ReservationType::kNone;
  holder_ = {};
  ++generation_;
  return Status::kSuccess;
}

/// Ends the reservation; the remaining registrants of a "registrants" type hear of it.
void Reservation::drop_reservation(HostId by, ReservationEvent event, Notices& notices) {
  if (type_ >= ReservationType::kWriteExclusiveRegistrants) {
    for (const auto& [other, registrant] : registrants_) {
      if (other != by) notices.push_back({other, event});
    }
  }
  type_ = ReservationType::kNone;
  holder_ = {};
}

bool Reservation::allows(HostId host, bool write) const {
  switch (type_) {
    case ReservationType::kNone:
      return true;
    case ReservationType::kWriteExclusive:
      return !write || holder_ == host;
    case ReservationType::kExclusiveAccess:
      return holder_ == host;
    case ReservationType::kWriteExclusiveRegistrants:
    case ReservationType::kWriteExclusiveAll:
      return !write || registrants_.contains(host);
    case ReservationType::kExclusiveAccessRegistrants:
    case ReservationType::kExclusiveAccessAll:
      return registrants_.contains(host);
  }
  return false;
}

Page Reservation::report(bool extended) const {
  const u64 header = extended ? 64 : 24, entry = extended ? 64 : 24;
  Page page(header + entry * registrants_.size());
  page.put<u32>(0, generation_);
  page.put<u8>(4, static_cast<u8>(type_));
  page.put<u16>(5, static_cast<u16>(registrants_.size()));
  page.put<u8>(9, persists_through_power_loss);
  u64 at = header;
  for (const auto& [host, registrant] : registrants_) {
    page.put<u16>(at, registrant.controller);
    page.put<u8>(at + 2, is_holder(host));
    if (extended) {
      page.put<u64>(at + 8, registrant.key);
      page.put<u64>(at + 16, host.low);
      page.put<u64>(at + 24, host.high);
    } else {
      page.put<u64>(at + 8, host.low);
      page.put<u64>(at + 16, registrant.key);
    }
    at += entry;
  }
  return page;
}

}  // namespace mppa::ssd::nvme
