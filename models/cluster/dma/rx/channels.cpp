#include "models/cluster/dma/rx/channels.h"

#include <utility>

namespace mppa::cluster::dma {
namespace {

Register& add(Services& s, const char* name, u64 offset, u64 mask = ~u64{0}, RegAccess access = RegAccess::kRw) {
  return s.regs
      .add_array(std::string("rx_channel.") + name, MPPA_DMA_RX_CHANNEL + offset, 8, access, Channels::kCount,
                 MPPA_DMA_OBJECT_STRIDE)
      .mask(mask);
}

constexpr u64 kAddress = MPPA_DMA_ADDRESS_MASK;

}  // namespace

Channels::Channels(Services& services, JobCaches& caches)
    : s_(services),
      caches_(caches),
      start_(add(s_, "buf_start_address", MPPA_DMA_RXC_BUF_START, kAddress)),
      size_(add(s_, "buf_size", MPPA_DMA_RXC_BUF_SIZE)),
      fixed_(add(s_, "buf_enable", MPPA_DMA_RXC_BUF_ENABLE, 1)),
      offset_(add(s_, "current_offset", MPPA_DMA_RXC_CURRENT_OFFSET)),
      job_cfg_(add(s_, "job_queue_cfg", MPPA_DMA_RXC_JOB_QUEUE_CFG, 7)),
      activated_(add(s_, "activated", MPPA_DMA_RXC_ACTIVATED, 1)),
      bytes_(add(s_, "byte_cnt", MPPA_DMA_RXC_BYTE_CNT)),
      notifs_(add(s_, "notif_cnt", MPPA_DMA_RXC_NOTIF_CNT)),
      clear_mode_(add(s_, "cnt_clear_mode", MPPA_DMA_RXC_CNT_CLEAR_MODE, 3)),
      error_(add(s_, "error_status", MPPA_DMA_RXC_ERROR_STATUS, 0, RegAccess::kRo)),
      comp_cfg_(add(s_, "comp_queue_cfg", MPPA_DMA_RXC_COMP_CFG, 7)),
      comp_mode_(add(s_, "comp_mode", MPPA_DMA_RXC_COMP_MODE, 1)),
      comp_start_(add(s_, "comp_start_address", MPPA_DMA_RXC_COMP_START, kAddress & ~u64{15})),
      comp_log2_(add(s_, "comp_slot_nb_log2", MPPA_DMA_RXC_COMP_SLOT_LOG2, 31)),
      wp_(add(s_, "comp_wp", MPPA_DMA_RXC_COMP_WP)),
      rp_(add(s_, "comp_rp", MPPA_DMA_RXC_COMP_RP)),
      valid_rp_(add(s_, "comp_valid_rp", MPPA_DMA_RXC_COMP_VALID_RP)),
      notif_address_(add(s_, "comp_notif_address", MPPA_DMA_RXC_NOTIF_ADDRESS, kAddress)),
      full_address_(add(s_, "comp_full_notif_address", MPPA_DMA_RXC_FULL_NOTIF_ADDRESS, kAddress)),
      notif_arg_(add(s_, "comp_notif_arg", MPPA_DMA_RXC_NOTIF_ARG, 63)),
      asn_(add(s_, "asn", MPPA_DMA_RXC_ASN, MPPA_DMA_ASN_MASK)),
      diag_lo_(s_.regs.add("rx_diag.header_lo", MPPA_DMA_RX_DIAG, 8, RegAccess::kRo)),
      diag_hi_(s_.regs.add("rx_diag.header_hi", MPPA_DMA_RX_DIAG + 0x08, 8, RegAccess::kRo)),
      diag_status_(s_.regs.add("rx_diag.status", MPPA_DMA_RX_DIAG + 0x10, 8, RegAccess::kRo)),
      closed_(s_.regs.add("rx_diag.closed_count", MPPA_DMA_RX_DIAG + 0x20, 8, RegAccess::kRo)) {
  add(s_, "error_lac", MPPA_DMA_RXC_ERROR_LAC, 0, RegAccess::kLac).source(error_);
  s_.regs.add("rx_diag.status_lac", MPPA_DMA_RX_DIAG + 0x18, 8, RegAccess::kLac).source(diag_status_);
  s_.regs.add("rx_diag.closed_count_lac", MPPA_DMA_RX_DIAG + 0x28, 8, RegAccess::kLac).source(closed_);
  const auto freed = [this](unsigned c) {
    full_told_[c] = false;
    on_ready();
  };
  valid_rp_.on_write([freed](unsigned c, u64) { freed(c); });
  activated_.on_write([this](unsigned c, u64) {
    in_transfer_[c] = full_told_[c] = false;
    on_ready();
  });
  add_incrementing(s_.regs, "rx_channel.comp_load_incr_rp", MPPA_DMA_RXC_COMP_RP_INCR, kCount, MPPA_DMA_OBJECT_STRIDE,
                   rp_);
  add_incrementing(s_.regs, "rx_channel.comp_load_incr_valid_rp", MPPA_DMA_RXC_COMP_VALID_RP_INCR, kCount,
                   MPPA_DMA_OBJECT_STRIDE, valid_rp_, freed);
}

void Channels::reset() {
  in_transfer_.fill(false);
  full_told_.fill(false);
  reserved_.fill(0);
  written_at_.fill(0);
  pending_.clear();
}

bool Channels::accept(const noc::Packet& packet, u64 at) {
  const unsigned c = packet.tag;
  if (c >= kCount || !(activated_.get(c) & 1)) {
    reject(packet, at);
    return true;
  }
  if ((packet.eot && ring_full(c, at)) || (!(fixed_.get(c) & 1) && !in_transfer_[c] && !take_buffer(c, at))) {
    ++stats_.refused;
    return false;
  }
  in_transfer_[c] = true;
  ++stats_.packets;
  write(c, packet, at);
  if (packet.eot) end_of_transfer(c, at);
  return true;
}

void Channels::reject(const noc::Packet& packet, u64 at) {
  ++stats_.closed;
  diag_lo_.set((packet.route & 0xFFFFFFFFFF) | u64{packet.tag} << 40 | u64{packet.vchan} << 46 |
               u64{packet.absolute} << 47 | u64{packet.eot} << 48);
  diag_hi_.set(packet.offset);
  diag_status_.set(1);
  closed_.set(closed_.get() + 1);
  s_.cause(MPPA_DMA_IT_RX_CLOSED_CHANNEL, at);
}

bool Channels::ring_full(unsigned c, u64 at) {
  const bool ring = comp_cfg_.get(c) & 1 && !(comp_mode_.get(c) & 1);
  if (!ring || wp_.get(c) + reserved_[c] - valid_rp_.get(c) < u64{1} << comp_log2_.get(c)) return false;
  if (!std::exchange(full_told_[c], true) &&
      !s_.notify(full_address_.get(c), notif_arg_.get(c), at, true, static_cast<u16>(asn_.get(c))))
    fail(c, MPPA_DMA_IT_RX_COMP_ADDRESS, at);
  return true;
}

// The next transfer goes into a buffer of the channel's cache.
bool Channels::take_buffer(unsigned c, u64 at) {
  mppa_dma_buffer b{};
  if (!(job_cfg_.get(c) & 1)) {
    fail(c, MPPA_DMA_IT_RX_JOB_CACHE, at);  // neither mode: an empty buffer, every byte is excess
  } else if (!caches_.pop(job_cfg_.get(c) >> 1 & 3, b, at)) {
    return false;
  }
  start_.set(b.base, c);
  size_.set(b.size, c);
  offset_.set(0, c);
  return true;
}

// Writes the payload; what lies past the buffer is dropped. `at`: arrival of the tail.
void Channels::write(unsigned c, const noc::Packet& packet, u64 at) {
  const u64 offset = packet.absolute ? packet.offset : offset_.get(c);
  const u64 size = size_.get(c);
  const u64 room = offset < size ? size - offset : 0;
  const u64 bytes = std::min<u64>(packet.bytes, room);
  if (bytes < packet.bytes) {
    ++stats_.truncated;
    fail(c, MPPA_DMA_IT_RX_BUFFER_SIZE, at);
  }
  if (!packet.absolute) offset_.set(offset + bytes, c);
  written_at_[c] = std::max(written_at_[c], at);
  if (bytes == 0) return;
  std::array<u8, noc::kMaxPayload> enable;
  for (unsigned i = 0; packet.masked && i < bytes; ++i) enable[i] = packet.enable[i / 64] >> (i & 63) & 1 ? 0xFF : 0;
  const u64 beats = (bytes + s_.params.port_bytes - 1) / s_.params.port_bytes;
  // The payload is written while it streams in; its last beat follows the last flit.
  const u64 tail = s_.clock.cycles_from(at);
  const u64 first = std::max(s_.clock.cycles_from(Services::kernel_ps()), tail > beats ? tail - beats : 0);
  const u64 start = port_.acquire(first, beats);
  auto* data = const_cast<u8*>(packet.data.data());
  const auto r =
      s_.memory.access(true, true, start_.get(c) + offset, data, static_cast<unsigned>(bytes), s_.clock.ps_of(start),
                       static_cast<u16>(asn_.get(c)), packet.masked ? enable.data() : nullptr);
  written_at_[c] = std::max({written_at_[c], r.done, s_.clock.ps_of(start + beats)});
  if (!r.ok) return fail(c, MPPA_DMA_IT_RX_BUFFER_ADDRESS, r.done);
  bytes_.set(bytes_.get(c) + bytes, c);
  stats_.bytes += bytes;
}

void Channels::end_of_transfer(unsigned c, u64) {
  ++stats_.transfers;
  in_transfer_[c] = false;
  notifs_.set(notifs_.get(c) + 1, c);
  if (!(comp_cfg_.get(c) & 1)) return;
  const mppa_dma_rx_completion record = {start_.get(c), size_.get(c), bytes_.get(c), notifs_.get(c)};
  if (clear_mode_.get(c) & 1) bytes_.set(0, c);
  if (clear_mode_.get(c) & 2) notifs_.set(0, c);
  ++reserved_[c];
  const Completion done{written_at_[c], c, record};
  const auto behind = std::upper_bound(pending_.begin(), pending_.end(), done,
                                       [](const Completion& a, const Completion& b) { return a.at < b.at; });
  pending_.insert(behind, done);
  arm();
}

void Channels::arm() {
  if (pending_.empty()) return;
  const u64 now = Services::kernel_ps(), at = pending_.front().at;
  due.notify(sc_core::sc_time::from_value(at > now ? at - now : 0));
}

void Channels::run() {
  while (!pending_.empty() && pending_.front().at <= Services::kernel_ps()) {
    const Completion done = pending_.front();
    pending_.pop_front();
    complete(done);
  }
  arm();
}

// Record before write pointer before notification.
void Channels::complete(const Completion& done) {
  const unsigned c = done.channel;
  const auto asn = static_cast<u16>(asn_.get(c));
  u64 at = done.at;
  --reserved_[c];
  if ((comp_cfg_.get(c) >> 1 & 3) == 1) {
    const u64 slot = comp_mode_.get(c) & 1 ? 0 : wp_.get(c) & ((u64{1} << comp_log2_.get(c)) - 1);
    mppa_dma_rx_completion record = done.record;
    const auto r =
        s_.memory.access(true, true, comp_start_.get(c) + slot * sizeof record, &record, sizeof record, at, asn);
    if (!r.ok) return fail(c, MPPA_DMA_IT_RX_COMP_ADDRESS, r.done);
    at = r.done;
  }
  wp_.set(wp_.get(c) + 1, c);
  if (!s_.notify(notif_address_.get(c), notif_arg_.get(c), at, true, asn)) fail(c, MPPA_DMA_IT_RX_COMP_ADDRESS, at);
}

void Channels::fail(unsigned c, unsigned it, u64 at) {
  error_.set(error_.get(c) | u64{1} << it, c);
  s_.error(it, ErrorMap::kRxChannel, c, at);
}

}  // namespace mppa::cluster::dma
