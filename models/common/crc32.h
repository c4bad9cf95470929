// Reflected CRC-32 of any polynomial, eight bytes at a time: Ethernet's (IEEE 802.3) and Castagnoli's (RFC 3720, used
// by iSCSI and NVMe over TCP).
#pragma once

#include <array>
#include <cstring>
#include <span>

#include "models/common/types.h"

namespace mppa {

/// `Polynomial`: bit-reversed.
template <u32 Polynomial>
class Crc32 {
 public:
  /// `crc`: the result for what precedes `data`.
  static u32 of(std::span<const u8> data, u32 crc) {
    crc = ~crc;
    std::size_t i = 0;
    for (; i + 8 <= data.size(); i += 8) {
      u64 word = 0;
      std::memcpy(&word, data.data() + i, 8);
      word ^= crc;
      crc = 0;
      for (std::size_t k = 0; k < 8; ++k) crc ^= kTables[7 - k][word >> 8 * k & 0xFF];
    }
    for (; i < data.size(); ++i) crc = crc >> 8 ^ kTables[0][(crc ^ data[i]) & 0xFF];
    return ~crc;
  }

 private:
  using Tables = std::array<std::array<u32, 256>, 8>;

  /// [k][b]: the remainder of byte b followed by k zero bytes.
  static constexpr Tables make_tables() {
    Tables tables{};
    for (u32 b = 0; b < 256; ++b) {
      u32 remainder = b;
      for (int bit = 0; bit < 8; ++bit) remainder = remainder >> 1 ^ (remainder & 1 ? Polynomial : 0);
      tables[0][b] = remainder;
    }
    for (u32 b = 0; b < 256; ++b)
      for (std::size_t k = 1; k < 8; ++k) tables[k][b] = tables[k - 1][b] >> 8 ^ tables[0][tables[k - 1][b] & 0xFF];
    return tables;
  }
  static constexpr Tables kTables = make_tables();
};

/// CRC-32 of IEEE 802.3.
inline u32 crc32_ieee(std::span<const u8> data, u32 crc = 0) { return Crc32<0xEDB88320>::of(data, crc); }
/// CRC-32C.
inline u32 crc32c(std::span<const u8> data, u32 crc = 0) { return Crc32<0x82F63B78>::of(data, crc); }

}  // namespace mppa
