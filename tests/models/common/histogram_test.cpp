#include "models/common/histogram.h"

#include <gtest/gtest.h>

namespace mppa {
namespace {

TEST(Histogram, SmallValuesAreExact) {
  Histogram h;
  for (u64 v = 1; v <= 50; ++v) h.add(v);
  EXPECT_EQ(h.percentile(50'000), 25U);
  EXPECT_EQ(h.percentile(100'000), 50U);
  EXPECT_EQ(h.percentile(0), 1U);
  EXPECT_DOUBLE_EQ(h.mean(), 25.5);
}

TEST(Histogram, LargeValuesStayWithinTheStatedError) {
  Histogram h;
  for (u64 v = 1; v <= 1'000'000; ++v) h.add(v);
  for (const u64 p : {1'000U, 50'000U, 90'000U, 99'000U, 99'900U}) {
    const double exact = static_cast<double>(p) * 10;
    EXPECT_NEAR(static_cast<double>(h.percentile(p)), exact, exact * 0.016) << p;
  }
  EXPECT_EQ(h.percentile(100'000), 1'000'000U);
}

TEST(Histogram, EmptyAndExtremeValues) {
  Histogram h;
  EXPECT_EQ(h.percentile(99'000), 0U);
  EXPECT_EQ(h.min(), 0U);
  h.add(~u64{0});
  EXPECT_EQ(h.percentile(50'000), ~u64{0});
}

TEST(Histogram, MergeIsAddition) {
  Histogram a, b, both;
  for (u64 v = 0; v < 1000; ++v) {
    (v % 3 ? a : b).add(v * 7);
    both.add(v * 7);
  }
  a.merge(b);
  for (u64 p = 0; p <= 100'000; p += 500) EXPECT_EQ(a.percentile(p), both.percentile(p));
  EXPECT_EQ(a.count(), both.count());
}

}  // namespace
}  // namespace mppa
