#include "models/cluster/dma/rx/job_caches.h"

#include <utility>

namespace mppa::cluster::dma {
namespace {

Register& queue(Services& s, const char* name, u64 offset, u64 mask = ~u64{0}, RegAccess access = RegAccess::kRw) {
  return s.regs
      .add_array(std::string("rx_job_queue.") + name, MPPA_DMA_RX_JOB_QUEUE + offset, 8, access, MPPA_DMA_RX_JOB_QUEUES,
                 MPPA_DMA_OBJECT_STRIDE)
      .mask(mask);
}
Register& cache(Services& s, const char* name, u64 offset, u64 mask = ~u64{0}, RegAccess access = RegAccess::kRw) {
  return s.regs
      .add_array(std::string("rx_job_cache.") + name, MPPA_DMA_RX_JOB_CACHE + offset, 8, access, MPPA_DMA_RX_JOB_CACHES,
                 MPPA_DMA_OBJECT_STRIDE)
      .mask(mask);
}

}  // namespace

JobCaches::JobCaches(Services& services)
    : s_(services),
      start_(queue(s_, "start_address", MPPA_DMA_RXQ_START, MPPA_DMA_ADDRESS_MASK)),
      log2_(queue(s_, "slot_nb_log2", MPPA_DMA_RXQ_SLOT_LOG2, 31)),
      wp_(queue(s_, "wp", MPPA_DMA_RXQ_WP)),
      valid_wp_(queue(s_, "valid_wp", MPPA_DMA_RXQ_VALID_WP)),
      rp_(queue(s_, "rp", MPPA_DMA_RXQ_RP)),
      notif_address_(queue(s_, "notif_address", MPPA_DMA_RXQ_NOTIF_ADDRESS, MPPA_DMA_ADDRESS_MASK)),
      notif_arg_(queue(s_, "notif_arg", MPPA_DMA_RXQ_NOTIF_ARG)),
      cache_id_(queue(s_, "cache_id", MPPA_DMA_RXQ_CACHE_ID, 0x103)),
      asn_(queue(s_, "asn", MPPA_DMA_RXQ_ASN, MPPA_DMA_ASN_MASK)),
      empty_address_(cache(s_, "empty_notif_address", MPPA_DMA_RXJ_EMPTY_NOTIF_ADDRESS, MPPA_DMA_ADDRESS_MASK)),
      empty_arg_(cache(s_, "empty_notif_arg", MPPA_DMA_RXJ_EMPTY_NOTIF_ARG, 63)),
      enable_(cache(s_, "enable", MPPA_DMA_RXJ_ENABLE, 1)),
      cache_asn_(cache(s_, "asn", MPPA_DMA_RXJ_ASN, MPPA_DMA_ASN_MASK)),
      status_(s_.regs, "rx_job_queue", MPPA_DMA_RX_JOB_QUEUE + MPPA_DMA_RXQ_STATUS,
              MPPA_DMA_RX_JOB_QUEUE + MPPA_DMA_RXQ_STATUS_LAC, kQueues) {
  queue(s_, "notif_mode", MPPA_DMA_RXQ_NOTIF_MODE).doc("meaning not public: stored without effect");
  valid_wp_.on_write([this](unsigned, u64) { wake(s_.now()); });
  enable_.on_write([this](unsigned, u64) { wake(s_.now()); });
  add_incrementing(s_.regs, "rx_job_queue.load_incr_wp", MPPA_DMA_RX_JOB_QUEUE + MPPA_DMA_RXQ_WP_INCR, kQueues,
                   MPPA_DMA_OBJECT_STRIDE, wp_);
  add_incrementing(s_.regs, "rx_job_queue.load_incr_valid_wp", MPPA_DMA_RX_JOB_QUEUE + MPPA_DMA_RXQ_VALID_WP_INCR,
                   kQueues, MPPA_DMA_OBJECT_STRIDE, valid_wp_, [this](unsigned) { wake(s_.now()); });
  queue(s_, "activate", MPPA_DMA_RXQ_ACTIVATE, 0).on_write([this](unsigned q, u64 value) {
    if (!(value & 1)) return;
    status_.set_state(q, MPPA_DMA_RUNNING);
    wake(s_.now());
  });
  queue(s_, "stop", MPPA_DMA_RXQ_STOP, 0).on_write([this](unsigned q, u64 value) {
    if (value & 1) status_.set_state(q, MPPA_DMA_STOPPED);
  });
  cache(s_, "job_nb", MPPA_DMA_RXJ_COUNT, 0, RegAccess::kRo).on_read([this](unsigned c) { return buffers_[c].size(); });
  cache(s_, "pop_lo", MPPA_DMA_RXJ_POP_LO, 0, RegAccess::kRo)
      .on_read([this](unsigned c) {
        mppa_dma_buffer b{};
        const bool ok = pop(c, b, s_.now());
        latched_size_[c] = b.size;
        return ok ? b.base : 0;
      })
      .doc("takes a buffer and returns its base; its size is then in pop_hi. Both 0 if the cache is empty");
  cache(s_, "pop_hi", MPPA_DMA_RXJ_POP_HI, 0, RegAccess::kRo).on_read([this](unsigned c) { return latched_size_[c]; });
}

void JobCaches::reset() {
  buffers_.fill({});
  empty_told_.fill(false);
  latched_size_.fill(0);
}

void JobCaches::wake(u64 at) {
  const u64 now = Services::kernel_ps();
  refill.notify(sc_core::sc_time::from_value(at > now ? at - now : 0));
}

bool JobCaches::pop(unsigned c, mppa_dma_buffer& buffer, u64 at) {
  if (buffers_[c].empty()) {
    if (!std::exchange(empty_told_[c], true) &&
        !s_.notify(empty_address_.get(c), empty_arg_.get(c), at, true, static_cast<u16>(cache_asn_.get(c))))
      s_.cause(MPPA_DMA_IT_RX_EMPTY_NOTIF_ADDRESS, at);
    return false;
  }
  buffer = buffers_[c].front();
  buffers_[c].pop_front();
  wake(at);
  return true;
}

// The running queue of a cache that has descriptors; one with the priority bit first.
int JobCaches::source_of(unsigned c) const {
  int found = -1;
  for (unsigned q = 0; q < kQueues; ++q) {
    if (!status_.running(q) || (cache_id_.get(q) & 3) != c || valid_wp_.get(q) <= rp_.get(q)) continue;
    if (cache_id_.get(q) >> 8 & 1) return static_cast<int>(q);
    if (found < 0) found = static_cast<int>(q);
  }
  return found;
}

void JobCaches::run() {
  u64 next = ~u64{0};
  bool filled = false;
  for (unsigned c = 0; c < kCaches; ++c) {
    const int found = enable_.get(c) & 1 ? source_of(c) : -1;
    if (found < 0 || buffers_[c].size() >= s_.params.cache_depth) continue;
    const auto q = static_cast<unsigned>(found);
    const u64 slots = u64{1} << log2_.get(q), slot = rp_.get(q) & (slots - 1);
    const u64 n = std::min(
        {valid_wp_.get(q) - rp_.get(q), slots - slot, u64{kBatch}, u64{s_.params.cache_depth - buffers_[c].size()}});
    std::array<mppa_dma_buffer, kBatch> read{};
    const auto asn = static_cast<u16>(asn_.get(q));
    const auto r = s_.memory.access(false, true, start_.get(q) + slot * sizeof read[0], read.data(),
                                    static_cast<unsigned>(n * sizeof read[0]), Services::kernel_ps(), asn);
    if (!r.ok) {
      status_.fail(q, 2);
      s_.error(MPPA_DMA_IT_RX_JOB_QUEUE_ADDRESS, ErrorMap::kRxJobQueue, q, r.done);
      continue;
    }
    buffers_[c].insert(buffers_[c].end(), read.begin(), read.begin() + static_cast<std::ptrdiff_t>(n));
    rp_.set(rp_.get(q) + n, q);
    s_.notify(notif_address_.get(q), notif_arg_.get(q), r.done, true, asn);
    empty_told_[c] = false;
    filled = true;
    next = std::min(next, std::max(r.done, Services::kernel_ps() + s_.clock.ps_of(1)));
  }
  if (next != ~u64{0}) wake(next);
  if (filled) on_buffers();
}

bool JobCaches::push(unsigned q, u64 base, u64 size, u64 at) {
  const u64 slots = u64{1} << log2_.get(q);
  if (!status_.running(q) || valid_wp_.get(q) - rp_.get(q) >= slots) return false;
  mppa_dma_buffer b{base, size};
  const auto r = s_.memory.access(true, false, start_.get(q) + (valid_wp_.get(q) & (slots - 1)) * sizeof b, &b,
                                  sizeof b, at, static_cast<u16>(asn_.get(q)));
  if (!r.ok) return false;
  wp_.set(wp_.get(q) + 1, q);
  valid_wp_.set(valid_wp_.get(q) + 1, q);
  wake(r.done);
  return true;
}

}  // namespace mppa::cluster::dma
