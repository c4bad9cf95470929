// RAM lines -> Program. Layouts: SoC digest ethernet.md section 4.3, fields packed from bit 0 of a line on.
#include <algorithm>

#include "models/eth/parser/program.h"
#include "mppa/eth_regs.h"

namespace mppa::eth {
namespace {

constexpr unsigned kLineStride = 16;
constexpr unsigned kMaxIndices = 4, kMaxChecks = 4;

class BitReader {
 public:
  explicit BitReader(std::span<const u32> line) : line_(line) {}
  u64 take(unsigned width) {
    u64 value = 0;
    for (unsigned i = 0; i < width; ++i, ++bit_) {
      const u32 word = bit_ / 32 < MPPA_ETH_PARSER_WORDS ? line_[bit_ / 32] : 0;
      value |= u64{word >> (bit_ & 31) & 1} << i;
    }
    return value;
  }
  bool flag() { return take(1) != 0; }

 private:
  std::span<const u32> line_;
  unsigned bit_ = 0;
};

using Role = HashField::Role;

void add_hash(Layer& layer, Field field, u64 mask, Role role = Role::kNone) {
  if (mask) layer.hashes.push_back({field, mask, role});
}

/// pol1, value, mask, hash of one field.
void take_field(BitReader& in, Layer& layer, Field field, Role role = Role::kNone) {
  Condition c;
  c.differ = in.flag();
  Condition::Term term{field, in.take(field.width), 0};
  term.mask = in.take(field.width);
  c.terms.push_back(term);
  layer.conditions.push_back(c);
  add_hash(layer, field, in.take(field.width), role);
}

void take_ports(BitReader& in, Layer& layer) {
  for (const auto& [bit, role] : {std::pair{u16{0}, Role::kSource}, std::pair{u16{16}, Role::kDestination}}) {
    PortRange range;
    range.field = {bit, 16};
    range.min = static_cast<u16>(in.take(16));
    range.max = static_cast<u16>(in.take(16));
    range.mode = static_cast<PortRange::Mode>(in.take(2));
    layer.ports.push_back(range);
    add_hash(layer, range.field, in.take(16), role);
  }
}

void take_mac(BitReader& in, Layer& layer) {
  layer.add_index = in.flag();
  layer.swap = in.flag();
  layer.vlan_tags = static_cast<u8>(in.take(2));
  layer.pfc = in.flag();
  take_field(in, layer, {0, 48}, Role::kDestination);
  take_field(in, layer, {48, 48}, Role::kSource);
  layer.ethertype_policy = static_cast<u8>(in.take(2));
  layer.ethertype = static_cast<u16>(in.take(16));
  for (int tag = 0; tag < 2; ++tag) {
    Layer holder;
    take_field(in, holder, {0, 16});
    layer.tags.push_back({holder.conditions.front(), holder.hashes.empty() ? HashField{} : holder.hashes.front()});
  }
}

void take_ipv4(BitReader& in, Layer& layer) {
  layer.add_index = in.flag();
  layer.check = in.flag();
  layer.swap = in.flag();
  take_field(in, layer, {8, 6});
  take_field(in, layer, {14, 2});
  take_field(in, layer, {72, 8});
  take_field(in, layer, {96, 32}, Role::kSource);
  take_field(in, layer, {128, 32}, Role::kDestination);
  in.flag();  // skip_length: the next rule begins a line in any case
  layer.last = in.flag();
}

void take_ipv6_address(BitReader in, Layer& layer, u16 bit, Role role) {
  Condition c;
  c.differ = in.flag();
  const Field low{static_cast<u16>(bit + 64), 64}, high{bit, 64};
  Condition::Term lsb{low, in.take(64), 0}, msb{high, in.take(64), 0};
  lsb.mask = in.take(64), msb.mask = in.take(64);
  c.terms = {msb, lsb};
  layer.conditions.push_back(c);
  const u64 lsb_hash = in.take(64), msb_hash = in.take(64);
  add_hash(layer, high, msb_hash, role);
  add_hash(layer, low, lsb_hash, role);
}

void take_ipv6(BitReader& in, Layer& layer) {
  layer.add_index = in.flag();
  layer.swap = in.flag();
  take_field(in, layer, {4, 8});
  take_field(in, layer, {12, 20});
  take_field(in, layer, {48, 8});
}

void take_l4(BitReader& in, Layer& layer) {
  layer.add_index = in.flag();
  layer.check = in.flag();
  layer.swap = in.flag();
  take_ports(in, layer);
  if (layer.type == MPPA_ETH_PTYPE_TCP) take_field(in, layer, {103, 9});
}

void take_nvme_tcp(BitReader& in, Layer& layer) {
  layer.add_index = in.flag();
  layer.check = in.flag();
  layer.nvme_data = in.flag();
  if (in.flag()) add_hash(layer, {0, 8}, 0xFF);
  Condition flags;
  flags.differ = in.flag();
  Condition::Term term{{8, 8}, in.take(8), 0};
  term.mask = in.take(8);
  flags.terms.push_back(term);
  layer.conditions.push_back(flags);
}

void take_custom(BitReader& in, Layer& layer) {
  layer.add_index = in.flag();
  layer.skip_bytes = static_cast<unsigned>(in.take(4));
  std::array<u64, 3> expected{}, equal{}, differ{}, hash{};
  for (auto* words : {&expected, &equal, &differ, &hash})
    for (u64& w : *words) w = in.take(32);
  for (u16 i = 0; i < 3; ++i) {
    const Field field{static_cast<u16>(32 * i), 32};
    layer.conditions.push_back({false, {{field, expected[i], equal[i]}}});
    if (differ[i]) layer.conditions.push_back({true, {{field, expected[i], differ[i]}}});
    add_hash(layer, field, hash[i]);
  }
  layer.last = in.flag();
}

/// Decodes a rule whose type has been taken; false: unknown type. `more`: the lines behind it.
bool take_layer(BitReader& in, Layer& layer, std::span<const u32> more, unsigned& lines) {
  lines = 1;
  switch (layer.type) {
    case MPPA_ETH_PTYPE_MAC_VLAN:
      take_mac(in, layer);
      return true;
    case MPPA_ETH_PTYPE_IPV4:
      take_ipv4(in, layer);
      return true;
    case MPPA_ETH_PTYPE_IPV6:
      if (more.size() < 2 * kLineStride) return false;
      lines = 3;
      take_ipv6(in, layer);
      take_ipv6_address(BitReader(more), layer, 64, Role::kSource);
      take_ipv6_address(BitReader(more.subspan(kLineStride)), layer, 192, Role::kDestination);
      return true;
    case MPPA_ETH_PTYPE_UDP:
    case MPPA_ETH_PTYPE_TCP:
      take_l4(in, layer);
      return true;
    case MPPA_ETH_PTYPE_ROCE:
      layer.add_index = in.flag();
      layer.roce_v2 = in.flag();
      layer.check = in.flag();
      take_field(in, layer, {40, 24});
      return true;
    case MPPA_ETH_PTYPE_VXLAN:
      layer.add_index = in.flag();
      in.flag();  // header check: the I flag, which match_program always wants
      take_field(in, layer, {32, 24});
      return true;
    case MPPA_ETH_PTYPE_MPLS:
      layer.add_index = in.flag();
      take_field(in, layer, {0, 20});
      take_field(in, layer, {20, 3});
      return true;
    case MPPA_ETH_PTYPE_GRE:
      layer.add_index = in.flag();
      take_field(in, layer, {16, 16});
      take_field(in, layer, {32, 16});
      return true;
    case MPPA_ETH_PTYPE_NVME_TCP:
      take_nvme_tcp(in, layer);
      return true;
    case MPPA_ETH_PTYPE_SKIP:
      layer.skip_bytes = static_cast<unsigned>(in.take(13));
      return true;
    case MPPA_ETH_PTYPE_CUSTOM:
      take_custom(in, layer);
      return true;
    default:
      return false;
  }
}

}  // namespace

std::optional<Program> decode_program(std::span<const u32> ram, std::string& error) {
  Program program;
  unsigned indices = 0, checks = 0;
  for (unsigned line = 0; line < MPPA_ETH_PARSER_LINES;) {
    BitReader in(ram.subspan(line * kLineStride, kLineStride));
    Layer layer;
    layer.type = static_cast<unsigned>(in.take(5));
    if (layer.type == MPPA_ETH_PTYPE_END) break;
    unsigned lines = 1;
    if (!take_layer(in, layer, ram.subspan((line + 1) * kLineStride), lines)) {
      error = "rule type " + std::to_string(layer.type) + " in line " + std::to_string(line) + " is not modelled";
      return {};
    }
    indices += layer.add_index, checks += layer.check;
    line += lines;
    program.push_back(std::move(layer));
    if (program.back().last) break;
  }
  if (indices > kMaxIndices || checks > kMaxChecks) {
    error = "more than four rules with an index or a checksum check";
    return {};
  }
  return program;
}

}  // namespace mppa::eth
