// The TCP/IP of one simulated host with one address on one Ethernet port: ARP, ICMP echo, TCP. It knows nothing of the
// firmware's stack, so that each is a test of the other.
//
// Frames are pulled: whoever has the line calls next_frame() when it is free, and after on_ready().
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>

#include "models/common/random.h"
#include "models/common/stats.h"
#include "models/common/timeline.h"
#include "models/host/tcp/connection.h"

namespace mppa::host::tcp {

/// Another host on the wire.
struct Neighbour {
  u32 address = 0;
  std::optional<eth::MacAddress> mac;
  bool asking = false;
  unsigned tries = 0;
};

struct StackCounters {
  u64 frames_in = 0, frames_out = 0;
  u64 malformed = 0, bad_checksums = 0, fragments = 0, other = 0;
  u64 echoes = 0, arp_requests = 0;
  u64 segments_in = 0, segments_out = 0, bytes_in = 0, bytes_out = 0;
  u64 retransmits = 0, fast_recoveries = 0, timeouts = 0, tail_probes = 0, window_probes = 0;
  u64 out_of_order = 0, duplicates = 0, paws_drops = 0, challenges = 0, resets_in = 0, resets_out = 0;
};

class Stack : public StatProvider {
 public:
  /// Throws std::invalid_argument for a parameter out of its range.
  Stack(Timeline& time, const StackParams& params);
  Stack(const Stack&) = delete;
  Stack& operator=(const Stack&) = delete;
  ~Stack() override;

  /// The connection belongs to the stack and lives until user.ended().
  Connection& connect(u32 address, u16 port, ConnectionUser& user);
  /// `accept` names the user of a connection that has been opened from outside; nullptr resets it.
  void listen(u16 port, Connection::Accept accept);

  /// A frame has arrived.
  void receive(const eth::FramePtr& frame);
  /// The next frame to be sent, or null.
  eth::FramePtr next_frame();
  /// Called when next_frame() may have something again.
  void on_ready(std::function<void()> callback) { ready_callback_ = std::move(callback); }

  const StackParams& params() const { return params_; }
  const StackCounters& counters() const { return counters_; }
  std::size_t connections() const { return connections_.size(); }
  void write_stats(StatWriter& out) const override;

 private:
  friend class Connection;

  void receive_arp(std::span<const u8> payload);
  void receive_icmp(const IpPacket& packet, const eth::MacAddress& from);
  void receive_tcp(const IpPacket& packet, const eth::FramePtr& frame);
  void accept_syn(const Segment& segment, const IpPacket& packet, const eth::FramePtr& frame);
  /// Answers a segment that belongs to no connection.
  void refuse(const Segment& segment, const IpPacket& packet, const eth::MacAddress& to);
  Neighbour& neighbour_for(u32 address);
  void ask(Neighbour& neighbour);
  void resolved(Neighbour& neighbour, const eth::MacAddress& mac);
  Route route_to(u32 address, const eth::MacAddress& mac) const;
  u16 free_port(u32 address, u16 port);
  void send_control(std::vector<u8> frame);
  void ready(Connection& connection);
  void forget(Connection& connection);
  bool may_challenge();

  Timeline& time_;
  StackParams params_;
  Random random_;
  std::function<void()> ready_callback_;
  std::map<u32, Neighbour> neighbours_;
  std::map<Endpoints, std::shared_ptr<Connection>> connections_;
  std::map<u16, Connection::Accept> listeners_;
  std::deque<std::shared_ptr<Connection>> ready_;  ///< may have something to send; served in turn
  std::deque<std::vector<u8>> control_;            ///< ARP, ICMP and resets, which go first
  u16 next_port_;
  u64 challenge_second_ = 0;
  unsigned challenges_ = 0;  ///< in this second
  StackCounters counters_;
};

}  // namespace mppa::host::tcp
