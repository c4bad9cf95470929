// Sends received frames with their metadata over the RDMA NoC to the DMA RX channel that the dispatch table names.
#pragma once

#include <deque>

#include "models/eth/controller/load_balancer.h"
#include "models/eth/controller/rx_buffer.h"
#include "models/noc/rdma/interfaces.h"

namespace mppa::eth {

struct RxJob {
  unsigned lane = 0;
  unsigned traffic_class = RxBuffer::kNoClass;
  DispatchEntry to;
  std::vector<u8> bytes;  ///< metadata and frame
};

/// One frame at a time per virtual channel, lanes in turn.
class RxSender {
 public:
  RxSender(Services& services, RxBuffer& buffer);

  /// The sending side of the node; nothing is sent without it.
  void attach(noc::InjectIf& noc);
  void send(RxJob job);
  void write_stats(StatWriter& out) const;

 private:
  struct Channel {
    std::array<std::deque<RxJob>, MPPA_ETH_LANES> waiting;
    unsigned lane = 0;     ///< whose frame is on its way, or had the last turn
    bool sending = false;  ///< the first frame of that lane is on its way
    std::size_t sent = 0;  ///< bytes of it
    u64 next_ps = 0;       ///< pacing
  };
  void run();
  bool step(unsigned vchan);
  bool pick(Channel& channel);
  noc::PacketPtr next_packet(const RxJob& job, std::size_t from, std::size_t flit_bytes) const;

  Services& s_;
  RxBuffer& buffer_;
  Register& pacing_;
  Clock clock_;
  noc::InjectIf* noc_ = nullptr;
  std::array<Channel, noc::kVirtualChannels> channels_;
  sc_core::sc_event wake_;
  u64 frames_ = 0, bytes_ = 0, packets_ = 0;
};

}  // namespace mppa::eth
