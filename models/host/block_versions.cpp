#include "models/host/block_versions.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "models/common/random.h"

namespace mppa::host {

// Contents of a block: number, version, salt, then pseudo-random words that follow from these three.
void BlockVersions::fill(u64 block, u32 version, std::span<u8> data) const {
  std::array<u64, kBlock / 8> words;
  words[0] = block;
  words[1] = version;
  words[2] = salt_;
  Random random(block ^ (u64{version} << 40) ^ salt_ * 0x9E3779B97F4A7C15);
  std::generate(words.begin() + 3, words.end(), [&] { return random.next(); });
  std::memcpy(data.data(), words.data(), kBlock);
}

u32 BlockVersions::next_version(u64 block) {
  Block& b = blocks_[block];
  ++b.latest;
  if (b.writing++ == 0) b.group = b.latest;
  return b.latest;
}

void BlockVersions::begin_write(u64 offset, std::span<u8> data) {
  for (u64 at = 0; at < data.size(); at += kBlock) {
    const u64 block = (offset + at) / kBlock;
    fill(block, next_version(block), data.subspan(at, kBlock));
  }
}

void BlockVersions::begin_trim(u64 offset, u64 bytes) {
  for (u64 at = 0; at < bytes; at += kBlock) {
    const u64 block = (offset + at) / kBlock;
    const u32 version = next_version(block);
    blocks_[block].trimmed = version;
  }
}

void BlockVersions::end_write(u64 offset, u64 bytes, bool ok) {
  for (u64 at = 0; at < bytes; at += kBlock) {
    Block& b = blocks_.at((offset + at) / kBlock);
    // A failed write leaves its group open for good: the old contents stay possible until a later write succeeds.
    if (!ok) b.group = std::min(b.group, b.oldest);
    if (--b.writing == 0) b.oldest = b.group;
  }
}

std::vector<u32> BlockVersions::begin_read(u64 offset, u64 bytes) const {
  std::vector<u32> oldest;
  for (u64 at = 0; at < bytes; at += kBlock) {
    const auto found = blocks_.find((offset + at) / kBlock);
    oldest.push_back(found == blocks_.end() ? 0 : found->second.oldest);
  }
  return oldest;
}

u64 BlockVersions::check(u64 offset, std::span<const u8> data, std::span<const u32> oldest) const {
  u64 wrong = 0;
  for (u64 at = 0; at < data.size(); at += kBlock)
    wrong += !is_right((offset + at) / kBlock, data.subspan(at, kBlock), oldest[at / kBlock]);
  return wrong;
}

bool BlockVersions::is_right(u64 block, std::span<const u8> data, u32 oldest) const {
  const auto found = blocks_.find(block);
  const Block b = found == blocks_.end() ? Block{} : found->second;
  static constexpr std::array<u8, kBlock> kZeros{};
  if (std::memcmp(data.data(), kZeros.data(), kBlock) == 0) return oldest == 0 || b.trimmed >= oldest;
  u64 version = 0;
  std::memcpy(&version, data.data() + 8, 8);
  if (version < std::max(oldest, 1u) || version > b.latest) return false;
  std::array<u8, kBlock> expected;
  fill(block, static_cast<u32>(version), expected);
  return std::memcmp(data.data(), expected.data(), kBlock) == 0;
}

}  // namespace mppa::host
