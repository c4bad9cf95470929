#include "models/ssd/nvme/media_errors.h"

#include <gtest/gtest.h>

namespace mppa::ssd::nvme {
namespace {

u64 bad_of(const MediaErrors& errors, u64 blocks) {
  u64 bad = 0;
  for (u64 lba = 0; lba < blocks; ++lba) bad += errors.any(lba, 1);
  return bad;
}

TEST(MediaErrors, AreWhereTheyWereAddedUntilTheyAreRepaired) {
  MediaErrors errors;
  errors.add(10, 3);
  EXPECT_FALSE(errors.any(0, 10));
  EXPECT_TRUE(errors.any(0, 11));
  EXPECT_TRUE(errors.any(12, 100));
  errors.repair(10, 2);
  EXPECT_FALSE(errors.any(0, 12));
  EXPECT_TRUE(errors.any(12, 1));
}

TEST(MediaErrors, TheirRateAndPlacesFollowFromTheSeed) {
  MediaErrors a, b, c;
  a.set_rate(10'000'000, 1);  // 1 %
  b.set_rate(10'000'000, 1);
  c.set_rate(10'000'000, 2);
  EXPECT_NEAR(static_cast<double>(bad_of(a, 100'000)), 1000, 120);
  u64 common = 0;
  for (u64 lba = 0; lba < 100'000; ++lba) {
    EXPECT_EQ(a.any(lba, 1), b.any(lba, 1));
    common += a.any(lba, 1) && c.any(lba, 1);
  }
  EXPECT_LT(common, 50u);
}

TEST(MediaErrors, RepairedRangesMayOverlapInAnyOrder) {
  MediaErrors errors;
  errors.set_rate(1'000'000'000, 1);  // all of them
  errors.repair(500, 10);
  errors.repair(100, 100);
  errors.repair(150, 400);
  EXPECT_EQ(bad_of(errors, 1000), 1000u - 450);
  errors.repair(0, 100);
  EXPECT_FALSE(errors.any(0, 550));
  EXPECT_TRUE(errors.any(0, 551));
}

}  // namespace
}  // namespace mppa::ssd::nvme
