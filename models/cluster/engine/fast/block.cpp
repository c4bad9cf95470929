#include "models/cluster/engine/fast/block.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>

#include "models/cluster/engine/fast/flow.h"

namespace mppa::engine::fast {
namespace {

constexpr std::size_t kArenaBytes = 1 << 18;
constexpr std::size_t kAlignment = 64;

}  // namespace

unsigned Block::bundle_of(const Op* op) const {
  const auto index = static_cast<std::size_t>(op - ops.data());
  unsigned bundle = 0;
  while (bundle + 1 < marks.size() && marks[bundle + 1].first_op <= index) ++bundle;
  return bundle;
}

const Block* BlockCache::find(const BlockKey& key) const {
  const auto it = blocks_.find(key);
  return it == blocks_.end() ? nullptr : it->second;
}

template <class T>
std::span<T> BlockCache::allocate(std::size_t count) {
  const std::size_t bytes = (count * sizeof(T) + kAlignment - 1) / kAlignment * kAlignment;
  if (arena_used_ + bytes > arena_size_) {
    arena_size_ = std::max(kArenaBytes, bytes + kAlignment);
    arena_.push_back(std::make_unique<u8[]>(arena_size_));
    const auto address = reinterpret_cast<std::uintptr_t>(arena_.back().get());
    arena_used_ = (kAlignment - address % kAlignment) % kAlignment;
    if (arena_used_ + bytes > arena_size_) arena_used_ = 0;
  }
  T* const first = reinterpret_cast<T*>(arena_.back().get() + arena_used_);
  arena_used_ += bytes;
  std::uninitialized_value_construct_n(first, count);
  return {first, count};
}

Block* BlockCache::add(Block block, std::span<const Op> ops, std::span<const Exit> exits,
                       std::span<const Counters> rare) {
  block.ops = allocate<Op>(ops.size());
  block.exits = allocate<Exit>(exits.size());
  const std::span<Counters> kept = allocate<Counters>(rare.size());
  std::ranges::copy(ops, block.ops.begin());
  std::ranges::copy(exits, block.exits.begin());
  std::ranges::copy(rare, kept.begin());
  // The translator refers to exits and counters by position.
  for (Op& op : block.ops)
    if (op.fn == &count_rare) op.ptr = kept.data();
  if (!exits.empty()) block.ops.back().ptr = block.exits.data();
  for (Exit& e : block.exits) {
    e.stub.ptr = &e;
    e.unlink();
  }
  Block& stored = storage_.emplace_back(std::move(block));
  stored.head = stored.ops.data();
  stored.ops.front().ptr = &stored;
  blocks_[stored.key] = &stored;
  by_op_[stored.ops.data()] = &stored;
  return &stored;
}

const Block& BlockCache::owner(const Op* op) const { return *std::prev(by_op_.upper_bound(op))->second; }

bool BlockCache::same_code(const Block& block, const u8* now) {
  if (now == nullptr) return false;
  return block.words.empty() || std::memcmp(block.words.data(), now, block.words.size() * sizeof(u32)) == 0;
}

/// The block's records stay where they are (an exit may be executing in them), but nothing leads to them any more.
void BlockCache::remove(const Block& block) {
  const auto inside = [&](const Op* op) { return op >= block.ops.data() && op < block.ops.data() + block.ops.size(); };
  for (Block& other : storage_) {
    if (other.counterpart == &block) other.counterpart = nullptr;
    for (Exit& e : other.exits)
      if (inside(e.head)) e.unlink();
  }
  blocks_.erase(block.key);
}

void BlockCache::require(timing::Level level, const timing::Params& params) {
  if (kind_ && *kind_ != std::pair{level, params})
    throw std::logic_error("cores with different timing cannot share translated code");
  kind_.emplace(level, params);
}

void BlockCache::clear() {
  ++generation_;
  blocks_.clear();
  by_op_.clear();
  storage_.clear();
  arena_.clear();
  arena_used_ = arena_size_ = 0;
}

}  // namespace mppa::engine::fast
