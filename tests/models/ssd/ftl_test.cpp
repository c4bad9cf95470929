#include "models/ssd/ftl/ftl.h"

#include <gtest/gtest.h>

#include "models/common/random.h"

namespace mppa::ssd {
namespace {

constexpr u64 kUs = 1'000'000, kMs = 1000 * kUs;

/// A small drive: 2 x 2 dies, 256 MiB, program operations of 64 KiB.
SsdParams small(Precondition state, u64 unit = 4096) {
  SsdParams p;
  p.flash = {.channels = 2,
             .dies_per_channel = 2,
             .planes = 2,
             .page_bytes = 16384,
             .pages_per_program = 2,
             .programs_per_block = 16,
             .read_time = 50 * kUs,
             .program_time = 500 * kUs,
             .erase_time = 3 * kMs,
             .suspend_time = 5 * kUs,
             .resume_time = 5 * kUs,
             .max_suspends = 2,
             .channel_rate = 1'000'000'000,
             .ecc_time = 0,
             .max_busy_dies = 0};
  p.ftl.capacity = u64{256} << 20;
  p.ftl.indirection_unit = unit;
  p.ftl.over_provisioning = 0.15;
  p.ftl.precondition = state;
  p.buffer.bytes = u64{4} << 20;
  return p;
}

struct Bench {
  explicit Bench(const SsdParams& p) : ftl(time, p) {}
  /// Issues `count` writes, `depth` at a time, at offsets from `next`; returns the time from the first to the last.
  template <typename Next>
  u64 write_all(u64 count, unsigned depth, u64 bytes, Next next) {
    const u64 start = time.now();
    u64 issued = 0, finished = 0, end = start;
    std::function<void()> issue = [&] {
      if (issued == count) return;
      ++issued;
      ftl.write(next(), bytes, false, [&] {
        end = time.now();
        ++finished;
        time.after(0, issue);
      });
    };
    for (unsigned i = 0; i < depth; ++i) issue();
    while (finished < count && !time.empty()) time.run_until(time.next());
    EXPECT_EQ(finished, count);
    return end - start;
  }
  void settle() {
    while (!time.empty()) time.run_until(time.next());
  }
  u64 timed_read(u64 offset, u64 bytes) {
    const u64 start = time.now();
    u64 end = ~u64{0};
    ftl.read(offset, bytes, [&] { end = time.now(); });
    while (end == ~u64{0} && !time.empty()) time.run_until(time.next());
    return end - start;
  }
  Timeline time;
  Ftl ftl;
};

TEST(Ftl, FreshDriveReadsUnwrittenUnitsWithoutTheMedia) {
  Bench b(small(Precondition::kFresh));
  EXPECT_EQ(b.timed_read(0, 4096), 0u);
}

TEST(Ftl, PreconditionedDriveReadsFromTheMedia) {
  Bench b(small(Precondition::kSteady));
  EXPECT_EQ(b.timed_read(4096 * 77, 4096), 50 * kUs + 4'096'000);
}

TEST(Ftl, BufferedDataIsReadFromTheBuffer) {
  Bench b(small(Precondition::kSteady));
  b.ftl.write(8192, 4096, false, [] {});
  EXPECT_EQ(b.timed_read(8192, 4096), 0u);
}

TEST(Ftl, SequentialReadOfAPageNeedsOneArrayRead) {
  Bench b(small(Precondition::kSequential));
  EXPECT_EQ(b.timed_read(0, 16384), 50 * kUs + 4 * 4'096'000u);
}

TEST(Ftl, ALargeUnitIsReadOnlyAsFarAsNeeded) {
  Bench b(small(Precondition::kSteady, 65536));
  EXPECT_EQ(b.timed_read(65536 * 3 + 20480, 4096), 50 * kUs + 4'096'000);
}

TEST(Ftl, SequentialFillOfAFreshDriveIsNotAmplified) {
  Bench b(small(Precondition::kFresh));
  u64 at = 0;
  b.write_all(1024, 16, 65536, [&] { return std::exchange(at, at + 65536); });
  b.settle();
  EXPECT_DOUBLE_EQ(b.ftl.write_amplification(), 1.0);
}

TEST(Ftl, A64KUnitAmplifiesRandom4KWritesSixteenfold) {
  SsdParams p = small(Precondition::kSequential, 65536);
  p.ftl.over_provisioning = 1.0;  // no garbage collection in this test
  Bench b(p);
  Random random(5);
  b.write_all(2000, 32, 4096, [&] { return random.below(p.ftl.capacity / 4096) * 4096; });
  b.settle();
  EXPECT_NEAR(b.ftl.write_amplification(), 16, 0.5);
}

// u of the victim from (1-u)/(-ln u) = 1/1.15 is 0.757: 1/(1-u) = 4.1.
TEST(Ftl, SteadyStateAmplificationHoldsWithoutWarmUp) {
  Bench b(small(Precondition::kSteady));
  Random random(9);
  u64 before = 0, host = 0;
  for (int phase = 0; phase < 4; ++phase) {
    b.write_all(30'000, 64, 4096, [&] { return random.below(65536) * 4096; });
    const double wa =
        static_cast<double>(b.ftl.programmed_bytes() - before) / static_cast<double>(b.ftl.host_bytes() - host);
    before = b.ftl.programmed_bytes();
    host = b.ftl.host_bytes();
    EXPECT_NEAR(wa, 4.0, 0.7) << "phase " << phase;
  }
}

TEST(Ftl, SteadyRateIsTheProgramRateOverTheAmplification) {
  Bench b(small(Precondition::kSteady));
  Random random(9);
  b.write_all(5'000, 64, 4096, [&] { return random.below(65536) * 4096; });
  const u64 host = b.ftl.host_bytes(), programmed = b.ftl.programmed_bytes();
  const u64 took = b.write_all(20'000, 64, 4096, [&] { return random.below(65536) * 4096; });
  const double wa =
      static_cast<double>(b.ftl.programmed_bytes() - programmed) / static_cast<double>(b.ftl.host_bytes() - host);
  const double program_rate = 4 * 65536 / 500e-6;  // four dies, 64 KiB each 500 us
  const double rate = 20'000 * 4096 / (static_cast<double>(took) * 1e-12);
  EXPECT_LT(rate * wa / program_rate, 1.0);
  EXPECT_GT(rate * wa / program_rate, 0.5);  // the collector's reads and erases take their share of the dies
}

TEST(Ftl, SequentialOverwriteFreesWholeSuperblocks) {
  Bench b(small(Precondition::kSequential));
  u64 at = 0;
  b.write_all(3 * 4096, 16, 65536, [&] { return std::exchange(at, (at + 65536) % (u64{256} << 20)); });
  b.settle();
  EXPECT_LT(b.ftl.write_amplification(), 1.05);
}

TEST(Ftl, ProtectedBufferFlushesAtOnceAVolatileOneWaits) {
  for (const bool protection : {true, false}) {
    SsdParams p = small(Precondition::kFresh);
    p.buffer.power_loss_protection = protection;
    Bench b(p);
    b.ftl.write(0, 4096, false, [] {});
    u64 flushed = ~u64{0};
    b.ftl.flush([&] { flushed = b.time.now(); });
    b.settle();
    if (protection) {
      EXPECT_EQ(flushed, 0u);
    } else {
      EXPECT_GE(flushed, 500 * kUs);
    }
  }
}

TEST(Ftl, DurableWriteWaitsForTheMediaIfTheBufferIsVolatile) {
  SsdParams p = small(Precondition::kFresh);
  p.buffer.power_loss_protection = false;
  Bench b(p);
  u64 done = 0;
  b.ftl.write(0, 4096, true, [&] { done = b.time.now(); });
  b.settle();
  EXPECT_GE(done, 500 * kUs);
}

TEST(Ftl, AFullBufferHoldsWritesBack) {
  Bench b(small(Precondition::kFresh));
  u64 at = 0;
  const u64 burst = b.write_all(1024, 1, 4096, [&] { return std::exchange(at, at + 4096); });
  EXPECT_EQ(burst, 0u);  // 4 MiB fit
  const u64 more = b.write_all(4096, 1, 4096, [&] { return std::exchange(at, at + 4096); });
  EXPECT_GT(more, 20 * kMs);  // 16 MiB at about 500 MB/s
}

TEST(Ftl, DiscardedUnitsAreNotRead) {
  Bench b(small(Precondition::kSteady));
  b.ftl.discard(0, 65536);
  EXPECT_EQ(b.timed_read(0, 65536), 0u);
  EXPECT_GT(b.timed_read(65536, 4096), 0u);
  b.ftl.discard(0, u64{256} << 20);
  EXPECT_EQ(b.timed_read(65536, 4096), 0u);
}

TEST(Ftl, InPlaceMediaAreNeverAmplified) {
  SsdParams p = small(Precondition::kFresh);
  p.ftl.placement = Placement::kInPlace;
  Bench b(p);
  Random random(3);
  b.write_all(10'000, 16, 4096, [&] { return random.below(65536) * 4096; });
  b.settle();
  EXPECT_LE(b.ftl.write_amplification(), 1.0);  // overwrites in the buffer save some
  EXPECT_GT(b.ftl.write_amplification(), 0.9);
}

TEST(Ftl, ZonedMediaProgramInOrderAndErase) {
  SsdParams p = small(Precondition::kFresh);
  p.ftl.placement = Placement::kZoned;
  Bench b(p);
  u64 at = 0;
  b.write_all(1024, 8, 4096, [&] { return std::exchange(at, at + 4096); });
  b.settle();
  EXPECT_DOUBLE_EQ(b.ftl.write_amplification(), 1.0);
  u64 erased = 0;
  const u64 start = b.time.now();
  b.ftl.reset_zone(0, u64{4} << 20, [&] { erased = b.time.now(); });
  b.settle();
  EXPECT_EQ(erased - start, 3 * kMs);
}

TEST(Ftl, BadParametersAreErrors) {
  Timeline time;
  SsdParams p = small(Precondition::kFresh);
  p.ftl.indirection_unit = 5000;
  EXPECT_THROW(Ftl(time, p), std::invalid_argument);
  p = small(Precondition::kFresh);
  p.ftl.capacity = 1 << 20;
  EXPECT_THROW(Ftl(time, p), std::invalid_argument);
  p = small(Precondition::kFresh);
  p.ftl.reserve_blocks = 3;
  EXPECT_THROW(Ftl(time, p), std::invalid_argument);
}

}  // namespace
}  // namespace mppa::ssd
