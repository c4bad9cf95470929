#include "models/host/tcp/packet.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace mppa::host::tcp {

namespace {

using eth::load_be16;
using eth::load_be32;
using eth::store_be16;

enum Option : u8 { kEnd = 0, kNop = 1, kMss = 2, kScale = 3, kSackPermitted = 4, kSack = 5, kTimestamps = 8 };

void store_be32(u8* at, u32 value) {
  store_be16(at, value >> 16);
  store_be16(at + 2, value & 0xFFFF);
}

/// The sum of the pseudo header.
u64 pseudo_sum(u32 source, u32 destination, std::size_t bytes) {
  return u64{source >> 16} + (source & 0xFFFF) + (destination >> 16) + (destination & 0xFFFF) + kTcp + bytes;
}

void parse_options(std::span<const u8> options, Segment& out) {
  for (std::size_t at = 0; at < options.size() && options[at] != kEnd;) {
    if (options[at] == kNop) {
      ++at;
      continue;
    }
    if (at + 1 >= options.size() || options[at + 1] < 2 || at + options[at + 1] > options.size()) return;
    const std::span<const u8> option = options.subspan(at, options[at + 1]);
    const u8* value = option.data() + 2;
    if (option[0] == kMss && option.size() == 4) out.mss = load_be16(value);
    if (option[0] == kScale && option.size() == 3) out.window_scale = value[0];
    if (option[0] == kSackPermitted && option.size() == 2) out.sack_permitted = true;
    if (option[0] == kTimestamps && option.size() == 10) out.timestamps = {load_be32(value), load_be32(value + 4)};
    if (option[0] == kSack)
      for (std::size_t i = 2; i + 8 <= option.size() && out.sack_count < out.sack.size(); i += 8)
        out.sack[out.sack_count++] = {load_be32(&option[i]), load_be32(&option[i + 4])};
    at += option.size();
  }
}

/// Options in the order and with the padding that Linux uses.
std::vector<u8> make_options(const Segment& s) {
  std::vector<u8> out;
  const auto put = [&out](std::initializer_list<unsigned> bytes) {
    for (const unsigned b : bytes) out.push_back(static_cast<u8>(b));
  };
  const auto put32 = [&put](u32 v) { put({v >> 24, v >> 16 & 0xFF, v >> 8 & 0xFF, v & 0xFF}); };
  if (s.mss) put({kMss, 4, unsigned{*s.mss} >> 8, *s.mss & 0xFFU});
  if (s.sack_permitted) put({kNop, kNop, kSackPermitted, 2});
  if (s.timestamps) {
    put({kNop, kNop, kTimestamps, 10});
    put32(s.timestamps->value);
    put32(s.timestamps->echo);
  }
  if (s.window_scale) put({kNop, kScale, 3, *s.window_scale});
  if (s.sack_count > 0) {
    put({kNop, kNop, kSack, 2 + 8 * s.sack_count});
    for (unsigned i = 0; i < s.sack_count; ++i) {
      put32(s.sack[i].begin);
      put32(s.sack[i].end);
    }
  }
  return out;
}

}  // namespace

std::optional<u32> parse_address(const std::string& text) {
  u32 address = 0;
  const char* at = text.data();
  const char* const end = at + text.size();
  for (int part = 0; part < 4; ++part) {
    if (part > 0) {
      if (at == end || *at != '.') return {};
      ++at;
    }
    u8 value = 0;
    const auto [next, error] = std::from_chars(at, end, value);
    if (error != std::errc{}) return {};
    at = next;
    address = address << 8 | value;
  }
  return at == end ? std::optional(address) : std::nullopt;
}

std::string format_address(u32 address) {
  return fmt::format("{}.{}.{}.{}", address >> 24, address >> 16 & 0xFF, address >> 8 & 0xFF, address & 0xFF);
}

// Eight bytes at a time: the sum does not care about the width of its words, nor, up to a final swap, about their
// order.
u16 internet_checksum(std::span<const u8> bytes, u64 sum) {
  unsigned __int128 wide = 0;
  std::size_t i = 0;
  for (; i + 8 <= bytes.size(); i += 8) {
    u64 word = 0;
    std::memcpy(&word, &bytes[i], 8);
    wide += word;
  }
  u64 folded = 0;
  for (; wide != 0; wide >>= 16) folded += static_cast<u16>(wide);
  folded = (folded & 0xFFFF) + (folded >> 16);
  folded = (folded & 0xFFFF) + (folded >> 16);
  sum += static_cast<u16>(folded << 8 | folded >> 8);
  for (; i < bytes.size(); ++i) sum += i % 2 == 0 ? u64{bytes[i]} << 8 : bytes[i];
  while (sum >> 16) sum = (sum & 0xFFFF) + (sum >> 16);
  return static_cast<u16>(~sum);
}

std::optional<Arp> parse_arp(std::span<const u8> p) {
  static constexpr u8 kEthernetIpv4[] = {0, 1, 8, 0, 6, 4, 0};
  if (p.size() < 28 || !std::equal(std::begin(kEthernetIpv4), std::end(kEthernetIpv4), p.begin())) return {};
  if (p[7] != 1 && p[7] != 2) return {};
  Arp arp{p[7] == 1, {}, load_be32(&p[14]), {}, load_be32(&p[24])};
  std::copy_n(&p[8], 6, arp.sender_mac.begin());
  std::copy_n(&p[18], 6, arp.target_mac.begin());
  return arp;
}

