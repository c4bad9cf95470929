// How ports of MACs, switches and doors attach to links. Times are absolute simulated picoseconds.
#pragma once

#include <systemc>

#include "models/eth/frame.h"

namespace mppa::eth {

inline constexpr u64 kGigabit = 1'000'000'000;

/// Time of a byte on a line of `bits_per_second`: exact for 1, 10, 25, 40, 50 and 100 Gb/s.
constexpr u64 ps_per_byte(u64 bits_per_second) { return 8'000 * kGigabit / bits_per_second; }
inline u64 kernel_ps() { return sc_core::sc_time_stamp().value(); }

/// The end of a line one sends into.
class WireIf : public sc_core::sc_interface {
 public:
  /// The preamble starts at `first`, not before the kernel's time; the last bit of the FCS leaves at `last`.
  virtual void transmit(FramePtr frame, u64 first, u64 last) = 0;
  /// Announces this end's rate in bits per second; 0: off. The line is up while both ends have the same rate.
  virtual void set_speed(u64 bits_per_second) = 0;
  virtual bool up() const = 0;
};

/// The end of a line one receives from.
class ReceiverIf : public sc_core::sc_interface {
 public:
  /// Called when the preamble begins to arrive; the last bit arrives at `last`.
  virtual void receive(FramePtr frame, u64 first, u64 last) = 0;
};

}  // namespace mppa::eth
