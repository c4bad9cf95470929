// Things that happen at a later time, in order of time and then of arrival.
#pragma once

#include <functional>
#include <map>
#include <systemc>
#include <utility>

#include "models/eth/wire.h"

namespace mppa::eth {

/// To be built during elaboration. `action` runs at the item's time.
template <class T>
class DelayQueue {
 public:
  explicit DelayQueue(std::function<void(T)> action) : action_(std::move(action)) {
    sc_core::sc_spawn_options options;
    options.spawn_method();
    options.set_sensitivity(&event_);
    options.dont_initialize();
    sc_core::sc_spawn([this] { run(); }, sc_core::sc_gen_unique_name("delay_queue"), &options);
  }
  DelayQueue(const DelayQueue&) = delete;
  DelayQueue& operator=(const DelayQueue&) = delete;

  /// `at`: ps; the past counts as now.
  void put(u64 at, T item) {
    items_.emplace(at, std::move(item));
    arm();
  }
  bool empty() const { return items_.empty(); }

 private:
  void arm() {
    if (items_.empty()) return;
    const u64 now = kernel_ps(), at = items_.begin()->first;
    event_.notify(sc_core::sc_time::from_value(at > now ? at - now : 0));
  }
  void run() {
    while (!items_.empty() && items_.begin()->first <= kernel_ps()) {
      T item = std::move(items_.begin()->second);
      items_.erase(items_.begin());
      action_(std::move(item));
    }
    arm();
  }

  std::function<void(T)> action_;
  std::multimap<u64, T> items_;
  sc_core::sc_event event_;
};

}  // namespace mppa::eth
