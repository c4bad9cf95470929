// Reservations of one namespace [8.8]: which hosts are registered, who holds what, and what that forbids. Hosts are
// told apart by their host identifier; a controller stands for the host that has set its identifier there.
#pragma once

#include <map>
#include <vector>

#include "models/ssd/nvme/spec.h"

namespace mppa::ssd::nvme {

enum class ReservationType : u8 {
  kNone = 0,
  kWriteExclusive = 1,
  kExclusiveAccess = 2,
  kWriteExclusiveRegistrants = 3,
  kExclusiveAccessRegistrants = 4,
  kWriteExclusiveAll = 5,
  kExclusiveAccessAll = 6,
};

/// A 64- or 128-bit host identifier; zero: none.
struct HostId {
  u64 low = 0, high = 0;
  auto operator<=>(const HostId&) const = default;
  bool is_none() const { return low == 0 && high == 0; }
};

/// What a reservation command has done to other hosts; each gets a notification [5.14.1.16].
enum class ReservationEvent : u8 { kRegistrationPreempted = 1, kReleased = 2, kPreempted = 3 };
struct ReservationNotice {
  HostId host;
  ReservationEvent event;
};

class Reservation {
 public:
  using Notices = std::vector<ReservationNotice>;

  /// `controller` is the port through which the host came.
  Status register_key(HostId host, u16 controller, u64 new_key);
  Status unregister_key(HostId host, u64 key, bool ignore_key, Notices& notices);
  Status replace_key(HostId host, u64 key, bool ignore_key, u64 new_key);
  Status acquire(HostId host, u64 key, ReservationType type);
  Status preempt(HostId host, u64 key, u64 victim_key, ReservationType type, Notices& notices);
  Status release(HostId host, u64 key, ReservationType type, Notices& notices);
  Status clear(HostId host, u64 key, Notices& notices);

  bool allows_read(HostId host) const { return allows(host, false); }
  bool allows_write(HostId host) const { return allows(host, true); }

  bool persists_through_power_loss = false;
  /// Reservation Status data structure, standard or extended (128-bit host identifiers).
  Page report(bool extended) const;

 private:
  struct Registrant {
    u64 key;
    u16 controller;
  };

  bool allows(HostId host, bool write) const;
  bool is_registered(HostId host, u64 key) const;
  bool is_all_registrants() const;
  bool is_holder(HostId host) const;
  void drop_reservation(HostId by, ReservationEvent event, Notices& notices);

  std::map<HostId, Registrant> registrants_;
  ReservationType type_ = ReservationType::kNone;
  HostId holder_;
  u32 generation_ = 0;
};

}  // namespace mppa::ssd::nvme