std::vector<u8> make_arp(const Arp& arp, const eth::MacAddress& destination) {
  std::vector<u8> frame(eth::kHeaderBytes + 28);
  std::copy(destination.begin(), destination.end(), frame.begin());
  std::copy(arp.sender_mac.begin(), arp.sender_mac.end(), frame.begin() + 6);
  store_be16(&frame[12], kTypeArp);
  u8* p = &frame[eth::kHeaderBytes];
  store_be16(p, 1);
  store_be16(p + 2, kTypeIpv4);
  p[4] = 6, p[5] = 4;
  store_be16(p + 6, arp.request ? 1 : 2);
  std::copy(arp.sender_mac.begin(), arp.sender_mac.end(), p + 8);
  store_be32(p + 14, arp.sender);
  std::copy(arp.target_mac.begin(), arp.target_mac.end(), p + 18);
  store_be32(p + 24, arp.target);
  return frame;
}

Fault parse_ip(std::span<const u8> p, IpPacket& out) {
  if (p.size() < kIpBytes || p[0] >> 4 != 4) return Fault::kMalformed;
  const std::size_t header = 4U * (p[0] & 15), total = load_be16(&p[2]);
  if (header < kIpBytes || total < header || total > p.size()) return Fault::kMalformed;
  if (internet_checksum(p.first(header)) != 0) return Fault::kChecksum;
  if ((load_be16(&p[6]) & 0x3FFF) != 0) return Fault::kFragment;
  out = {load_be32(&p[12]), load_be32(&p[16]), p[9], p.subspan(header, total - header)};
  return Fault::kNone;
}

std::vector<u8> make_ip(const Route& route, u8 protocol, std::size_t bytes) {
  static constexpr u16 kDoNotFragment = 0x4000;
  static constexpr u8 kTimeToLive = 64;
  std::vector<u8> frame(kPayloadAt + bytes);
  std::copy(route.destination_mac.begin(), route.destination_mac.end(), frame.begin());
  std::copy(route.source_mac.begin(), route.source_mac.end(), frame.begin() + 6);
  store_be16(&frame[12], kTypeIpv4);
  u8* ip = &frame[eth::kHeaderBytes];
  ip[0] = 0x45;
  store_be16(ip + 2, static_cast<unsigned>(kIpBytes + bytes));
  store_be16(ip + 6, kDoNotFragment);
  ip[8] = kTimeToLive;
  ip[9] = protocol;
  store_be32(ip + 12, route.source);
  store_be32(ip + 16, route.destination);
  store_be16(ip + 10, internet_checksum({ip, kIpBytes}));
  return frame;
}

Fault parse_tcp(const IpPacket& packet, Segment& out) {
  return parse_tcp(packet.payload, pseudo_sum(packet.source, packet.destination, packet.payload.size()), out);
}

Fault parse_tcp(std::span<const u8> p, u64 pseudo, Segment& out) {
  if (p.size() < kTcpBytes) return Fault::kMalformed;
  const std::size_t header = 4U * (p[12] >> 4);
  if (header < kTcpBytes || header > p.size()) return Fault::kMalformed;
  if (internet_checksum(p, pseudo) != 0) return Fault::kChecksum;
  out = {};
  out.source_port = load_be16(&p[0]);
  out.destination_port = load_be16(&p[2]);
  out.sequence = load_be32(&p[4]);
  out.acknowledgement = load_be32(&p[8]);
  out.flags = p[13];
  out.window = load_be16(&p[14]);
  parse_options(p.subspan(kTcpBytes, header - kTcpBytes), out);
  out.data = p.subspan(header);
  return Fault::kNone;
}

unsigned header_bytes(const Segment& s) {
  unsigned options = s.mss ? 4 : 0;
  if (s.sack_permitted) options += 4;
  if (s.timestamps) options += 12;
  if (s.window_scale) options += 4;
  if (s.sack_count > 0) options += 4 + 8 * s.sack_count;
  return kTcpBytes + options;
}

void write_tcp(const Segment& s, const Route& route, std::vector<u8>& frame) {
  const std::span<u8> bytes = std::span(frame).subspan(kPayloadAt);
  write_tcp(s, pseudo_sum(route.source, route.destination, bytes.size()), bytes);
}

void write_tcp(const Segment& s, u64 pseudo, std::span<u8> bytes) {
  const std::vector<u8> options = make_options(s);
  u8* p = bytes.data();
  store_be16(p, s.source_port);
  store_be16(p + 2, s.destination_port);
  store_be32(p + 4, s.sequence);
  store_be32(p + 8, s.acknowledgement);
  p[12] = static_cast<u8>((kTcpBytes + options.size()) / 4 << 4);
  p[13] = s.flags;
  store_be16(p + 14, s.window);
  store_be16(p + 16, 0);
  std::copy(options.begin(), options.end(), p + kTcpBytes);
  store_be16(p + 16, internet_checksum(bytes, pseudo));
}

}  // namespace mppa::host::tcp
