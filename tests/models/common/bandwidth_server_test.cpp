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

}  // namespace
}  // namespace mppa
