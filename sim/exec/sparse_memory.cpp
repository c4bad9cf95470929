#include "sim/exec/sparse_memory.h"

#include <sys/mman.h>

#include <new>

namespace mppa::sim {

SparseMemory::SparseMemory(u64 bytes) : size_(bytes) {
  void* const p = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (p == MAP_FAILED) throw std::bad_alloc();
  data_ = static_cast<u8*>(p);
}

SparseMemory::~SparseMemory() { munmap(data_, size_); }

}  // namespace mppa::sim
