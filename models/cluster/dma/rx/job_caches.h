// RX job queues (rings of buffer descriptors) and the caches they fill. dma.md sections 3.2 and 3.3.
#pragma once

#include <array>
#include <deque>

#include "firmware/include/mppa/dma_regs.h"
#include "models/cluster/dma/queue_status.h"
#include "models/cluster/dma/services.h"

namespace mppa::cluster::dma {

class JobCaches {
 public:
  explicit JobCaches(Services& services);

  /// Takes a buffer from a cache at `at` ps. False: it is empty (the empty notification has been sent, once).
  bool pop(unsigned cache, mppa_dma_buffer& buffer, u64 at);
  /// Adds a buffer to a queue as hardware does; false if the queue is stopped or full, or its memory cannot be written.
  bool push(unsigned queue, u64 base, u64 size, u64 at);
  /// Refills the caches from their queues; the owner calls it on `refill`.
  void run();

  /// Forgets what is not in registers.
  void reset();

  sc_core::sc_event refill;
  /// Called when a cache has buffers again.
  std::function<void()> on_buffers;

 private:
  void wake(u64 at);
  int source_of(unsigned cache) const;

  static constexpr unsigned kQueues = MPPA_DMA_RX_JOB_QUEUES, kCaches = MPPA_DMA_RX_JOB_CACHES, kBatch = 16;
  Services& s_;
  Register &start_, &log2_, &wp_, &valid_wp_, &rp_, &notif_address_, &notif_arg_, &cache_id_, &asn_;
  Register &empty_address_, &empty_arg_, &enable_, &cache_asn_;
  QueueStatus status_;
  std::array<std::deque<mppa_dma_buffer>, kCaches> buffers_;
  std::array<bool, kCaches> empty_told_{};
  std::array<u64, kCaches> latched_size_{};
};

}  // namespace mppa::cluster::dma
