// Memory of any size that costs host memory only where it has been written: an anonymous mapping without reservation.
#pragma once

#include <string>

#include "models/common/types.h"

namespace mppa {

class SparseMemory {
 public:
  /// Zero-filled; throws std::runtime_error if the host refuses the mapping.
  explicit SparseMemory(u64 bytes);
  ~SparseMemory();
  SparseMemory(const SparseMemory&) = delete;
  SparseMemory& operator=(const SparseMemory&) = delete;

  u8* data() { return data_; }
  const u8* data() const { return data_; }
  u64 size() const { return size_; }
  bool contains(u64 offset, u64 bytes) const { return bytes <= size_ && offset <= size_ - bytes; }

 private:
  u8* data_ = nullptr;
  u64 size_ = 0;
};

}  // namespace mppa
