// TX job queues: rings of 80-byte descriptors, each served by one thread. dma.md section 4.3.
#pragma once

#include <array>

#include "firmware/include/mppa/dma_regs.h"
#include "models/cluster/dma/queue_status.h"
#include "models/cluster/dma/services.h"

namespace mppa::cluster::dma {

class JobQueues {
 public:
  static constexpr unsigned kCount = MPPA_DMA_TX_JOB_QUEUES;
  explicit JobQueues(Services& services);

  struct Fetched {
    bool ok = false;
    mppa_dma_tx_job job{};
    u16 asn = 0;
    u64 ready = 0;  ///< ps; descriptor there
  };
  /// The next queue of `thread` with a job, round robin, or -1.
  int next(unsigned thread);
  /// Takes the first job of a queue, at `at` ps or when it became valid. On an address error the queue stops.
  Fetched take(unsigned q, u64 at);
  /// One job of the queue has ended; `cause`: bit of STATUS, or 0.
  void finished(unsigned q, unsigned cause);

  /// Forgets what is not in registers.
  void reset() {
    rung_at_.fill(0);
    last_.fill(0);
  }

  /// Called when a thread may have a new job.
  std::function<void(unsigned thread, u64 at)> on_work;

 private:
  void rung(unsigned q);
  void changed(unsigned q) {
    if (status_.state(q) == MPPA_DMA_SWITCHING_OFF && ongoing_.get(q) == 0) status_.set_state(q, MPPA_DMA_STOPPED);
  }

  Services& s_;
  Register &start_, &log2_, &wp_, &valid_wp_, &rp_, &notif_address_, &notif_arg_, &asn_, &thread_, &ongoing_;
  QueueStatus status_;
  std::array<u64, kCount> rung_at_{};
  std::array<unsigned, MPPA_DMA_TX_THREADS> last_{};
};

}  // namespace mppa::cluster::dma
