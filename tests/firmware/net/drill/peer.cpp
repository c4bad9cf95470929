#include "tests/firmware/net/drill/peer.h"

#include <fmt/core.h>

#include <algorithm>

#include "tests/models/eth/packets.h"

namespace mppa::net_test::drill {
namespace {

using eth::load_be16;

constexpr eth::MacAddress kPeer{2, 0, 0, 0, 0, 0xF2};
constexpr u32 kPeerAddress = 0x0A000002;
constexpr u8 kUdp = 17, kIcmp6 = 58, kSolicitation = 135, kAdvertisement = 136;
constexpr u16 kControlPort = 9;
constexpr unsigned kIp6Source = 8, kIp6Destination = 24;
constexpr unsigned kTagAt = 12;  ///< behind the addresses

u64 pseudo_sum(std::span<const u8> frame, const eth::Layout& l) {
  const bool v6 = l.ethertype == 0x86DD;
  const auto addresses = v6 ? frame.subspan(l.l3 + kIp6Source, 32) : frame.subspan(l.l3 + 12, 8);
  return eth::pseudo_sum(addresses, l.protocol, l.end - l.l3 - l.l3_bytes);
}

}  // namespace

/// A packet from the peer to the chip with `bytes` behind the IP header; of the rest only the ports are filled in.
std::vector<u8> ScriptedPeer::packet(bool v6, bool tcp, u16 from, u16 to, std::size_t bytes) const {
  eth::test::Flow flow{.source_port = from, .destination_port = to, .tcp = tcp, .v6 = v6};
  flow.source = v6 ? 2 : kPeerAddress;
  flow.destination = v6 ? 1 : 0x0A000001;
  const unsigned header = tcp ? host::tcp::kTcpBytes : 8;
  std::vector<u8> frame = eth::test::make_packet(flow, static_cast<unsigned>(bytes) - header, 0, false);
  std::copy(chip.begin(), chip.end(), frame.begin());
  std::copy(kPeer.begin(), kPeer.end(), frame.begin() + 6);
  if (v6) frame[eth::kHeaderBytes + kIp6Source] = frame[eth::kHeaderBytes + kIp6Destination] = 0xFD;
  return frame;
}

void ScriptedPeer::send_tcp(bool v6, const host::tcp::Segment& header, const std::vector<u8>& data, bool damaged) {
  const std::size_t bytes = host::tcp::header_bytes(header) + data.size();
  std::vector<u8> frame = packet(v6, true, header.source_port, header.destination_port, bytes);
  std::copy(data.begin(), data.end(), frame.end() - static_cast<std::ptrdiff_t>(data.size()));
  host::tcp::write_tcp(header, pseudo_sum(frame, eth::find_layers(frame)), std::span(frame).last(bytes));
  if (damaged) frame[frame.size() - bytes + 16] ^= 0x55;
  post(std::move(frame));
}

void ScriptedPeer::send_command(const std::string& text) {
  std::vector<u8> frame = packet(false, false, kControlPort, kControlPort, 8 + text.size());
  std::copy(text.begin(), text.end(), frame.end() - static_cast<std::ptrdiff_t>(text.size()));
  post(std::move(frame));
}

void ScriptedPeer::post(std::vector<u8> frame) {
  if (vlan >= 0) {
    const u8 tag[] = {0x81, 0, static_cast<u8>(vlan >> 8), static_cast<u8>(vlan)};
    frame.insert(frame.begin() + kTagAt, std::begin(tag), std::end(tag));
  }
  send(eth::make_frame(std::move(frame)));
}

/// Takes the tag off; false if it is not as it should be.
bool ScriptedPeer::untag(std::vector<u8>& frame) {
  const bool tagged = load_be16(&frame[kTagAt]) == 0x8100;
  if (tagged != (vlan >= 0) || (tagged && load_be16(&frame[kTagAt + 2]) != vlan)) return false;
  if (tagged) frame.erase(frame.begin() + kTagAt, frame.begin() + kTagAt + 4);
  return true;
}

void ScriptedPeer::received(eth::FramePtr frame, bool) {
  std::vector<u8> bytes = frame->data;
  if (!untag(bytes)) return strange.push_back("a frame without its VLAN tag, or with another one");
  take(bytes);
}

void ScriptedPeer::take(std::span<const u8> bytes) {
  if (load_be16(&bytes[12]) == host::tcp::kTypeArp) {
    const auto arp = host::tcp::parse_arp(bytes.subspan(eth::kHeaderBytes));
    if (arp && arp->request && arp->target == kPeerAddress)
      post(host::tcp::make_arp({false, kPeer, kPeerAddress, arp->sender_mac, arp->sender}, arp->sender_mac));
    return;
  }
  const eth::Layout l = eth::find_layers(bytes);
  if (l.l3_bytes == 0 || l.fragment) return strange.push_back("a frame that is neither ARP nor IP");
  const unsigned l4 = l.l3 + l.l3_bytes;
  const std::span<const u8> packet = bytes.subspan(l4, l.end - l4);
  const u64 pseudo = pseudo_sum(bytes, l);
  if (l.ethertype == 0x0800 && host::tcp::internet_checksum(bytes.subspan(l.l3, l.l3_bytes)) != 0)
    return strange.push_back("a wrong IP checksum");
  if (l.protocol == host::tcp::kTcp) return take_tcp(packet, pseudo);
  if (host::tcp::internet_checksum(packet, pseudo) != 0) return strange.push_back("a wrong UDP or ICMP checksum");
  if (l.protocol == kUdp && load_be16(&packet[2]) == kControlPort) {
    events.emplace_back(packet.begin() + 8, packet.end());
  } else if (l.protocol == kIcmp6 && packet[0] == kSolicitation) {
    answer_solicitation(bytes, l4);
  } else {
    strange.push_back(fmt::format("a packet of protocol {}", l.protocol));
  }
}

void ScriptedPeer::take_tcp(std::span<const u8> packet, u64 pseudo) {
  Arrived a{.at = eth::kernel_ps(), .header = {}, .data = {}};
  if (host::tcp::parse_tcp(packet, pseudo, a.header) != host::tcp::Fault::kNone)
    return strange.push_back("a TCP segment that is malformed or has a wrong checksum");
  a.data.assign(a.header.data.begin(), a.header.data.end());
  a.header.data = {};
  segments.push_back(std::move(a));
}

/// Advertises fd00::2 (RFC 4861 section 4.4) by what the question already has: addresses exchanged, target repeated.
void ScriptedPeer::answer_solicitation(std::span<const u8> frame, unsigned icmp) {
  static constexpr std::size_t kBytes = 32;  // header, target, option with our address
  std::vector<u8> answer = packet(true, false, 0, 0, kBytes);
  const unsigned l3 = eth::kHeaderBytes;
  answer[l3 + 6] = kIcmp6;
  answer[l3 + 7] = 255;
  std::copy_n(&frame[l3 + kIp6Source], 16, &answer[l3 + kIp6Destination]);
  u8* body = &answer[icmp];
  std::fill_n(body, kBytes, 0);
  body[0] = kAdvertisement;
  body[4] = 0x60;  // solicited, override
  std::copy_n(&frame[icmp + 8], 16, body + 8);
  body[24] = 2, body[25] = 1;  // target's link-layer address, 8 bytes
  std::copy(kPeer.begin(), kPeer.end(), body + 26);
  eth::store_be16(body + 2, host::tcp::internet_checksum({body, kBytes}, pseudo_sum(answer, eth::find_layers(answer))));
  post(std::move(answer));
}

}  // namespace mppa::net_test::drill
