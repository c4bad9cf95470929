// An Ethernet switch that learns addresses: store-and-forward, or cut-through between ports of the same rate.
#pragma once

#include <deque>
#include <map>
#include <memory>

#include "models/eth/mac.h"

namespace mppa::eth {

struct SwitchParams {
  unsigned ports = 4;                    ///< 1..256
  u64 bits_per_second = 100 * kGigabit;  ///< of every port
  bool cut_through = false;              ///< forward from the 64th byte on, wrong frames too
  u64 latency_ps = 500'000;              ///< through the switch, without the frame's own time; a current switch chip
  u64 queue_bytes = 1 << 20;             ///< output queue of a port; what does not fit is dropped
  unsigned table_entries = 32'768;       ///< addresses it can learn
  u64 ageing_ps = 300 * 1'000'000'000'000u;  ///< an address is forgotten after this time (IEEE 802.1Q: 300 s)
  unsigned max_frame = 9'600;                ///< B, with FCS
};

class Switch : public sc_core::sc_module, public StatProvider {
 public:
  /// std::invalid_argument names the parameter that is out of its range.
  Switch(const sc_core::sc_module_name& name, const SwitchParams& params);
  ~Switch() override;

  /// The MAC of a port: bind its wire to a link, and the link to it.
  Mac& port(unsigned index);
  void write_stats(StatWriter& out) const override;

 private:
  class Port;
  struct Passing {
    unsigned from;
    FramePtr frame;
  };
  struct Learned {
    unsigned port;
    u64 seen_ps;
  };
  void end_of_elaboration() override;
  void forward(const Passing& passing);
  void learn(const Frame& frame, unsigned port);
  const Learned* find(const Frame& frame) const;

  SwitchParams params_;
  std::map<MacAddress, Learned> table_;
  std::vector<std::unique_ptr<Port>> ports_;
  DelayQueue<Passing> passing_;
  u64 flooded_ = 0, forwarded_ = 0, filtered_ = 0, table_full_ = 0;
};

}  // namespace mppa::eth
