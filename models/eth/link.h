// A full-duplex cable between two ports: delay, and the faults a cable can have.
#pragma once

#include <array>
#include <deque>
#include <memory>

#include "models/common/random.h"
#include "models/common/stats.h"
#include "models/eth/delay_queue.h"
#include "models/eth/pcapng.h"

namespace mppa::eth {

struct LinkParams {
  double length_m = 3;        ///< metres; a direct-attach cable
  double delay_ps_m = 5'000;  ///< ps a metre: 2/3 of the speed of light
  double loss = 0;            ///< probability that a frame vanishes, 0..1
  double burst_start = 0;     ///< probability that a frame begins a burst of losses, 0..1
  double burst_frames = 8;    ///< mean frames of a burst (geometric), >= 1
  double bit_error = 0;       ///< probability that a bit of a frame is inverted; a frame gets one error at most
  u64 seed = 1;               ///< of the faults; each direction has its own stream
};

class Link : public sc_core::sc_module, public StatProvider {
 public:
  /// Receivers of the two ends.
  sc_core::sc_vector<sc_core::sc_port<ReceiverIf>> deliver;

  /// std::invalid_argument names the parameter that is out of its range.
  Link(const sc_core::sc_module_name& name, const LinkParams& params);
  ~Link() override;

  /// What end `side` (0 or 1) sends into; arrives at deliver[1 - side].
  WireIf& end(unsigned side);

  /// Records every frame where it enters the cable: from side 0 as outbound, from side 1 as inbound.
  void capture(PcapngWriter& writer, u64 bits_per_second = 100 * kGigabit);

  void write_stats(StatWriter& out) const override;

 private:
  class Direction;
  LinkParams params_;
  std::array<u64, 2> speed_{};
  PcapngWriter* writer_ = nullptr;
  u32 interface_ = 0;
  std::array<std::unique_ptr<Direction>, 2> directions_;
};

}  // namespace mppa::eth
