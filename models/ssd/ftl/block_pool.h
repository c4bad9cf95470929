// Which superblocks are free, being written, full, or being erased; hands out program operations.
#pragma once

#include <deque>
#include <vector>

#include "models/ssd/ftl/mapping.h"

namespace mppa::ssd {

/// Data from the host and data moved by garbage collection go to different superblocks.
enum class Stream : u8 { kHost, kCollector };

class BlockPool {
 public:
  BlockPool(const Mapping& mapping, u64 data_superblocks);

  u64 free() const { return free_.size(); }
  u64 erasing() const { return erasing_; }
  /// Whether the stream can write; the last free superblock is the collector's.
  bool available(Stream stream) const;
  /// The superblock of the stream's next program operation. available() must be true.
  u64 open(Stream stream);
  /// To be called after a program operation's slots have been appended.
  void written(Stream stream);

  static constexpr u64 kNone = ~u64{0};
  /// The full superblock with the fewest valid slots; kNone if none has a stale one.
  u64 victim() const;
  void start_erase(u64 superblock);
  void release(u64 superblock);

 private:
  enum class State : u8 { kFree, kOpen, kFull, kErasing };

  const Mapping& mapping_;
  std::vector<State> state_;
  std::deque<u64> free_;
  u64 erasing_ = 0;
  u64 open_[2] = {kNone, kNone};
};

}  // namespace mppa::ssd
