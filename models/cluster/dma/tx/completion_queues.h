// TX completion queues: counting, records and notifications of finished jobs. dma.md section 4.4.
#pragma once

#include <array>

#include "firmware/include/mppa/dma_regs.h"
#include "models/cluster/dma/queue_status.h"
#include "models/cluster/dma/services.h"

namespace mppa::cluster::dma {

class CompletionQueues {
 public:
  explicit CompletionQueues(Services& services);

  bool running(unsigned q) const { return status_.running(q); }
  bool permits(unsigned q, u16 asn) const { return running(q) && (global_.get(q) & 1 || asn_.get(q) == asn); }
  /// Whether a job that will complete into `q` may start; counts it if so.
  bool reserve(unsigned q);
  /// Takes back a reservation of a job that ended without completion.
  void release(unsigned q) { --reserved_[q]; }
  /// Finishes a job at `at` ps: record, write pointer, notification.
  void complete(unsigned q, const mppa_dma_tx_job& job, u64 at);

  /// Forgets what is not in registers.
  void reset() { reserved_.fill(0); }

  /// Called when a queue gets room or is activated.
  std::function<void()> on_room;

 private:
  void fail(unsigned q, u64 at);

  static constexpr unsigned kCount = MPPA_DMA_TX_COMP_QUEUES;
  Services& s_;
  Register &mode_, &start_, &log2_, &global_, &asn_, &fields_, &wp_, &rp_, &valid_rp_, &notif_address_, &notif_arg_;
  QueueStatus status_;
  std::array<u64, kCount> reserved_{};
};

}  // namespace mppa::cluster::dma
