#include "sim/config/quantity.h"

#include <gtest/gtest.h>

namespace mppa::config {
namespace {

i64 value(const char* text, Dimension d) {
  const auto q = parse_quantity(text, d);
  EXPECT_TRUE(q.value) << text << ": " << q.problem;
  return q.value.value_or(-1);
}

std::string problem(const char* text, Dimension d) {
  const auto q = parse_quantity(text, d);
  EXPECT_FALSE(q.value) << text << " gave " << *q.value;
  return q.problem;
}

TEST(Quantity, UnitsAreExact) {
  EXPECT_EQ(value("1.2 GHz", Dimension::kFrequency), 1'200'000'000);
  EXPECT_EQ(value("10.5ns", Dimension::kTime), 10'500);
  EXPECT_EQ(value("4 MiB", Dimension::kSize), 4 << 20);
  EXPECT_EQ(value("4 MB", Dimension::kSize), 4'000'000);
  EXPECT_EQ(value("0x1000", Dimension::kSize), 4096);
  EXPECT_EQ(value("100 Gbit/s", Dimension::kBandwidth), 12'500'000'000);
  EXPECT_EQ(value("1.5e3 k", Dimension::kNone), 1'500'000);
  EXPECT_EQ(value("64Ki", Dimension::kNone), 65536);
  EXPECT_EQ(value("1 %", Dimension::kRatio), 10'000'000);
  EXPECT_EQ(value("0.01", Dimension::kRatio), 10'000'000);
  EXPECT_EQ(value("10 cycles", Dimension::kCycles), 10);
  EXPECT_EQ(value("-3", Dimension::kNone), -3);
  EXPECT_EQ(value("1_000", Dimension::kNone), 1000);
  EXPECT_EQ(value("0", Dimension::kTime), 0) << "zero needs no unit";
}

TEST(Quantity, MissingUnitSaysWhatWasExpected) {
  EXPECT_EQ(problem("10", Dimension::kTime), "needs a unit: expected a time such as '10 ns' (ps, ns, us, ms, s)");
}

TEST(Quantity, WrongUnitIsNamed) {
  EXPECT_NE(problem("10 MHz", Dimension::kTime).find("unknown unit 'MHz'"), std::string::npos);
  EXPECT_NE(problem("10 ns ns", Dimension::kTime).find("unknown unit 'ns ns'"), std::string::npos);
}

TEST(Quantity, FractionsOfTheBaseUnitAndOverflowsAreRefused) {
  EXPECT_NE(problem("0.5 ps", Dimension::kTime).find("whole number of ps"), std::string::npos);
  EXPECT_NE(problem("0.5", Dimension::kNone).find("whole number"), std::string::npos);
  EXPECT_NE(problem("1e30 s", Dimension::kTime).find("63 bits"), std::string::npos);
  EXPECT_NE(problem("99999999999999999999999999999999999999 B", Dimension::kSize), "");
  EXPECT_NE(problem("1e999999999 B", Dimension::kSize), "");
}

TEST(Quantity, NotANumber) {
  for (const char* text : {"", "fast", ".", "-", "ns 10", "0x", "0xffffffffffffffff"})
    EXPECT_FALSE(parse_quantity(text, Dimension::kSize).value) << text;
}

TEST(Quantity, FormatRoundTrips) {
  const std::pair<i64, Dimension> cases[] = {{4 << 20, Dimension::kSize},     {1'200'000'000, Dimension::kFrequency},
                                             {10'500, Dimension::kTime},      {25'600'000'000, Dimension::kBandwidth},
                                             {10'000'000, Dimension::kRatio}, {123'456'789, Dimension::kSize},
                                             {0, Dimension::kTime},           {1, Dimension::kNone},
                                             {7, Dimension::kCycles}};
  for (const auto& [v, d] : cases) EXPECT_EQ(value(format_quantity(v, d).c_str(), d), v) << format_quantity(v, d);
  EXPECT_EQ(format_quantity(4 << 20, Dimension::kSize), "4 MiB");
  EXPECT_EQ(format_quantity(1'200'000'000, Dimension::kFrequency), "1.2 GHz");
  EXPECT_EQ(format_quantity(65536, Dimension::kSize), "64 KiB");
}

}  // namespace
}  // namespace mppa::config
