#include "models/common/bandwidth_server.h"

#include <gtest/gtest.h>

namespace mppa {
namespace {

TEST(BandwidthServer, RequestsQueueBehindEachOther) {
  BandwidthServer s;
  EXPECT_EQ(s.acquire(10, 4), 10U);
  EXPECT_EQ(s.acquire(11, 4), 14U);
  EXPECT_EQ(s.acquire(30, 4), 30U);
  EXPECT_EQ(s.busy_ticks(), 12U);
  EXPECT_EQ(s.waited_ticks(), 3U);
  EXPECT_EQ(s.requests(), 3U);
}

TEST(BandwidthServer, LateRequestsTakeTheFirstGapLongEnough) {
  BandwidthServer s;
  EXPECT_EQ(s.acquire(100, 10), 100U);
  EXPECT_EQ(s.acquire(120, 10), 120U);
  EXPECT_EQ(s.acquire(50, 10), 50U) << "long before";
  EXPECT_EQ(s.acquire(95, 10), 110U) << "five free ticks before 100 are too few, the ten behind 110 are enough";
  EXPECT_EQ(s.acquire(95, 5), 95U);
  EXPECT_EQ(s.acquire(95, 1), 130U) << "everything from 95 to 130 is taken";
}

TEST(BandwidthServer, ForgetsTheOldestFirst) {
  BandwidthServer s;
  for (u64 t = 0; t < 100; ++t) EXPECT_EQ(s.acquire(10 * t, 5), 10 * t);
  EXPECT_EQ(s.acquire(990, 5), 995U) << "remembered";
  EXPECT_EQ(s.acquire(0, 5), 0U) << "forgotten: as good as free";
  EXPECT_EQ(s.busy_ticks(), 510U);
}

}  // namespace
}  // namespace mppa
