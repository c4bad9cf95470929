// ARP, IPv4, ICMP and TCP as they stand in Ethernet frames: reading and writing. Addresses of IPv4 are in host order.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "models/eth/frame.h"
#include "models/host/tcp/offset.h"

namespace mppa::host::tcp {

inline constexpr eth::MacAddress kBroadcast{0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};
inline constexpr u16 kTypeIpv4 = 0x0800, kTypeArp = 0x0806;
inline constexpr u8 kIcmp = 1, kTcp = 6;
inline constexpr unsigned kIpBytes = 20, kTcpBytes = 20;  ///< headers without options

/// "10.0.0.1"; nothing if it is no address.
std::optional<u32> parse_address(const std::string& text);
std::string format_address(u32 address);

/// Complement of the folded ones-complement sum (RFC 1071); 0 over data that include a right checksum.
u16 internet_checksum(std::span<const u8> bytes, u64 sum = 0);

struct Arp {
  bool request = false;
  eth::MacAddress sender_mac{};
  u32 sender = 0;
  eth::MacAddress target_mac{};
  u32 target = 0;
};
/// `payload`: behind the Ethernet header. Nothing if it is not ARP for IPv4 over Ethernet.
std::optional<Arp> parse_arp(std::span<const u8> payload);
/// A whole frame to `destination`.
std::vector<u8> make_arp(const Arp& arp, const eth::MacAddress& destination);

struct IpPacket {
  u32 source = 0, destination = 0;
  u8 protocol = 0;
  std::span<const u8> payload;
};
enum class Fault : u8 { kNone, kMalformed, kChecksum, kFragment };
/// `payload`: behind the Ethernet header, padding included.
Fault parse_ip(std::span<const u8> payload, IpPacket& out);

/// Between whom a packet goes.
struct Route {
  eth::MacAddress source_mac{}, destination_mac{};
  u32 source = 0, destination = 0;
};
/// A frame with Ethernet and IPv4 headers and room for `bytes` behind them.
std::vector<u8> make_ip(const Route& route, u8 protocol, std::size_t bytes);
inline constexpr std::size_t kPayloadAt = eth::kHeaderBytes + kIpBytes;

namespace flag {
inline constexpr u8 kFin = 1, kSyn = 2, kRst = 4, kPsh = 8, kAck = 16;
}

/// A TCP header with the options we know.
struct Segment {
  struct Timestamps {
    u32 value = 0, echo = 0;
  };
  struct Block {
    u32 begin = 0, end = 0;
  };
  u16 source_port = 0, destination_port = 0;
  u32 sequence = 0, acknowledgement = 0;
  u8 flags = 0;
  u16 window = 0;
  std::optional<u16> mss;
  std::optional<u8> window_scale;
  bool sack_permitted = false;
  std::optional<Timestamps> timestamps;
  std::array<Block, 4> sack{};
  unsigned sack_count = 0;
  std::span<const u8> data;  ///< only of segments that were read

  bool has(u8 bits) const { return (flags & bits) != 0; }
};
Fault parse_tcp(const IpPacket& packet, Segment& out);
/// `bytes`: header and data; `pseudo`: the sum of the pseudo header, of IPv4 or IPv6.
Fault parse_tcp(std::span<const u8> bytes, u64 pseudo, Segment& out);
/// Bytes of the header that write_tcp() makes; a multiple of 4, at most 60.
unsigned header_bytes(const Segment& segment);
/// Writes the header behind the IP header of `frame`; what lies behind the header must be the payload already.
void write_tcp(const Segment& segment, const Route& route, std::vector<u8>& frame);
/// The same at the beginning of `bytes`, which end with the payload.
void write_tcp(const Segment& segment, u64 pseudo, std::span<u8> bytes);

}  // namespace mppa::host::tcp
