// Writes parser rules bit by bit, in the published layouts.
#pragma once

#include <array>
#include <vector>

#include "models/common/types.h"
#include "mppa/eth_regs.h"

namespace mppa::eth::test {

class RuleWriter {
 public:
  RuleWriter() { words_.resize(MPPA_ETH_PARSER_LINES * 16); }

  RuleWriter& bits(u64 value, unsigned width) {
    for (unsigned i = 0; i < width; ++i, ++bit_)
      words_[16 * line_ + bit_ / 32] |= static_cast<u32>(i < 64 ? value >> i & 1 : 0) << (bit_ & 31);
    return *this;
  }
  /// polarity, value, mask, hash mask
  RuleWriter& field(unsigned width, u64 value = 0, u64 mask = 0, u64 hash = 0, bool differ = false) {
    return bits(differ, 1).bits(value, width).bits(mask, width).bits(hash, width);
  }
  RuleWriter& next_line() {
    ++line_;
    bit_ = 0;
    return *this;
  }

  struct Mac {
    unsigned vlan_tags = 3;
    bool pfc = false;
    u64 da = 0, da_mask = 0;
    unsigned ethertype_policy = 0;
    u16 ethertype = 0;
    u16 tci = 0, tci_mask = 0, tci_hash = 0;
    bool index = true;
  };
  RuleWriter& mac() { return mac(Mac{}); }
  RuleWriter& mac(const Mac& m) {
    bits(MPPA_ETH_PTYPE_MAC_VLAN, 5).bits(m.index, 1).bits(0, 1).bits(m.vlan_tags, 2).bits(m.pfc, 1);
    field(48, m.da, m.da_mask).field(48).bits(m.ethertype_policy, 2).bits(m.ethertype, 16);
    return field(16, m.tci, m.tci_mask, m.tci_hash).field(16).next_line();
  }
  RuleWriter& ipv4(u32 address_hash = 0, u32 source = 0, u32 source_mask = 0, bool differ = false, bool swap = false) {
    bits(MPPA_ETH_PTYPE_IPV4, 5).bits(1, 1).bits(1, 1).bits(swap, 1).field(6).field(2).field(8);
    return field(32, source, source_mask, address_hash, differ).field(32, 0, 0, address_hash).next_line();
  }
  RuleWriter& ipv6(u64 address_hash = 0) {
    bits(MPPA_ETH_PTYPE_IPV6, 5).bits(1, 1).bits(0, 1).field(8).field(20).field(8).next_line();
    for (int i = 0; i < 2; ++i) {
      bits(0, 1);
      for (int word = 0; word < 4; ++word) bits(0, 64);
      bits(address_hash, 64).bits(address_hash, 64).next_line();
    }
    return *this;
  }
  struct Ports {
    u16 min = 0, max = 0;
    unsigned mode = 2;  ///< 0 inside, 1 outside, 2 any
  };
  RuleWriter& udp(u16 hash = 0, bool swap = false) { return l4(MPPA_ETH_PTYPE_UDP, hash, swap, {}).next_line(); }
  RuleWriter& tcp(u16 hash = 0, bool swap = false) { return tcp(Ports{}, hash, swap); }
  RuleWriter& tcp(const Ports& destination, u16 hash = 0, bool swap = false) {
    return l4(MPPA_ETH_PTYPE_TCP, hash, swap, destination).field(9).next_line();
  }

  RuleWriter& roce(bool v2, u32 pair = 0, u32 pair_mask = 0, u32 pair_hash = 0) {
    bits(MPPA_ETH_PTYPE_ROCE, 5).bits(1, 1).bits(v2, 1).bits(1, 1);
    return field(24, pair, pair_mask, pair_hash).bits(2, 2).next_line();
  }
  RuleWriter& vxlan(u32 vni = 0, u32 mask = 0) {
    return bits(MPPA_ETH_PTYPE_VXLAN, 5).bits(1, 1).bits(1, 1).field(24, vni, mask).bits(2, 2).next_line();
  }
  RuleWriter& mpls(u32 label = 0, u32 mask = 0) {
    return bits(MPPA_ETH_PTYPE_MPLS, 5).bits(1, 1).field(20, label, mask).field(3).bits(2, 2).next_line();
  }
  RuleWriter& gre(u16 protocol = 0, u16 mask = 0) {
    return bits(MPPA_ETH_PTYPE_GRE, 5).bits(1, 1).field(16, protocol, mask).field(16).bits(2, 2).next_line();
  }

  RuleWriter& nvme_tcp(bool data, bool hash = false, u8 flags = 0, u8 mask = 0) {
    bits(MPPA_ETH_PTYPE_NVME_TCP, 5).bits(1, 1).bits(1, 1).bits(data, 1).bits(hash, 1);
    return bits(0, 1).bits(flags, 8).bits(mask, 8).bits(2, 2).next_line();
  }

  const std::vector<u32>& words() const { return words_; }

 private:
  RuleWriter& l4(unsigned type, u16 hash, bool swap, const Ports& destination) {
    bits(type, 5).bits(1, 1).bits(1, 1).bits(swap, 1);
    bits(0, 32).bits(2, 2).bits(hash, 16);
    return bits(destination.min, 16).bits(destination.max, 16).bits(destination.mode, 2).bits(hash, 16);
  }

  std::vector<u32> words_;
  unsigned line_ = 0, bit_ = 0;
};

}  // namespace mppa::eth::test
