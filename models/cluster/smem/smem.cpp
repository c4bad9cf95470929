#include "models/cluster/smem/smem.h"

#include <fmt/core.h>

#include <algorithm>

namespace mppa::cluster {

Smem::Smem(const SmemParams& params) : params_(params), memory_(params.size), banks_(params.banks) {}

std::size_t Smem::bank_of(u64 offset) const {
  constexpr u64 kL2Interleave = 256;
  if (offset >= l2_base_) return offset / kL2Interleave % params_.banks;
  return blocked_ ? offset / (params_.size / params_.banks) % params_.banks
                  : offset / params_.interleave % params_.banks;
}

Smem::Service Smem::serve(u64 offset, u64 bytes, bool write, u64 now) {
  Service out{0, now};
  const u64 end = offset + std::max<u64>(bytes, 1);
  for (u64 at = offset; at < end;) {
    const u64 stop = std::min(end, (at / params_.interleave + 1) * params_.interleave);
    const u64 first_word = at / params_.bank_bytes, last_word = (stop - 1) / params_.bank_bytes;
    const u64 cycles = last_word - first_word + 1;
    const u64 begin = banks_[bank_of(at)].acquire(now, cycles);
    if (at == offset) out.begin = begin;
    out.end = std::max(out.end, begin + cycles);
    at = stop;
  }
  (write ? written_bytes_ : read_bytes_) += bytes;
  return out;
}

// The latency of an idle memory includes one cycle of the bank; waiting comes on top. A line's second half follows the
// critical word and delays nobody but the next request.
u32 Smem::read_wait(u64 pa, unsigned bytes, u64 now) {
  const u64 begin = serve(pa & (params_.size - 1), bytes, false, now).begin;
  return params_.read_latency + static_cast<u32>(begin - now);
}

timing::Posted Smem::write_posted(u64 pa, unsigned bytes, u64 now) {
  const auto wait = static_cast<u32>(serve(pa & (params_.size - 1), bytes, true, now).begin - now);
  return {wait, wait};
}

void Smem::write_stats(StatWriter& out, u64 total_cycles) const {
  out.counter("read_bytes", read_bytes_, "B", "bytes read by L1 refills, uncached loads and other masters");
  out.counter("written_bytes", written_bytes_, "B", "bytes written");
  for (std::size_t b = 0; b < banks_.size(); ++b) {
    out.enter(fmt::format("bank[{}]", b));
    out.counter("requests", banks_[b].requests(), "requests", "requests served");
    out.counter("conflict_cycles", banks_[b].waited_ticks(), "cycles", "cycles requests waited for the bank");
    out.utilization("busy", "smem", banks_[b].busy_ticks(), total_cycles);
    out.leave();
  }
}

}  // namespace mppa::cluster
