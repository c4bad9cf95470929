// Hands out page-aligned host memory. Nothing is ever given back: drivers and workloads allocate once, at their start.
#pragma once

#include <fmt/core.h>

#include <stdexcept>

#include "models/common/sparse_memory.h"

namespace mppa::host {

class HostMemory {
 public:
  static constexpr u64 kPage = 4096;

  /// Uses `memory` from address `begin` on.
  explicit HostMemory(SparseMemory& memory, u64 begin = 1 << 20) : memory_(memory), next_(begin) {}

  /// Throws std::runtime_error if the memory is used up.
  u64 allocate(u64 bytes) {
    const u64 address = (next_ + kPage - 1) / kPage * kPage;
    if (!memory_.contains(address, bytes))
      throw std::runtime_error(fmt::format("host memory of {} bytes is used up", memory_.size()));
    next_ = address + bytes;
    return address;
  }
  u8* at(u64 address) { return memory_.data() + address; }

 private:
  SparseMemory& memory_;
  u64 next_;
};

}  // namespace mppa::host
