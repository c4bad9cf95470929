// Two hosts on a wire that loses, reorders, duplicates and damages frames from a seed: ours, and as peer the firmware's
// stack (built natively) or another of ours. Time is simulated.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <deque>
#include <functional>
#include <memory>
#include <string>

#include "models/common/random.h"
#include "models/common/timeline.h"
#include "models/host/tcp/stack.h"
#include "tests/firmware/net/pattern_end.h"

namespace mppa::host::tcp::test {

constexpr u64 kUs = 1'000'000, kMs = 1000 * kUs, kSecond = 1000 * kMs;
using net_test::pattern;

struct Faults {
  u64 delay = 5 * kUs;    ///< one way
  u64 ps_per_byte = 800;  ///< 10 Gb/s
  double loss = 0, duplicate = 0, corrupt = 0, reorder = 0;
  u64 reorder_by = 30 * kUs;  ///< at most
  double burst_start = 0, burst_frames = 10;
  u64 seed = 1;
};

/// One end of the wire.
struct Station {
  virtual ~Station() = default;
  virtual eth::FramePtr next_frame() = 0;
  virtual void receive(const eth::FramePtr& frame) = 0;
  std::function<void()> on_ready = [] {};
};

class Wire {
 public:
  Wire(Timeline& time, const Faults& faults) : time_(time), faults_(faults), random_(faults.seed) {}
  void attach(unsigned side, Station& station) {
    stations_[side] = &station;
    station.on_ready = [this, side] { pull(side); };
  }
  /// Sees every frame sent by `side`; false: it is lost.
  std::function<bool(unsigned side, std::vector<u8>& frame)> filter;
  /// Puts a frame on the wire towards the other side.
  void send(unsigned side, std::vector<u8> frame);

 private:
  void pull(unsigned side);
  bool chance(double p) { return p > 0 && random_.unit() < p; }
  bool lost();

  Timeline& time_;
  Faults faults_;
  Random random_;
  bool in_burst_ = false;
  std::array<Station*, 2> stations_{};
  std::array<bool, 2> busy_{}, pulling_{};
};

struct OurStation : Station {
  OurStation(Timeline& time, const StackParams& params) : stack(time, params) {
    stack.on_ready([this] { on_ready(); });
  }
  eth::FramePtr next_frame() override { return stack.next_frame(); }
  void receive(const eth::FramePtr& frame) override { stack.receive(frame); }
  Stack stack;
};

/// The firmware's stack, 10.0.0.<number>.
class FirmwareStation : public Station {
 public:
  FirmwareStation(Timeline& time, u8 number, const tcp_config& tcp = tcp_defaults, u16 mtu = 1500);
  ~FirmwareStation() override;
  eth::FramePtr next_frame() override;
  void receive(const eth::FramePtr& frame) override;
  /// To be called after using the stack from outside.
  void poll();

  net_stack stack{};
  struct netif netif{};
  tcp_config config;

 private:
  static constexpr std::size_t kQueue = 16;  ///< frames in the driver's ring

  Timeline& time_;
  std::deque<eth::FramePtr> queue_;
  std::vector<net_tx> tx_;
  std::vector<tcp_conn> conns_;
  std::vector<tcp_conn*> hash_;
  u64 poll_at_ = ~u64{0};
};

/// 10.0.0.<number>, with an identity that fits.
StackParams host_params(u8 number, const TcpParams& tcp = {}, unsigned mtu = 1500);

/// Our side of a connection: sends the pattern, checks what it receives.
struct OurEnd : ConnectionUser {
  void established() override { is_established = true; }
  void received(std::span<const u8> bytes) override {
    for (const u8 byte : bytes) corrupt |= byte != pattern(count++);
  }
  void peer_closed() override {
    finished = true;
    if (closes_after_peer) connection->close();
  }
  void ended(End how) override {
    gone = true;
    end = how;
    connection = nullptr;
  }
  /// In chunks of `chunk` bytes.
  void send(u64 bytes, u64 chunk = 16 * 1024);

  Connection* connection = nullptr;
  u64 count = 0, sent = 0;
  bool is_established = false, corrupt = false, finished = false, gone = false, closes_after_peer = false;
  End end{};
};

/// Runs until `done`, or for `limit` ps; whether it is done.
bool run(Timeline& time, const std::function<bool()>& done, u64 limit = 600 * kSecond);

}  // namespace mppa::host::tcp::test
