#include "models/ssd/flash/flash_array.h"

#include <gtest/gtest.h>

namespace mppa::ssd {
namespace {

constexpr u64 kUs = 1'000'000;

FlashParams params() {
  FlashParams p;
  p.channels = 2;
  p.dies_per_channel = 2;
  p.planes = 2;
  p.read_time = 50 * kUs;
  p.program_time = 600 * kUs;
  p.erase_time = 3000 * kUs;
  p.suspend_time = 5 * kUs;
  p.resume_time = 5 * kUs;
  p.max_suspends = 2;
  p.channel_rate = 1'000'000'000;  // 4096 bytes take 4.096 us
  return p;
}

constexpr u64 kTransfer = 4'096'000;

struct Bench {
  explicit Bench(const FlashParams& p) : flash(time, p) {}
  /// Notes the time at which an operation ends.
  FlashArray::Done stamp(u64& at) {
    return [this, &at] { at = time.now(); };
  }
  Timeline time;
  FlashArray flash;
};

TEST(FlashArray, ReadTakesArrayTimeAndTransfer) {
  Bench b(params());
  u64 end = 0;
  b.flash.read(0, 0, 4096, ReadPriority::kHost, b.stamp(end));
  b.time.run_until(kUs * 1000);
  EXPECT_EQ(end, 50 * kUs + kTransfer);
}

TEST(FlashArray, PlanesReadInParallelAndShareTheChannel) {
  Bench b(params());
  u64 first = 0, second = 0;
  b.flash.read(0, 0, 4096, ReadPriority::kHost, b.stamp(first));
  b.flash.read(0, 1, 4096, ReadPriority::kHost, b.stamp(second));
  b.time.run_until(kUs * 1000);
  EXPECT_EQ(first, 50 * kUs + kTransfer);
  EXPECT_EQ(second, 50 * kUs + 2 * kTransfer);
}

TEST(FlashArray, OnePlaneReadsOnePageAtATime) {
  Bench b(params());
  u64 first = 0, second = 0;
  b.flash.read(0, 0, 4096, ReadPriority::kHost, b.stamp(first));
  b.flash.read(0, 0, 4096, ReadPriority::kHost, b.stamp(second));
  b.time.run_until(kUs * 1000);
  EXPECT_EQ(second, 100 * kUs + kTransfer);
}

TEST(FlashArray, HostReadSuspendsAProgramAndDelaysItsEnd) {
  Bench b(params());
  u64 programmed = 0, read = 0;
  b.flash.program(0, 4096, b.stamp(programmed));
  b.time.run_until(100 * kUs);
  b.flash.read(0, 1, 4096, ReadPriority::kHost, b.stamp(read));
  b.time.run_until(5000 * kUs);
  EXPECT_EQ(read, (100 + 5 + 50) * kUs + kTransfer);
  EXPECT_EQ(programmed, kTransfer + (600 + 5 + 50 + 5) * kUs);
  EXPECT_EQ(b.flash.suspends(), 1u);
}

TEST(FlashArray, BackgroundReadWaitsForTheProgram) {
  Bench b(params());
  u64 programmed = 0, read = 0;
  b.flash.program(0, 4096, b.stamp(programmed));
  b.time.run_until(100 * kUs);
  b.flash.read(0, 1, 4096, ReadPriority::kBackground, b.stamp(read));
  b.time.run_until(5000 * kUs);
  EXPECT_EQ(programmed, kTransfer + 600 * kUs);
  EXPECT_EQ(read, programmed + 50 * kUs + kTransfer);
  EXPECT_EQ(b.flash.suspends(), 0u);
}

TEST(FlashArray, AProgramIsSuspendedOnlySoOften) {
  Bench b(params());
  u64 programmed = 0, last = 0;
  b.flash.program(0, 4096, b.stamp(programmed));
  for (u64 at = 50; at <= 450; at += 100) {
    b.time.run_until(at * kUs);
    b.flash.read(0, 0, 4096, ReadPriority::kHost, b.stamp(last));
  }
  b.time.run_until(5000 * kUs);
  EXPECT_EQ(b.flash.suspends(), 2u);
  EXPECT_GT(last, programmed);
}

TEST(FlashArray, ReadsDoNotStarveAProgram) {
  Bench b(params());
  u64 programmed = 0;
  // One plane or the other is always reading.
  for (u64 at = 0; at < 4000; at += 25)
    b.time.at(at * kUs, [&b, at] { b.flash.read(0, at / 25 % 2, 4096, ReadPriority::kHost, [] {}); });
  b.time.at(100 * kUs, [&] { b.flash.program(0, 4096, b.stamp(programmed)); });
  b.time.run_until(10'000 * kUs);
  EXPECT_GT(programmed, 700 * kUs);
  EXPECT_LT(programmed, 2000 * kUs);
}

TEST(FlashArray, PowerBudgetLimitsProgramsAtOnce) {
  FlashParams p = params();
  p.max_busy_dies = 1;
  Bench b(p);
  u64 first = 0, second = 0;
  b.flash.program(0, 4096, b.stamp(first));
  b.flash.program(1, 4096, b.stamp(second));
  b.time.run_until(5000 * kUs);
  EXPECT_EQ(first, kTransfer + 600 * kUs);
  EXPECT_EQ(second, first + 600 * kUs);
}

TEST(FlashArray, EraseOccupiesTheDie) {
  FlashParams p = params();
  p.max_suspends = 0;
  Bench b(p);
  u64 erased = 0, read = 0;
  b.flash.erase(3, b.stamp(erased));
  b.flash.read(3, 0, 4096, ReadPriority::kHost, b.stamp(read));
  b.time.run_until(5000 * kUs);
  EXPECT_EQ(erased, 3000 * kUs);
  EXPECT_EQ(read, 3050 * kUs + kTransfer);
}

TEST(FlashArray, ZeroGeometryIsAnError) {
  FlashParams p = params();
  p.planes = 0;
  Timeline time;
  EXPECT_THROW(FlashArray(time, p), std::invalid_argument);
}

}  // namespace
}  // namespace mppa::ssd
