// Translated blocks and the cache that owns them.
//
// A cache may serve several cores that run in turns: blocks hold no state of a core.
//
// A block is a straight run of bundles translated for one entry state; it ends at a branch, at a hardware loop's end,
// at a page end, before a bundle that translated code does not execute, or at a maximum length.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "models/cluster/engine/fast/entry_state.h"
#include "models/cluster/engine/fast/hot.h"

namespace mppa::engine::fast {

/// What selects a block version besides memory contents.
struct BlockKey {
  u64 pc = 0;
  u64 pa = 0;
  u32 state = 0;
  u32 mode = 0;  ///< ModeBit
  friend bool operator==(const BlockKey&, const BlockKey&) = default;
};

/// Static context of translation, from PS; it changes only in stepped bundles.
enum ModeBit : u32 {
  kModeLoops = 1,       ///< PS.HLE
  kModeMmu = 2,         ///< PS.MME
  kMode64 = 4,          ///< PS.V64
  kModeArithmetic = 8,  ///< arithmetic interrupts armed: bundles that change CS flags are stepped
  kModeSingle = 16,     ///< the block is one bundle
};

/// Where a bundle of a block begins.
struct BundleMark {
  u16 first_op = 0;  ///< its first record; line checks included, block head not
  u16 word = 0;      ///< its first syllable
  u32 t = 0;         ///< static T of its boundary, from the block's T
};

struct Block {
  BlockKey key;
  const Op* head = nullptr;         ///< first record: the check of the limit; its Op::ptr leads back here
  const Op* behind_line = nullptr;  ///< behind the check of the first line: the predecessor ended in the same line
  std::span<Op> ops;
  std::span<Exit> exits;
  std::vector<BundleMark> marks;  ///< one per bundle; the last may be a bundle to be stepped
  std::vector<u32> words;         ///< the code it was made from
  /// The version with one bundle, or, of such a version, the whole block; nullptr: not looked up yet.
  mutable const Block* counterpart = nullptr;

  /// Index of the bundle that record `op` of this block belongs to.
  unsigned bundle_of(const Op* op) const;
};

class BlockCache {
 public:
  const Block* find(const BlockKey& key) const;
  Block* add(Block block, std::span<const Op> ops, std::span<const Exit> exits, std::span<const Counters> rare);
  /// The block that contains record `op`.
  const Block& owner(const Op* op) const;
  /// The block that `head` is the head of.
  static const Block& of_head(const Op* head) { return *static_cast<const Block*>(head->ptr); }

  /// Removes the blocks whose code differs from what `code_at(pa)` returns now, and unlinks all exits to them.
  template <class F>
  void verify(F&& code_at) {
    std::vector<const Block*> stale;
    for (const auto& [key, block] : blocks_)
      if (!same_code(*block, code_at(key.pa))) stale.push_back(block);
    for (const Block* block : stale) remove(*block);
    generation_ += !stale.empty();
  }
  void clear();
  /// Blocks kept, removed ones included.
  std::size_t size() const { return storage_.size(); }
  /// Changes whenever a block is removed: whoever keeps pointers to blocks or records must drop them then.
  u64 generation() const { return generation_; }
  /// All users must translate alike; throws std::logic_error otherwise.
  void require(timing::Level level, const timing::Params& params);

  StateTable& states() { return states_; }

 private:
  struct Hash {
    std::size_t operator()(const BlockKey& k) const {
      u64 h = (k.pc >> 2) * 0x9e3779b97f4a7c15 ^ (u64{k.state} << 32 | k.mode) * 0xc2b2ae3d27d4eb4f;
      return h ^ (h >> 31);
    }
  };
  static bool same_code(const Block& block, const u8* now);
  void remove(const Block& block);
  template <class T>
  std::span<T> allocate(std::size_t count);

  std::unordered_map<BlockKey, Block*, Hash> blocks_;
  std::map<const Op*, Block*> by_op_;  ///< first record of each block
  std::deque<Block> storage_;
  std::vector<std::unique_ptr<u8[]>> arena_;
  std::size_t arena_used_ = 0, arena_size_ = 0;
  StateTable states_;
  u64 generation_ = 0;
  std::optional<std::pair<timing::Level, timing::Params>> kind_;
};

}  // namespace mppa::engine::fast
