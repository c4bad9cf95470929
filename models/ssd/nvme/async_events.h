// Asynchronous events [5.2]: what has happened, which types are masked until their log page is read, and the Request
// commands that wait for something to report.
#pragma once

#include <deque>
#include <set>
#include <vector>

#include "models/ssd/nvme/queues.h"
#include "models/ssd/nvme/subsystem.h"

namespace mppa::ssd::nvme {

class Controller;

class AsyncEvents : public SubsystemListener {
 public:
  struct Event {
    u8 type;
    u8 info;
    u8 log_page;
  };
  static constexpr Event kInvalidDoorbellRegister{0, 0, 0x01};
  static constexpr Event kInvalidDoorbellValue{0, 1, 0x01};
  static constexpr Event kTemperature{1, 1, 0x02};
  static constexpr Event kNamespaceChanged{2, 0, 0x04};
  static constexpr Event kReservation{6, 0, 0x80};
  /// Requests a host may leave outstanding (AERL + 1).
  static constexpr unsigned kLimit = 4;

  explicit AsyncEvents(Controller& controller) : controller_(controller) {}

  void request(const CommandPtr& command);
  void raise(const Event& event);
  /// The log page has been read without Retain Asynchronous Event: its events may be reported again.
  void log_page_read(u8 log_page);
  void reset();

  void namespace_changed(u32 id) override;
  void reservation_changed(u32 id, const ReservationNotice& notice) override;
  void host_preempted(u32 id, const HostId& host) override;

 private:
  bool is_enabled(const Event& event) const;
  void report();

  Controller& controller_;
  std::deque<CommandPtr> requests_;
  std::deque<Event> pending_;
  std::set<u8> masked_;  ///< log pages that have not been read since their event
};

}  // namespace mppa::ssd::nvme
