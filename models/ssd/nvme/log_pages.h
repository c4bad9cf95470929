// Get Log Page [5.14].
#pragma once

#include <deque>
#include <set>
#include <vector>

#include "models/ssd/nvme/queues.h"
#include "models/ssd/nvme/subsystem.h"

namespace mppa::ssd::nvme {

class Controller;

class LogPages {
 public:
  explicit LogPages(Controller& controller) : controller_(controller) {}

  void execute(const CommandPtr& command);
  void add_error(const Command& command, Status status);
  void note_changed_namespace(u32 id) { changed_namespaces_.insert(id); }
  void note_reservation(u32 id, ReservationEvent event) { reservation_events_.push_back({id, event}); }

  static constexpr unsigned kErrorEntries = 64;

 private:
  struct ErrorEntry {
    u64 count;
    u16 queue, cid, status;
    u64 lba;
    u32 nsid;
  };
  struct ReservationEntry {
    u32 nsid;
    ReservationEvent event;
  };

  Page error_page() const;
  Page health_page() const;
  Page firmware_page() const;
  Page changed_namespaces_page() const;
  Page effects_page() const;
  Page telemetry_page(u8 id) const;
  Page reservation_page() const;
  /// The contents of a page that have been reported are forgotten.
  void consume(u8 id);

  Controller& controller_;
  std::deque<ErrorEntry> errors_;  ///< newest first
  u64 error_count_ = 0;
  std::set<u32> changed_namespaces_;
  std::deque<ReservationEntry> reservation_events_;
  u64 reservation_count_ = 0;
  u8 telemetry_generation_ = 0;
};

}  // namespace mppa::ssd::nvme
