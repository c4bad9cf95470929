// A host on a simulated link: the stack built natively behind a MAC, infinitely fast.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "models/eth/mac.h"
#include "tests/firmware/net/heap_buffer.h"

extern "C" {
#include "net/tcp.h"
}

namespace mppa::net_test {

class Endpoint : private eth::MacClientIf {
 public:
  /// 10.0.0.<number>, fd00::<number>. Bind mac.wire to a link, and the link to mac.
  Endpoint(const std::string& name, u8 number, u16 mtu, const tcp_config& tcp = tcp_defaults)
      : mac(name.c_str(), {}, *this), config(tcp), tx_(256), conns_(64), hash_(64) {
    const net_memory memory{tx_.data(), 256, conns_.data(), 64, hash_.data(), 64};
    const u64 secret[2] = {number, 99};
    net_init(&stack, &memory, &config, secret, 0);
    const u8 address[6] = {2, 0, 0, 0, 0, number};
    std::copy(std::begin(address), std::end(address), netif.mac);
    netif.mtu = mtu;
    netif.vlan = -1;
    netif.ip4 = 0x0A000000U | number;
    netif.mask4 = 0xFFFFFF00;
    netif.ip6.b[0] = 0xFD, netif.ip6.b[15] = number;
    netif.prefix6 = 64;
    netif.driver = this;
    netif.transmit = [](struct netif* n, net_tx* tx) { return static_cast<Endpoint*>(n->driver)->send(tx); };
    net_add(&stack, &netif);
    sc_core::sc_spawn_options options;
    options.spawn_method();
    options.set_sensitivity(&wake_);
    sc_core::sc_spawn([this] { poll(); }, sc_core::sc_gen_unique_name("endpoint"), &options);
  }
  Endpoint(const Endpoint&) = delete;
  Endpoint& operator=(const Endpoint&) = delete;

  void start() { mac.configure({.max_frame = netif.mtu + 22U}); }
  /// To be called after using the stack from outside.
  void kick() { wake_.notify(sc_core::SC_ZERO_TIME); }

  eth::Mac mac;
  net_stack stack{};
  struct netif netif{};
  tcp_config config;

 private:
  static constexpr std::size_t kQueue = 64;

  bool send(net_tx* tx) {
    if (queue_.size() >= kQueue) return false;
    std::vector<u8> frame(net_tx_bytes(tx));
    net_tx_copy(tx, frame.data());
    net_tx_done(tx);
    queue_.push_back(eth::make_frame(std::move(frame)));
    mac.kick();
    return true;
  }
  eth::FramePtr next_frame() override {
    if (queue_.empty() || mac.paused()) return {};
    eth::FramePtr frame = std::move(queue_.front());
    queue_.pop_front();
    if (queue_.size() == kQueue / 2) kick();
    return frame;
  }
  void received(eth::FramePtr frame, bool) override {
    net_input(&netif, heap_buffer(frame->data));
    kick();
  }
  void poll() {
    const u64 now_us = eth::kernel_ps() / 1'000'000;
    net_poll(&stack, now_us);
    const u64 next = net_next_event(&stack);
    if (next == UINT64_MAX) return;
    const u64 us = next > now_us ? next - now_us : 1;
    wake_.notify(sc_core::sc_time::from_value(us * 1'000'000));
  }

  std::vector<net_tx> tx_;
  std::vector<tcp_conn> conns_;
  std::vector<tcp_conn*> hash_;
  std::deque<eth::FramePtr> queue_;
  sc_core::sc_event wake_;
};

}  // namespace mppa::net_test
