#include "models/ssd/nvme/async_events.h"

#include <algorithm>

#include "models/ssd/nvme/controller.h"
#include "models/ssd/nvme/log_pages.h"

namespace mppa::ssd::nvme {

namespace {

/// Bits of the Asynchronous Event Configuration feature [5.21.1.11].
constexpr u32 kSmartBits = 0xFF, kNamespaceBit = 1 << 8;

}  // namespace

void AsyncEvents::request(const CommandPtr& command) {
  std::erase_if(requests_, [](const CommandPtr& r) { return r->is_over; });  // aborted ones
  if (requests_.size() >= kLimit) return controller_.complete(command, Status::kAsyncEventLimitExceeded);
  requests_.push_back(command);
  report();
}

bool AsyncEvents::is_enabled(const Event& event) const {
  const u32 config = controller_.features().get(Feature::kAsyncEvents);
  switch (event.type) {
    case 1:
      return config & kSmartBits;
    case 2:
      return config & kNamespaceBit;
    default:
      return true;
  }
}

void AsyncEvents::raise(const Event& event) {
  if (!is_enabled(event)) return;
  const auto same = [&](const Event& e) { return e.type == event.type && e.info == event.info; };
  if (std::none_of(pending_.begin(), pending_.end(), same)) pending_.push_back(event);
  report();
}

void AsyncEvents::report() {
  std::erase_if(requests_, [](const CommandPtr& r) { return r->is_over; });
  for (auto event = pending_.begin(); event != pending_.end() && !requests_.empty();) {
    if (masked_.contains(event->log_page)) {
      ++event;
      continue;
    }
    masked_.insert(event->log_page);
    const u32 dw0 = u32{event->type} | u32{event->info} << 8 | u32{event->log_page} << 16;
    const CommandPtr command = requests_.front();
    requests_.pop_front();
    event = pending_.erase(event);
    controller_.complete(command, Status::kSuccess, dw0);
  }
}

void AsyncEvents::log_page_read(u8 log_page) {
  masked_.erase(log_page);
  report();
}

void AsyncEvents::reset() {
  requests_.clear();
  pending_.clear();
  masked_.clear();
}

void AsyncEvents::namespace_changed(u32 id) {
  controller_.logs().note_changed_namespace(id);
  raise(kNamespaceChanged);
}

void AsyncEvents::reservation_changed(u32 id, const ReservationNotice& notice) {
  if (controller_.features().host_id != notice.host) return;
  // Bits 1 registration preempted, 2 released, 3 preempted [5.21.1.23].
  const unsigned bit = static_cast<unsigned>(notice.event);
  if (controller_.features().get(Feature::kReservationMask) >> bit & 1) return;
  controller_.logs().note_reservation(id, notice.event);
  raise(kReservation);
}

void AsyncEvents::host_preempted(u32 id, const HostId& host) {
  if (controller_.features().host_id == host) controller_.abort_namespace(id);
}

}  // namespace mppa::ssd::nvme
