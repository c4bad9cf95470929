#include <algorithm>
#include <array>

#include "models/common/crc32.h"
#include "models/eth/checksum.h"
#include "models/eth/parser/program.h"
#include "mppa/eth_regs.h"

namespace mppa::eth {
namespace {

constexpr u8 kCapsuleCommand = 0x04, kH2cData = 0x06;  ///< types of NVMe/TCP PDUs

/// The walk through one frame.
struct Cursor {
  std::span<const u8> frame;
  unsigned at = 0;            ///< start of the layer
  unsigned ip = 0;            ///< start of the last IP header
  unsigned end = 0;           ///< end of the IP datagram
  int ethertype = -1;         ///< announced by the layer before, -1: none
  int protocol = -1;          ///< IP protocol announced
  int udp_port = -1;          ///< destination port of the UDP header before
  bool fragment = false;      ///< of the last IP header
  bool in_tcp = false;        ///< the layer before was TCP
  std::array<u64, 2> tags{};  ///< VLAN control fields
  unsigned tag_count = 0;

  bool holds(unsigned bytes) const { return at + bytes <= frame.size(); }
  u64 value(Field f) const {
    u64 v = 0;
    unsigned bit = 8 * at + f.bit;
    for (unsigned left = f.width; left > 0;) {
      const unsigned in_byte = 8 - (bit & 7), n = std::min(in_byte, left);
      v = v << n | (frame[bit / 8] >> (in_byte - n) & ((1U << n) - 1));
      bit += n, left -= n;
    }
    return v;
  }
};

/// What enters the hash, in order.
class HashInput {
 public:
  void add(u64 value, unsigned width) {
    for (unsigned bytes = (width + 7) / 8; bytes > 0; --bytes)
      bytes_.push_back(static_cast<u8>(value >> 8 * (bytes - 1)));
  }
  /// CRC-32 folded to 16 bits; the seed stands in both halves of the initial value.
  u16 key(u16 seed) const {
    const u32 crc = crc32(bytes_, ~(u32{seed} << 16 | seed));
    return static_cast<u16>(crc >> 16 ^ crc);
  }

