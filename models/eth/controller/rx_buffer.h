// Accounting of the RX buffers: levels per lane and traffic class, drops, and the pause requests that levels cause.
#pragma once

#include "models/eth/controller/services.h"

namespace mppa::eth {

class RxBuffer {
 public:
  /// Sends a pause request on a lane.
  using Pause = std::function<void(unsigned lane, const PauseRequest&)>;
  /// The pause time software has set, in quanta, and a quantum in ps.
  using Quanta = std::function<u16(unsigned lane, unsigned traffic_class)>;
  using Quantum = std::function<u64(unsigned lane)>;

  RxBuffer(Services& services, Pause pause, Quanta quanta, Quantum quantum);

  static constexpr unsigned kNoClass = kClasses;
  /// Takes `bytes` in if there is room; otherwise false, and the drop is counted in the buffer's own counters.
  bool admit(unsigned lane, unsigned traffic_class, unsigned bytes);
  void release(unsigned lane, unsigned traffic_class, unsigned bytes);
  u64 level(unsigned lane) const { return lanes_[lane].total; }
  void write_stats(StatWriter& out) const;

 private:
  static constexpr unsigned kGlobal = kClasses;
  struct Bank {  ///< of a class, or the global one
    Register *alert = nullptr, *release = nullptr, *drop = nullptr, *mark = nullptr, *drops = nullptr,
             *requests = nullptr;
  };
  struct Lane {
    u64 total = 0;
    std::array<u64, kClasses> by_class{};
    std::array<bool, kClasses + 1> stopped{};
    std::array<u64, kClasses + 1> generation{};  ///< of the stop; tells a refresh that it is out of date
    u64 peak = 0;
  };
  struct Refresh {
    unsigned lane, bank;
    u64 generation;
  };

  bool class_enabled(unsigned lane, unsigned c) const;
  bool bank_enabled(unsigned lane, unsigned bank) const;
  u64 bank_level(unsigned lane, unsigned bank) const;
  void watch(unsigned lane, unsigned bank);
  void request(unsigned lane, unsigned bank, bool stop);
  void refresh(const Refresh& r);

  Services& s_;
  Pause pause_;
  Quanta quanta_;
  Quantum quantum_;
  std::array<Bank, kClasses + 1> banks_;
  Register& no_pfc_mark_;
  Register& no_pfc_drops_;
  Register& ctrl_;
  std::array<Lane, MPPA_ETH_LANES> lanes_;
  DelayQueue<Refresh> refreshes_;
};

}  // namespace mppa::eth
