#include "models/eth/switch/switch.h"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace mppa::eth {
namespace {

constexpr unsigned kCutThroughBytes = 64;  ///< fragments of collisions, and runts, are not forwarded

MacAddress address_at(const Frame& frame, unsigned offset) {
  MacAddress a;
  std::copy_n(frame.data.begin() + offset, a.size(), a.begin());
  return a;
}
/// Addresses 01-80-C2-00-00-00 .. 0F are for the next bridge only (IEEE 802.1Q 8.6.3).
bool for_bridges(const MacAddress& a) {
  static constexpr u8 kPrefix[] = {0x01, 0x80, 0xC2, 0x00, 0x00};
  return std::equal(std::begin(kPrefix), std::end(kPrefix), a.begin()) && a[5] < 0x10;
}

}  // namespace

class Switch::Port final : public MacClientIf {
 public:
  Port(Switch& owner, unsigned index)
      : mac(("port" + std::to_string(index)).c_str(),
            {.tx_latency_ps = 0,
             .rx_latency_ps = 0,
             .cut_through_bytes = owner.params_.cut_through ? kCutThroughBytes : 0},
            *this),
        owner_(owner),
        index_(index) {}

  FramePtr next_frame() override {
    if (queue_.empty() || mac.paused()) return {};
    FramePtr frame = std::move(queue_.front());
    queue_.pop_front();
    level_ -= frame->wire_bytes();
    return frame;
  }
  void received(FramePtr frame, bool) override {
    owner_.passing_.put(kernel_ps() + owner_.params_.latency_ps, {index_, std::move(frame)});
  }
  void send(const FramePtr& frame) {
    if (level_ + frame->wire_bytes() > owner_.params_.queue_bytes) {
      ++dropped_;
      return;
    }
    level_ += frame->wire_bytes();
    peak_ = std::max(peak_, level_);
    queue_.push_back(frame);
    mac.kick();
  }
  void write_stats(StatWriter& out) const {
    out.enter(mac.basename());
    out.counter("dropped", dropped_, "frames", "frames that found the output queue full");
    out.counter("peak", peak_, "B", "highest level of the output queue");
    out.leave();
    mac.write_stats(out);
  }
  Mac mac;

 private:
  Switch& owner_;
  unsigned index_;
  std::deque<FramePtr> queue_;
  u64 level_ = 0, peak_ = 0, dropped_ = 0;
};

Switch::Switch(const sc_core::sc_module_name& name, const SwitchParams& params)
    : sc_module(name), params_(params), passing_([this](const Passing& p) { forward(p); }) {
  if (params.ports < 1 || params.ports > 256)
    throw std::invalid_argument(std::string(this->name()) + ": ports must be 1 .. 256");
  for (unsigned i = 0; i < params.ports; ++i) ports_.push_back(std::make_unique<Port>(*this, i));
}

Switch::~Switch() = default;

Mac& Switch::port(unsigned index) { return ports_.at(index)->mac; }

void Switch::end_of_elaboration() {
  for (auto& port : ports_)
    if (port->mac.wire.size())
      port->mac.configure({.bits_per_second = params_.bits_per_second,
                           .forward_bad_fcs = params_.cut_through,
                           .max_frame = params_.max_frame});
}

void Switch::learn(const Frame& frame, unsigned port) {
  const MacAddress source = address_at(frame, 6);
  if (source[0] & 1) return;
  const auto known = table_.find(source);
  if (known != table_.end()) {
    known->second = {port, kernel_ps()};
  } else if (table_.size() < params_.table_entries) {
    table_.emplace(source, Learned{port, kernel_ps()});
  } else {
    ++table_full_;
  }
}

const Switch::Learned* Switch::find(const Frame& frame) const {
  const auto known = table_.find(address_at(frame, 0));
  if (known == table_.end() || kernel_ps() - known->second.seen_ps > params_.ageing_ps) return nullptr;
  return &known->second;
}

void Switch::forward(const Passing& p) {
  const Frame& frame = *p.frame;
  learn(frame, p.from);
  if (for_bridges(address_at(frame, 0))) {
    ++filtered_;
  } else if (const Learned* to = find(frame)) {
    if (to->port == p.from) {
      ++filtered_;
      return;
    }
    ++forwarded_;
    ports_[to->port]->send(p.frame);
  } else {
    ++flooded_;
    for (unsigned i = 0; i < ports_.size(); ++i)
      if (i != p.from && ports_[i]->mac.link_up()) ports_[i]->send(p.frame);
  }
}

void Switch::write_stats(StatWriter& out) const {
  out.counter("forwarded", forwarded_, "frames", "frames sent to the port of their destination");
  out.counter("flooded", flooded_, "frames", "frames sent to all ports: destination unknown or a group");
  out.counter("filtered", filtered_, "frames", "frames for the port they came from, or for bridges");
  out.counter("addresses", table_.size(), "addresses", "addresses learned");
  out.counter("table_full", table_full_, "frames", "frames whose source could not be learned");
  for (const auto& port : ports_) port->write_stats(out);
}

}  // namespace mppa::eth
