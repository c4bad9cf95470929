#include "models/eth/door/door.h"

#include <thread>
#include <utility>

namespace mppa::eth {
namespace {

constexpr std::size_t kQueueLimit = 4096;  ///< frames from outside that wait for the line

}  // namespace

Door::Door(const sc_core::sc_module_name& name, const DoorParams& params, std::unique_ptr<OutsideIf> outside)
    : sc_module(name),
      mac("mac", {.tx_latency_ps = 0, .rx_latency_ps = 0}, *this),
      params_(params),
      outside_(std::move(outside)) {
  SC_METHOD(look);
}

void Door::end_of_elaboration() {
  mac.configure({.bits_per_second = params_.bits_per_second, .max_frame = params_.max_frame});
}

FramePtr Door::next_frame() {
  if (queue_.empty() || mac.paused()) return {};
  FramePtr frame = std::move(queue_.front());
  queue_.pop_front();
  return frame;
}

void Door::received(FramePtr frame, bool) {
  if (connected_ && outside_->send(frame->data)) {
    ++out_;
  } else {
    ++dropped_;
  }
}

void Door::look() {
  next_trigger(sc_core::sc_time::from_value(params_.poll_ps));
  if (const bool was = std::exchange(connected_, outside_->connected()); was != connected_) {
    if (connected_) {
      wall_start_ = WallClock::now();
      start_ps_ = kernel_ps();
    }
    on_peer(connected_);
  }
  if (!connected_) return;
  pace();
  while (queue_.size() < kQueueLimit) {
    auto frame = outside_->receive();
    if (!frame) break;
    if (frame->size() < kHeaderBytes) continue;
    ++in_;
    queue_.push_back(make_frame(std::move(*frame)));  // pads what is short
  }
  if (!queue_.empty()) mac.kick();
}

void Door::pace() {
  const auto due = wall_start_ + std::chrono::nanoseconds((kernel_ps() - start_ps_) / 1000);
  lag_ = std::chrono::duration<double>(WallClock::now() - due).count();
  if (lag_ < 0) std::this_thread::sleep_until(due);
}

void Door::write_stats(StatWriter& out) const {
  out.counter("from_outside", in_, "frames", "frames that came in");
  out.counter("to_outside", out_, "frames", "frames that went out");
  out.counter("dropped", dropped_, "frames", "frames for outside that nobody took");
  out.gauge("lag", lag_, "s", "how far simulated time lagged behind wall time while the peer was there");
  mac.write_stats(out);
}

}  // namespace mppa::eth
