// Packets that wait, and which of them may go next: the ordering rules of table 2-40 with the "may" entries used where
// they avoid deadlock. A posted request passes everything but posted requests. A non-posted request or a completion
// does not pass an older posted request, except a completion with relaxed or ID-based ordering. Within a class: first
// in, first out.
#pragma once

#include <array>
#include <deque>
#include <optional>

#include "models/pcie/tlp.h"

namespace mppa::pcie {

class OrderedQueue {
 public:
  struct Entry {
    Tlp tlp;
    u64 earliest = 0;  ///< ps
    u64 order = 0;
  };

  void push(Tlp tlp, u64 earliest) {
    const auto cls = static_cast<std::size_t>(tlp.tlp_class());
    queues_[cls].push_back({std::move(tlp), earliest, next_++});
  }
  /// The oldest packet that may go and for which `can_go(const Tlp&)` holds.
  template <typename CanGo>
  std::optional<TlpClass> next(CanGo can_go) const {
    std::optional<TlpClass> best;
    for (unsigned c = 0; c < kTlpClasses; ++c) {
      const auto cls = static_cast<TlpClass>(c);
      if (queues_[c].empty() || (best && front(*best).order < front(cls).order)) continue;
      if (!blocked_by_posted(cls) && can_go(front(cls).tlp)) best = cls;
    }
    return best;
  }
  const Entry& front(TlpClass cls) const { return queues_[static_cast<std::size_t>(cls)].front(); }
  Entry pop(TlpClass cls) {
    auto& queue = queues_[static_cast<std::size_t>(cls)];
    Entry entry = std::move(queue.front());
    queue.pop_front();
    return entry;
  }
  std::size_t size(TlpClass cls) const { return queues_[static_cast<std::size_t>(cls)].size(); }
  bool empty() const { return queues_[0].empty() && queues_[1].empty() && queues_[2].empty(); }
  void clear() {
    for (auto& queue : queues_) queue.clear();
  }
  const std::deque<Entry>& of(TlpClass cls) const { return queues_[static_cast<std::size_t>(cls)]; }

 private:
  bool blocked_by_posted(TlpClass cls) const {
    const auto& posted = queues_[0];
    if (cls == TlpClass::kPosted || posted.empty() || posted.front().order > front(cls).order) return false;
    const Tlp& tlp = front(cls).tlp;
    return !(cls == TlpClass::kCompletion && (tlp.relaxed || tlp.id_ordering));
  }

  std::array<std::deque<Entry>, kTlpClasses> queues_;
  u64 next_ = 0;
};

}  // namespace mppa::pcie