 private:
  std::vector<u8> bytes_;
};

bool holds(const Condition& c, const Cursor& cursor) {
  const bool equal = std::all_of(c.terms.begin(), c.terms.end(), [&](const Condition::Term& t) {
    return ((cursor.value(t.field) ^ t.value) & t.mask) == 0;
  });
  return equal != c.differ;
}

bool holds(const PortRange& r, const Cursor& cursor) {
  const u64 port = cursor.value(r.field);
  const bool inside = port >= r.min && port <= r.max;
  if (r.mode == PortRange::Mode::kInside) return inside;
  return r.mode != PortRange::Mode::kOutside || !inside;
}

void hash_layer(const Layer& layer, const Cursor& cursor, HashInput& hash) {
  using Role = HashField::Role;
  std::vector<u64> source, destination;
  for (const HashField& h : layer.hashes) {
    if (h.role == Role::kSource) source.push_back(cursor.value(h.field));
    if (h.role == Role::kDestination) destination.push_back(cursor.value(h.field));
  }
  const bool exchange = layer.swap && source.size() == destination.size() && source > destination;
  if (exchange) source.swap(destination);
  auto next_source = source.begin(), next_destination = destination.begin();
  for (const HashField& h : layer.hashes) {
    const u64 value = h.role == Role::kSource        ? *next_source++
                      : h.role == Role::kDestination ? *next_destination++
                                                     : cursor.value(h.field);
    hash.add(value & h.mask, h.field.width);
  }
}

/// Takes the VLAN tags and compares the MAC layer; moves the cursor behind it.
bool match_mac(const Layer& layer, Cursor& c, HashInput& hash) {
  if (!c.holds(kHeaderBytes)) return false;
  const unsigned start = c.at;
  unsigned type_at = c.at + 12;
  u16 type = load_be16(&c.frame[type_at]);
  while (c.tag_count < 2 && (type == 0x8100 || type == 0x88A8) && type_at + 6 <= c.frame.size()) {
    c.tags[c.tag_count++] = load_be16(&c.frame[type_at + 2]);
    type_at += 4;
    type = load_be16(&c.frame[type_at]);
  }
  if (layer.vlan_tags != 3 && layer.vlan_tags != c.tag_count) return false;
  if (layer.ethertype_policy == 1 && type != layer.ethertype) return false;
  if (layer.ethertype_policy == 2 && type == layer.ethertype) return false;
  hash_layer(layer, c, hash);
  for (unsigned t = 0; t < layer.tags.size(); ++t) {
    const Condition::Term& term = layer.tags[t].condition.terms.front();
    const u64 tci = t < c.tag_count ? c.tags[t] : 0;
    if ((((tci ^ term.value) & term.mask) == 0) == layer.tags[t].condition.differ) return false;
    if (layer.tags[t].hash.mask) hash.add(tci & layer.tags[t].hash.mask, 16);
  }
  c.at = start;
  c.ethertype = type;
  const bool equal = std::all_of(layer.conditions.begin(), layer.conditions.end(),
                                 [&](const Condition& condition) { return holds(condition, c); });
  c.at = type_at + 2;
  return equal;
}

bool upper_checksum_ok(const Cursor& c, u8 protocol) {
  const auto upper = c.frame.subspan(c.at, c.end - c.at);
  if (protocol == 17 && load_be16(&upper[6]) == 0 && c.frame[c.ip] >> 4 == 4) return true;  // not used by the sender
  const bool v4 = c.frame[c.ip] >> 4 == 4;
  const auto addresses = v4 ? c.frame.subspan(c.ip + 12, 8) : c.frame.subspan(c.ip + 8, 32);
  const u64 sum = pseudo_sum(addresses, protocol, static_cast<unsigned>(upper.size())) + ones_sum(upper);
  return fold_sum(sum) == 0xFFFF;
}

bool icrc_ok(std::span<const u8> frame, bool v2) {
  const auto crc = roce_icrc(frame, v2);
  if (!crc) return false;
  u32 sent = 0;
  for (unsigned i = 0; i < 4; ++i) sent |= u32{frame[frame.size() - 4 + i]} << 8 * i;
  return *crc == sent;
}

/// `bytes`: from a PDU's common header to the end of the segment. A PDU that goes on in the next one cannot be checked.
bool data_digest_ok(std::span<const u8> bytes) {
  static constexpr u8 kDataDigest = 2;  // in FLAGS
  const std::size_t data = bytes[3], end = bytes[4] | bytes[5] << 8 | bytes[6] << 16 | std::size_t{bytes[7]} << 24;
  if (!(bytes[1] & kDataDigest) || data == 0 || end > bytes.size() || end < data + 4) return true;
  u32 sent = 0;
  for (unsigned i = 0; i < 4; ++i) sent |= u32{bytes[end - 4 + i]} << 8 * i;
  return crc32c(bytes.subspan(data, end - 4 - data)) == sent;
}

/// Checks that the layer is what the rule's type says; finds its length and whether its checksum holds.
bool enter_layer(const Layer& layer, Cursor& c, unsigned& length, bool& checksum_ok) {
  const bool announced_l4 = c.end > 0 && !c.fragment;
  switch (layer.type) {
    case MPPA_ETH_PTYPE_IPV4:
    case MPPA_ETH_PTYPE_IPV6: {
      const bool v4 = layer.type == MPPA_ETH_PTYPE_IPV4;
      const int type = v4 ? 0x0800 : 0x86DD;
      const bool tunnelled = c.protocol == (v4 ? 4 : 41);
      length = v4 ? 20 : 40;
      if (!(c.ethertype == type || tunnelled) || !c.holds(length)) return false;
      const u8* h = &c.frame[c.at];
      if (h[0] >> 4 != (v4 ? 4 : 6)) return false;
      if (v4) length = 4U * (h[0] & 15);
      const unsigned total = v4 ? load_be16(h + 2) : 40U + load_be16(h + 4);
      if (length < 20 || total < length || !c.holds(total)) return false;
      checksum_ok = !v4 || fold_sum(ones_sum({h, length})) == 0xFFFF;
      c.ip = c.at, c.end = c.at + total;
      c.protocol = v4 ? h[9] : h[6];
      c.fragment = v4 && (load_be16(h + 6) & 0x3FFF) != 0;
      c.ethertype = -1;
      return true;
    }
    case MPPA_ETH_PTYPE_UDP:
    case MPPA_ETH_PTYPE_TCP: {
      const bool udp = layer.type == MPPA_ETH_PTYPE_UDP;
      const u8 protocol = udp ? 17 : 6;
      length = udp ? 8 : 20;
      if (!announced_l4 || c.protocol != protocol || c.at + length > c.end) return false;
      if (!udp) length = 4U * (c.frame[c.at + 12] >> 4);
      if (length < 8 || c.at + length > c.end) return false;
      checksum_ok = !layer.check || upper_checksum_ok(c, protocol);
      c.udp_port = udp ? load_be16(&c.frame[c.at + 2]) : -1;
      c.in_tcp = !udp;
      c.protocol = -1;
      return true;
    }
    case MPPA_ETH_PTYPE_ROCE:
      length = 12;
      if (layer.roce_v2 ? c.udp_port != 4791 : c.ethertype != 0x8915) return false;
      if (!layer.roce_v2) c.at += 40;  // global route header
      if (!c.holds(length)) return false;
      checksum_ok = !layer.check || icrc_ok(c.frame, layer.roce_v2);
      return true;
    case MPPA_ETH_PTYPE_NVME_TCP:
      length = 8;  // the common header
      if (!c.in_tcp || c.at + length > c.end || c.frame[c.at] != (layer.nvme_data ? kH2cData : kCapsuleCommand))
        return false;
      checksum_ok = !layer.check || data_digest_ok(c.frame.subspan(c.at, c.end - c.at));
      return true;
    case MPPA_ETH_PTYPE_VXLAN:
      length = 8;
      if (c.udp_port != 4789 || !c.holds(length) || !(c.frame[c.at] & 0x08)) return false;
      c.tag_count = 0;
      return true;
    case MPPA_ETH_PTYPE_MPLS:
      length = 4;
      if ((c.ethertype != 0x8847 && c.ethertype != 0x8848) || !c.holds(length + 1)) return false;
      if (c.frame[c.at + 2] & 1)  // the last label: what follows says itself which IP it is (RFC 3032)
        c.ethertype = c.frame[c.at + length] >> 4 == 4 ? 0x0800 : 0x86DD;
      return true;
    case MPPA_ETH_PTYPE_GRE: {
      static constexpr u8 kOptional[] = {0x80, 0x20, 0x10};  // checksum, key, sequence number: 4 bytes each (RFC 2890)
      length = 8;
      if (!announced_l4 || c.protocol != 47 || !c.holds(length)) return false;
      length = 4;
      for (const u8 bit : kOptional) length += c.frame[c.at] & bit ? 4 : 0;
      c.ethertype = load_be16(&c.frame[c.at + 2]);
      return c.holds(length);
    }
    case MPPA_ETH_PTYPE_SKIP:
      length = layer.skip_bytes;
      return c.holds(length);
    default:  // CUSTOM compares twelve bytes whatever its length
      length = layer.skip_bytes;
      return c.holds(12);
  }
}

}  // namespace

std::optional<Match> match_program(const Program& program, std::span<const u8> frame, u16 hash_seed) {
  if (program.empty()) return {};
  Match match;
  HashInput hash;
  Cursor c{.frame = frame};
  unsigned checks = 0;
  for (const Layer& layer : program) {
    if (layer.add_index) match.indices.push_back(static_cast<u16>(c.at));
    if (layer.type == MPPA_ETH_PTYPE_MAC_VLAN) {
      if (!match_mac(layer, c, hash)) return {};
      if (layer.pfc && c.tag_count > 0) {
        match.pfc = true;
        match.traffic_class = static_cast<u8>(c.tags[0] >> 13);
      }
      continue;
    }
    unsigned length = 0;
    bool checksum_ok = true;
    if (!enter_layer(layer, c, length, checksum_ok)) return {};
    for (const Condition& condition : layer.conditions)
      if (!holds(condition, c)) return {};
    for (const PortRange& range : layer.ports)
      if (!holds(range, c)) return {};
    hash_layer(layer, c, hash);
    if (layer.type == MPPA_ETH_PTYPE_ROCE) match.queue_pair = static_cast<u32>(c.value({40, 24}));
    if (layer.check) match.checksum_errors |= static_cast<u8>(!checksum_ok << checks++);
    c.at += length;
  }
  match.hash_key = hash.key(hash_seed);
  return match;
}

}  // namespace mppa::eth
