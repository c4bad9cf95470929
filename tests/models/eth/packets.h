// Builds TCP and UDP packets by hand, with right checksums.
#pragma once

#include <algorithm>
#include <string>

#include "models/eth/checksum.h"

namespace mppa::eth::test {

struct Flow {
  u32 source = 0x0A000001, destination = 0x0A000002;
  u16 source_port = 1000, destination_port = 4420;
  bool tcp = true;
  int vlan = -1;  ///< tag control field, -1: none
  bool v6 = false;
};

/// Offset of the TCP or UDP header.
inline unsigned l4_offset(const Flow& f) { return 14U + (f.vlan >= 0 ? 4U : 0U) + (f.v6 ? 40U : 20U); }
inline unsigned checksum_offset(const Flow& f) { return l4_offset(f) + (f.tcp ? 16U : 6U); }

/// Sum of the pseudo header of a packet made by make_packet().
inline u16 pseudo_seed(const Flow& f, std::span<const u8> frame) {
  const unsigned l4 = l4_offset(f);
  const auto addresses = f.v6 ? frame.subspan(l4 - 32, 32) : frame.subspan(l4 - 8, 8);
  return fold_sum(pseudo_sum(addresses, f.tcp ? 6 : 17, static_cast<unsigned>(frame.size()) - l4));
}

/// `payload` bytes counting up from `first`. `sum`: fill in the TCP or UDP checksum.
inline std::vector<u8> make_packet(const Flow& f, unsigned payload, u8 first = 0, bool sum = true) {
  const unsigned l4 = l4_offset(f), l4_bytes = f.tcp ? 20 : 8, l3 = f.v6 ? l4 - 40 : l4 - 20;
  std::vector<u8> b(l4 + l4_bytes + payload);
  const u8 addresses[] = {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1};
  std::copy(std::begin(addresses), std::end(addresses), b.begin());
  if (f.vlan >= 0) {
    store_be16(&b[12], 0x8100);
    store_be16(&b[14], static_cast<unsigned>(f.vlan));
  }
  store_be16(&b[l3 - 2], f.v6 ? 0x86DD : 0x0800);
  const auto store32 = [&](unsigned at, u32 v) { store_be16(&b[at], v >> 16), store_be16(&b[at + 2], v); };
  if (f.v6) {
    b[l3] = 0x60;
    store_be16(&b[l3 + 4], l4_bytes + payload);
    b[l3 + 6] = f.tcp ? 6 : 17;
    b[l3 + 7] = 64;
    store32(l3 + 20, f.source), store32(l3 + 36, f.destination);
  } else {
    b[l3] = 0x45;
    store_be16(&b[l3 + 2], 20 + l4_bytes + payload);
    b[l3 + 8] = 64;
    b[l3 + 9] = f.tcp ? 6 : 17;
    store32(l3 + 12, f.source), store32(l3 + 16, f.destination);
    store_be16(&b[l3 + 10], static_cast<u16>(~fold_sum(ones_sum(std::span(b).subspan(l3, 20)))));
  }
  store_be16(&b[l4], f.source_port), store_be16(&b[l4 + 2], f.destination_port);
  f.tcp ? void(b[l4 + 12] = 0x50) : store_be16(&b[l4 + 4], 8 + payload);
  for (unsigned i = 0; i < payload; ++i) b[l4 + l4_bytes + i] = static_cast<u8>(first + i);
  if (sum) {
    const u64 total = pseudo_seed(f, b) + ones_sum(std::span(b).subspan(l4));
    store_be16(&b[checksum_offset(f)], static_cast<u16>(~fold_sum(total)));
  }
  return b;
}

}  // namespace mppa::eth::test
