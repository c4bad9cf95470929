#include "models/eth/checksum.h"

#include <algorithm>

namespace mppa::eth {

u64 ones_sum(std::span<const u8> bytes) {
  u64 sum = 0;
  std::size_t i = 0;
  for (; i + 1 < bytes.size(); i += 2) sum += load_be16(&bytes[i]);
  if (i < bytes.size()) sum += u64{bytes[i]} << 8;
  return sum;
}

u16 fold_sum(u64 sum) {
  while (sum >> 16) sum = (sum & 0xFFFF) + (sum >> 16);
  return static_cast<u16>(sum);
}

u64 pseudo_sum(std::span<const u8> addresses, u8 protocol, unsigned length) {
  return ones_sum(addresses) + protocol + (length >> 16) + (length & 0xFFFF);
}

Layout find_layers(std::span<const u8> frame) {
  Layout at;
  at.l3 = kHeaderBytes;
  if (frame.size() < kHeaderBytes) return at;
  at.ethertype = load_be16(&frame[12]);
  for (int tag = 0; tag < 2 && (at.ethertype == 0x8100 || at.ethertype == 0x88A8); ++tag) {
    if (frame.size() < at.l3 + 4) return at;
    at.ethertype = load_be16(&frame[at.l3 + 2]);
    at.l3 += 4;
  }
  const auto l3 = frame.subspan(at.l3);
  if (at.ethertype == 0x0800 && l3.size() >= 20 && l3[0] >> 4 == 4) {
    const unsigned header = 4U * (l3[0] & 15), total = load_be16(&l3[2]);
    if (header < 20 || total < header || total > l3.size()) return at;
    at.l3_bytes = header;
    at.end = at.l3 + total;
    at.protocol = l3[9];
    at.fragment = (load_be16(&l3[6]) & 0x3FFF) != 0;
  } else if (at.ethertype == 0x86DD && l3.size() >= 40 && l3[0] >> 4 == 6) {
    const unsigned payload = load_be16(&l3[4]);
    if (40 + payload > l3.size()) return at;
    at.l3_bytes = 40;
    at.end = at.l3 + 40 + payload;
    at.protocol = l3[6];
  }
  return at;
}

// Fields that change on the way count as ones (InfiniBand architecture 7.8.1, annexes A16 and A17).
std::optional<u32> roce_icrc(std::span<const u8> frame, bool v2) {
  static constexpr unsigned kBth = 12, kUdp = 8, kGrh = 40;
  const Layout at = find_layers(frame);
  const unsigned l3_bytes = v2 ? at.l3_bytes : kGrh;
  const unsigned bth = at.l3 + l3_bytes + (v2 ? kUdp : 0);
  if (l3_bytes == 0 || frame.size() < bth + kBth + 4) return {};
  std::vector<u8> covered(8, 0xFF);  // in place of the local route header
  covered.insert(covered.end(), frame.begin() + at.l3, frame.end() - 4);
  const auto mask = [&](unsigned offset, u8 bits) { covered[8 + offset] |= bits; };
  if (v2 && at.ethertype == 0x0800) {
    for (const unsigned offset : {1U, 8U, 10U, 11U}) mask(offset, 0xFF);
  } else {
    mask(0, 0x0F);
    for (const unsigned offset : {1U, 2U, 3U, 7U}) mask(offset, 0xFF);
  }
  if (v2)
    for (const unsigned offset : {6U, 7U}) mask(l3_bytes + offset, 0xFF);
  mask(bth - at.l3 + 4, 0xFF);
  return crc32(covered);
}

}  // namespace mppa::eth
