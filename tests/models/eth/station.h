// A MAC with a queue on top: the simplest thing that sends and receives frames.
#pragma once

#include <deque>
#include <string>

#include "models/eth/mac.h"

namespace mppa::eth::test {

class Station : public MacClientIf {
 public:
  struct Arrival {
    FramePtr frame;
    bool fcs_error;
    u64 at;
  };
  explicit Station(const std::string& name, const MacParams& params = {.tx_latency_ps = 0, .rx_latency_ps = 0})
      : mac(name.c_str(), params, *this) {}

  void send(FramePtr frame) {
    queue.push_back(std::move(frame));
    mac.kick();
  }
  FramePtr next_frame() override {
    if (queue.empty() || mac.paused() || mac.paused(traffic_class)) return {};
    FramePtr frame = std::move(queue.front());
    queue.pop_front();
    return frame;
  }
  void received(FramePtr frame, bool fcs_error) override { got.push_back({std::move(frame), fcs_error, kernel_ps()}); }

  Mac mac;
  unsigned traffic_class = 0;
  std::deque<FramePtr> queue;
  std::vector<Arrival> got;
};

/// A frame of `bytes` without FCS from station `from` to station `to`, filled with `fill`.
inline FramePtr test_frame(u8 to, u8 from, std::size_t bytes, u8 fill = 0x5A) {
  std::vector<u8> data(std::max<std::size_t>(bytes, kHeaderBytes), fill);
  const MacAddress destination = {0x02, 0, 0, 0, 0, to}, source = {0x02, 0, 0, 0, 0, from};
  std::copy(destination.begin(), destination.end(), data.begin());
  std::copy(source.begin(), source.end(), data.begin() + 6);
  store_be16(&data[12], 0x88B5);  // local experiments
  return make_frame(std::move(data));
}

}  // namespace mppa::eth::test
