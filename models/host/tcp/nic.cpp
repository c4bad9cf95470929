#include "models/host/tcp/nic.h"

#include <algorithm>

namespace mppa::host::tcp {

Nic::Nic(const std::string& name, Timeline& time, u64 bits_per_second, const std::vector<StackParams>& hosts)
    : mac(name.c_str(), {}, *this), bits_per_second_(bits_per_second) {
  for (const StackParams& params : hosts) {
    stacks_.push_back(std::make_unique<Stack>(time, params));
    stacks_.back()->on_ready([this] { mac.kick(); });
    mtu_ = std::max(mtu_, params.mtu);
  }
}

void Nic::start() {
  mac.configure({.bits_per_second = bits_per_second_, .max_frame = mtu_ + eth::kHeaderBytes + eth::kFcsBytes});
}

eth::FramePtr Nic::next_frame() {
  if (mac.paused()) return {};
  for (std::size_t i = 0; i < stacks_.size(); ++i) {
    Stack& stack = *stacks_[turn_];
    turn_ = (turn_ + 1) % stacks_.size();
    if (eth::FramePtr frame = stack.next_frame()) return frame;
  }
  return {};
}

void Nic::received(eth::FramePtr frame, bool) {
  const std::vector<u8>& data = frame->data;
  const bool to_all = std::equal(kBroadcast.begin(), kBroadcast.end(), data.begin());
  for (auto& stack : stacks_) {
    const eth::MacAddress& own = stack->params().mac;
    if (to_all || std::equal(own.begin(), own.end(), data.begin())) stack->receive(frame);
  }
}

}  // namespace mppa::host::tcp
