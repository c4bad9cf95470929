// Which L1Ds may hold a line of SMEM: the reader masks of the cluster's coherency controller (SoC digest, cluster.md
// sections 1 and 6). With PCR.L1CE set, hardware keeps the L1Ds of a cluster coherent: a write to SMEM, whoever makes
// it, removes the line from the L1Ds of others.
#pragma once

#include <unordered_map>
#include <vector>

#include "models/common/types.h"

namespace mppa::cluster {

class L1Directory {
 public:
  static constexpr u64 kLineBytes = 64;

  /// `bytes` of SMEM; 0: L1s are not kept coherent, nothing is noted.
  explicit L1Directory(u64 bytes) : readers_(bytes / kLineBytes) {}

  bool enabled() const { return !readers_.empty(); }
  /// Core `core` fetches the line at `offset`.
  void note(u64 offset, unsigned core) {
    if (offset / kLineBytes < readers_.size()) readers_[offset / kLineBytes] |= 1u << core;
  }
  /// The same for the line at `offset` of DDR.
  void note_far(u64 offset, unsigned core) {
    if (enabled()) far_readers_[offset / kLineBytes] |= 1u << core;
  }
  /// The cores that may hold the line at `offset` of SMEM, or of DDR.
  u32 readers(u64 offset) const { return offset / kLineBytes < readers_.size() ? readers_[offset / kLineBytes] : 0; }
  u32 far_readers(u64 offset) const {
    const auto found = far_readers_.find(offset / kLineBytes);
    return found == far_readers_.end() ? 0 : found->second;
  }
  /// The cores other than `writer` (-1: none of them writes) that may hold the line; they do no longer.
  u32 take(u64 offset, int writer) {
    return offset / kLineBytes < readers_.size() ? take_from(readers_[offset / kLineBytes], writer) : 0;
  }
  u32 take_far(u64 offset, int writer) {
    const auto found = far_readers_.find(offset / kLineBytes);
    return found == far_readers_.end() ? 0 : take_from(found->second, writer);
  }

 private:
  static u32 take_from(u32& readers, int writer) {
    const u32 own = writer < 0 ? 0 : 1u << writer, others = readers & ~own;
    readers &= own;
    return others;
  }

  std::vector<u32> readers_;  ///< bit i: core i
  std::unordered_map<u64, u32> far_readers_;
};

}  // namespace mppa::cluster
