// The write buffer between L1D and memory: 8 x 64 bits, fully associative, merging, LRU (section 5). Timing only: the
// data is in memory already.
#pragma once

#include <vector>

#include "models/cluster/timing/mem_access.h"
#include "models/cluster/timing/params.h"
#include "models/common/types.h"

namespace mppa::timing {

class WriteBuffer {
 public:
  explicit WriteBuffer(const Params& params) : params_(params) {}

  /// A store at E1 in cycle `a`. Returns the first cycle >= a in which every word has an entry.
  u64 store(const MemAccess& m, u64 a);

  /// True only if store() at `a` would return `a`; may be false although it would.
  bool accepts(const MemAccess& m, u64 a) const;

  /// Number of words held that belong to the 64-byte line.
  unsigned words_of_line(u64 line) const;
  /// Sends every word, starting at cycle `a`; returns the number of cycles that takes.
  unsigned flush(u64 a);
  /// The cycle at which everything sent so far has been acknowledged.
  u64 acknowledged() const { return acknowledged_; }
  unsigned size() const { return static_cast<unsigned>(entries_.size()); }
  void clear();

 private:
  struct Entry {
    u64 word;        ///< address / 8
    unsigned extra;  ///< the memory's distance beyond the reference
    MemArbiter* arbiter;
  };
  bool merge(u64 word);
  void send(const Entry& entry, u64 a);

  const Params& params_;
  std::vector<Entry> entries_;  // least recent first
  u64 sender_free_ = 0;         ///< first cycle in which the entry of the word sent last is free again
  u64 acknowledged_ = 0;
};

}  // namespace mppa::timing
