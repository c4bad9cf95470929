// In place of the target core: executes reads and writes on a memory, at once or when told, and remembers what it saw.
#pragma once

#include <deque>
#include <functional>
#include <vector>

#include "models/common/types.h"

extern "C" {
#include "nvmf/tcp.h"
}

namespace mppa::nvmf_test {

struct FakeTarget {
  FakeTarget();
  ~FakeTarget();
  FakeTarget(const FakeTarget&) = delete;
  FakeTarget& operator=(const FakeTarget&) = delete;

  /// Completes what was held back, oldest first.
  void release();
  /// The one in use.
  static FakeTarget& current();

  static constexpr u32 kBlock = 4096;
  std::vector<u8> disk = std::vector<u8>(4096UL * 1024);
  bool hold = false;  ///< keep commands until release()
  u16 fail_with = 0;  ///< status field of I/O commands
  u32 result = 0;     ///< dword 0 of I/O completions
  std::vector<nvme_command> seen;
  std::deque<nvmf_request*> held;
  unsigned open_qpairs = 0, closed_qpairs = 0;
};

}  // namespace mppa::nvmf_test
