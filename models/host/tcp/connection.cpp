// Life and timers of a connection.
#include "models/host/tcp/connection.h"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

#include "models/host/tcp/stack.h"

namespace mppa::host::tcp {

namespace {

constexpr u64 kTimestampsBytes = 12;

unsigned scale_for(u64 window) {
  const unsigned bits = static_cast<unsigned>(std::bit_width(window));
  return bits <= 16 ? 0 : bits - 16;
}

}  // namespace

const char* end_name(End end) {
  static constexpr std::array kNames{"closed", "reset", "refused", "timed out", "unreachable", "aborted"};
  return kNames[static_cast<std::size_t>(end)];
}

Connection::Connection(Stack& stack, const Endpoints& endpoints, Neighbour& neighbour, u32 first_sequence)
    : stack_(stack),
      params_(stack.params_.tcp),
      endpoints_(endpoints),
      neighbour_(neighbour),
      iss_(first_sequence),
      congestion_(params_.control, mss_, params_.initial_window),
      round_trip_(params_.rto_initial, params_.rto_min, params_.rto_max),
      receive_scale_(scale_for(params_.receive_window)) {}

void Connection::open(ConnectionUser& user) {
  user_ = &user;
  state_ = State::kSynSent;
  wake();
}

void Connection::open_passively(const Segment& syn, Accept accept) {
  accept_ = std::move(accept);
  state_ = State::kSynReceived;
  irs_ = syn.sequence;
  received_ = 1;
  take_options(syn);
  window_ = syn.window;
  wake();
}

void Connection::take_options(const Segment& syn) {
  timestamps_ = params_.timestamps && syn.timestamps.has_value();
  sack_ = params_.sack && syn.sack_permitted;
  if (syn.window_scale) {
    send_scale_ = std::min<unsigned>(*syn.window_scale, 14);
  } else {
    receive_scale_ = 0;
  }
  if (timestamps_) {
    ts_recent_ = syn.timestamps->value;
    ts_recent_at_ = stack_.time_.now();
  }
  const u64 own = stack_.params_.mtu - kIpBytes - kTcpBytes;
  mss_ = std::min<u64>(own, std::max<u64>(syn.mss.value_or(536), 64)) - (timestamps_ ? kTimestampsBytes : 0);
  congestion_ = Congestion(params_.control, mss_, params_.initial_window);
}

void Connection::become_established() {
  state_ = State::kEstablished;
  tries_ = 0;
  if (accept_) {
    user_ = std::exchange(accept_, nullptr)(*this);
    if (!user_) return abort();
  }
  user_->established();
}

void Connection::send(Chunk chunk) {
  if (fin_queued_ || state_ == State::kClosed || chunk.bytes.empty()) return;
  buffer_.add(std::move(chunk));
  arm_persist();
  wake();
}

void Connection::close() {
  if (fin_queued_ || state_ == State::kClosed) return;
  if (state_ == State::kSynSent) return end(End::kClosed);
  if (state_ == State::kSynReceived) return abort();
  fin_queued_ = true;
  if (state_ == State::kCloseWait) {
    state_ = State::kLastAck;
  } else {
    state_ = State::kFinWait1;
  }
  arm_persist();
  wake();
}

void Connection::detach() {
  user_ = nullptr;
  if (state_ == State::kClosed) return;
  timers_.wait = stack_.time_.now() + params_.time_wait;
  arm();
  close();
}

void Connection::abort() {
  if (state_ == State::kClosed) return;
  if (state_ != State::kSynSent && state_ != State::kTimeWait && neighbour_.mac) {
    Segment reset;
    reset.source_port = endpoints_.local_port;
    reset.destination_port = endpoints_.remote_port;
    reset.sequence = iss_ + static_cast<u32>(next_);
    reset.acknowledgement = irs_ + static_cast<u32>(received_);
    reset.flags = flag::kRst | flag::kAck;
    const Route route = stack_.route_to(endpoints_.remote, *neighbour_.mac);
    std::vector<u8> frame = make_ip(route, kTcp, header_bytes(reset));
    write_tcp(reset, route, frame);
    ++stack_.counters_.resets_out;
    stack_.send_control(std::move(frame));
  }
  end(End::kAborted);
}

void Connection::end(End how) {
  if (state_ == State::kClosed) return;
  const std::shared_ptr<Connection> self = shared_from_this();
  const bool tell = user_ != nullptr;
  state_ = State::kClosed;
  timers_ = {};
  stack_.forget(*this);
  if (tell) std::exchange(user_, nullptr)->ended(how);
}

void Connection::wake() { stack_.ready(*this); }

void Connection::acknowledge_now() {
  ack_now_ = true;
  wake();
}

/// Timestamps count milliseconds; every connection from a start of its own.
u32 Connection::clock() const {
  static constexpr u64 kMillisecond = 1'000'000'000;
  return iss_ + static_cast<u32>(stack_.time_.now() / kMillisecond);
}

/// Sees to it that timer_fired() is called when the next timer is due. Actions of the timeline cannot be taken back:
/// one that comes too early looks again.
void Connection::arm() {
  u64 first = ~u64{0};
  for (const u64 at : {timers_.retransmit, timers_.probe, timers_.persist, timers_.acknowledge, timers_.wait})
    if (at != 0) first = std::min(first, at);
  if (first == ~u64{0} || (!scheduled_.empty() && scheduled_.back() <= first)) return;
  scheduled_.push_back(first);
  stack_.time_.at(first, [weak = weak_from_this()] {
    const std::shared_ptr<Connection> self = weak.lock();
    if (!self) return;
    self->scheduled_.pop_back();
    self->timer_fired();
    if (self->state_ != State::kClosed) self->arm();
  });
}

void Connection::timer_fired() {
  const u64 now = stack_.time_.now();
  const auto due = [now](u64& timer) { return timer != 0 && timer <= now && std::exchange(timer, 0) != 0; };
  if (due(timers_.wait)) return end(End::kClosed);
  if (due(timers_.acknowledge)) acknowledge_now();
  if (due(timers_.probe)) {
    probe_tail_ = true;
    wake();
  }
  if (due(timers_.persist)) {
    if (++tries_ > params_.data_tries) return end(End::kTimeout);
    ++persist_backoff_;
    (window_end() > next_ ? force_small_ : probe_window_) = true;
    wake();
  }
  if (due(timers_.retransmit)) retransmission_timeout();
}

/// The retransmission timer runs while something is unacknowledged; a probe comes before it, once a flight.
void Connection::arm_retransmit() {
  timers_.retransmit = timers_.probe = 0;
  if (sent_.empty()) return;
  const u64 now = stack_.time_.now();
  timers_.retransmit = now + round_trip_.timeout();
  const u64 round_trip = round_trip_.smoothed();
  if (state_ < State::kEstablished || round_trip == 0 || probed_ || recovery_ != Recovery::kNone) return;
  const u64 probe = 2 * round_trip + (sent_.size() == 1 ? params_.peer_ack_delay : 0);
  if (probe < round_trip_.timeout()) timers_.probe = now + probe;
}

void Connection::retransmission_timeout() {
  const bool opening = state_ == State::kSynSent || state_ == State::kSynReceived;
  if (++tries_ > (opening ? params_.syn_tries : params_.data_tries)) return end(End::kTimeout);
  ++stack_.counters_.timeouts;
  congestion_.timed_out(sent_.flight(), tries_ == 1);
  round_trip_.back_off();
  sent_.lose_all();
  recovery_ = Recovery::kTimeout;
  recover_ = next_;
  duplicates_ = 0;
  force_ = true;
  timers_.probe = 0;
  timers_.retransmit = stack_.time_.now() + round_trip_.timeout();
  wake();
}

}  // namespace mppa::host::tcp
