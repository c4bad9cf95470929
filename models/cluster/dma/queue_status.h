// STATUS and STATUS_LAC of an array of queues: the state in bits 1:0, causes of errors above. dma.md sections 3.2, 4.3.
#pragma once

#include <string>

#include "firmware/include/mppa/dma_regs.h"
#include "models/common/register_file.h"

namespace mppa::cluster::dma {

class QueueStatus {
 public:
  /// Declares both registers of `count` queues; `name` is that of the queue's register block.
  QueueStatus(RegisterFile& regs, const std::string& name, u64 offset, u64 lac_offset, unsigned count)
      : status_(regs.add_array(name + ".status", offset, 8, RegAccess::kRo, count, MPPA_DMA_OBJECT_STRIDE)) {
    regs.add_array(name + ".status_lac", lac_offset, 8, RegAccess::kRo, count, MPPA_DMA_OBJECT_STRIDE)
        .on_read([this](unsigned q) {
          const u64 value = status_.get(q);
          status_.set(state(q) == MPPA_DMA_FAILED ? MPPA_DMA_STOPPED : state(q), q);
          return value;
        })
        .doc("clears the causes; a failed queue is stopped then");
  }
  QueueStatus(const QueueStatus&) = delete;
  QueueStatus& operator=(const QueueStatus&) = delete;

  u64 state(unsigned q) const { return status_.get(q) & kState; }
  bool running(unsigned q) const { return state(q) == MPPA_DMA_RUNNING; }
  void set_state(unsigned q, u64 state) { status_.set((status_.get(q) & ~kState) | state, q); }
  /// `cause`: bit number.
  void fail(unsigned q, unsigned cause) {
    status_.set((status_.get(q) & ~kState) | u64{1} << cause | MPPA_DMA_FAILED, q);
  }

 private:
  static constexpr u64 kState = 3;
  Register& status_;
};

}  // namespace mppa::cluster::dma
