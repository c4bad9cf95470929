#include "models/ssd/ftl/block_pool.h"

namespace mppa::ssd {

BlockPool::BlockPool(const Mapping& mapping, u64 data_superblocks)
    : mapping_(mapping), state_(mapping.superblocks(), State::kFree) {
  for (u64 i = 0; i < state_.size(); ++i) {
    if (i < data_superblocks && mapping.written(i) != 0) {
      state_[i] = State::kFull;
    } else {
      free_.push_back(i);
    }
  }
}

bool BlockPool::available(Stream stream) const {
  if (open_[static_cast<unsigned>(stream)] != kNone) return true;
  return free_.size() > (stream == Stream::kHost ? 1 : 0);
}

u64 BlockPool::open(Stream stream) {
  u64& open = open_[static_cast<unsigned>(stream)];
  if (open == kNone) {
    open = free_.front();
    free_.pop_front();
    state_[open] = State::kOpen;
  }
  return open;
}

void BlockPool::written(Stream stream) {
  u64& open = open_[static_cast<unsigned>(stream)];
  if (mapping_.written(open) < mapping_.slots()) return;
  state_[open] = State::kFull;
  open = kNone;
}

u64 BlockPool::victim() const {
  u64 best = kNone, fewest = mapping_.slots();
  for (u64 i = 0; i < state_.size(); ++i) {
    if (state_[i] == State::kFull && mapping_.valid(i) < fewest) {
      best = i;
      fewest = mapping_.valid(i);
    }
  }
  return best;
}

void BlockPool::start_erase(u64 superblock) {
  state_[superblock] = State::kErasing;
  ++erasing_;
}

void BlockPool::release(u64 superblock) {
  --erasing_;
  state_[superblock] = State::kFree;
  free_.push_back(superblock);
}

}  // namespace mppa::ssd
