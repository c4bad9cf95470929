#include "models/cluster/timing/lsu.h"

#include <algorithm>

namespace mppa::timing {
namespace {

/// True if the access touches more 64-bit words than its size needs.
bool split(const MemAccess& m) {
  const u64 words = (m.pa + m.size - 1) / 8 - m.pa / 8 + 1;
  return words > (m.size + 7u) / 8;
}

constexpr unsigned kE1 = 2, kE3 = 4;  // stage ordinals

}  // namespace

/// Cycles beyond the reference memory that a wait for `bytes` at `pa` takes when requested in cycle `a`.
unsigned Lsu::distance(const MemAccess& m, u64 pa, unsigned bytes, u64 a) const {
  const u32 wait = read_wait(m.arbiter, m.latency, pa, bytes, a);
  return wait > params_.reference_latency ? wait - params_.reference_latency : 0;
}

/// The same for an atomic or an uncached store.
unsigned Lsu::write_distance(const MemAccess& m, u64 a) const {
  const u32 wait = m.arbiter != nullptr ? m.arbiter->write_wait(m.pa, m.size, a) : m.latency;
  return wait > params_.reference_latency ? wait - params_.reference_latency : 0;
}

/// A miss of a line of which the write buffer holds words sends the whole buffer first.
unsigned Lsu::flush_for(const MemAccess& m, bool first_missed, bool second_missed, u64 a) {
  const bool held = (first_missed && write_buffer_.words_of_line(TagArray::line_of(m.pa)) != 0) ||
                    (second_missed && write_buffer_.words_of_line(TagArray::line_of(m.pa_last)) != 0);
  return held ? write_buffer_.flush(a) : 0;
}

void Lsu::cached_load(const MemAccess& m, u64 a, MemTiming& out, unsigned& busy) {
  const u64 line0 = TagArray::line_of(m.pa), line1 = TagArray::line_of(m.pa_last);
  const bool crosses = line0 != line1;
  const bool hit0 = l1d_.touch(line0);
  if (!hit0) l1d_.fill(line0);
  const bool hit1 = !crosses || l1d_.touch(line1);
  if (!hit1) l1d_.fill(line1);
  if (observer_ != nullptr) tell_observer(m, hit0, hit1);
  out.misses = static_cast<u8>(!hit0 + !hit1);
  out.hits = static_cast<u8>(1 + crosses - out.misses);
  unsigned freeze = 0;
  if (crosses && hit0 && hit1) {
    freeze = params_.cross_hit_hit_freeze;
    busy = params_.cross_hit_hit_busy;
    out.freeze_cause = Stall::kLineCross;
  } else if (!hit0 || !hit1) {
    unsigned extra = flush_for(m, !hit0, !hit1, a);
    if (!hit0) extra += distance(m, m.pa, Params::kLineBytes, a);
    if (!hit1) extra += distance(m, m.pa_last, Params::kLineBytes, a);
    out.freeze_cause = Stall::kL1dMiss;
    if (!crosses) {
      freeze = params_.miss_freeze;
      busy = params_.miss_busy;
      if (split(m)) freeze += params_.word_cross_extra, busy += params_.word_cross_extra;
    } else if (hit0) {
      freeze = params_.cross_hit_miss_freeze;
      busy = params_.cross_hit_miss_busy;
    } else if (hit1) {
      freeze = params_.cross_miss_hit_freeze;
      busy = params_.cross_miss_hit_busy;
    } else {
      freeze = params_.cross_miss_miss_freeze;
      busy = params_.cross_miss_miss_busy;
    }
    freeze += extra;
    busy += extra;
  }
  if (m.kind != MemKind::kTouch) out.freeze = freeze;
}

void Lsu::tell_observer(const MemAccess& m, bool hit0, bool hit1) const {
  constexpr u64 kLast = Params::kLineBytes - 1;
  const bool crosses = TagArray::line_of(m.pa) != TagArray::line_of(m.pa_last);
  observer_->looked_up(m.pa, crosses ? m.pa | kLast : m.pa_last, hit0);
  if (crosses) observer_->looked_up(m.pa_last & ~kLast, m.pa_last, hit1);
}

void Lsu::uncached_load(const MemAccess& m, u64 a, MemTiming& out, unsigned& busy) {
  if (m.kind == MemKind::kTouch) return;  // nothing to bring into the cache
  if (!m.streaming) {
    const unsigned far = distance(m, a);
    out.freeze = params_.uncached_freeze + far;
    out.freeze_cause = Stall::kUncached;
    busy = params_.uncached_busy + far + (split(m) ? params_.word_cross_extra : 0);
    return;
  }
  while (!streams_.empty() && streams_.front() <= a) streams_.pop_front();
  if (streams_.size() >= params_.stream_depth) {
    out.entry_wait = static_cast<u32>(streams_.front() - a);
    out.entry_cause = Stall::kStreamQueue;
    a = streams_.front();
    streams_.pop_front();
  }
  const u64 e3 = a + (kE3 - kE1);
  last_stream_ = std::max(last_stream_, e3 + params_.stream_extra + distance(m, a));
  streams_.push_back(last_stream_);
  out.result_extra = static_cast<u32>(last_stream_ - e3);
  busy = split(m) ? params_.stream_cross_busy : 0;
}

void Lsu::store(const MemAccess& m, u64 a, MemTiming& out, unsigned& busy) {
  if (!m.cached && !m.streaming) {
    const unsigned far = write_distance(m, a);
    out.freeze = params_.uncached_store_freeze + far;
    out.freeze_cause = Stall::kUncached;
    busy = params_.uncached_busy + far;
    return;
  }
  const u64 accepted = write_buffer_.store(m, a);
  out.entry_wait = static_cast<u32>(accepted - a);
  out.entry_cause = Stall::kWriteBuffer;
  if (split(m)) busy = m.cached ? params_.word_cross_extra : params_.stream_cross_busy;
}

void Lsu::zero_line(const MemAccess& m, u64 a, MemTiming& out, unsigned& busy) {
  if (m.cached) {
    if (m.arbiter != nullptr) m.arbiter->write_posted(m.pa, Params::kLineBytes, a);
    busy = params_.dzerol_busy;
    return;
  }
  const unsigned far = write_distance(m, a);
  busy = params_.dzerol_uncached_busy + far;
  out.freeze = params_.dzerol_uncached_stall + far;
  out.freeze_cause = Stall::kUncached;
}

MemTiming Lsu::access(const MemAccess& m, u64 a) {
  MemTiming out;
  if (busy_until_ > a) {
    out.busy_wait = static_cast<u32>(busy_until_ - a);
    a = busy_until_;
  }
  unsigned busy = 0;
  if (m.performed) {
    switch (m.kind) {
      case MemKind::kLoad:
      case MemKind::kTouch:
        if (m.cached)
          cached_load(m, a, out, busy);
        else
          uncached_load(m, a, out, busy);
        break;
      case MemKind::kStore:
        store(m, a, out, busy);
        break;
      case MemKind::kAtomic: {
        const unsigned far = write_distance(m, a);
        out.freeze = params_.atomic_freeze + far;
        out.freeze_cause = Stall::kAtomic;
        busy = params_.atomic_busy + far;
        break;
      }
      case MemKind::kZeroLine:
        zero_line(m, a, out, busy);
        break;
      case MemKind::kFence:
        out.entry_wait = static_cast<u32>(quiet(a) - a);
        out.entry_cause = Stall::kFence;
        break;
      case MemKind::kMaintenance:
      case MemKind::kNone:
        break;
    }
  } else if (m.kind == MemKind::kLoad && !m.cached && m.streaming) {
    out.result_extra = params_.stream_extra;
  }
  busy_until_ = std::max(busy_until_, a + out.entry_wait + 1 + busy);
  return out;
}

u64 Lsu::quiet(u64 now) {
  write_buffer_.flush(now);
  return std::max({now, busy_until_, write_buffer_.acknowledged(), last_stream_});
}

void Lsu::append_image(u64 T, std::vector<u64>& out) const {
  l1d_.append_image(out);
  write_buffer_.append_image(T, out);
  for (const u64 t : {busy_until_, last_stream_}) out.push_back(t > T ? t - T : 0);
  for (const u64 t : streams_)
    if (t > T) out.push_back(t - T);
}

void Lsu::move(u64 cycles) {
  write_buffer_.move(cycles);
  busy_until_ += cycles;
  last_stream_ += cycles;
  for (u64& t : streams_) t += cycles;
}

void Lsu::reset() {
  l1d_.invalidate_all();
  write_buffer_.clear();
  streams_.clear();
  last_stream_ = busy_until_ = 0;
}

}  // namespace mppa::timing
