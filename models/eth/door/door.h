// A port of the simulated network that leads outside. While a peer is connected the run is paced: simulated time does
// not outrun wall time. Such runs are not deterministic.
#pragma once

#include <chrono>
#include <deque>
#include <functional>

#include "models/eth/door/outside.h"
#include "models/eth/mac.h"

namespace mppa::eth {

struct DoorParams {
  u64 bits_per_second = 100 * kGigabit;  ///< of its line
  u64 poll_ps = 20'000'000;              ///< simulated time between two looks outside; how far it may lead wall time
  unsigned max_frame = 9'600;            ///< B, with FCS
};

class Door : public sc_core::sc_module, public StatProvider, private MacClientIf {
 public:
  /// Bind mac.wire to a link, and the link to mac.
  Mac mac;

  Door(const sc_core::sc_module_name& name, const DoorParams& params, std::unique_ptr<OutsideIf> outside);

  /// A peer has come or gone.
  std::function<void(bool connected)> on_peer = [](bool) {};

  /// How far simulated time lags behind wall time since the peer came, in seconds; as it was when the peer left.
  double lag_seconds() const { return lag_; }
  void write_stats(StatWriter& out) const override;

 private:
  SC_HAS_PROCESS(Door);
  using WallClock = std::chrono::steady_clock;
  void end_of_elaboration() override;
  FramePtr next_frame() override;
  void received(FramePtr frame, bool fcs_error) override;
  void look();
  void pace();

  DoorParams params_;
  std::unique_ptr<OutsideIf> outside_;
  bool connected_ = false;
  WallClock::time_point wall_start_;
  u64 start_ps_ = 0;
  double lag_ = 0;
  std::deque<FramePtr> queue_;
  u64 in_ = 0, out_ = 0, dropped_ = 0;
};

}  // namespace mppa::eth
