#include "models/common/range_set.h"

#include <gtest/gtest.h>

#include <array>

#include "models/common/random.h"

namespace mppa {
namespace {

TEST(RangeSet, AgreesWithAListOfFlags) {
  constexpr u64 kNumbers = 64;
  Random random(1);
  RangeSet set;
  std::array<bool, kNumbers> flags{};
  for (int step = 0; step < 20'000; ++step) {
    const u64 begin = random.below(kNumbers), end = random.below(kNumbers + 1);
    const bool inserts = random.below(2) == 0;
    inserts ? set.insert(begin, end) : set.erase(begin, end);
    for (u64 i = begin; i < end; ++i) flags[i] = inserts;
    for (u64 i = 0; i < kNumbers; ++i) ASSERT_EQ(set.intersects(i, i + 1), flags[i]) << step << ": " << i;
    const u64 from = random.below(kNumbers), to = random.below(kNumbers + 1);
    bool any = false;
    for (u64 i = from; i < to; ++i) any |= flags[i];
    ASSERT_EQ(set.intersects(from, to), any) << step;
  }
}

TEST(RangeSet, HoldsAsManyNumbersAsThereAre) {
  RangeSet set;
  set.insert(1, ~u64{0});
  EXPECT_FALSE(set.intersects(0, 1));
  EXPECT_TRUE(set.intersects(u64{1} << 63, (u64{1} << 63) + 1));
}

}  // namespace
}  // namespace mppa
