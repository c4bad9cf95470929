#include "models/cluster/dma/tx/job_queues.h"

namespace mppa::cluster::dma {
namespace {

Register& add(Services& s, const char* name, u64 offset, u64 mask = ~u64{0}, RegAccess access = RegAccess::kRw) {
  return s.regs
      .add_array(std::string("tx_job_queue.") + name, MPPA_DMA_TX_JOB_QUEUE + offset, 8, access, JobQueues::kCount,
                 MPPA_DMA_OBJECT_STRIDE)
      .mask(mask);
}

}  // namespace

JobQueues::JobQueues(Services& services)
    : s_(services),
      start_(add(s_, "start_address", MPPA_DMA_TXQ_START, MPPA_DMA_ADDRESS_MASK)),
      log2_(add(s_, "slot_nb_log2", MPPA_DMA_TXQ_SLOT_LOG2, 31)),
      wp_(add(s_, "wp", MPPA_DMA_TXQ_WP)),
      valid_wp_(add(s_, "valid_wp", MPPA_DMA_TXQ_VALID_WP)),
      rp_(add(s_, "rp", MPPA_DMA_TXQ_RP)),
      notif_address_(add(s_, "notif_address", MPPA_DMA_TXQ_NOTIF_ADDRESS, MPPA_DMA_ADDRESS_MASK)),
      notif_arg_(add(s_, "notif_arg", MPPA_DMA_TXQ_NOTIF_ARG)),
      asn_(add(s_, "asn", MPPA_DMA_TXQ_ASN, MPPA_DMA_ASN_MASK)),
      thread_(add(s_, "thread_id", MPPA_DMA_TXQ_THREAD_ID, MPPA_DMA_TX_THREADS - 1)),
      ongoing_(add(s_, "ongoing_job_cnt", MPPA_DMA_TXQ_ONGOING, 0, RegAccess::kRo)),
      status_(s_.regs, "tx_job_queue", MPPA_DMA_TX_JOB_QUEUE + MPPA_DMA_TXQ_STATUS,
              MPPA_DMA_TX_JOB_QUEUE + MPPA_DMA_TXQ_STATUS_LAC, kCount) {
  add_incrementing(s_.regs, "tx_job_queue.load_incr_wp", MPPA_DMA_TX_JOB_QUEUE + MPPA_DMA_TXQ_WP_INCR, kCount,
                   MPPA_DMA_OBJECT_STRIDE, wp_);
  add_incrementing(s_.regs, "tx_job_queue.load_incr_valid_wp", MPPA_DMA_TX_JOB_QUEUE + MPPA_DMA_TXQ_VALID_WP_INCR,
                   kCount, MPPA_DMA_OBJECT_STRIDE, valid_wp_, [this](unsigned q) { rung(q); });
  valid_wp_.on_write([this](unsigned q, u64) { rung(q); });
  add(s_, "ongoing_job_cnt_reset", MPPA_DMA_TXQ_ONGOING_RESET, 0).on_write([this](unsigned q, u64) {
    ongoing_.set(0, q);
    changed(q);
  });
  add(s_, "activate", MPPA_DMA_TXQ_ACTIVATE, 0).on_write([this](unsigned q, u64 value) {
    if (!(value & 1)) return;
    status_.set_state(q, MPPA_DMA_RUNNING);
    rung(q);
  });
  add(s_, "stop", MPPA_DMA_TXQ_STOP, 0).on_write([this](unsigned q, u64 value) {
    if (!(value & 1) || !status_.running(q)) return;
    status_.set_state(q, MPPA_DMA_SWITCHING_OFF);
    changed(q);
  });
}

void JobQueues::rung(unsigned q) {
  rung_at_[q] = s_.now();
  if (status_.running(q)) on_work(static_cast<unsigned>(thread_.get(q)), rung_at_[q]);
}

int JobQueues::next(unsigned thread) {
  for (unsigned k = 1; k <= kCount; ++k) {
    const unsigned q = (last_[thread] + k) % kCount;
    if (!status_.running(q) || thread_.get(q) != thread || valid_wp_.get(q) <= rp_.get(q)) continue;
    return static_cast<int>(q);
  }
  return -1;
}

JobQueues::Fetched JobQueues::take(unsigned q, u64 at) {
  last_[thread_.get(q)] = q;
  Fetched f;
  f.asn = static_cast<u16>(asn_.get(q));
  const u64 slot = rp_.get(q) & ((u64{1} << log2_.get(q)) - 1);
  ongoing_.set(ongoing_.get(q) + 1, q);
  const auto r = s_.memory.access(false, false, start_.get(q) + slot * sizeof f.job, &f.job, sizeof f.job,
                                  std::max(at, rung_at_[q]), f.asn);
  f.ready = r.done;
  if (!r.ok) {
    s_.error(MPPA_DMA_IT_TX_JOB_QUEUE_ADDRESS, ErrorMap::kTxJobQueue, q, r.done);
    finished(q, 12);
    return f;
  }
  rp_.set(rp_.get(q) + 1, q);
  s_.notify(notif_address_.get(q), notif_arg_.get(q), r.done, false, f.asn);
  f.ok = true;
  return f;
}

void JobQueues::finished(unsigned q, unsigned cause) {
  if (ongoing_.get(q)) ongoing_.set(ongoing_.get(q) - 1, q);
  if (cause) status_.fail(q, cause);
  changed(q);
}

}  // namespace mppa::cluster::dma
