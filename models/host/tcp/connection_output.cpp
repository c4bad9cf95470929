// What a connection sends, and when.
#include <algorithm>

#include "models/host/tcp/stack.h"

namespace mppa::host::tcp {

/// Without SACK every duplicate acknowledgement stands for a segment that has left the network.
u64 Connection::pipe() const {
  const u64 pipe = sent_.pipe();
  return sack_ ? pipe : pipe - std::min(pipe, duplicates_ * mss_);
}

std::optional<Connection::Plan> Connection::plan() const {
  if (!neighbour_.mac || state_ == State::kClosed) return {};
  const bool may_send = sent_.empty() || pipe() + mss_ <= congestion_.window();
  if (state_ == State::kSynSent || state_ == State::kSynReceived) {
    if (next_ == 0 || sent_.next_lost()) return Plan{What::kSyn, 0, 1};
    return ack_now_ ? std::optional(Plan{What::kAck}) : std::nullopt;
  }
  if (duplicates_due_ > 0) return Plan{What::kAck};
  if (const SentQueue::Segment* lost = sent_.next_lost(); lost && (may_send || force_))
    return Plan{What::kRetransmit, lost->begin, lost->end};
  const std::optional<Plan> data = plan_data();
  if (probe_tail_ && !sent_.empty()) {
    if (data) return data;
    return Plan{What::kTailProbe, sent_.last().begin, sent_.last().end};
  }
  if (data && may_send) return data;
  if (probe_window_) return Plan{What::kWindowProbe};
  if (ack_now_) return Plan{What::kAck};
  return {};
}

/// New data, as far as the peer's window goes. Segments that are not full are held back while the window is what limits
/// them (silly window syndrome, RFC 9293, 3.8.6.2.1).
std::optional<Connection::Plan> Connection::plan_data() const {
  const Offset end = buffer_.end() + (fin_queued_ ? 1 : 0);
  if (next_ >= end || next_ >= window_end()) return {};
  const Offset queued = end - next_, usable = window_end() - next_;
  const Offset size = std::min({queued, usable, static_cast<Offset>(mss_)});
  const bool full = size == static_cast<Offset>(mss_) || size == queued;
  if (!full && 2 * static_cast<u64>(size) < max_window_ && !force_small_) return {};
  return Plan{What::kData, next_, next_ + size};
}

std::vector<u8> Connection::make(const Plan& plan) {
  Segment segment;
  segment.source_port = endpoints_.local_port;
  segment.destination_port = endpoints_.remote_port;
  const bool has_range = plan.what != What::kAck && plan.what != What::kWindowProbe;
  const Offset begin = has_range ? plan.begin : plan.what == What::kAck ? next_ : una_ - 1;
  segment.sequence = iss_ + static_cast<u32>(begin);
  segment.acknowledgement = state_ == State::kSynSent ? 0 : irs_ + static_cast<u32>(received_);
  segment.flags = state_ == State::kSynSent ? 0 : flag::kAck;
  const u64 window = params_.receive_window;
  const u64 announced = plan.what == What::kSyn ? window : window >> receive_scale_;
  segment.window = static_cast<u16>(std::min<u64>(announced, 0xFFFF));
  if (plan.what == What::kSyn) segment.flags |= flag::kSyn;
  Offset data_end = std::min(plan.end, buffer_.end());
  if (plan.what == What::kSyn || !has_range) data_end = begin;
  if (has_range && plan.what != What::kSyn && plan.end > buffer_.end()) segment.flags |= flag::kFin;
  if (data_end > begin && data_end == buffer_.end()) segment.flags |= flag::kPsh;
  const std::size_t bytes = data_end > begin ? static_cast<std::size_t>(data_end - begin) : 0;
  add_options(segment, plan.what, bytes);

  const Route route = stack_.route_to(endpoints_.remote, *neighbour_.mac);
  const unsigned header = header_bytes(segment);
  std::vector<u8> frame = make_ip(route, kTcp, header + bytes);
  if (bytes > 0) buffer_.copy(begin, std::span(frame).subspan(kPayloadAt + header));
  write_tcp(segment, route, frame);
  ++stack_.counters_.segments_out;
  stack_.counters_.bytes_out += bytes;
  note_sent(plan);
  return frame;
}

/// Data leave no room for selective acknowledgements, which go in segments of their own.
void Connection::add_options(Segment& segment, What what, std::size_t bytes) const {
  if (what == What::kSyn) {
    segment.mss = static_cast<u16>(stack_.params_.mtu - kIpBytes - kTcpBytes);
    const bool opens = state_ == State::kSynSent;  // otherwise only what the peer has offered
    segment.sack_permitted = opens ? params_.sack : sack_;
    if (opens || receive_scale_ > 0 || send_scale_ > 0) segment.window_scale = static_cast<u8>(receive_scale_);
    if (opens ? params_.timestamps : timestamps_) segment.timestamps = {clock(), ts_recent_};
    return;
  }
  if (timestamps_) segment.timestamps = {clock(), ts_recent_};
  if (!sack_ || reassembly_.empty() || bytes > 0) return;
  for (const Range& range : reassembly_.latest(timestamps_ ? 3 : 4))
    segment.sack[segment.sack_count++] = {irs_ + static_cast<u32>(range.begin), irs_ + static_cast<u32>(range.end)};
}

/// Data that wait for a window with nothing under way that would bring an answer: ask for it from time to time.
void Connection::arm_persist() {
  const Offset end = buffer_.end() + (fin_queued_ ? 1 : 0);
  if (state_ < State::kEstablished || !sent_.empty() || next_ >= end || plan_data()) {
    timers_.persist = 0;
  } else if (timers_.persist == 0) {
    const u64 wait = round_trip_.timeout() << std::min(persist_backoff_, 10U);
    timers_.persist = stack_.time_.now() + std::min(wait, params_.rto_max);
    arm();
  }
}

void Connection::note_sent(const Plan& plan) {
  const u64 now = stack_.time_.now();
  if (state_ != State::kSynSent) {  // every other segment acknowledges
    ack_now_ = false;
    acknowledged_ = received_;
    unacknowledged_ = 0;
    timers_.acknowledge = 0;
  }
  switch (plan.what) {
    case What::kAck:
      if (duplicates_due_ > 0) --duplicates_due_;
      return;
    case What::kWindowProbe:
      probe_window_ = false;
      ++stack_.counters_.window_probes;
      return arm_persist();
    case What::kSyn:
    case What::kRetransmit:
    case What::kTailProbe:
    case What::kData:
      break;
  }
  const bool was_idle = sent_.empty();
  const bool probes_tail = std::exchange(probe_tail_, false);
  if (plan.end > next_) {
    sent_.add(plan.begin, plan.end, now);
    next_ = plan.end;
    force_small_ = false;
  } else {
    ++stack_.counters_.retransmits;
    sent_.sent_again(plan.what == What::kTailProbe ? sent_.last() : *sent_.next_lost(), now);
    force_ = false;
  }
  if (probes_tail) {
    probed_ = true;
    ++stack_.counters_.tail_probes;
  }
  // RFC 6298, 5.1: the timer is started if it does not run; a probe starts it anew.
  if (was_idle || probes_tail || timers_.retransmit == 0) {
    arm_retransmit();
  } else if (timers_.probe != 0) {
    timers_.probe = now + 2 * round_trip_.smoothed();
  }
  timers_.persist = 0;
  arm();
}

}  // namespace mppa::host::tcp
