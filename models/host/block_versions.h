// What each block of a namespace must contain: every write gets a version, and its data carry address and version, so
// that a read that returns old, foreign or torn data is found.
//
// While writes overlap in time, or a read overlaps a write, several versions are right: a read may return anything from
// the oldest version that was possible when it began to the youngest that existed when it ended.
#pragma once

#include <functional>
#include <span>
#include <unordered_map>
#include <vector>

#include "models/common/types.h"

namespace mppa::host {

class BlockVersions {
 public:
  static constexpr u64 kBlock = 512;

  /// `salt` tells the data of one namespace from those of others.
  explicit BlockVersions(u64 salt) : salt_(salt) {}

  /// A write to [offset, offset + data.size()) begins: fills `data`. Multiples of kBlock.
  void begin_write(u64 offset, std::span<u8> data);
  /// The write has ended; if it failed, old and new contents are both right from now on.
  void end_write(u64 offset, u64 bytes, bool ok);
  /// A trim: zeros are right afterwards.
  void begin_trim(u64 offset, u64 bytes);
  void end_trim(u64 offset, u64 bytes, bool ok) { end_write(offset, bytes, ok); }

  /// The oldest versions that a read beginning now may return; pass it to check().
  std::vector<u32> begin_read(u64 offset, u64 bytes) const;
  /// The number of blocks whose contents are wrong. `oldest`: from begin_read().
  u64 check(u64 offset, std::span<const u8> data, std::span<const u32> oldest) const;

 private:
  struct Block {
    u32 oldest = 0;   ///< that may still be there
    u32 latest = 0;   ///< given out last
    u32 group = 0;    ///< first version of the writes that overlap now
    u32 trimmed = 0;  ///< youngest version that is a trim; 0: none
    u32 writing = 0;  ///< writes under way
  };

  u32 next_version(u64 block);
  bool is_right(u64 block, std::span<const u8> data, u32 oldest) const;
  void fill(u64 block, u32 version, std::span<u8> data) const;

  u64 salt_;
  std::unordered_map<u64, Block> blocks_;  ///< looked up only
};

}  // namespace mppa::host
