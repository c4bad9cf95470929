// What a connection does with a segment (RFC 9293, 3.10.7).
#include <algorithm>

#include "models/host/tcp/stack.h"

namespace mppa::host::tcp {

namespace {

constexpr u64 kDay = 86'400'000'000'000'000;
constexpr u64 kOldTimestamp = 24 * kDay;  ///< RFC 7323, 5.5: a timestamp older than that is no reason to drop

}  // namespace

void Connection::input(const Segment& segment, const std::shared_ptr<const void>& frame) {
  const std::shared_ptr<Connection> self = shared_from_this();
  if (next_ == 0) return;  // we have not said anything yet
  process(segment, frame);
  if (state_ == State::kClosed) return;
  wake();
  arm();
}

void Connection::process(const Segment& segment, const std::shared_ptr<const void>& frame) {
  if (state_ == State::kSynSent) return input_syn_sent(segment);
  Offset begin = unwrap(segment.sequence, irs_, received_);
  bool has_syn = segment.has(flag::kSyn);
  if (has_syn && begin == 0 && state_ == State::kSynReceived) {
    if (!segment.has(flag::kAck)) return sent_.lose_all();  // once more: it has not got our SYN
    has_syn = false;                                        // the other half of a simultaneous open
    begin = 1;
    ack_now_ = true;
  }
  const Offset length = static_cast<Offset>(segment.data.size()) + has_syn + segment.has(flag::kFin);
  if (timestamps_ && !segment.timestamps && !segment.has(flag::kRst)) return;  // RFC 7323, 3.2
  if (!segment.has(flag::kRst) && !passes_paws(segment)) {
    ++stack_.counters_.paws_drops;
    return acknowledge_now();
  }
  if (!acceptable(begin, length)) {
    if (segment.has(flag::kRst)) return;
    ++stack_.counters_.duplicates;
    // An old segment may still carry the acknowledgement that we wait for.
    if (begin < received_ && segment.has(flag::kAck)) take_acknowledgement(segment, begin, true);
    ack_now_ = true;
    return;
  }
  if (segment.has(flag::kRst)) {
    if (begin != received_) return challenge();
    ++stack_.counters_.resets_in;
    return end(End::kReset);
  }
  if (has_syn) return challenge();
  if (!segment.has(flag::kAck)) return;
  if (timestamps_ && segment.timestamps && begin <= acknowledged_) {
    ts_recent_ = segment.timestamps->value;
    ts_recent_at_ = stack_.time_.now();
  }
  if (!take_acknowledgement(segment, begin, length > 0) || state_ == State::kClosed) return;
  if (segment.has(flag::kFin)) fin_at_ = begin + static_cast<Offset>(segment.data.size());
  if (length > 0 && !fin_taken_) take_data(begin, segment.data, frame);
}

void Connection::input_syn_sent(const Segment& segment) {
  const bool acknowledges = segment.has(flag::kAck);
  if (acknowledges && unwrap(segment.acknowledgement, iss_, next_) != next_) {
    if (segment.has(flag::kRst)) return;
    Route back = stack_.route_to(endpoints_.remote, *neighbour_.mac);
    return stack_.refuse(segment, {endpoints_.remote, back.source, kTcp, segment.data}, *neighbour_.mac);
  }
  if (segment.has(flag::kRst)) {
    if (!acknowledges) return;
    ++stack_.counters_.resets_in;
    return end(End::kRefused);
  }
  if (!segment.has(flag::kSyn)) return;
  irs_ = segment.sequence;
  received_ = 1;
  take_options(segment);
  window_ = max_window_ = segment.window;  // that of a SYN is not scaled
  ack_now_ = true;
  if (!acknowledges) {
    state_ = State::kSynReceived;
    return sent_.lose_all();  // the SYN goes again, now with an acknowledgement
  }
  advance(1);
  window_at_ = 1;
  become_established();
}

bool Connection::acceptable(Offset begin, Offset length) const {
  const Offset end = received_ + static_cast<Offset>(params_.receive_window);
  if (length == 0) return begin >= received_ && begin < end;
  return begin < end && begin + length > received_;
}

bool Connection::passes_paws(const Segment& segment) {
  if (!timestamps_ || !segment.timestamps) return true;
  if (static_cast<i32>(segment.timestamps->value - ts_recent_) >= 0) return true;
  return stack_.time_.now() - ts_recent_at_ > kOldTimestamp;
}

void Connection::challenge() {
  if (!stack_.may_challenge()) return;
  ++stack_.counters_.challenges;
  acknowledge_now();
}

bool Connection::take_acknowledgement(const Segment& segment, Offset begin, bool carries_data) {
  const Offset upto = unwrap(segment.acknowledgement, iss_, next_);
  if (state_ == State::kSynReceived) {
    if (upto != next_) {
      stack_.refuse(segment, {endpoints_.remote, stack_.params_.address, kTcp, segment.data}, *neighbour_.mac);
      return false;
    }
    window_ = u64{segment.window} << send_scale_;
    window_from_ = begin;
    window_at_ = upto;
    max_window_ = window_;
    advance(upto);
    become_established();
    return true;
  }
  if (upto > next_ || upto < una_ - static_cast<Offset>(std::max(max_window_, u64{1} << 16))) {
    challenge();
    return false;
  }
  if (upto < una_) return true;
  const u64 window = u64{segment.window} << send_scale_;
  const bool same_window = window == window_;
  if (window_from_ < begin || (window_from_ == begin && window_at_ <= upto)) {
    window_ = window;
    max_window_ = std::max(max_window_, window);
    window_from_ = begin;
    window_at_ = upto;
  }
  if (window_ > 0 && sent_.empty()) persist_backoff_ = 0;
  if (sent_.empty()) tries_ = 0;  // the peer lives: a probe of its window has been answered
  if (sack_) take_selective(segment);
  const Offset before = una_;
  if (upto > una_) advance(upto);
  if (state_ == State::kClosed) return false;
  count_duplicate(upto == before && !carries_data && same_window && !sent_.empty());
  arm_persist();
  return true;
}

void Connection::take_selective(const Segment& segment) {
  std::array<Range, 4> ranges;
  unsigned count = 0;
  for (unsigned i = 0; i < segment.sack_count; ++i) {
    const Range range{unwrap(segment.sack[i].begin, iss_, next_), unwrap(segment.sack[i].end, iss_, next_)};
    if (range.begin >= una_ && range.begin < range.end && range.end <= next_) ranges[count++] = range;
  }
  if (count > 0) sent_.sack(std::span(ranges).first(count));
}

/// The peer has everything before `upto`.
void Connection::advance(Offset upto) {
  const u64 now = stack_.time_.now(), flight = sent_.flight();
  const SentQueue::Acknowledged acknowledged = sent_.acknowledge(upto);
  const bool had_syn = una_ == 0;
  una_ = upto;
  buffer_.release(upto);
  if (acknowledged.sent_at) round_trip_.sample(now - *acknowledged.sent_at);
  tries_ = 0;
  probed_ = probe_tail_ = false;
  if (recovery_ != Recovery::kNone && una_ >= recover_) {
    recovery_ = Recovery::kNone;
  } else if (recovery_ == Recovery::kFast && !sack_) {  // RFC 6582: a partial acknowledgement shows the next loss
    sent_.lose_first();
    force_ = true;
  }
  duplicates_ = 0;
  if (recovery_ != Recovery::kFast && !had_syn) {
    congestion_.acknowledged(acknowledged.bytes, flight, now, round_trip_.smoothed());
  }
  arm_retransmit();
  if (fin_queued_ && una_ == buffer_.end() + 1) own_fin_acknowledged();
}

/// Finds losses after an acknowledgement; the third duplicate of one is a loss without SACK.
void Connection::count_duplicate(bool is_duplicate) {
  static constexpr unsigned kThreshold = 3;
  bool lost = sent_.find_losses(mss_, round_trip_.smoothed() / 4);
  if (is_duplicate) {
    ++duplicates_;
    if (!sack_ && duplicates_ == kThreshold && recovery_ == Recovery::kNone && una_ > recover_) {
      sent_.lose_first();
      lost = true;
    }
  }
  if (lost && recovery_ == Recovery::kNone) enter_recovery();
}

void Connection::enter_recovery() {
  ++stack_.counters_.fast_recoveries;
  recovery_ = Recovery::kFast;
  recover_ = next_;
  congestion_.lost(sent_.flight());
  force_ = true;
  timers_.probe = 0;
}

void Connection::own_fin_acknowledged() {
  if (state_ == State::kFinWait1) {
    state_ = State::kFinWait2;
  } else if (state_ == State::kClosing) {
    state_ = State::kTimeWait;
    timers_.wait = stack_.time_.now() + params_.time_wait;
    if (user_) std::exchange(user_, nullptr)->ended(End::kClosed);
  } else if (state_ == State::kLastAck) {
    end(End::kClosed);
  }
}

void Connection::take_data(Offset begin, std::span<const u8> data, const std::shared_ptr<const void>& frame) {
  const Offset window_end = received_ + static_cast<Offset>(params_.receive_window);
  if (begin < received_) {
    data = data.subspan(std::min(data.size(), static_cast<std::size_t>(received_ - begin)));
    begin = received_;
  }
  data = data.first(std::min(data.size(), static_cast<std::size_t>(window_end - begin)));
  full_segment_ = std::max<u64>(full_segment_, data.size());
  if (begin > received_) {
    ++stack_.counters_.out_of_order;
    reassembly_.add(begin, data, frame);
    ++duplicates_due_;
    return;
  }
  const bool fills_gap = !reassembly_.empty();
  deliver(data);
  while (state_ != State::kClosed && !reassembly_.empty()) {
    const std::optional<Reassembly::Piece> piece = reassembly_.take(received_);
    if (!piece) break;
    deliver(piece->bytes);
  }
  if (state_ == State::kClosed) return;
  if (fin_at_ == received_ && !fin_taken_) return take_fin();
  // More than a full segment is acknowledged at once, and what tells the peer of a gap.
  if (fills_gap || unacknowledged_ > full_segment_) return acknowledge_now();
  if (unacknowledged_ > 0 && timers_.acknowledge == 0) timers_.acknowledge = stack_.time_.now() + params_.delayed_ack;
}

void Connection::deliver(std::span<const u8> data) {
  received_ += static_cast<Offset>(data.size());
  unacknowledged_ += data.size();
  stack_.counters_.bytes_in += data.size();
  if (user_ && !data.empty()) user_->received(data);
}

void Connection::take_fin() {
  fin_taken_ = true;
  ++received_;
  acknowledge_now();
  switch (state_) {
    case State::kEstablished:
      state_ = State::kCloseWait;
      break;
    case State::kFinWait1:
      state_ = State::kClosing;
      break;
    case State::kFinWait2:
      state_ = State::kTimeWait;
      timers_.wait = stack_.time_.now() + params_.time_wait;
      break;
    case State::kSynSent:
    case State::kSynReceived:
    case State::kCloseWait:
    case State::kClosing:
    case State::kLastAck:
    case State::kTimeWait:
    case State::kClosed:
      return;
  }
  if (user_) user_->peer_closed();
  if (state_ == State::kTimeWait && user_) std::exchange(user_, nullptr)->ended(End::kClosed);
}

}  // namespace mppa::host::tcp
