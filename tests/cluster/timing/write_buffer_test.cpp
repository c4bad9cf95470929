#include "models/cluster/timing/write_buffer.h"

#include <gtest/gtest.h>

namespace mppa::timing {
namespace {

/// Takes every write at once, or after a wait, and acknowledges it late.
struct Path : MemArbiter {
  u32 read_wait(u64, unsigned, u64) override { return 10; }
  Posted write_posted(u64, unsigned, u64 now) override {
    last = now;
    return posted;
  }
  Posted posted;
  u64 last = 0;
};

/// Cycle in which the write number `count` leaves when a core stores a 32-byte beat in every cycle.
u64 sent_last(Path& path, unsigned count) {
  const Params params;
  WriteBuffer buffer(params);
  u64 a = 100;
  for (unsigned i = 0; i < count; ++i) {
    MemAccess m;
    m.kind = MemKind::kStore;
    m.pa = 32 * i;
    m.size = 32;
    m.arbiter = &path;
    a = buffer.store(m, a) + 1;
  }
  buffer.flush(a);
  return path.last;
}

TEST(WriteBuffer, ANearMemoryTakesABeatACycle) {
  Path path;
  EXPECT_LE(sent_last(path, 100), 100 + 100 + 2u);
}

TEST(WriteBuffer, AFarMemoryTakesAWindowPerRoundTrip) {
  Path path;
  path.posted.late = 141;  // acknowledged after 150 cycles
  const u64 windows = 20;
  EXPECT_GE(sent_last(path, 16 * windows), 100 + (windows - 1) * 150);
  EXPECT_LE(sent_last(path, 16 * windows), 100 + (windows - 1) * 150 + 40);
}

TEST(WriteBuffer, ABusyPathHoldsTheSender) {
  Path path;
  path.posted.wait = 3;
  EXPECT_GE(sent_last(path, 50), 100 + 49 * 4u);
}

}  // namespace
}  // namespace mppa::timing
