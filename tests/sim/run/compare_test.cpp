#include "sim/run/compare.h"

#include <gtest/gtest.h>

#include <cmath>

#include "sim/commands.h"

namespace mppa::sim {
namespace {

TEST(Compare, LargestDifferenceFirst) {
  const auto d = compare_json({{"a", 100}, {"b", 1}, {"c", "x"}, {"same", 3}},
                              {{"a", 101}, {"b", 2}, {"c", "y"}, {"same", 3}}, {});
  ASSERT_EQ(d.size(), 3U);
  EXPECT_EQ(d[0].path, "c");
  EXPECT_TRUE(std::isinf(d[0].relative));
  EXPECT_EQ(d[1].path, "b");
  EXPECT_EQ(d[1].relative, 0.5);
  EXPECT_EQ(d[2].a, "100");
  EXPECT_EQ(d[2].b, "101");
}

TEST(Compare, ElementsOfListsAreKnownByTheirNames) {
  const Json a = {{"cores", {{{"path", "pe[0]"}, {"cycles", 1}}, {{"path", "pe[1]"}, {"cycles", 2}}}}};
  const Json b = {{"cores", {{{"path", "pe[1]"}, {"cycles", 2}}}}};
  const auto d = compare_json(a, b, {});
  ASSERT_EQ(d.size(), 2U) << "pe[0] is missing, pe[1] is the same";
  EXPECT_EQ(d[0].path, "cores.pe[0].cycles");
  EXPECT_EQ(d[0].b, "-");
}

TEST(Compare, TolerancesHoldForMatchingPaths) {
  const Json a = {{"x", {{"cycles", 1000}}}, {"y", {{"cycles", 1000}}}},
             b = {{"x", {{"cycles", 1009}}}, {"y", {{"cycles", 1011}}}};
  const auto d = compare_json(a, b, {parse_tolerance("*.cycles=1%")});
  ASSERT_EQ(d.size(), 2U);
  EXPECT_FALSE(d[0].tolerated) << "1.1 %";
  EXPECT_TRUE(d[1].tolerated) << "0.9 %";
}

TEST(Compare, TolerancesAreRatios) {
  EXPECT_DOUBLE_EQ(parse_tolerance("a.b=0.01").relative, 0.01);
  EXPECT_DOUBLE_EQ(parse_tolerance("a=b=5 %").relative, 0.05);
  EXPECT_EQ(parse_tolerance("a=b=5 %").pattern, "a=b");
  for (const char* text : {"", "a", "a=", "a=x", "a=-1%"}) EXPECT_THROW(parse_tolerance(text), BadInput) << text;
}

TEST(Compare, TablesAreCut) {
  Json a, b;
  for (int i = 0; i < 50; ++i) a[std::to_string(i)] = i, b[std::to_string(i)] = i + 1;
  EXPECT_TRUE(difference_table(compare_json(a, b, {})).ends_with("... and 10 more\n"));
}

}  // namespace
}  // namespace mppa::sim
