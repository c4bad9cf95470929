// The receiving half: RX channels place packets in memory and report finished transfers. dma.md sections 3.1 and 3.5.
#pragma once

#include <array>
#include <deque>

#include "firmware/include/mppa/dma_regs.h"
#include "models/cluster/dma/rx/job_caches.h"
#include "models/noc/rdma/packet.h"

namespace mppa::cluster::dma {

struct RxStats {
  u64 packets = 0, bytes = 0, transfers = 0, closed = 0, truncated = 0, refused = 0;
};

class Channels {
 public:
  static constexpr unsigned kCount = MPPA_DMA_RX_CHANNELS;
  Channels(Services& services, JobCaches& caches);

  /// A packet whose tail arrives at `at` ps. False: it has to wait (no buffer, completion ring full).
  bool accept(const noc::Packet& packet, u64 at);
  /// Reports the transfers whose data has arrived; the owner calls it on `due`.
  void run();

  /// Forgets what is not in registers.
  void reset();

  sc_core::sc_event due;
  /// Called when a packet refused before may be offered again.
  std::function<void()> on_ready;
  const RxStats& stats() const { return stats_; }
  bool idle() const { return pending_.empty(); }

 private:
  struct Completion {
    u64 at;
    unsigned channel;
    mppa_dma_rx_completion record;
  };
  bool ring_full(unsigned c, u64 at);
  bool take_buffer(unsigned c, u64 at);
  void reject(const noc::Packet& packet, u64 at);
  void write(unsigned c, const noc::Packet& packet, u64 at);
  void end_of_transfer(unsigned c, u64 at);
  void complete(const Completion& completion);
  void fail(unsigned c, unsigned it, u64 at);
  void arm();

  Services& s_;
  JobCaches& caches_;
  Register &start_, &size_, &fixed_, &offset_, &job_cfg_, &activated_, &bytes_, &notifs_, &clear_mode_, &error_,
      &comp_cfg_, &comp_mode_, &comp_start_, &comp_log2_, &wp_, &rp_, &valid_rp_, &notif_address_, &full_address_,
      &notif_arg_, &asn_;
  Register &diag_lo_, &diag_hi_, &diag_status_, &closed_;
  std::array<bool, kCount> in_transfer_{}, full_told_{};
  std::array<u64, kCount> reserved_{}, written_at_{};
  BandwidthServer port_;            ///< in cycles
  std::deque<Completion> pending_;  ///< by time
  RxStats stats_;
};

}  // namespace mppa::cluster::dma
