// Data that arrived before what precedes them. They stay in the frames they came in.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "models/host/tcp/offset.h"

namespace mppa::host::tcp {

class Reassembly {
 public:
  struct Piece {
    std::span<const u8> bytes;
    std::shared_ptr<const void> owner;
  };

  bool empty() const { return pieces_.empty(); }
  /// Bytes that are already there are kept.
  void add(Offset begin, std::span<const u8> bytes, const std::shared_ptr<const void>& owner);
  /// The bytes from `at` on up to the end of their piece, if they are there; takes them and all before them out.
  std::optional<Piece> take(Offset at);
  /// The ranges that are there, the one that changed last first; at most `limit`.
  std::vector<Range> latest(std::size_t limit) const;

 private:
  struct Covered {
    Range range;
    u64 changed;  ///< larger is later
  };
  void cover(Range range);
  void uncover(Offset upto);

  std::map<Offset, Piece> pieces_;  ///< disjoint
  std::vector<Covered> covered_;    ///< the same without the seams; in order
  u64 changes_ = 0;
};

}  // namespace mppa::host::tcp
