#include "tests/models/host/tcp/bench.h"

#include <utility>

#include "tests/firmware/net/heap_buffer.h"

namespace mppa::host::tcp::test {

bool Wire::lost() {
  if (in_burst_ ? !chance(1 / faults_.burst_frames) : chance(faults_.burst_start)) return in_burst_ = true;
  in_burst_ = false;
  return chance(faults_.loss);
}

void Wire::pull(unsigned side) {
  if (busy_[side] || pulling_[side]) return;
  pulling_[side] = true;
  const eth::FramePtr frame = stations_[side]->next_frame();
  pulling_[side] = false;
  if (!frame) return;
  busy_[side] = true;
  time_.after((frame->data.size() + 24) * faults_.ps_per_byte, [this, side, frame] {
    busy_[side] = false;
    send(side, frame->data);
    pull(side);
  });
}

void Wire::send(unsigned side, std::vector<u8> frame) {
  if (filter && !filter(side, frame)) return;
  if (lost()) return;
  if (chance(faults_.corrupt)) frame[random_.below(frame.size())] ^= static_cast<u8>(1 + random_.below(255));
  auto arriving = std::make_shared<eth::Frame>();
  arriving->data = std::move(frame);
  const auto deliver = [this, side, arriving] { stations_[1 - side]->receive(arriving); };
  u64 delay = faults_.delay;
  if (chance(faults_.duplicate)) time_.after(delay + random_.below(faults_.reorder_by), deliver);
  if (chance(faults_.reorder)) delay += random_.below(faults_.reorder_by);
  time_.after(delay, deliver);
}

FirmwareStation::FirmwareStation(Timeline& time, u8 number, const tcp_config& tcp, u16 mtu)
    : config(tcp), time_(time), tx_(256), conns_(64), hash_(64) {
  const net_memory memory{tx_.data(), 256, conns_.data(), 64, hash_.data(), 64};
  const u64 secret[2] = {number, 77};
  net_init(&stack, &memory, &config, secret, time.now() / kUs);
  const u8 mac[6] = {2, 0, 0, 0, 0, number};
  std::copy(std::begin(mac), std::end(mac), netif.mac);
  netif.mtu = mtu;
  netif.vlan = -1;
  netif.ip4 = 0x0A000000U | number;
  netif.mask4 = 0xFFFFFF00;
  netif.driver = this;
  netif.transmit = [](struct netif* n, net_tx* tx) {
    auto& self = *static_cast<FirmwareStation*>(n->driver);
    if (self.queue_.size() >= kQueue) return false;
    std::vector<u8> frame(net_tx_bytes(tx));
    net_tx_copy(tx, frame.data());
    net_tx_done(tx);
    self.queue_.push_back(eth::make_frame(std::move(frame)));
    self.on_ready();
    return true;
  };
  net_add(&stack, &netif);
}

FirmwareStation::~FirmwareStation() {
  for (net_neighbour& n : stack.neighbours)
    while (net_tx* tx = n.pending) {
      n.pending = tx->next;
      net_tx_done(tx);
    }
}

eth::FramePtr FirmwareStation::next_frame() {
  if (queue_.empty()) return {};
  eth::FramePtr frame = std::move(queue_.front());
  queue_.pop_front();
  if (queue_.size() == kQueue / 2) time_.after(0, [this] { poll(); });
  return frame;
}

void FirmwareStation::receive(const eth::FramePtr& frame) {
  net_input(&netif, net_test::heap_buffer(frame->data));
  poll();
}

void FirmwareStation::poll() {
  const u64 now = time_.now() / kUs;
  net_poll(&stack, now);
  const u64 next = net_next_event(&stack);
  if (next == UINT64_MAX) return;
  const u64 at = std::max(next, now + 1) * kUs;
  if (at >= poll_at_ && poll_at_ > time_.now()) return;
  poll_at_ = at;
  time_.at(at, [this] { poll(); });
}

StackParams host_params(u8 number, const TcpParams& tcp, unsigned mtu) {
  StackParams params;
  params.mac = {2, 0, 0, 0, 0, number};
  params.address = 0x0A000000U | number;
  params.mtu = mtu;
  params.seed = number;
  params.tcp = tcp;
  return params;
}

void OurEnd::send(u64 bytes, u64 chunk) {
  while (bytes > 0) {
    auto data = std::make_shared<std::vector<u8>>(std::min(bytes, chunk));
    for (u8& byte : *data) byte = pattern(sent++);
    bytes -= data->size();
    connection->send({*data, data});
  }
}

bool run(Timeline& time, const std::function<bool()>& done, u64 limit) {
  const u64 end = time.now() + limit;
  while (!done()) {
    if (time.empty() || time.next() > end) {
      time.run_until(end);
      return done();
    }
    time.run_until(time.next());
  }
  return true;
}

}  // namespace mppa::host::tcp::test
