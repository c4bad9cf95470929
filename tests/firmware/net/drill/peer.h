// The peer of a script on the other end of the cable, 10.0.0.2 and fd00::2: sends what it is told, keeps what arrives.
// Of itself it only says who has its addresses.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "models/host/tcp/packet.h"
#include "tests/models/eth/station.h"

namespace mppa::net_test::drill {

struct Arrived {
  u64 at = 0;  ///< ps
  host::tcp::Segment header;
  std::vector<u8> data;
};

class ScriptedPeer : public eth::test::Station {
 public:
  ScriptedPeer() : Station("peer") {}

  eth::MacAddress chip{2, 0, 0, 0, 0, 1};
  /// All frames carry this tag, and all that arrive must; -1: none.
  int vlan = -1;

  /// `header` with absolute numbers; `damaged`: its checksum is wrong.
  void send_tcp(bool v6, const host::tcp::Segment& header, const std::vector<u8>& data, bool damaged);
  /// To port 9, without a checksum.
  void send_command(const std::string& text);

  std::deque<Arrived> segments;
  std::deque<std::string> events;    ///< datagrams to port 9
  std::vector<std::string> strange;  ///< what nobody should send

 private:
  void received(eth::FramePtr frame, bool fcs_error) override;
  std::vector<u8> packet(bool v6, bool tcp, u16 from, u16 to, std::size_t bytes) const;
  void post(std::vector<u8> frame);
  bool untag(std::vector<u8>& frame);
  void take(std::span<const u8> bytes);
  void take_tcp(std::span<const u8> packet, u64 pseudo);
  void answer_solicitation(std::span<const u8> frame, unsigned icmp);
};

}  // namespace mppa::net_test::drill
