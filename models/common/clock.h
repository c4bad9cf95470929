// A clock domain: integer cycles on one side, picoseconds on the other. Conversions multiply; nothing is accumulated,
// so that no rounding error grows with simulated time.
#pragma once

#include <systemc>

#include "models/common/types.h"

namespace mppa {

class Clock {
 public:
  /// `hz`: 1 .. 10^12.
  explicit constexpr Clock(u64 hz) : hz_(hz) {}

  constexpr u64 hz() const { return hz_; }
  /// The time of edge number `cycles`, rounded up to the next picosecond.
  constexpr u64 ps_of(u64 cycles) const {
    return static_cast<u64>((static_cast<u128>(cycles) * kPsPerSecond + hz_ - 1) / hz_);
  }
  /// The number of edges after time 0 up to and including `ps`: ps_of(cycles_at(t)) <= t < ps_of(cycles_at(t) + 1).
  constexpr u64 cycles_at(u64 ps) const { return static_cast<u64>(static_cast<u128>(ps) * hz_ / kPsPerSecond); }
  /// The first edge at or after `ps`.
  constexpr u64 cycles_from(u64 ps) const {
    const u64 before = cycles_at(ps);
    return ps_of(before) == ps ? before : before + 1;
  }

  sc_core::sc_time time_of(u64 cycles) const { return sc_core::sc_time::from_value(ps_of(cycles)); }
  u64 cycles_at(const sc_core::sc_time& t) const { return cycles_at(t.value()); }

 private:
  static constexpr u64 kPsPerSecond = 1'000'000'000'000;
  u64 hz_;
};

}  // namespace mppa
