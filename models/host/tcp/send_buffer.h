// What the user has given to be sent, where the user has it, until it is acknowledged.
#pragma once

#include <algorithm>
#include <cstring>
#include <deque>
#include <memory>
#include <span>

#include "models/host/tcp/offset.h"

namespace mppa::host::tcp {

/// Bytes that stay as they are until they are acknowledged; `owner` keeps them alive, if somebody has to.
struct Chunk {
  std::span<const u8> bytes;
  std::shared_ptr<const void> owner;
};

class SendBuffer {
 public:
  void add(Chunk chunk) {
    const Offset begin = end_;
    end_ += static_cast<Offset>(chunk.bytes.size());
    entries_.push_back({begin, std::move(chunk)});
  }
  /// Behind the last byte.
  Offset end() const { return end_; }

  /// Bytes before `upto` are not needed any more.
  void release(Offset upto) {
    while (!entries_.empty() && entries_.front().end() <= upto) entries_.pop_front();
  }

  /// Fills `to` with the bytes from `from` on; they must be there.
  void copy(Offset from, std::span<u8> to) const {
    auto entry = std::upper_bound(entries_.begin(), entries_.end(), from,
                                  [](Offset offset, const Entry& e) { return offset < e.begin; });
    --entry;
    while (!to.empty()) {
      const std::span<const u8> rest = entry->chunk.bytes.subspan(static_cast<std::size_t>(from - entry->begin));
      const std::size_t bytes = std::min(rest.size(), to.size());
      std::memcpy(to.data(), rest.data(), bytes);
      to = to.subspan(bytes);
      from += static_cast<Offset>(bytes);
      ++entry;
    }
  }

 private:
  struct Entry {
    Offset begin;
    Chunk chunk;
    Offset end() const { return begin + static_cast<Offset>(chunk.bytes.size()); }
  };
  std::deque<Entry> entries_;
  Offset end_ = 1;
};

}  // namespace mppa::host::tcp
