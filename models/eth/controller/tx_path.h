// The sending half: NoC packets from cluster DMAs become frames, wait in one of ten FIFOs and go to a lane's MAC.
//
// Packets of one cluster, virtual channel and FIFO belong to one stream, in which frames follow each other: two DMA
// threads must not send to the same FIFO over the same virtual channel at once. A frame enters its FIFO when it is
// complete, so that streams from several clusters cannot block each other half way.
#pragma once

#include <deque>
#include <map>

#include "models/eth/controller/services.h"
#include "models/noc/rdma/interfaces.h"

namespace mppa::eth {

class TxPath {
 public:
  /// `kick(lane)`: there is something for the lane's MAC.
  TxPath(Services& services, std::function<void(unsigned lane)> kick);

  void attach(noc::InjectIf& noc) { noc_ = &noc; }
  /// As noc::DeliverIf.
  bool deliver(noc::PacketPtr& packet, u64 when);
  /// Sends a received frame back on its lane.
  void forward(unsigned lane, FramePtr frame);
  /// The next frame for the lane; `mac` tells which traffic is paused.
  FramePtr next_frame(unsigned lane, const Mac& mac);
  void write_stats(StatWriter& out) const;

 private:
  struct Queued {
    FramePtr frame;
    unsigned lane = 0;
    unsigned bytes = 0;  ///< what it takes of the FIFO
  };
  struct Fifo {
    std::deque<Queued> frames;
    u64 level = 0;  ///< bytes, with frames still on their way in
    u64 peak = 0;
  };
  struct Turn {
    unsigned fifo = 0;
    unsigned sent = 0;
  };
  enum class Error : u8 { kPermission, kFifo, kDropped };

  void declare();
  void reject(unsigned cluster, Error error);
  bool finish(unsigned fifo, unsigned cluster, std::vector<u8>& bytes, u64 when);
  void insert_checksum(std::vector<u8>& frame, const mppa_eth_tx_header& header) const;
  bool may_send(unsigned fifo, unsigned lane, const Mac& mac) const;
  FramePtr pop(unsigned fifo, unsigned lane);
  unsigned run_length(unsigned fifo, unsigned lane) const;

  static constexpr unsigned kForwardFifo = MPPA_ETH_TX_FIFOS;  ///< internal, not limited
  static constexpr unsigned kFifos = MPPA_ETH_TX_FIFOS + 1;

  Services& s_;
  std::function<void(unsigned)> kick_;
  noc::InjectIf* noc_ = nullptr;
  std::array<Register*, MPPA_ETH_LANES> lane_ctrl_{};
  Register* ctrl_ = nullptr;
  Register* xoff_ = nullptr;
  Register* drops_ = nullptr;
  std::array<Register*, 3> errors_{};
  std::map<u32, std::vector<u8>> streams_;  ///< frames being received, by source, virtual channel and FIFO
  std::array<Fifo, kFifos> fifos_;
  std::array<Turn, MPPA_ETH_LANES> turns_{};
  DelayQueue<std::pair<unsigned, Queued>> entering_;
  bool refused_ = false;
  u64 frames_ = 0, bytes_ = 0, rejected_ = 0, refusals_ = 0;
};

}  // namespace mppa::eth
