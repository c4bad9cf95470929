#include "models/eth/frame.h"

#include <cstring>

namespace mppa::eth {
namespace {

/// kTables[k][b]: the remainder of byte b followed by k zero bytes; eight bytes are folded at a time.
constexpr auto make_tables() {
  std::array<std::array<u32, 256>, 8> tables{};
  for (u32 b = 0; b < 256; ++b) {
    u32 remainder = b;
    for (int bit = 0; bit < 8; ++bit) remainder = remainder >> 1 ^ (remainder & 1 ? 0xEDB88320U : 0);
    tables[0][b] = remainder;
  }
  for (u32 b = 0; b < 256; ++b)
    for (std::size_t k = 1; k < 8; ++k) tables[k][b] = tables[k - 1][b] >> 8 ^ tables[0][tables[k - 1][b] & 0xFF];
  return tables;
}
constexpr auto kTables = make_tables();

}  // namespace

u32 crc32(std::span<const u8> data, u32 crc) {
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

FramePtr make_frame(std::vector<u8> data, bool pad) {
  if (pad && data.size() < kMinFrameBytes) data.resize(kMinFrameBytes);
  auto frame = std::make_shared<Frame>();
  frame->fcs = crc32(data);
  frame->data = std::move(data);
  return frame;
}

}  // namespace mppa::eth
