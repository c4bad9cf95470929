#include "models/cluster/dma/tx/completion_queues.h"

namespace mppa::cluster::dma {
namespace {

Register& add(Services& s, const char* name, u64 offset, u64 mask = ~u64{0}) {
  return s.regs
      .add_array(std::string("tx_comp_queue.") + name, MPPA_DMA_TX_COMP_QUEUE + offset, 8, RegAccess::kRw,
                 MPPA_DMA_TX_COMP_QUEUES, MPPA_DMA_OBJECT_STRIDE)
      .mask(mask);
}

}  // namespace

CompletionQueues::CompletionQueues(Services& services)
    : s_(services),
      mode_(add(s_, "mode", MPPA_DMA_TXC_MODE, 1)),
      start_(add(s_, "start_address", MPPA_DMA_TXC_START, MPPA_DMA_ADDRESS_MASK)),
      log2_(add(s_, "slot_nb_log2", MPPA_DMA_TXC_SLOT_LOG2, 31)),
      global_(add(s_, "global", MPPA_DMA_TXC_GLOBAL, 1)),
      asn_(add(s_, "asn", MPPA_DMA_TXC_ASN, MPPA_DMA_ASN_MASK)),
      fields_(add(s_, "field_en", MPPA_DMA_TXC_FIELD_EN, 3)),
      wp_(add(s_, "wp", MPPA_DMA_TXC_WP)),
      rp_(add(s_, "rp", MPPA_DMA_TXC_RP)),
      valid_rp_(add(s_, "valid_rp", MPPA_DMA_TXC_VALID_RP)),
      notif_address_(add(s_, "notif_address", MPPA_DMA_TXC_NOTIF_ADDRESS, MPPA_DMA_ADDRESS_MASK)),
      notif_arg_(add(s_, "notif_arg", MPPA_DMA_TXC_NOTIF_ARG)),
      status_(s_.regs, "tx_comp_queue", MPPA_DMA_TX_COMP_QUEUE + MPPA_DMA_TXC_STATUS,
              MPPA_DMA_TX_COMP_QUEUE + MPPA_DMA_TXC_STATUS_LAC, kCount) {
  const auto room = [this](unsigned) { on_room(); };
  valid_rp_.on_write([this](unsigned, u64) { on_room(); });
  add_incrementing(s_.regs, "tx_comp_queue.load_incr_rp", MPPA_DMA_TX_COMP_QUEUE + MPPA_DMA_TXC_RP_INCR, kCount,
                   MPPA_DMA_OBJECT_STRIDE, rp_);
  add_incrementing(s_.regs, "tx_comp_queue.load_incr_valid_rp", MPPA_DMA_TX_COMP_QUEUE + MPPA_DMA_TXC_VALID_RP_INCR,
                   kCount, MPPA_DMA_OBJECT_STRIDE, valid_rp_, room);
  add(s_, "activate", MPPA_DMA_TXC_ACTIVATE, 0).on_write([this](unsigned q, u64 value) {
    if (!(value & 1)) return;
    status_.set_state(q, MPPA_DMA_RUNNING);
    on_room();
  });
  add(s_, "stop", MPPA_DMA_TXC_STOP, 0).on_write([this](unsigned q, u64 value) {
    if (value & 1) status_.set_state(q, MPPA_DMA_STOPPED);
  });
}

bool CompletionQueues::reserve(unsigned q) {
  const bool ring = !(mode_.get(q) & 1) && fields_.get(q) != 0;
  if (ring && wp_.get(q) + reserved_[q] - valid_rp_.get(q) >= u64{1} << log2_.get(q)) return false;
  ++reserved_[q];
  return true;
}

void CompletionQueues::complete(unsigned q, const mppa_dma_tx_job& job, u64 at) {
  --reserved_[q];
  const u16 asn = static_cast<u16>(asn_.get(q));
  const u64 bytes = fields_.get(q) == 1 ? 16 : fields_.get(q) == 2 ? sizeof job : 0;
  const u64 slot = mode_.get(q) & 1 ? 0 : wp_.get(q) & ((u64{1} << log2_.get(q)) - 1);
  if (bytes) {
    mppa_dma_tx_job copy = job;
    const auto r =
        s_.memory.access(true, false, start_.get(q) + slot * bytes, &copy, static_cast<unsigned>(bytes), at, asn);
    if (!r.ok) return fail(q, at);
    at = r.done;
  }
  wp_.set(wp_.get(q) + 1, q);
  if (!s_.notify(notif_address_.get(q), notif_arg_.get(q), at, false, asn)) fail(q, at);
}

void CompletionQueues::fail(unsigned q, u64 at) {
  status_.fail(q, 2);
  s_.error(MPPA_DMA_IT_TX_COMP_ADDRESS, ErrorMap::kTxCompQueue, q, at);
}

}  // namespace mppa::cluster::dma
