// Hosts with the firmware's TCP/IP stack, built natively, on a simulated wire that loses, reorders, duplicates and
// damages frames from a seed. Time is simulated; nothing waits.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "models/common/random.h"
#include "models/eth/pcapng.h"

extern "C" {
#include "net/tcp.h"
}

namespace mppa::net_test {

using Bytes = std::vector<u8>;

struct WireParams {
  u64 delay_ns = 5'000;  ///< one way
  u64 bits_per_second = 10'000'000'000;
  unsigned queue_frames = 256;                  ///< that wait for the line; more are refused, as a driver's full ring
  unsigned drop_tail_frames = 0;                ///< frames a router in between can hold; 0: no router
  double loss = 0, duplicate = 0, corrupt = 0;  ///< probabilities a frame
  double reorder = 0;                           ///< probability that a frame is late
  u64 reorder_ns = 30'000;                      ///< by up to so much
  double burst_start = 0;                       ///< probability that a burst of losses begins
  double burst_frames = 10;                     ///< its mean length
  u64 seed = 1;
};

class Host;

/// A full-duplex wire between two hosts, and the clock.
class Wire {
 public:
  explicit Wire(const WireParams& params) : params(params), random_(params.seed) {}

  /// Runs until `done` or until `ns` have passed; true if `done`.
  bool run(u64 ns, const std::function<bool()>& done = [] { return false; });
  /// Injects a frame towards a host, now.
  void inject(Host& to, Bytes frame) { at(now + params.delay_ns, &to, std::move(frame)); }
  /// Starts to record all frames that hosts send.
  void capture(const std::string& path) {
    writer_ = std::make_unique<eth::PcapngWriter>(path);
    interface_ = writer_->add_interface("wire", params.bits_per_second);
  }

  u64 now = 1'000'000'000;  ///< ns
  WireParams params;
  /// Sees every frame that a host sends; false: it is lost.
  std::function<bool(Host& from, Bytes& frame)> filter;

 private:
  friend class Host;
  void send(Host& from, Host& to, Bytes frame, u64 when);
  void at(u64 when, Host* to, Bytes frame) { flying_.emplace(when, std::pair{to, std::move(frame)}); }
  bool chance(double p) { return p > 0 && random_.unit() < p; }
  bool lost();

  Random random_;
  bool in_burst_ = false;
  std::multimap<u64, std::pair<Host*, Bytes>> flying_;
  std::vector<Host*> hosts_;
  std::unique_ptr<eth::PcapngWriter> writer_;
  u32 interface_ = 0;
};

/// A stack on the wire, 10.0.0.<number>, fe80::..., fd00::<number>.
class Host {
 public:
  Host(Wire& wire, u8 number, const tcp_config& config = tcp_defaults, u16 mtu = 1500);
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;
  ~Host();

  net_addr address() const { return net_v4(0x0A000000U | number_); }
  net_addr address6() const { return netif.ip6; }
  void receive(Bytes frame);
  void poll();
  /// Packets the driver still holds.
  std::size_t in_driver() const { return ring_.size(); }

  net_stack stack{};
  struct netif netif{};
  tcp_config config;
  Host* peer = nullptr;
  u64 refused = 0;
  bool hardware_checksums = false;  ///< received packets count as checked
  std::function<void()> polled;     ///< called after each poll: what runs above the stack

 private:
  friend class Wire;
  struct Sending {
    u64 done_ns;
    net_tx* tx;
  };
  static bool transmit(struct netif* netif, net_tx* tx);
  void finish_sending();

  Wire& wire_;
  u8 number_;
  std::vector<net_tx> tx_;
  std::vector<tcp_conn> conns_;
  std::vector<tcp_conn*> hash_;
  std::vector<Sending> ring_;
  u64 line_free_ns_ = 0;
};

/// The byte at position `n` of the test's stream.
inline u8 pattern(u64 n) {
  u64 x = (n >> 3) * 0x9E3779B97F4A7C15U;
  x ^= x >> 31;
  return static_cast<u8>(x >> 8 * (n & 7));
}

/// One end of a connection: sends a given number of pattern bytes, checks what it receives.
class Peer {
 public:
  explicit Peer(Host& host) : host_(host) {}
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;
  ~Peer() {
    if (conn) tcp_abort(conn);
  }

  void connect(const net_addr& to, u16 port) { conn = tcp_connect(&host_.stack, &to, port, 0, &kOps, this); }
  /// Accepts one connection on `port`.
  void listen(u16 port) {
    listener_.port = port;
    listener_.owner = this;
    listener_.accept = [](tcp_listener* l, tcp_conn* c) -> const tcp_ops* {
      auto* peer = static_cast<Peer*>(l->owner);
      if (peer->conn) return nullptr;
      peer->conn = c;
      c->owner = peer;
      return &kOps;
    };
    tcp_listen(&host_.stack, &listener_);
  }
  /// Queues `bytes` more of the pattern in chunks of up to `chunk`.
  void send(u64 bytes, u32 chunk = 16 * 1024);
  void close() { tcp_close(conn); }
  /// Keeps received bytes unconsumed from now on, or consumes what was kept.
  void hold(bool on) {
    holding = on;
    if (!on && conn) tcp_consumed(conn, static_cast<u32>(held));
    if (!on) held = 0;
  }

  tcp_conn* conn = nullptr;
  bool established = false, finished = false, gone = false, corrupt = false, holding = false;
  tcp_end end{};
  u64 received = 0, acked = 0, queued = 0, held = 0, released_chunks = 0, queued_chunks = 0;
  u64 established_ns = 0, gone_ns = 0;

 private:
  struct Chunk : net_chunk {
    Bytes bytes;
    Peer* peer;
  };
  static Peer& of(tcp_conn* c) { return *static_cast<Peer*>(c->owner); }
  static const tcp_ops kOps;
  Host& host_;
  tcp_listener listener_{};
};

}  // namespace mppa::net_test
