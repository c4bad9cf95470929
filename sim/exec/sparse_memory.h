// A large zero-filled memory of which the host provides only the pages that are touched.
#pragma once

#include "models/common/types.h"

namespace mppa::sim {

class SparseMemory {
 public:
  /// Reserves `bytes`; throws std::bad_alloc if the host has no address space for them.
  explicit SparseMemory(u64 bytes);
  ~SparseMemory();
  SparseMemory(const SparseMemory&) = delete;
  SparseMemory& operator=(const SparseMemory&) = delete;

  u8* data() { return data_; }
  u64 size() const { return size_; }

 private:
  u8* data_;
  u64 size_;
};

}  // namespace mppa::sim
