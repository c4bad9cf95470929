#include "models/common/sparse_memory.h"

#include <fmt/core.h>
#include <sys/mman.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace mppa {

SparseMemory::SparseMemory(u64 bytes) : size_(bytes) {
  void* p = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (p == MAP_FAILED)
    throw std::runtime_error(fmt::format("cannot map {} bytes of simulated memory: {}", bytes, std::strerror(errno)));
  data_ = static_cast<u8*>(p);
}

SparseMemory::~SparseMemory() { munmap(data_, size_); }

}  // namespace mppa
