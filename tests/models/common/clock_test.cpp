#include "models/common/clock.h"

#include <gtest/gtest.h>

#include "models/common/random.h"

namespace mppa {
namespace {

TEST(Clock, EdgesOfAPeriodThatIsNoWholePicosecond) {
  constexpr Clock clock(1'200'000'000);
  EXPECT_EQ(clock.ps_of(0), 0U);
  EXPECT_EQ(clock.ps_of(1), 834U);
  EXPECT_EQ(clock.ps_of(6), 5000U);
  EXPECT_EQ(clock.ps_of(1'200'000'000), 1'000'000'000'000U) << "nothing accumulates";
  EXPECT_EQ(clock.cycles_at(833), 0U);
  EXPECT_EQ(clock.cycles_at(834), 1U);
  EXPECT_EQ(clock.cycles_from(835), 2U);
  EXPECT_EQ(clock.cycles_from(834), 1U);
}

TEST(Clock, CyclesAtInvertsPsOf) {
  Random random(1);
  for (const u64 hz : {600'000'000ULL, 1'000'000'000ULL, 1'199'999'999ULL, 3'000'007ULL}) {
    const Clock clock(hz);
    for (int i = 0; i < 1000; ++i) {
      const u64 cycles = random.below(1'000'000'000);
      EXPECT_EQ(clock.cycles_at(clock.ps_of(cycles)), cycles);
      EXPECT_EQ(clock.cycles_from(clock.ps_of(cycles)), cycles);
    }
  }
}

TEST(Random, KnownStreamAndBounds) {
  // splitmix64(0) seeds, checked against the generator's reference code.
  Random random(0);
  EXPECT_EQ(random.next(), 0x99EC5F36CB75F2B4U);
  for (int i = 0; i < 1000; ++i) EXPECT_LT(random.below(7), 7U);
  double sum = 0;
  for (int i = 0; i < 10000; ++i) sum += random.unit();
  EXPECT_NEAR(sum / 10000, 0.5, 0.02);
}

}  // namespace
}  // namespace mppa
